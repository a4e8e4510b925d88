#!/usr/bin/env python3
"""Runs a Dockerfile's steps for real, with no daemon and no image.

The base is this machine's own root under throw-away overlays, in a private mount namespace: real users,
real pip and uv, nothing kept but cache mounts. Stages, `.dockerignore`, heredocs, `COPY --from=<stage>`,
bind mounts, `SHELL` and `ONBUILD` work; a foreign image as a source is refused (`not simulated`), but for
uv's own.

usage: minibuild.py [DOCKERFILE] [--context DIR] [--start]     needs root
The exit code is the failing step's; --start also runs the image's command.
"""

from __future__ import annotations

import argparse
import functools
import glob
import json
import os
import pathlib
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field

HEREDOC = re.compile(r"<<-?(['\"]?)(\w+)\1")
VARIABLE = re.compile(r"\\\$|\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})")
# Folders that an image does not have, and such that it has empty, whatever this machine keeps there.
ABSENT = ("app", "code", "src", "workspace")
EMPTY = ("home", "srv", "tmp", "usr/src", "var/lib/apt/lists")
# The package sources of a distribution's own.
SOURCES = ("debian.sources", "ubuntu.sources")
# What an image's Python has besides its own library.
BUNDLED = re.compile(r"(pip|setuptools|wheel|_distutils_hack|pkg_resources|distutils-precedence)\b|README")
# The users of images that are not root's alone, with the id 1000.
USERS = {"node": "node", "ubuntu:24.04": "ubuntu", "ubuntu:noble": "ubuntu"}
SHELL = ["/bin/sh", "-c"]


class BuildError(Exception):
    """A failed step: its exit code and what to print."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Step:
    """An instruction: where it begins, its keyword, flags, rest and heredoc bodies."""

    line: int
    text: str
    keyword: str
    flags: list[tuple[str, str]]
    rest: str
    bodies: list[str]

    def flag(self, name: str) -> str | None:
        return next((value for key, value in self.flags if key == name), None)

    def sources(self) -> list[str]:
        """The stages and images that it reads."""
        mounts = [value for key, value in self.flags if key == "mount"]
        named = [found[1] for mount in mounts for found in re.finditer(r"(?:^|,)from=([^,]+)", mount)]
        return [name for name in (self.flag("from"), *named) if name]


@dataclass
class Stage:
    """A stage: what it starts from, its steps, and where it is mounted once it was built."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    root: str = ""
    env: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    cwd: str = "/"
    shell: list[str] = field(default_factory=lambda: SHELL)
    triggers: list[Step] = field(default_factory=list)
    user: str = "root"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def variables(self) -> dict[str, str]:
        """What an instruction sees; an ENV hides the ARG of its name."""
        return self.args | self.env


# --- reading ------------------------------------------------------------------------------------


def read_steps(text: str, first: int = 1) -> list[Step]:
    lines = enumerate(text.splitlines(), first)
    steps = []
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = line
        while whole.rstrip().endswith("\\"):
            _, following = next(lines, (0, None))
            if following is None:
                whole = whole.rstrip()[:-1]
            elif following.strip() and not following.lstrip().startswith("#"):
                whole = whole.rstrip()[:-1] + following
        keyword, _, rest = re.sub(r"\s+", " ", whole.strip(), count=1).partition(" ")
        keyword, rest, flags, bodies = keyword.upper(), rest.strip(), [], []
        while match := re.match(r"--([\w-]+)(?:=(\S*))?\s+", rest):
            flags.append((match[1], match[2] or ""))
            rest = rest[match.end() :]
        if keyword in ("RUN", "COPY", "ADD"):
            bodies = [read_body(match, lines) for match in HEREDOC.finditer(rest)]
        steps.append(Step(number, whole.strip(), keyword, flags, rest, bodies))
    return steps


def read_body(heredoc: re.Match, lines: Iterator[tuple[int, str]]) -> str:
    body = []
    for _, line in lines:
        line = line.lstrip("\t") if heredoc[0].startswith("<<-") else line
        if line == heredoc[2]:
            break
        body.append(line + "\n")
    return "".join(body)


def read_stages(text: str) -> tuple[list[Stage], dict[str, str]]:
    """The stages, and the arguments before the first: those reach a stage only where it asks for them."""
    stages: list[Stage] = []
    arguments: dict[str, str] = {}
    for step in read_steps(text):
        if step.keyword == "FROM":
            words = expand(step.rest, arguments).split()
            name = words[2] if len(words) == 3 else str(len(stages))
            stages.append(Stage(words[0] if words else "", name))
        elif stages:
            stages[-1].steps.append(step)
        elif step.keyword == "ARG":
            name, _, value = step.rest.partition("=")
            arguments[name] = expand(value.strip("\"'"), arguments)
    if not stages:
        raise BuildError(1, "no FROM")
    return stages, arguments


def expand(text: str, env: dict[str, str]) -> str:
    def value(match: re.Match) -> str:
        name = match[1] or match[2]
        if not name:
            return "$"
        found = env.get(name, "")
        if match[3] == "-":
            return found or match[4]
        if match[3] == "+":
            return match[4] if found else ""
        return found

    return VARIABLE.sub(value, text)


def words_of(rest: str) -> list[str]:
    if rest.startswith("["):
        return json.loads(rest)
    return shlex.split(rest)


def command_of(rest: str, shell: list[str]) -> list[str]:
    """What is no list of JSON is the shell's, as `[[ ... ]]` is."""
    try:
        return json.loads(rest) if rest.startswith("[") else [*shell, rest]
    except json.JSONDecodeError:
        return [*shell, rest]


# --- the build context --------------------------------------------------------------------------


@functools.cache
def ignore_regex(pattern: str) -> re.Pattern:
    out, at = "", 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out, at = out + "(?:.*/)?", at + 3
        elif pattern.startswith("**", at):
            out, at = out + ".*", at + 2
        elif pattern[at] in "*?":
            out, at = out + ("[^/]*" if pattern[at] == "*" else "[^/]"), at + 1
        elif pattern[at] == "[" and (end := pattern.find("]", at + 1)) > 0:
            out, at = out + pattern[at : end + 1], end + 1
        else:
            out, at = out + re.escape(pattern[at]), at + 1
    return re.compile(out + r"\Z")


def ignored(path: str, patterns: list[tuple[bool, str]]) -> bool:
    """As the builder does: a pattern holds for a path and all below it, the last that holds decides."""
    parts = path.split("/")
    prefixes = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    verdict = False
    for exclude, pattern in patterns:
        if any(ignore_regex(pattern).match(prefix) for prefix in prefixes):
            verdict = exclude
    return verdict


def read_context(context: pathlib.Path, dockerfile: pathlib.Path, to: pathlib.Path) -> None:
    own = dockerfile.with_name(dockerfile.name + ".dockerignore")
    file = own if own.exists() else context / ".dockerignore"
    patterns = []
    for line in file.read_text(encoding="utf-8-sig").splitlines() if file.exists() else []:
        line = "" if line.startswith("#") else line.strip()
        if line:
            exclude = not line.startswith("!")
            patterns.append((exclude, os.path.normpath(line.lstrip("!").strip()).lstrip("/")))
    to.mkdir()
    for path in sorted(context.rglob("*")):
        name = path.relative_to(context).as_posix()
        if ignored(name, patterns):
            continue
        if path.is_dir() and not path.is_symlink():
            (to / name).mkdir(parents=True, exist_ok=True)
        elif path.is_file() or path.is_symlink():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to / name, follow_symlinks=False)


# --- building -----------------------------------------------------------------------------------


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


class Builder:
    """The stages of one Dockerfile, under a temporary folder of its own."""

    def __init__(self, top: str, context: pathlib.Path, dockerfile: str, uv: str | None) -> None:
        self.top, self.context, self.uv = top, context, uv
        self.stages, self.arguments = read_stages(dockerfile)

    def stage(self, name: str | None, before: Stage) -> Stage | None:
        """The earlier stage of a name or number."""
        earlier = self.stages[: self.stages.index(before)]
        named = (stage for stage in reversed(earlier) if name is not None and stage.name.lower() == name.lower())
        return next(named, earlier[int(name)] if name and name.isdigit() and int(name) < len(earlier) else None)

    def build(self, stage: Stage) -> None:
        """Builds a stage after those that it needs; like BuildKit, no others."""
        if stage.root:
            return
        for name in (stage.base, *(source for step in stage.steps for source in step.sources())):
            if needed := self.stage(name, stage):
                self.build(needed)
        self.open(stage)
        for number, step in enumerate(stage.steps, 1):
            print(f"STEP {number}/{len(stage.steps)}: {step.text}", flush=True)
            try:
                self.step(stage, step)
            except BuildError as error:
                where = f"Error: building at STEP {step.text!r} of line {step.line}: exit status {error.code}"
                raise BuildError(error.code, f"{error}\n{where}".strip()) from error

    def open(self, stage: Stage) -> None:
        number = self.stages.index(stage)
        upper, work, root = (f"{self.top}/{number}{kind}" for kind in ("upper", "work", "root"))
        for folder in (upper, work, root):
            os.mkdir(folder)
        base = self.stage(stage.base, stage)
        if base:
            stage.layers = [upper, *base.layers]
            stage.env, stage.args = dict(base.env), dict(base.args)
            stage.cwd, stage.user, stage.shell = base.cwd, base.user, base.shell
            stage.entrypoint, stage.command = base.entrypoint, base.command
            stage.steps = [*base.triggers, *stage.steps]
        else:
            stage.layers, stage.env = [upper], image_environment(stage.base)
            for name in EMPTY:
                os.makedirs(f"{upper}/{name}", 0o755, exist_ok=True)
                os.setxattr(f"{upper}/{name}", "trusted.overlay.opaque", b"y")
            os.chmod(f"{upper}/tmp", 0o1777)
            for path in hidden(stage.base):
                os.makedirs(os.path.dirname(upper + path), 0o755, exist_ok=True)
                os.mknod(upper + path, stat.S_IFCHR, os.makedev(0, 0))
        lower = ":".join([*stage.layers[1:], "/"])
        mount("-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", root)
        for name in ("proc", "dev", "sys"):
            mount("--rbind", f"/{name}", f"{root}/{name}")
        stage.root = root
        if not base:
            self.make_image(stage)

    def make_image(self, stage: Stage) -> None:
        """What an official Python image has and this machine may not: no users, `python`, uv in uv's image."""
        root = pathlib.Path(stage.root)
        (root / "root").chmod(0o755)
        for name in ("passwd", "group"):
            lines = (root / "etc" / name).read_text().splitlines(keepends=True)
            kept = [line for line in lines if not 1000 <= int(line.split(":")[2]) < 60000]
            (root / "etc" / name).write_text("".join(kept))
        if user := next((user for image, user in USERS.items() if is_image(stage.base, image)), None):
            for name, row in (("passwd", f"{user}:x:1000:1000::/home/{user}:/bin/bash"), ("group", f"{user}:x:1000:")):
                with (root / "etc" / name).open("a") as file:
                    file.write(row + "\n")
            (root / "home" / user).mkdir()
            os.chown(root / "home" / user, 1000, 1000)
        if has_own_python(stage.base) and not shutil.which("python", path=stage.env["PATH"]):
            (root / "usr/local/bin/python").symlink_to(f"{sys.base_prefix}/bin/python3")
        if is_image(stage.base, "uv"):
            self.copy_uv(root / "usr/local/bin")

    def copy_uv(self, to: pathlib.Path) -> None:
        if not self.uv:
            raise BuildError(1, "not simulated: no uv here")
        to.mkdir(parents=True, exist_ok=True)
        for name in ("uv", "uvx"):
            (to / name).unlink(missing_ok=True)
            shutil.copy2(pathlib.Path(self.uv).with_name(name), to / name)

    def step(self, stage: Stage, step: Step) -> None:
        plain = step.keyword in ("RUN", "CMD", "ENTRYPOINT", "ONBUILD", "SHELL")
        rest = step.rest if plain else expand(step.rest, stage.variables())
        if step.keyword == "WORKDIR":
            stage.cwd = os.path.normpath(os.path.join(stage.cwd, rest.strip("\"'")))
            # BuildKit makes what is missing for the current user.
            make_folders(stage.root + stage.cwd, owner_of(stage.root, stage.user) if stage.user else None)
        elif step.keyword == "USER":
            stage.user = rest
        elif step.keyword == "ENV":
            set_environment(stage, rest)
        elif step.keyword == "ARG":
            for name, given, value in (word.partition("=") for word in shlex.split(rest)):
                if given or name in self.arguments:
                    stage.args[name] = value if given else self.arguments[name]
        elif step.keyword in ("COPY", "ADD"):
            self.copy(stage, step, rest)
        elif step.keyword == "RUN":
            self.run(stage, step)
        elif step.keyword == "CMD":
            stage.command = command_of(rest, stage.shell)
        elif step.keyword == "ENTRYPOINT":
            stage.entrypoint, stage.command = command_of(rest, stage.shell), []
        elif step.keyword == "SHELL":
            stage.shell = json.loads(rest)
        elif step.keyword == "ONBUILD":
            stage.triggers += read_steps(rest, step.line)

    def copy(self, stage: Stage, step: Step, rest: str) -> None:
        *sources, target = words_of(rest)
        to = stage.root + os.path.normpath(os.path.join(stage.cwd, target))
        parents = step.flag("parents") is not None
        folder = parents or target.endswith(("/", ".")) or os.path.isdir(to) or len(sources) > 1
        source = expand(step.flag("from") or "", stage.variables())
        other = self.stage(source, stage)
        if source and not other:
            if is_image(source, "uv"):
                return self.copy_uv(pathlib.Path(to if folder else os.path.dirname(to)))
            raise BuildError(1, f"not simulated: {step.text}")
        if step.bodies:
            os.makedirs(to if folder else os.path.dirname(to), exist_ok=True)
            for (quote, name), body in zip(HEREDOC.findall(rest), step.bodies):
                text = body if quote else expand(body, stage.variables())
                pathlib.Path(to, name).write_text(text) if folder else pathlib.Path(to).write_text(text)
            return None
        root = other.root if other else str(self.context)
        found = [path for pattern in sources for path in find_sources(root, pattern, step)]
        if len(found) > 1 and not (parents or target.endswith("/") or target == "."):
            raise BuildError(1, "When using COPY with more than one source file, the destination must be a directory and end with a /")
        exclude = [(True, value) for name, value in step.flags if name == "exclude"]
        owner = owner_of(stage.root, expand(step.flag("chown") or "", stage.variables())) or (None if other else (0, 0))
        for pattern, path in found:
            file = to
            if parents:
                kept = os.path.relpath(path, root) if "/./" not in pattern else os.path.relpath(path, os.path.join(root, pattern.split("/./")[0].lstrip("/")))
                file = os.path.join(to, kept)
            elif folder and not os.path.isdir(path):
                file = os.path.join(to, os.path.basename(path))
            copy_tree(path, file, owner, exclude)
        return None

    def run(self, stage: Stage, step: Step) -> None:
        bound = [self.bind(stage, value) for name, value in step.flags if name == "mount"]
        try:
            if step.bodies and HEREDOC.fullmatch(step.rest):
                self.run_script(stage, step.bodies[0])
            elif step.bodies:
                ends = [f"{body}{match[2]}\n" for match, body in zip(HEREDOC.finditer(step.rest), step.bodies)]
                self.execute(stage, [*stage.shell, f"{step.rest}\n{''.join(ends)}"])
            else:
                self.execute(stage, command_of(step.rest, stage.shell))
        finally:
            for path, made in bound:
                if path:
                    subprocess.run(["umount", path], check=True)
                    if made:
                        os.remove(path) if os.path.isfile(path) else os.rmdir(path)

    def run_script(self, stage: Stage, body: str) -> None:
        """A heredoc is the shell's program, or one of its own if it says so."""
        if not body.startswith("#!"):
            return self.execute(stage, [*stage.shell, body])
        script = pathlib.Path(stage.root, "tmp/.heredoc")
        script.write_text(body)
        script.chmod(0o755)
        try:
            self.execute(stage, ["/tmp/.heredoc"])
        finally:
            script.unlink()

    def bind(self, stage: Stage, options: str) -> tuple[str, bool]:
        """Mounts what `--mount` names; secrets and the like are not there."""
        words = dict(word.partition("=")[::2] for word in options.split(","))
        kind = words.get("type", "bind")
        if kind not in ("bind", "cache"):
            return "", False
        other = self.stage(words.get("from"), stage)
        if words.get("from") and not other:
            raise BuildError(1, f"not simulated: --mount={options}")
        if kind == "cache":
            source = self.cache(words)
        else:
            source = os.path.normpath(os.path.join(other.root if other else self.context, words.get("source", words.get("src", ".")).lstrip("/")))
        target = words.get("target") or words.get("dst") or words.get("destination") or ""
        to = stage.root + os.path.normpath(os.path.join(stage.cwd, target))
        if not os.path.exists(source):
            raise BuildError(1, f'"{words.get("source")}": not found')
        made = not os.path.exists(to)
        if made and os.path.isdir(source):
            os.makedirs(to)
        elif made:
            os.makedirs(os.path.dirname(to), exist_ok=True)
            pathlib.Path(to).touch()
        mount("--bind", source, to)
        return to, made

    def cache(self, words: dict[str, str]) -> str:
        """The folder of a cache mount; kept from build to build where `MINIBUILD_CACHE` says so."""
        name = re.sub(r"\W+", "-", words.get("id") or words.get("target") or words.get("dst") or "")
        folder = pathlib.Path(os.environ.get("MINIBUILD_CACHE") or f"{self.top}/cache", f"{name}-{words.get('uid', 0)}")
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            os.chown(folder, int(words.get("uid", 0)), int(words.get("gid", 0)))
        return str(folder)

    def execute(self, stage: Stage, command: list[str]) -> None:
        env, who, home = stage.variables(), [], "/root"
        if stage.user not in ("root", "0"):
            name, _, group = stage.user.partition(":")
            row = find_account(stage.root, "passwd", name)
            if not row and not name.isdigit():
                raise BuildError(125, f"unable to find user {name}: no matching entries in passwd file")
            if group and not group.isdigit() and not find_account(stage.root, "group", group):
                raise BuildError(125, f"unable to find group {group}: no matching entries in group file")
            who = ["--userspec", stage.user if group else f"{name}:{row[3] if row else 0}"]
            home = row[5] if row else "/"
        env.setdefault("HOME", home)
        done = subprocess.run(["chroot", *who, stage.root, "/usr/bin/env", "-C", stage.cwd, *command], env=env, stderr=subprocess.STDOUT)
        if done.returncode:
            raise BuildError(done.returncode)


def is_image(reference: str, name: str) -> bool:
    """Whether a reference is the image of that name, with any tag where the name has none."""
    last = reference.split("@")[0].rsplit("/", 1)[-1]
    return last == name or last.partition(":")[0] == name or last.startswith(f"{name}-")


def has_own_python(image: str) -> bool:
    """Whether its Python is free for all, in `/usr/local`; a distribution's belongs to that."""
    return not any(is_image(image, name) for name in ("debian", "node", "ubuntu"))


def hidden(image: str) -> list[str]:
    """What this machine has and an image has not: overlays hide it by a device of number 0."""
    paths = [f"/{name}" for name in ABSENT if os.path.lexists(f"/{name}")]
    paths += [path for path in glob.glob("/etc/apt/sources.list.d/*") if os.path.basename(path) not in SOURCES]
    packages = f"{sys.base_prefix}/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    if has_own_python(image) and sys.base_prefix != "/usr" and os.path.isdir(packages):
        paths += [f"{packages}/{name}" for name in os.listdir(packages) if not BUNDLED.match(name)]
    return paths


def image_environment(image: str) -> dict[str, str]:
    """Of this process's environment only what reaches the package index; the rest as in an image."""
    passed = re.compile(r"(PIP|UV)_(?!CACHE|BREAK)|SSL_CERT_|REQUESTS_CA|CURL_CA|NODE_EXTRA_CA|.*_proxy$", re.IGNORECASE)
    env = {name: value for name, value in os.environ.items() if passed.match(name)}
    env |= {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "PIP_NO_COMPILE": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    if not has_own_python(image):
        return env
    # This Python is a distribution's, perhaps, which refuses what an image's Python allows.
    free = {"PIP_BREAK_SYSTEM_PACKAGES": "1", "UV_BREAK_SYSTEM_PACKAGES": "1"}
    return env | free | {"PATH": f"{sys.base_prefix}/bin:{env['PATH']}"}


def set_environment(stage: Stage, rest: str) -> None:
    words = shlex.split(rest)
    if "=" not in words[0]:
        stage.env[words[0]] = " ".join(words[1:])
        return
    for word in words:
        name, _, value = word.partition("=")
        stage.env[name] = value


# --- copying ------------------------------------------------------------------------------------


def find_account(root: str, file: str, name: str) -> list[str] | None:
    """The row of a user or group, by name or id."""
    rows = [line.split(":") for line in pathlib.Path(root, "etc", file).read_text().splitlines()]
    return next((row for row in rows if name in (row[0], row[2])), None)


def owner_of(root: str, owner: str) -> tuple[int, int] | None:
    """The ids of a `--chown`. A user that is not there is root, as for BuildKit (`user_linux.go`)."""
    if not owner:
        return None
    user, _, group = owner.partition(":")
    row = find_account(root, "passwd", user)
    uid = int(user) if user.isdigit() else int(row[2]) if row else 0
    if not group:
        return uid, int(row[3]) if row and not user.isdigit() else uid
    row = find_account(root, "group", group)
    return uid, int(group) if group.isdigit() else int(row[2]) if row else 0


def find_sources(root: str, pattern: str, step: Step) -> list[tuple[str, str]]:
    """What a source stands for: each path with the pattern. None is well for a pattern whose folder is
    there (BuildKit's `AllowEmptyWildcard`)."""
    if re.match(r"https?://|git@", pattern):
        raise BuildError(1, f"not simulated: {step.text}")
    # `/./` tells `--parents` which folders to leave out.
    path = os.path.normpath(pattern).lstrip("/")
    hits = sorted(glob.glob(os.path.join(root, path), include_hidden=True))
    folder = os.path.join(root, os.path.dirname(re.split(r"[*?\[]", path)[0]))
    if not hits and not (re.search(r"[*?\[]", path) and os.path.isdir(folder)):
        raise BuildError(1, f'"/{path}": not found')
    return [(pattern, hit) for hit in hits]


def copy_tree(source: str, to: str, owner: tuple[int, int] | None, exclude: list[tuple[bool, str]]) -> None:
    """Copies a file, or what a folder holds. A folder that was there keeps its owner and mode, those
    in it do not (fsutil's `overwriteTargetMetadata`)."""
    if not os.path.isdir(source):
        if not ignored(os.path.basename(source), exclude):
            make_folders(os.path.dirname(to), owner)
            copy_entry(source, to, owner)
        return
    make_folders(to, owner)
    for folder, folders, files in os.walk(source):
        inside = os.path.relpath(folder, source)
        for name in [*folders, *files]:
            rest = os.path.normpath(os.path.join(inside, name))
            if not ignored(rest, exclude):
                copy_entry(os.path.join(source, rest), os.path.join(to, rest), owner)


def copy_entry(source: str, to: str, owner: tuple[int, int] | None) -> None:
    make_folders(os.path.dirname(to), owner)
    if os.path.isdir(source) and not os.path.islink(source):
        os.makedirs(to, exist_ok=True)
        shutil.copystat(source, to)
    else:
        if os.path.lexists(to):
            os.remove(to)
        shutil.copy2(source, to, follow_symlinks=False)
    status = os.lstat(source)
    os.chown(to, *(owner or (status.st_uid, status.st_gid)), follow_symlinks=False)


def make_folders(path: str, owner: tuple[int, int] | None) -> None:
    if not os.path.isdir(path):
        make_folders(os.path.dirname(path), owner)
        os.mkdir(path, 0o755)
        os.chown(path, *(owner or (0, 0)))


def main() -> int:
    reader = argparse.ArgumentParser()
    reader.add_argument("dockerfile", nargs="?", default="Dockerfile", type=pathlib.Path)
    reader.add_argument("--context", default=".", type=pathlib.Path)
    reader.add_argument("--start", action="store_true")
    asked = reader.parse_args()
    if os.environ.get("MINIBUILD_INSIDE") != "1":
        env = os.environ | {"MINIBUILD_INSIDE": "1"}
        os.execvpe("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv], env)
    context, dockerfile = asked.context.resolve(), asked.dockerfile.resolve()
    beside = pathlib.Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    top = tempfile.mkdtemp(prefix="minibuild-")
    mount("-t", "tmpfs", "tmpfs", top)
    try:
        read_context(context, dockerfile, pathlib.Path(top, "context"))
        builder = Builder(top, pathlib.Path(top, "context"), dockerfile.read_text(), uv)
        last = builder.stages[-1]
        builder.build(last)
        print("Successfully built", flush=True)
        if asked.start:
            builder.execute(last, [*last.entrypoint, *last.command])
    except BuildError as error:
        print(error, flush=True)
        return error.code
    finally:
        # Lazily, with all that is mounted below; the namespace ends with this process anyway.
        subprocess.run(["umount", "-R", "-l", top], check=True)
        os.rmdir(top)
    return 0


if __name__ == "__main__":
    sys.exit(main())
