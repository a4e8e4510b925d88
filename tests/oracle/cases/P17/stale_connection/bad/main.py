import asyncio
import os

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

URL = os.environ["DATABASE_URL"]
engine = create_async_engine(URL, pool_size=1)


async def query():
    async with engine.connect() as connection:
        return await connection.scalar(sa.text("select 1"))


async def drop_connections():
    """What a host does that suspends an idle database."""
    admin = await asyncpg.connect(URL.replace("+asyncpg", ""))
    await admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where pid <> pg_backend_pid() and backend_type = 'client backend'"
    )
    await admin.close()
    await asyncio.sleep(0.3)


async def main():
    print("first query", await query())
    await drop_connections()
    print("second query", await query())


asyncio.run(main())
