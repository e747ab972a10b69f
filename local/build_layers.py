"""Builds the layers and the functions' folders as they go into Lambda: no caches, no tests, compiled bytecode.

    python local/build_layers.py --output build/layers               all layers, for this machine and this Python
    python local/build_layers.py --layer confab --artifact DIR       one layer, straight into DIR
    python local/build_layers.py --function functions/track --artifact DIR

With --architecture the packages are the wheels for Lambda's Linux on that processor, whatever this machine is; without
it they are this machine's. With --runtime the bytecode is made by that minor version of Python, which must be
installed: a .pyc of another version is dead weight that Lambda ignores.

Lambda mounts the code read-only, so it can never write bytecode itself, and every cold start would compile each module
it imports. That is why the bytecode is shipped, and why it is unchecked: nobody edits a source in a layer.

Needs nothing but pip; pip's own configuration (index, certificates, caches) applies.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("confab", "dependencies", "duckdb")

_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
# python3.11 runs on Amazon Linux 2 (glibc 2.26), its successors on Amazon Linux 2023 (glibc 2.34).
_GLIBC = ("manylinux_2_17", "manylinux2014")
_NEWER_GLIBC = ("manylinux_2_34", "manylinux_2_31", "manylinux_2_28", *_GLIBC)
_LAST_ON_AMAZON_LINUX_2 = (3, 11)

_CACHES = ("__pycache__", "*.pyc", "*.pyo", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".DS_Store")
_NOT_SHIPPED = (*_CACHES, "tests", "Makefile", "requirements.txt")
# The runtime brings these; a copy in the layer would cost 25 MB and a slower start.
_IN_THE_RUNTIME = ("boto3", "botocore", "s3transfer")
# Facts about the installation, not about the package; RECORD would also name files that are gone.
_INSTALLER_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


class BuildError(Exception):
    """Why the build cannot go on, in one line."""


@dataclass(frozen=True)
class Target:
    """What is built for."""

    python: str
    version: tuple[int, int]
    architecture: str | None

    @property
    def pip_options(self) -> list[str]:
        """How pip is told to install for Lambda; nothing when the target is this machine."""
        if self.architecture is None:
            return []
        names = _GLIBC if self.version <= _LAST_ON_AMAZON_LINUX_2 else _NEWER_GLIBC
        options = ["--only-binary=:all:", "--implementation", "cp", "--python-version", "{}.{}".format(*self.version)]
        for name in names:
            options += ["--platform", f"{name}_{_MACHINES[self.architecture]}"]
        return options


def find_target(runtime: str | None, architecture: str | None, python: str | None) -> Target:
    """The interpreter to build with; it must be of the runtime's minor version."""
    wanted = _parse_runtime(runtime) if runtime else None
    if python is None:
        same = wanted is None or wanted == sys.version_info[:2]
        python = sys.executable if same else f"python{wanted[0]}.{wanted[1]}" if wanted else sys.executable
    version = _version_of(python)
    if wanted is not None and version != wanted:
        found = "is not installed" if version is None else "is Python {}.{}".format(*version)
        raise BuildError(
            f"Runtime {runtime} needs python{wanted[0]}.{wanted[1]} to build, but {python} {found}: "
            "install that version or build for another Runtime"
        )
    if version is None:
        raise BuildError(f"{python} does not run")
    return Target(python, version, architecture)


def build_layer(layer: str, artifact: Path, target: Target) -> None:
    """Build one layer into a folder, which becomes /opt."""
    python = artifact / "python"
    if layer == "confab":
        _copy(ROOT / "layers" / "confab" / "python", python)
    elif layer == "duckdb" and target.architecture is not None and target.version <= _LAST_ON_AMAZON_LINUX_2:
        # The template makes nothing of it there (condition UseQuery), but SAM builds every layer.
        python.mkdir(parents=True)
        (python / "README").write_text("DuckDB has no wheel for this runtime; python3.12 and newer have it.\n")
    else:
        _install(python, layer, target)
        _prune(python)
    _compile(python, artifact, "/opt", target)


def build_function(source: Path, artifact: Path, target: Target) -> None:
    """Build one function into a folder, which becomes /var/task."""
    if not source.is_dir():
        raise BuildError(f"{source} is not a folder")
    _copy(source, artifact)
    _compile(artifact, artifact, "/var/task", target)


def build_all(output: Path, target: Target) -> list[str]:
    """Build every layer that is missing or out of date, each into its own folder; says which."""
    built = []
    output.mkdir(parents=True, exist_ok=True)
    for layer in LAYERS:
        stamp, folder, wanted = output / f".{layer}.stamp", output / layer, fingerprint(layer, target)
        if folder.is_dir() and stamp.is_file() and stamp.read_text() == wanted:
            continue
        stamp.unlink(missing_ok=True)
        # Built beside and moved into place, so that a build that was cut short is never mistaken for a layer.
        with tempfile.TemporaryDirectory(dir=output) as scratch:
            fresh = Path(scratch) / layer
            build_layer(layer, fresh, target)
            if folder.exists():
                folder.rename(Path(scratch) / "replaced")
            fresh.rename(folder)
        stamp.write_text(wanted)
        built.append(layer)
    return built


def fingerprint(layer: str, target: Target) -> str:
    """A digest of everything that a layer is made from."""
    digest = hashlib.sha256(repr((target.version, target.architecture)).encode())
    sources = _sources(ROOT / "layers" / "confab" / "python") if layer == "confab" else [_requirements(layer)]
    for path in (Path(__file__), *sources):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(description="Build Confab's layers and functions for Lambda.")
    parser.add_argument("--output", type=Path, help="build all layers into folders here, if out of date")
    parser.add_argument("--artifact", type=Path, help="build one layer or function straight into this folder")
    parser.add_argument("--layer", choices=LAYERS)
    parser.add_argument("--function", type=Path, metavar="FOLDER")
    parser.add_argument("--runtime", metavar="python3.X", help="default: the Python that runs this")
    parser.add_argument("--architecture", choices=sorted(_MACHINES), help="default: this machine, Lambda or not")
    parser.add_argument("--python", help="the interpreter to build with; default: the runtime's, from PATH")
    options = parser.parse_args(arguments)
    if bool(options.output) == bool(options.artifact) or (
        bool(options.artifact) != (bool(options.layer) ^ bool(options.function))
    ):
        parser.error("either --output, or --artifact with one of --layer and --function")
    try:
        target = find_target(options.runtime or None, options.architecture, options.python or None)
        if options.output:
            build_all(options.output.resolve(), target)
        elif options.layer:
            build_layer(options.layer, options.artifact.resolve(), target)
        else:
            build_function(options.function.resolve(), options.artifact.resolve(), target)
    except (BuildError, OSError) as error:
        sys.stderr.write(f"build: {error}\n")
        return 1
    return 0


def _parse_runtime(runtime: str) -> tuple[int, int]:
    major, _, minor = runtime.removeprefix("python").partition(".")
    if not (runtime.startswith("python") and major.isdecimal() and minor.isdecimal()):
        raise BuildError(f"{runtime} is not a Python runtime such as python3.13")
    return int(major), int(minor)


def _version_of(python: str) -> tuple[int, int] | None:
    code = "import sys; print(*sys.version_info[:2])"
    try:
        ran = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        # Version managers put launchers on PATH that fail for a version which is not switched on.
        return None
    major, minor = ran.stdout.split()
    return int(major), int(minor)


def _copy(source: Path, destination: Path) -> None:
    shutil.copytree(source, destination, ignore=shutil.ignore_patterns(*_NOT_SHIPPED), dirs_exist_ok=True)


def _requirements(layer: str) -> Path:
    return ROOT / "layers" / layer / "requirements.txt"


def _install(destination: Path, layer: str, target: Target) -> None:
    command = [target.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--root-user-action=ignore", "--no-warn-conflicts", *target.pip_options]
    command += ["--requirement", str(_requirements(layer)), "--target", str(destination)]
    _run(command, f"pip could not install layers/{layer}/requirements.txt")


def _prune(folder: Path) -> None:
    """Drop what the functions never read."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for name in _IN_THE_RUNTIME:
        for path in (folder / name, *folder.glob(f"{name}-*.dist-info")):
            shutil.rmtree(path, ignore_errors=True)
    for notes in folder.glob("*.dist-info"):
        for name in _INSTALLER_NOTES:
            (notes / name).unlink(missing_ok=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and path.name in {"__pycache__", "test", "tests"}:
            shutil.rmtree(path)
        elif path.suffix == ".pyi":
            path.unlink()


def _compile(folder: Path, strip: Path, prefix: str, target: Target) -> None:
    """Bytecode that is the same wherever it was built: paths as Lambda sees them, no dates."""
    command = [target.python, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    _run([*command, "-s", str(strip), "-p", prefix, str(folder)], f"a source in {folder.name} does not compile")


def _run(command: list[str], complaint: str) -> None:
    try:
        subprocess.run(command, check=True)
    except subprocess.CalledProcessError as error:
        raise BuildError(f"{complaint} (exit status {error.returncode})") from None


def _sources(folder: Path) -> Iterable[Path]:
    ignored = shutil.ignore_patterns(*_NOT_SHIPPED)
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not ignored(str(folder), list(parts)):
            yield path


if __name__ == "__main__":
    sys.exit(main())
