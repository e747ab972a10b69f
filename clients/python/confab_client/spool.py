"""A file that holds messages until they are confirmed, so that a process that is killed loses none of them.

Each process has a file of its own and holds a lock on it. A file that nobody holds belongs to a process that has ended:
the next process sends what is in it. Ids keep what was stored already from being stored twice.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from confab_client.item import Item


class Spool:
    """The spool of this process.

    Args:
        folder: where the files are; it is made if it is not there. It holds what users say: keep it private.

    Raises:
        OSError: the folder cannot be used, or this system has no locks on files.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{uuid.uuid4().hex}.spool"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._path = path
        self._file: TextIO = os.fdopen(descriptor, "w", encoding="utf-8")
        if not _locked(self._file):
            raise OSError("this system cannot lock files, which a spool needs")

    def add(self, item: Item) -> None:
        """Keep a message until it is confirmed."""
        self._file.write(item.line() + "\n")
        self._file.flush()

    def forget(self, remaining: Iterable[Item] = ()) -> None:
        """Keep these messages and no others."""
        self._file.seek(0)
        self._file.truncate()
        for item in remaining:
            self._file.write(item.line() + "\n")
        self._file.flush()

    def left(self) -> list[Item]:
        """What processes that have ended left; it becomes this one's to send. A line that is not whole is skipped."""
        found: list[Item] = []
        for path in sorted(self._folder.glob("*.spool")):
            if path != self._path:
                found += self._taken(path)
        return found

    def _taken(self, path: Path) -> list[Item]:
        found: list[Item] = []
        with contextlib.suppress(FileNotFoundError), path.open("r+", encoding="utf-8", errors="replace") as file:
            if not _locked(file):
                return []
            for line in file:
                with contextlib.suppress(ValueError):
                    found.append(Item.of_line(line))
            for item in found:
                self.add(item)
            path.unlink(missing_ok=True)
        return found

    def close(self, *, keep: bool) -> None:
        """Give the file up: for the next process where it is to be kept, else for good."""
        if not keep:
            self._path.unlink(missing_ok=True)
        self._file.close()


def _locked(file: TextIO) -> bool:
    """Whether this process now holds the lock of a file."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
