"""Packaging: the zip files that the template's folders become, and a fingerprint of everything deployed."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from local.settings import Settings, StackError, lambda_runtime
from local.template import Template, packages, template_files

_SKIPPED = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"})
_EPOCH = (1980, 1, 1, 0, 0, 0)


def build_layers(settings: Settings) -> None:
    """Build the layers' folders under build/layers, in a process of its own."""
    builder = settings.root / "local" / "build_layers.py"
    command = [sys.executable, str(builder), "--output", str(settings.root / "build" / "layers")]
    built = subprocess.run(command, cwd=settings.root, capture_output=True, text=True, check=False)
    if built.returncode:
        last = (built.stderr or built.stdout).strip().splitlines() or ["no message"]
        raise StackError(f"the layers could not be built: {last[-1]}")


def zip_folder(folder: Path, *, compiled: bool) -> bytes:
    """A zip of a folder that is byte for byte the same while its files are: order, dates and modes are fixed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in _files(folder, compiled=compiled):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def package(settings: Settings, uri: str) -> bytes:
    """The zip for a CodeUri or ContentUri: of the built folder for a layer, of the source itself for a function."""
    source = settings.root / uri
    built = settings.root / "build" / "layers" / source.name
    is_layer = source.parent.name == "layers" and built.is_dir()
    folder = built if is_layer else source
    if not folder.is_dir():
        raise StackError(f"the template names {uri}, which is not there")
    return zip_folder(folder, compiled=is_layer)


def fingerprint(settings: Settings, template: Template, given: dict[str, str]) -> str:
    """A digest of the template, its parameters and every source file it packages."""
    digest = hashlib.sha256()
    for path in template_files(settings.template):
        digest.update(path.read_bytes())
    digest.update(repr((sorted(given.items()), lambda_runtime())).encode())
    # Another way of building or deploying may give another result from the same sources.
    for path in [settings.root / "local" / "build_layers.py", *sorted(Path(__file__).parent.glob("*.py"))]:
        if path.is_file():
            digest.update(path.read_bytes())
    for uri in sorted(set(packages(template).values())):
        folder = settings.root / uri
        for path in _files(folder, compiled=False):
            digest.update(f"{uri}\0{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path, *, compiled: bool) -> Iterator[Path]:
    """The files of a folder in a fixed order; caches count only where they were built on purpose."""
    for parent, children, names in os.walk(folder):
        children[:] = sorted(child for child in children if compiled or child not in _SKIPPED)
        for name in sorted(names):
            if compiled or not name.endswith(".pyc"):
                yield Path(parent, name)
