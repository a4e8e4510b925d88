"""A rule page's examples, read as `crates/testkit/src/page.rs` reads them: same fences, same markers.

In: a page's text. Out: its front matter and, by title, the files of each example without their markers.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
from dataclasses import dataclass, field

import yaml

LEVELS = ("error: [", "warning: [", "advice: [", "related: \"", "notice: [")
SIGNS = ("# ", "// ", "<!-- ", "/* ")


class PageError(Exception):
    """A page that cannot be used."""


@dataclass
class Example:
    """A small repository."""

    title: str
    files: dict[str, bytes] = field(default_factory=dict)
    git: dict | None = None

    @property
    def bad(self) -> bool:
        return self.title.startswith("Bad")


@dataclass
class Page:
    """A rule page."""

    front: dict
    examples: dict[str, Example]


def parse(text: str) -> Page:
    if not text.startswith("---\n") or "\n---\n" not in text:
        raise PageError("no front matter")
    front, body = text[4:].split("\n---\n", 1)
    page = Page(yaml.safe_load(front), {})
    fence: tuple[int, str, list[str]] | None = None
    example: Example | None = None
    for line in body.split("\n"):
        line = line.removesuffix("\r")
        if fence:
            ticks, info, lines = fence
            if leading_ticks(line) >= ticks and not line.strip("`"):
                if example:
                    add(example, info, lines)
                fence = None
            else:
                lines.append(line)
        elif line.startswith("```"):
            ticks = leading_ticks(line)
            fence = (ticks, line[ticks:], [])
        elif line.startswith("## "):
            example = None
        elif line.startswith("### "):
            title = line[4:]
            example = Example(title) if title.startswith(("Bad", "Good")) else None
            if example:
                page.examples[title] = example
    return page


def leading_ticks(line: str) -> int:
    return len(line) - len(line.lstrip("`"))


def add(example: Example, info: str, lines: list[str]) -> None:
    """Takes a closed fence into the example."""
    _, found, rest = info.partition('title="')
    path, closed, options = rest.partition('"')
    if not (found and closed):
        raise PageError(f"a fence under `{example.title}` has no title")
    options = options.split()
    if path == ".git":
        example.git = yaml.safe_load("\n".join(lines)) or {}
        return
    if "fixed" in options:
        return
    ending = "\r\n" if "crlf" in options else "\n"
    data = "".join(without_markers(line) + ending for line in lines).encode()
    for option in options:
        if option.startswith("size="):
            data = data.ljust(int(option[5:]), b"\n")
    example.files[path] = data


def without_markers(line: str) -> str:
    while (head := before_last_marker(line)) is not None:
        line = head
    return line


def before_last_marker(line: str) -> str | None:
    body = line.rstrip()
    body = body.removesuffix("-->").rstrip()
    body = body.removesuffix("*/}").removesuffix("*/").rstrip()
    starts = []
    for sign in SIGNS:
        words = [(body.rfind(sign + level), level) for level in LEVELS]
        at, level = max(words)
        if at >= 0:
            starts.append((at, sign))
    if not starts:
        return None
    start, sign = max(starts)
    level, _, rest = body[start + len(sign) :].partition(": ")
    if level != "related" and not (rest.startswith("[") and "]" in rest):
        return None
    head = line[:start]
    # A comment in JSX has braces around it.
    return (head.removesuffix("{") if sign == "/* " else head).rstrip()


def write(example: Example, root: pathlib.Path, with_git: bool) -> None:
    """Writes the example's tree; makes its repository, too, if a recipe asks for git."""
    state = example.git or {}
    for path, data in example.files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    for path, target in state.get("symlinks", {}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)
    for path, mode in state.get("modes", {}).items():
        if (root / path).is_file():
            (root / path).chmod(int(str(mode)[-3:], 8))
    if with_git and example.git is not None:
        make_repository(state, root)


def make_repository(state: dict, root: pathlib.Path) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(root.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "oracle@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=root, env=env, check=True, text=True, capture_output=True)
        return done.stdout.strip()

    branch = state.get("branch")
    git("init", "-q", "-b", branch or "detached")
    (root / ".git/info/exclude").write_text("".join(f"/{path}\n" for path in state.get("ignored-on-disk", [])))
    git("add", "-A")
    for path in state.get("untracked", []):
        git("rm", "-r", "-q", "--cached", "--ignore-unmatch", "--", path)
    git("commit", "-q", "--allow-empty", "-m", "Start")
    commit = git("rev-parse", "HEAD")
    for name in state.get("branches", []):
        if name != branch:
            git("branch", name)
    if remote := state.get("remote"):
        git("remote", "add", "origin", remote)
    if default := state.get("default"):
        git("update-ref", f"refs/remotes/origin/{default}", commit)
        git("symbolic-ref", "refs/remotes/origin/HEAD", f"refs/remotes/origin/{default}")
    if state.get("shallow"):
        (root / ".git/shallow").write_text(commit + "\n")
    if not branch:
        git("checkout", "-q", "--detach")
        git("branch", "-D", "detached")
