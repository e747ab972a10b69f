"""Tails: the rows of some conversations, gathered on this disk and stored as one file a view, chatbot and month."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from confab.facts.files import FactFiles
from confab.facts.parquet import FactWriter, written_row
from confab.facts.rows import ViewRow
from confab.facts.schema import VIEWS, month_folder, tail_name
from confab.platform.errors import Unavailable

TAIL_LIFE: Final = timedelta(minutes=2)
"""How long after the first of its conversations was read a tail may still be stored; merging relies on it."""
HELD_BYTES: Final = 1 << 20
"""Bytes of rows that are kept in memory before they are written to this disk."""


@dataclass(slots=True)
class _Lines:
    """The rows of a file to be."""

    path: Path
    longest: int = 0

    def append(self, lines: bytes | bytearray) -> None:
        """Write further lines."""
        with self.path.open("ab") as target:
            target.write(lines)


class Tail:
    """Gathers rows and stores them. All files of one tail have one name, whose time is that of its beginning.

    Args:
        folder: for this tail alone.
        name: of its files.
        begun_at: when it began (UTC), before anything was read.
    """

    def __init__(
        self,
        files: FactFiles,
        writer: FactWriter,
        folder: Path,
        name: str,
        begun_at: datetime,
        now: Callable[[], datetime],
    ) -> None:
        self._files = files
        self._writer = writer
        self._folder = folder
        self._name = name
        self._begun_at = begun_at
        self._now = now
        self._lines: dict[tuple[str, str, str], _Lines] = {}

    def add(self, rows: Iterable[ViewRow]) -> None:
        """Take in rows; little of them is kept in memory."""
        held: dict[tuple[str, str, str], bytearray] = {}
        for view, row in rows:
            place = view, row["chatbot_id"], row["month"]
            lines = self._lines.setdefault(place, _Lines(self._folder / f"{len(self._lines)}.json"))
            line = written_row(VIEWS[view], row)
            lines.longest = max(lines.longest, len(line))
            buffer = held.setdefault(place, bytearray())
            buffer += line
            if len(buffer) > HELD_BYTES:
                lines.append(held.pop(place))
        for place, buffer in held.items():
            self._lines[place].append(buffer)

    def store(self) -> int:
        """Store the files; how many.

        Raises:
            Unavailable: the bucket did not answer, or the tail is too old to be stored. Nothing is lost by what was
                stored so far: rows of a conversation replace one another.
        """
        for place, lines in self._lines.items():
            target = self._folder / "tail.parquet"
            self._writer.write(VIEWS[place[0]], lines.path, lines.longest, target)
            lines.path.unlink()
            if self._now() - self._begun_at > TAIL_LIFE:
                raise Unavailable("Reading conversations took too long; they are read again.")
            self._files.put(month_folder(*place) + self._name, target)
        return len(self._lines)


class Tails:
    """Begins tails.

    Args:
        files: the bucket.
        writer: writes files.
        folder: where they are gathered.
        new_id: gives a UUID that sorts by its time.
        now: the clock.
    """

    def __init__(
        self,
        files: FactFiles,
        writer: FactWriter,
        folder: Path,
        *,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._files = files
        self._writer = writer
        self._folder = folder
        self._new_id = new_id
        self._now = now

    @contextmanager
    def begin(self) -> Iterator[Tail]:
        """A tail; what was gathered of it on this disk is removed at the end, whatever happened."""
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(dir=self._folder))
        begun_at = self._now()
        try:
            yield Tail(self._files, self._writer, folder, tail_name(self._new_id()), begun_at, self._now)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
