#!/usr/bin/env python3
"""Runs a Dockerfile's steps for real, with no daemon and no image.

The base is this machine's own root under throw-away overlays, in a private mount namespace: real users,
real pip and uv, nothing kept. Stages, `.dockerignore`, heredocs, `COPY --from=<stage>` and bind mounts
work; a foreign image as a source is refused (`not simulated`), but for uv's own.

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
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

HEREDOC = re.compile(r"<<-?(['\"]?)(\w+)\1")
VARIABLE = re.compile(r"\\\$|\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})")
# Folders that an image does not have or has empty, whatever this machine keeps there.
EMPTY = ("app", "code", "src", "srv", "tmp", "workspace")


class BuildError(Exception):
    """A failed step: its exit code and what to print."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Step:
    """An instruction: its keyword, flags, rest and heredoc bodies."""

    text: str
    keyword: str
    flags: list[tuple[str, str]]
    rest: str
    bodies: list[str]

    def flag(self, name: str) -> str | None:
        return next((value for key, value in self.flags if key == name), None)


@dataclass
class Stage:
    """A stage: what it starts from, its steps, and where it is mounted once it was built."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    root: str = ""
    env: dict[str, str] = field(default_factory=dict)
    cwd: str = "/"
    user: str = "root"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


# --- reading ------------------------------------------------------------------------------------


def read_steps(text: str) -> list[Step]:
    lines = iter(text.splitlines())
    steps = []
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = line
        while whole.rstrip().endswith("\\"):
            following = next(lines, "")
            if following.lstrip().startswith("#"):
                continue
            whole = whole.rstrip()[:-1] + following
        keyword, _, rest = whole.strip().partition(" ")
        keyword, rest, flags, bodies = keyword.upper(), rest.strip(), [], []
        while match := re.match(r"--([\w-]+)(?:=(\S*))?\s+", rest):
            flags.append((match[1], match[2] or ""))
            rest = rest[match.end() :]
        if keyword in ("RUN", "COPY", "ADD"):
            for match in HEREDOC.finditer(rest):
                body = []
                for inner in lines:
                    if inner.strip() == match[2]:
                        break
                    body.append(inner + "\n")
                bodies.append("".join(body))
        steps.append(Step(whole.strip(), keyword, flags, rest, bodies))
    return steps


def read_stages(text: str) -> list[Stage]:
    stages: list[Stage] = []
    arguments: dict[str, str] = {}
    for step in read_steps(text):
        if step.keyword == "FROM":
            words = expand(step.rest, arguments).split()
            name = words[2] if len(words) == 3 else str(len(stages))
            stages.append(Stage(words[0] if words else "", name, env=dict(arguments)))
        elif stages:
            stages[-1].steps.append(step)
        elif step.keyword == "ARG":
            name, _, value = step.rest.partition("=")
            arguments[name] = expand(value.strip("\"'"), arguments)
    if not stages:
        raise BuildError(1, "no FROM")
    return stages


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


def command_of(rest: str) -> list[str]:
    return json.loads(rest) if rest.startswith("[") else ["/bin/sh", "-c", rest]


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
        if (path.is_file() or path.is_symlink()) and not ignored(name, patterns):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to / name, follow_symlinks=False)


# --- building -----------------------------------------------------------------------------------


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


class Builder:
    """The stages of one Dockerfile, under a temporary folder of its own."""

    def __init__(self, top: str, context: pathlib.Path, stages: list[Stage], uv: str | None) -> None:
        self.top, self.context, self.stages, self.uv = top, context, stages, uv

    def stage(self, name: str | None) -> Stage | None:
        named = (stage for stage in self.stages if name is not None and stage.name.lower() == name.lower())
        return next(named, self.stages[int(name)] if name and name.isdigit() and int(name) < len(self.stages) else None)

    def build(self, stage: Stage) -> None:
        """Builds a stage after those that it needs; like BuildKit, no others."""
        if stage.root:
            return
        sources = [step.flag("from") for step in stage.steps]
        sources += [found[1] for step in stage.steps for found in re.finditer(r"from=([\w.-]+)", step.flag("mount") or "")]
        for name in (stage.base, *sources):
            if (needed := self.stage(name)) and needed is not stage:
                self.build(needed)
        self.open(stage)
        for number, step in enumerate(stage.steps, 1):
            print(f"STEP {number}/{len(stage.steps)}: {step.text}", flush=True)
            try:
                self.step(stage, step)
            except BuildError as error:
                raise BuildError(error.code, f"{error}\nError: building at STEP {step.text!r}: exit status {error.code}".strip()) from error

    def open(self, stage: Stage) -> None:
        number = self.stages.index(stage)
        upper, work, root = (f"{self.top}/{number}{kind}" for kind in ("upper", "work", "root"))
        for folder in (upper, work, root):
            os.mkdir(folder)
        base = self.stage(stage.base)
        if base and base is not stage:
            stage.layers = [upper, *base.layers]
            stage.env, stage.cwd, stage.user = dict(base.env), base.cwd, base.user
            stage.entrypoint, stage.command = base.entrypoint, base.command
        else:
            stage.layers, stage.env = [upper], image_environment()
            for name in EMPTY:
                os.mkdir(f"{upper}/{name}", 0o755)
                os.setxattr(f"{upper}/{name}", "trusted.overlay.opaque", b"y")
            os.chmod(f"{upper}/tmp", 0o1777)
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
        found = shutil.which("python", path=stage.env["PATH"])
        if not found:
            (root / "usr/local/bin/python").symlink_to(f"{sys.base_prefix}/bin/python3")
        if "astral-sh/uv" in stage.base:
            self.copy_uv(root / "usr/local/bin")

    def copy_uv(self, to: pathlib.Path) -> None:
        if not self.uv:
            raise BuildError(1, "not simulated: no uv here")
        to.mkdir(parents=True, exist_ok=True)
        for name in ("uv", "uvx"):
            (to / name).unlink(missing_ok=True)
            shutil.copy2(pathlib.Path(self.uv).with_name(name), to / name)

    def step(self, stage: Stage, step: Step) -> None:
        rest = step.rest if step.keyword in ("RUN", "CMD", "ENTRYPOINT") else expand(step.rest, stage.env)
        if step.keyword == "WORKDIR":
            stage.cwd = os.path.normpath(os.path.join(stage.cwd, rest.strip("\"'")))
            os.makedirs(stage.root + stage.cwd, exist_ok=True)
        elif step.keyword == "USER":
            stage.user = rest
        elif step.keyword in ("ENV", "ARG"):
            set_variables(stage, step.keyword, rest)
        elif step.keyword in ("COPY", "ADD"):
            self.copy(stage, step, rest)
        elif step.keyword == "RUN":
            self.run(stage, step)
        elif step.keyword == "CMD":
            stage.command = command_of(rest)
        elif step.keyword == "ENTRYPOINT":
            stage.entrypoint, stage.command = command_of(rest), []
        elif step.keyword in ("ONBUILD", "SHELL"):
            raise BuildError(1, f"not simulated: {step.text}")

    def copy(self, stage: Stage, step: Step, rest: str) -> None:
        *sources, target = words_of(rest)
        to = stage.root + os.path.normpath(os.path.join(stage.cwd, target))
        folder = target.endswith(("/", ".")) or os.path.isdir(to) or len(sources) > 1
        source = step.flag("from")
        if source and not self.stage(source):
            if "astral-sh/uv" in source:
                return self.copy_uv(pathlib.Path(to if folder else os.path.dirname(to)))
            raise BuildError(1, f"not simulated: {step.text}")
        if step.bodies:
            os.makedirs(to if folder else os.path.dirname(to), exist_ok=True)
            for name, body in zip(HEREDOC.findall(rest), step.bodies):
                pathlib.Path(to, name[1]).write_text(body) if folder else pathlib.Path(to).write_text(body)
            return None
        root = self.stage(source).root if source else str(self.context)
        found = []
        for pattern in sources:
            if re.match(r"https?://|git@", pattern):
                raise BuildError(1, f"not simulated: {step.text}")
            hits = sorted(glob.glob(os.path.join(root, os.path.normpath(pattern).lstrip("/")), include_hidden=True))
            if not hits:
                raise BuildError(1, f'"/{os.path.normpath(pattern).lstrip("/")}": not found')
            found += hits
        if len(found) > 1 and not (target.endswith("/") or target == "."):
            raise BuildError(1, "When using COPY with more than one source file, the destination must be a directory and end with a /")
        for path in found:
            if os.path.isdir(path):
                shutil.copytree(path, to, dirs_exist_ok=True, symlinks=True)
            else:
                file = os.path.join(to, os.path.basename(path)) if folder else to
                os.makedirs(os.path.dirname(file), exist_ok=True)
                shutil.copy2(path, file)
        if owner := step.flag("chown"):
            subprocess.run(["chroot", stage.root, "chown", "-R", owner, to.removeprefix(stage.root)], check=True)
        return None

    def run(self, stage: Stage, step: Step) -> None:
        bound = [self.bind(stage, value) for name, value in step.flags if name == "mount"]
        try:
            if step.bodies and HEREDOC.fullmatch(step.rest):
                self.execute(stage, ["/bin/sh", "-c", step.bodies[0]])
            elif step.bodies:
                ends = [f"{body}{match[2]}\n" for match, body in zip(HEREDOC.finditer(step.rest), step.bodies)]
                self.execute(stage, ["/bin/sh", "-c", f"{step.rest}\n{''.join(ends)}"])
            else:
                self.execute(stage, command_of(step.rest))
        finally:
            for path, made in bound:
                if path:
                    subprocess.run(["umount", path], check=True)
                    if made:
                        os.remove(path) if os.path.isfile(path) else os.rmdir(path)

    def bind(self, stage: Stage, options: str) -> tuple[str, bool]:
        """Mounts what `--mount=type=bind` names; other kinds are caches, secrets: nothing to see."""
        words = dict(word.partition("=")[::2] for word in options.split(","))
        if words.get("type", "bind") != "bind":
            return "", False
        other = self.stage(words.get("from"))
        if words.get("from") and not other:
            raise BuildError(1, f"not simulated: --mount={options}")
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

    def execute(self, stage: Stage, command: list[str]) -> None:
        env, who = dict(stage.env), []
        if stage.user not in ("root", "0"):
            name = stage.user.partition(":")[0]
            found = subprocess.run(["chroot", stage.root, "id", "-g", name], capture_output=True, text=True)
            if found.returncode and not name.isdigit():
                raise BuildError(125, f"unable to find user {name}: no matching entries in passwd file")
            who = ["--userspec", stage.user if ":" in stage.user else f"{name}:{found.stdout.strip() or 0}"]
            env["HOME"] = f"/home/{name}"
        done = subprocess.run(["chroot", *who, stage.root, "/usr/bin/env", "-C", stage.cwd, *command], env=env, stderr=subprocess.STDOUT)
        if done.returncode:
            raise BuildError(done.returncode)


def image_environment() -> dict[str, str]:
    """Of this process's environment only what reaches the package index; the rest as in an image."""
    passed = re.compile(r"(PIP|UV)_(?!CACHE|BREAK)|SSL_CERT_|REQUESTS_CA|CURL_CA|.*_proxy$", re.IGNORECASE)
    env = {name: value for name, value in os.environ.items() if passed.match(name)}
    return env | {
        "HOME": "/root",
        "PATH": f"{sys.base_prefix}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        # The base is a distribution's Python, which refuses what an image's Python allows.
        "PIP_BREAK_SYSTEM_PACKAGES": "1",
        "UV_BREAK_SYSTEM_PACKAGES": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "UV_PYTHON_DOWNLOADS": "never",
    }


def set_variables(stage: Stage, keyword: str, rest: str) -> None:
    words = shlex.split(rest)
    if keyword == "ENV" and "=" not in words[0]:
        stage.env[words[0]] = " ".join(words[1:])
        return
    for word in words:
        name, given, value = word.partition("=")
        if keyword == "ENV" or (given and name not in stage.env):
            stage.env[name] = value


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
        stages = read_stages(dockerfile.read_text())
        read_context(context, dockerfile, pathlib.Path(top, "context"))
        builder = Builder(top, pathlib.Path(top, "context"), stages, uv)
        builder.build(stages[-1])
        print("Successfully built", flush=True)
        if asked.start:
            builder.execute(stages[-1], [*stages[-1].entrypoint, *stages[-1].command])
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
