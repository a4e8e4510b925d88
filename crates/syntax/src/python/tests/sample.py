"""A sample that uses most of the grammar."""
from __future__ import annotations

import asyncio, os.path as p
from ..pkg.mod import (a as b, c)
from . import *

type Pair[T] = tuple[T, T]
DEBUG: bool = os.environ.get("DEBUG", "é") == '1'  # comment
x = y = 0xFF + 1_000
x, *rest = [1, 2.5, 3j], {"k": None, **kw}, {1, 2}


@app.get("/items/{id}", response_model=list[Item])
async def read[T](id: int, /, q: str | None = Query(None), *args, k=1, **kw) -> T:
    '''Doc \N{BULLET} \x41'''
    async with Session() as session, lock:
        rows = [r async for r in session.execute(f"{q!r:>{width}} {{}}") if r]
    try:
        return await (yield)
    except (KeyError, ValueError) as error:
        raise HTTPException(404, detail=f'no {id}' "!") from error
    except* OSError:
        pass
    else:
        del rows[0:1, ::2], x.y
    finally:
        assert not rows, "rows"


class Model(Base, metaclass=Meta):
    field: Mapped[int] = column(primary_key=True)

    def method(self):
        global x
        for i, j in zip(a, b):
            if i < j is not None:
                continue
            elif (n := i @ j) and -n or ~n:
                break
            else:
                self.x += lambda v, w=2: v ** w if v else ...
        else:
            while True:
                yield from {k: v for k, v in self.items()}
        match self.x:
            case Point(x=0, y=yy) | [1, *others] if yy:
                print(b'raw', r"\d", sep="")
            case {"k": Color.RED, **more} as whole:
                nonlocal_ = (g for g in more)
            case _:
                pass


with (open("a") as f, open("b") as g):
    exec(f.read()); print
