"""What an earlier run left in its state directory, looked at before the emulator reads it.

The emulator takes a file that it cannot read for an empty one, and writes over it. So what is damaged is told apart
first: without the table's file there is nothing to begin with, and everything else is made again around the table.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Final

from local.settings import Settings, StackError

TABLE: Final = "dynamodb.json"
STACKS: Final = "cloudformation.json"


def make_private(settings: Settings) -> None:
    """Let only the owner read what is stored: tables hold keys' hashes, texts and secrets of webhooks."""
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.state.chmod(0o700)
    for path in (*settings.state.glob("*.json"), *(settings.state / "emulator").glob("*.json")):
        path.chmod(0o600)


def examine(settings: Settings, now: datetime) -> list[str]:
    """Set aside what is damaged and can be made again.

    Returns:
        What to tell about it, a line each.

    Raises:
        StackError: the table cannot be read. Nothing was changed.
    """
    files = sorted((settings.state / "emulator").glob("*.json"))
    damaged = [path for path in files if not _readable(path)]
    table = settings.state / "emulator" / TABLE
    if table in damaged:
        raise StackError(
            f"{table} is damaged, and it holds all conversations. Nothing was changed. Put a copy of it back, "
            f"or begin with an empty service: mv {settings.state} {settings.state}.damaged"
        )
    told = _about_stack(settings, files, damaged, now)
    if settings.demo_file.exists() and not _readable(settings.demo_file):
        told.append(f"{settings.demo_file} is damaged, and was kept as {set_aside(settings.demo_file, now).name}.")
    return told


def _about_stack(settings: Settings, files: list[Path], damaged: list[Path], now: datetime) -> list[str]:
    names = {path.name for path in files}
    if not files or not (damaged or TABLE not in names or STACKS not in names):
        return []
    aside = settings.state / f"emulator-{now:%Y%m%dT%H%M%S}"
    aside.mkdir()
    for path in files:
        if path.name != TABLE:
            path.rename(aside / path.name)
    objects = settings.state / "emulator-s3"
    if objects.exists():
        # Buckets have other names then. What is in them is copied from the table again, or was fetched already.
        objects.rename(aside / objects.name)
    (settings.state / "deployment.json").unlink(missing_ok=True)
    missing = [name for name in (TABLE, STACKS) if name not in names]
    what = " and ".join([*(f"{path.name} is damaged" for path in damaged), *(f"{name} is missing" for name in missing)])
    outcome = "there are no conversations left" if TABLE in missing else "the service is set up again around its table"
    return [f"In {settings.state / 'emulator'}, {what}: {outcome}. What was there is kept in {aside.name}."]


def set_aside(path: Path, now: datetime) -> Path:
    return path.rename(path.with_name(f"{path.stem}-{now:%Y%m%dT%H%M%S}{path.suffix}"))


def _readable(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_bytes()), dict)
    except (OSError, ValueError):
        return False
