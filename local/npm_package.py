"""One package of npm, fetched without its dependencies and its scripts, and checked against its pinned hash."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


class PackageMissing(Exception):
    """It could not be fetched; the text says why, in one line."""


class PackageChanged(Exception):
    """What came is not what is pinned."""


def fetch(package: str, integrity: str, environment: Mapping[str, str] = os.environ) -> bytes:
    """The archive of a package.

    Args:
        package: name and version, as in ``redoc@2.5.4``.
        integrity: the value that the registry publishes for it, ``sha512-…``.
        environment: where ``npm`` is found.

    Raises:
        PackageMissing: npm is not there, or could not fetch it.
        PackageChanged: its hash is another.
    """
    with tempfile.TemporaryDirectory() as scratch:
        command = ["npm", "pack", package, "--silent", "--ignore-scripts", "--pack-destination", scratch]
        try:
            subprocess.run(command, cwd=scratch, env=dict(environment), capture_output=True, check=True)
        except OSError:
            raise PackageMissing(f"npm is needed to fetch {package}; it was not found") from None
        except subprocess.CalledProcessError as error:
            raise PackageMissing(f"npm could not fetch {package} (exit status {error.returncode})") from None
        (found,) = Path(scratch).glob("*.tgz")
        content = found.read_bytes()
    check(package, content, integrity)
    return content


def check(package: str, content: bytes, integrity: str) -> None:
    """Compare an archive with the integrity value that the registry publishes for it.

    Raises:
        PackageChanged: it is another.
    """
    own = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if own != integrity:
        raise PackageChanged(f"{package} came with integrity {own}, not the pinned one")
