#!/usr/bin/env python3
"""Runs the rule pages' own examples on the real software that they speak of.

usage: oracle.py setup                      installs what the recipes need, into .cache
       oracle.py [run] [NAME...]            every recipe; a NAME is a rule, a case or a group of cases
       oracle.py control [NAME...]          the same with bad and good trees swapped: every one must fail
       oracle.py builds [NAME...]           the Dockerfiles of tests/builds: which fail, and where
       ... --rules DIR                      other pages than the repository's

The last line is `N passed, N failed, N skipped`; the exit code is 1 if one failed or none passed.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE / ".cache"
VENV = CACHE / "venv"
PYTHON = VENV / "bin/python"
MODULES = CACHE / "npm/node_modules"
JOBS = 2
LIMIT = 60

# The commands of this folder: a recipe names them plainly, or in braces where a program is wanted.
OWN = {
    "ssr": shlex.join(["node", str(HERE / "ssr/run.mjs")]),
    "minibuild": shlex.join([str(PYTHON), str(HERE / "minibuild.py")]),
    "postgres": shlex.join([str(PYTHON), str(HERE / "postgres.py")]),
}
FILL = {"py": shlex.quote(str(PYTHON)), "bin": shlex.quote(str(VENV / "bin")), **OWN}
PRELUDE = "".join(f'{name}() {{ {words} "$@"; }}\n' for name, words in OWN.items())
# What naming one needs.
IMPLIED = {r"\{(py|bin)\}": "py", r"(^|[\s;(])git\s": "git", r"(^|[\s{])ssr\b": "node", r"(^|[\s{])minibuild\b": "docker", r"(^|[\s{])postgres\b": "postgres"}
# What of the environment a recipe sees: ways to tools and package indexes, no settings of an application.
PASSED = re.compile(r"(PATH|LANG|LC_\w+|TZ|TMPDIR|PG_BIN|NODE_EXTRA_CA_CERTS|(PIP|UV|NPM_CONFIG|SSL_CERT|REQUESTS_CA|CURL_CA)_\w+|\w+_proxy)$", re.IGNORECASE)
RECIPE_KEYS = {"example", "run", "shows", "hides", "rc", "needs", "limit"}


# --- setting up ---------------------------------------------------------------------------------


def setup() -> int:
    """Makes the venv and the node modules; does nothing for what is up to date."""
    CACHE.mkdir(exist_ok=True)
    requirements = HERE / "requirements.txt"
    if not stamped(VENV, [requirements]):
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", "-r", requirements], check=True)
        stamp(VENV, [requirements])
    manifests = [HERE / "package.json", HERE / "package-lock.json"]
    if not shutil.which("npm"):
        print("no npm here: recipes that need node will be skipped")
    elif not stamped(MODULES.parent, manifests):
        shutil.rmtree(MODULES.parent, ignore_errors=True)
        MODULES.parent.mkdir()
        for manifest in manifests:
            shutil.copy(manifest, MODULES.parent)
        # No install scripts: esbuild's program comes in a package of its own and works without.
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=MODULES.parent, check=True)
        stamp(MODULES.parent, manifests)
    print("ready")
    return 0


def fingerprint(files: list[pathlib.Path]) -> str:
    return hashlib.sha256(b"\0".join([sys.version.encode(), *(file.read_bytes() for file in files)])).hexdigest()


def stamped(folder: pathlib.Path, files: list[pathlib.Path]) -> bool:
    mark = folder / ".stamp"
    return mark.exists() and mark.read_text() == fingerprint(files)


def stamp(folder: pathlib.Path, files: list[pathlib.Path]) -> None:
    (folder / ".stamp").write_text(fingerprint(files))


# --- tools --------------------------------------------------------------------------------------


@functools.cache
def has(tool: str) -> bool:
    """Whether a tool that recipes need is here."""
    import builds as dockerfiles

    if tool == "py":
        return PYTHON.exists()
    if tool == "uv":
        return (VENV / "bin/uv").exists()
    if tool == "node":
        return shutil.which("node") is not None and MODULES.exists()
    if tool == "git":
        return shutil.which("git") is not None
    if tool == "docker":
        return can_build()
    if tool in dockerfiles.TOOLS or tool.startswith("lacks "):
        return dockerfiles.has(tool)
    if tool == "postgres":
        import postgres

        return postgres.programs() is not None
    raise ValueError(f"`needs` names `{tool}`, which no one knows")


def can_build() -> bool:
    """Whether this machine lets minibuild work: root, mount namespaces, overlays, pip."""
    if os.getuid() != 0:
        return False
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        pathlib.Path(folder, "Dockerfile").write_text("FROM python:3-slim\nRUN python -m pip --version\n")
        words = [PYTHON, HERE / "minibuild.py"]
        try:
            return subprocess.run(words, cwd=folder, capture_output=True, timeout=LIMIT).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False


# --- recipes ------------------------------------------------------------------------------------


@dataclass
class Check:
    """What one run must come to: all of it, exit code and text."""

    code: int | None
    shows: str | None = None
    hides: list[str] = field(default_factory=list)

    def complaint(self, code: int, output: str) -> str | None:
        if code == 124:
            return "time limit"
        if self.code is None and code == 0:
            return "exit code 0, expected a failure"
        if self.code is not None and code != self.code:
            return f"exit code {code}, expected {self.code}"
        if self.shows and not re.search(self.shows, output, re.MULTILINE):
            return f"does not show {self.shows!r}"
        for pattern in self.hides:
            if re.search(pattern, output, re.MULTILINE):
                return f"shows {pattern!r}"
        return None


@dataclass
class Side:
    """A tree, the command to run in it and what that must come to."""

    run: str
    write: Callable[[pathlib.Path], None]
    check: Check


@dataclass
class Job:
    """What passes or fails as one: a case's pair, or one recipe of a page."""

    name: str
    owner: str
    bad: bool
    needs: list[str]
    limit: int
    sides: list[Side]
    # The same checks, each on a tree of the other kind: none may hold.
    swapped: list[Side]


def needs_of(run: str, named: list[str]) -> list[str]:
    implied = [tool for pattern, tool in IMPLIED.items() if re.search(pattern, run)]
    return sorted({*named, *implied})


def read_case(folder: pathlib.Path) -> Job:
    case = tomllib.loads((folder / "case.toml").read_text())

    def writer(side: str) -> Callable[[pathlib.Path], None]:
        return lambda to: shutil.copytree(folder / side, to, dirs_exist_ok=True)

    bad = Check(case.get("bad_rc"), case["bad"])
    good = Check(0, case.get("good"), [case["bad"]])
    name = f"{folder.parent.name}/{folder.name}"
    sides = [Side(case["run"], writer("bad"), bad), Side(case["run"], writer("good"), good)]
    swapped = [Side(case["run"], writer("good"), bad), Side(case["run"], writer("bad"), good)]
    return Job(name, folder.parent.name, True, needs_of(case["run"], case.get("needs", [])), case.get("limit", LIMIT), sides, swapped)


def read_page(file: pathlib.Path) -> tuple[str, bool, list[Job], list[str]]:
    """A page's rule, whether it claims to be reproduced, its own recipes and the cases that it names."""
    import page as pages

    page = pages.parse(file.read_text())
    rule = page.front["id"]
    entries = page.front.get("oracle") or []
    recipes = [entry for entry in entries if not isinstance(entry, str)]
    for recipe in recipes:
        if unknown := set(recipe) - RECIPE_KEYS:
            raise pages.PageError(f"{rule}: a recipe with {', '.join(sorted(unknown))}")
        if recipe["example"] not in page.examples:
            raise pages.PageError(f"{rule}: no example `{recipe['example']}`")
    bad_recipes = [recipe for recipe in recipes if page.examples[recipe["example"]].bad]
    good_recipes = [recipe for recipe in recipes if not page.examples[recipe["example"]].bad]
    shown = [recipe["shows"] for recipe in bad_recipes]

    def job(recipe: dict) -> Job:
        example = page.examples[recipe["example"]]
        needs = needs_of(recipe["run"], recipe.get("needs", []))
        code = recipe.get("rc", "nonzero" if example.bad else 0)
        hides = [] if example.bad else [*shown, *([recipe["hides"]] if "hides" in recipe else [])]
        check = Check(None if code == "nonzero" else code, recipe.get("shows"), hides)
        if not check.shows and not check.hides:
            raise pages.PageError(f"{rule}: `{recipe['example']}` is held against no text")

        def writer(example: pages.Example) -> Callable[[pathlib.Path], None]:
            return lambda to: pages.write(example, to, "git" in needs)

        # Only the same command on a tree of the other kind tells anything: another one fails for its own reasons.
        others = good_recipes if example.bad else bad_recipes
        twin = next((other for other in others if other["run"] == recipe["run"]), None)
        swapped = [Side(recipe["run"], writer(page.examples[twin["example"]]), check)] if twin else []
        name = f"{rule}: {recipe['example']}"
        return Job(name, rule, example.bad, needs, recipe.get("limit", LIMIT), [Side(recipe["run"], writer(example), check)], swapped)

    cases = [entry for entry in entries if isinstance(entry, str)]
    return rule, page.front.get("proof") == "reproduced", [job(recipe) for recipe in recipes], cases


# --- running ------------------------------------------------------------------------------------


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def execute(side: Side, limit: int) -> tuple[int, str]:
    """Runs a side in a scratch folder: its exit code (124 for the time limit) and all that it printed."""
    with tempfile.TemporaryDirectory(prefix="oracle-", ignore_cleanup_errors=True) as home:
        tree = pathlib.Path(home, "tree")
        tree.mkdir()
        side.write(tree)
        env = {name: value for name, value in os.environ.items() if PASSED.match(name)}
        env |= {
            "HOME": home,
            "PIP_CACHE_DIR": str(CACHE / "pip"),
            "UV_CACHE_DIR": str(CACHE / "uv"),
            "ORACLE_NODE_MODULES": str(MODULES),
            "MINIBUILD_CACHE": str(CACHE / "mounts"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        command = PRELUDE + side.run.replace("{port}", free_port())
        for word, text in FILL.items():
            command = command.replace(f"{{{word}}}", text)
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(["bash", "-c", command], cwd=tree, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                code = process.wait(limit)
            except subprocess.TimeoutExpired:
                # Politely first: a server that a recipe started may have something to clear away.
                signal_group(process.pid, signal.SIGTERM)
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    pass
                code = 124
            signal_group(process.pid, signal.SIGKILL)
            process.wait()
            output.seek(0)
            return code, output.read().decode(errors="replace")


def signal_group(group: int, number: int) -> None:
    """To the group that `execute` made, and to no other process."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass


@dataclass
class Result:
    """What became of a job."""

    verdict: str
    text: str


def judge(job: Job, control: bool) -> Result:
    missing = [tool for tool in job.needs if not has(tool)]
    if missing:
        words = ("docker (root, mount namespaces, overlays)" if tool == "docker" else tool for tool in missing)
        return Result("skipped", f"needs {', '.join(words)}")
    if control and not job.swapped:
        return Result("skipped", "no example of the other kind runs the same command")
    start = time.monotonic()
    line = ""
    for side in job.swapped if control else job.sides:
        code, output = execute(side, job.limit)
        complaint = side.check.complaint(code, output)
        if control and complaint is None:
            return Result("failed", "holds with the trees swapped, so it proves nothing")
        if not control and complaint:
            return Result("failed", f"{complaint}\n{indented(output)}")
        if control:
            line = line or complaint or ""
        elif not line and side.check.shows:
            line = line_of(side.check.shows, output)
    return Result("passed", f"{time.monotonic() - start:.1f} s  {line}".rstrip())


def line_of(pattern: str, output: str) -> str:
    match = re.search(pattern, output, re.MULTILINE)
    if not match:
        return ""
    end = output.find("\n", match.end())
    lines = output[output.rfind("\n", 0, match.start()) + 1 : end if end >= 0 else None].strip()
    return lines.splitlines()[-1][:160] if lines else ""


def indented(output: str) -> str:
    return "".join(f"    | {line}\n" for line in output.strip().splitlines()[-25:]).rstrip()


def show(verdict: str, name: str, text: str) -> None:
    print(f"{verdict:8}{name}  {text}".rstrip(), flush=True)


def run(names: list[str], rules: pathlib.Path, control: bool) -> int:
    """Runs the jobs that `names` ask for, then holds each page's claim against what came out."""
    import page as pages

    jobs = {job.name: job for job in (read_case(file.parent) for file in sorted(HERE.glob("cases/*/*/case.toml")))}
    proofs: dict[str, list[str]] = {}
    claimed = []
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)

    def fail(name: str, text: str) -> None:
        counts["failed"] += 1
        show("failed", name, text)

    for file in sorted(rules.rglob("*.md")):
        try:
            rule, reproduced, own, cases = read_page(file)
        except (pages.PageError, KeyError) as error:
            fail(file.stem, f"{type(error).__name__}: {error}")
            continue
        for job in own:
            # Two recipes of one example are told apart by a number.
            name, number = job.name, 1
            while job.name in jobs:
                number += 1
                job.name = f"{name} ({number})"
            jobs[job.name] = job
        proofs[rule] = [job.name for job in own] + cases
        if reproduced:
            claimed.append(rule)
        for case in cases:
            if case not in jobs and (not names or rule in names):
                fail(rule, f"names the case {case}, which is not there")

    def asked(job: Job) -> bool:
        by_rule = any(job.name in proofs.get(name, []) for name in names)
        return not names or by_rule or bool({job.name, job.owner} & set(names))

    for name in names:
        if name not in proofs and not any(name in (job.name, job.owner) for job in jobs.values()):
            fail(name, "no rule, case or group of that name")

    chosen = [job for job in jobs.values() if asked(job)]
    results = {}
    with ThreadPoolExecutor(JOBS) as pool:
        for job, result in zip(chosen, pool.map(lambda job: guarded(job, control), chosen)):
            results[job.name] = result
            counts[result.verdict] += 1
            show(result.verdict, job.name, result.text)

    for rule in claimed if not control else []:
        if names and rule not in names:
            continue
        found = [(jobs[name], results[name]) for name in proofs[rule] if name in results]
        if not any(job.bad and result.verdict == "passed" for job, result in found):
            skipped = [f"{job.name}: {result.text}" for job, result in found if result.verdict == "skipped"]
            fail(rule, "; ".join(["claims to be reproduced and no bad example of it was", *skipped]))
        elif not any(len(job.sides) > 1 or not job.bad for job, _ in found):
            fail(rule, "claims to be reproduced and runs no good example")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


def run_builds(names: list[str], folder: pathlib.Path) -> int:
    """Builds the repositories of `folder`, or those named."""
    import builds

    jobs = []
    for case in sorted(file.parent for file in folder.glob("*/expected")):
        expected = builds.read(case)
        command = shlex.join(["minibuild", expected.dockerfile])
        side = Side(command, functools.partial(builds.write, case), expected)
        jobs.append(Job(case.name, "builds", bool(expected.line), needs_of(command, expected.needs), 2 * LIMIT, [side], []))
    chosen = [job for job in jobs if not names or job.name in names]
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    for name in set(names) - {job.name for job in jobs}:
        counts["failed"] += 1
        show("failed", name, "no build of that name")
    with ThreadPoolExecutor(JOBS) as pool:
        for job, result in zip(chosen, pool.map(lambda job: guarded(job, False), chosen)):
            counts[result.verdict] += 1
            show(result.verdict, job.name, result.text)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] or not (counts["passed"] or counts["skipped"]) else 0


def guarded(job: Job, control: bool) -> Result:
    """A recipe that cannot be run at all is a failure, not the end of the others."""
    try:
        return judge(job, control)
    except (OSError, ValueError, re.error, subprocess.SubprocessError) as error:
        return Result("failed", f"{type(error).__name__}: {error}")


def main() -> int:
    if sys.version_info < (3, 11):
        print("needs Python 3.11 or later")
        return 1
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("words", nargs="*", metavar="setup | run | control | builds | NAME")
    reader.add_argument("--rules", type=pathlib.Path, default=HERE.parents[1] / "rules")
    asked = reader.parse_args()
    verb = asked.words[0] if asked.words and asked.words[0] in ("setup", "run", "control", "builds") else None
    if verb == "setup":
        return setup()
    if not PYTHON.exists():
        print("run `oracle.py setup` first\n0 passed, 0 failed, 0 skipped")
        return 1
    if pathlib.Path(sys.prefix).resolve() != VENV.resolve():
        # Pages are read with the venv's YAML.
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    if verb == "builds":
        return run_builds(asked.words[1:], HERE.parent / "builds")
    if not asked.rules.is_dir():
        reader.error(f"no folder {asked.rules}")
    return run(asked.words[1 if verb else 0 :], asked.rules, verb == "control")


if __name__ == "__main__":
    sys.exit(main())
