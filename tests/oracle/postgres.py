#!/usr/bin/env python3
"""Runs a command with a PostgreSQL server of its own, on an ephemeral loopback port.

usage: postgres.py COMMAND...     DATABASE_URL and PGPORT name the server
The server's programs are found on PATH, in PG_BIN or where Debian keeps them. As root they run as `postgres`.
"""

from __future__ import annotations

import glob
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile


def programs() -> str | None:
    """The folder of `initdb` and `pg_ctl`."""
    beside = shutil.which("initdb")
    asked = [os.environ.get("PG_BIN"), os.path.dirname(beside) if beside else None]
    debian = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]), reverse=True)
    return next((path for path in (*asked, *debian) if path and os.path.exists(f"{path}/pg_ctl")), None)


def main() -> int:
    folder = programs()
    if not folder or len(sys.argv) < 2:
        print(__doc__ if folder else "no PostgreSQL server here")
        return 2
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    top = pathlib.Path(tempfile.mkdtemp(prefix="oracle-pg-"))
    drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    if drop:
        shutil.chown(top, "postgres", "postgres")

    def server(*words: str, check: bool = True) -> None:
        subprocess.run([*drop, f"{folder}/{words[0]}", *words[1:]], check=check, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd="/")

    try:
        server("initdb", "-A", "trust", "-U", "postgres", "-N", f"{top}/data")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {top}"
        server("pg_ctl", "-w", "-D", f"{top}/data", "-l", f"{top}/log", "-o", options, "start")
        url = f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres"
        env = os.environ | {"DATABASE_URL": url, "PGPORT": str(port)}
        return subprocess.run(sys.argv[1:], env=env).returncode
    finally:
        server("pg_ctl", "-w", "-D", f"{top}/data", "-m", "immediate", "stop", check=False)
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
