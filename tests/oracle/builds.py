"""The builds of `tests/builds`: a small repository each, with a file `expected` that says what comes of it.

`expected` holds lines, in any order; one that begins with `#` is a remark:

    builds                                  or
    fails at line 5: REGEX                  the line where the failing instruction begins, and what is printed
    dockerfile: docker/api.Dockerfile       unless it is `Dockerfile`; the context is the folder
    needs: uv, apt, lacks tini              tools, and packages that this machine must not have
    preflint: silent, because ...           where the linter cannot tell
"""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
from dataclasses import dataclass, field

FAILS = re.compile(r"fails at line (\d+): (.+)")
WHERE = re.compile(r"^Error: building at STEP .* of line (\d+): exit status", re.MULTILINE)
TOOLS = ("adduser", "apt", "bash", "node", "uv")
# Where minibuild's images look for programs.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Expected:
    """What a build comes to: `line` is 0 for one that succeeds."""

    line: int = 0
    shows: str | None = None
    dockerfile: str = "Dockerfile"
    needs: list[str] = field(default_factory=list)

    def complaint(self, code: int, output: str) -> str | None:
        if code == 124:
            return "time limit"
        if not self.line:
            return f"exit code {code}, expected a build" if code else None
        if code == 0:
            return f"builds, expected a failure at line {self.line}"
        found = WHERE.search(output)
        if not found or int(found[1]) != self.line:
            return f"fails at line {found[1] if found else '?'}, expected line {self.line}"
        return None if re.search(self.shows or "", output, re.MULTILINE) else f"does not show {self.shows!r}"


def read(folder: pathlib.Path) -> Expected:
    expected, verdicts = Expected(), 0
    for line in (folder / "expected").read_text().splitlines():
        if fails := FAILS.fullmatch(line):
            expected.line, expected.shows, verdicts = int(fails[1]), fails[2], verdicts + 1
        elif line == "builds":
            verdicts += 1
        elif line.startswith("dockerfile: "):
            expected.dockerfile = line.removeprefix("dockerfile: ")
        elif line.startswith("needs: "):
            expected.needs = [need.strip() for need in line.removeprefix("needs: ").split(",")]
        elif line and not line.startswith(("#", "preflint: silent, because ")):
            raise ValueError(f"{folder.name}: `{line}` in `expected`")
    if verdicts != 1:
        raise ValueError(f"{folder.name}: `expected` has {verdicts} verdicts")
    for need in expected.needs:
        if need not in TOOLS and not need.startswith("lacks "):
            raise ValueError(f"{folder.name}: needs `{need}`, which no one knows")
    return expected


def write(folder: pathlib.Path, to: pathlib.Path) -> None:
    shutil.copytree(folder, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected"))


def has(tool: str) -> bool:
    """Whether a build finds a tool, in the folders of an image's PATH."""
    if tool.startswith("lacks "):
        words = ["dpkg-query", "-W", "-f", "${db:Status-Status}", tool.removeprefix("lacks ")]
        return has("apt") and subprocess.run(words, capture_output=True, text=True).stdout != "installed"
    programs = {"apt": ["apt-get", "dpkg-query"], "node": ["node", "npm"]}.get(tool, [tool])
    return all(shutil.which(program, path=PATH) for program in programs)
