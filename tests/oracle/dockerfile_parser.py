#!/usr/bin/env python3
"""Which instructions BuildKit's own parser finds, and on which lines.

usage: dockerfile_parser.py               writes tests/dockerfiles/expected.json from tests/dockerfiles/*.Dockerfile
       dockerfile_parser.py --check       fails if that file is not what the parser says
       dockerfile_parser.py --over PATH... compares preflint's parser with it on other Dockerfiles, files or folders

The parser is the one of the PyPI package `dockerfile`, a binding of BuildKit's Go code; `oracle.py setup` installs it.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = HERE / ".cache/venv/bin/python"
FOLDER = HERE.parent / "dockerfiles"
EXPECTED = FOLDER / "expected.json"
NAME = re.compile(r"(.*\.)?(docker|container)file(\.(?!dockerignore$)[^/]*)?$", re.IGNORECASE)
# How many files one call of our side gets.
BATCH = 200

try:
    import dockerfile
except ImportError:
    if not PYTHON.exists() or pathlib.Path(sys.executable) == PYTHON:
        sys.exit("run `oracle.py setup` first")
    os.execv(PYTHON, [str(PYTHON), *sys.argv])

Lines = list[list]


def reference(path: pathlib.Path) -> Lines | dict[str, str]:
    """Keyword, first and last line of every instruction, or why BuildKit refuses the file."""
    try:
        commands = dockerfile.parse_file(str(path))
    except dockerfile.GoParseError as error:
        return {"error": str(error)}
    except UnicodeDecodeError:
        return {"error": "not UTF-8"}
    return [[(command.cmd or "").lower(), command.start_line, command.end_line] for command in commands]


def expected() -> str:
    """The text of `expected.json`: one line a file."""
    files = sorted(FOLDER.glob("*.Dockerfile"))
    dump = lambda value: json.dumps(value, ensure_ascii=False)
    lines = [f"  {dump(file.name)}: {dump(reference(file))}" for file in files]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def check() -> int:
    text = expected()
    written = EXPECTED.read_text(encoding="utf-8") if EXPECTED.exists() else ""
    if text == written:
        print(f"{len(json.loads(text))} Dockerfiles: expected.json is what BuildKit's parser says")
        return 0
    for line in sorted(set(text.splitlines()) ^ set(written.splitlines())):
        print(("BuildKit" if line in text else "committed") + f": {line.strip()}")
    print("expected.json is not what BuildKit's parser says")
    return 1


def dockerfiles(paths: list[pathlib.Path]) -> list[pathlib.Path]:
    found = set()
    for path in paths:
        if path.is_file():
            found.add(path)
        for folder, folders, names in os.walk(path):
            folders[:] = [name for name in folders if name not in (".git", "node_modules")]
            found.update(pathlib.Path(folder, name) for name in names if NAME.match(name))
    return sorted(path for path in found if path.is_file())


def ours(paths: list[pathlib.Path]) -> list[Lines]:
    """The same of preflint's parser, which the example of its crate prints."""
    cargo = shlex.split(os.environ.get("CARGO", "cargo"))
    command = [*cargo, "run", "--quiet", "--package", "preflint-syntax", "--example", "dockerfile_lines", "--"]
    answers = []
    for at in range(0, len(paths), BATCH):
        batch = [str(path.resolve()) for path in paths[at : at + BATCH]]
        answers += json.loads(subprocess.run([*command, *batch], cwd=HERE, check=True, stdout=subprocess.PIPE).stdout)
    return answers


def over(paths: list[pathlib.Path]) -> int:
    """Prints the figures, and every file on which the two differ."""
    files = dockerfiles(paths)
    counts = dict.fromkeys(["files", "refused", "instructions", "keywords", "starts", "lines"], 0)
    seen = set()
    for path, found in zip(files, ours(files)):
        text = path.read_bytes()
        if text in seen:
            continue
        seen.add(text)
        counts["files"] += 1
        wanted = reference(path)
        if isinstance(wanted, dict):
            counts["refused"] += 1
            print(f"refused: {path}: {wanted['error']}")
            continue
        counts["instructions"] += len(wanted)
        columns = {"keywords": 1, "starts": 2, "lines": 3}
        equal = [name for name, width in columns.items() if [row[:width] for row in wanted] == [row[:width] for row in found]]
        for name in equal:
            counts[name] += 1
        if "lines" not in equal:
            only = [[row for row in one if row not in other] for one, other in ((wanted, found), (found, wanted))]
            print(f"differs: {path}: BuildKit {only[0][:3]}, preflint {only[1][:3]}")
    parsed = counts["files"] - counts["refused"]
    print(f"{counts['files']} different files, {counts['refused']} refused by BuildKit; in the other {parsed}, {counts['instructions']} instructions")
    print(f"equal keyword sequence: {counts['keywords']}; and first lines: {counts['starts']}; and last lines: {counts['lines']}")
    return 0


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--check", action="store_true")
    reader.add_argument("--over", nargs="+", type=pathlib.Path, metavar="PATH")
    asked = reader.parse_args()
    if asked.over:
        return over(asked.over)
    if asked.check:
        return check()
    EXPECTED.write_text(expected(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
