"""Writes the files of the facts, with DuckDB. Only functions that have its layer import this module."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from confab.facts.schema import View
from confab.facts.sql import file_type, literal, quoted, stored_rows, written_time

MEMORY_MB: Final = 512
"""What the engine takes at most by itself; what needs more goes to the disk."""
ROW_GROUP: Final = 20_480
"""Rows of a part of a file: what a query reads at least, and what writing holds in memory."""
_LINE_ROOM: Final = 1 << 20


class FactWriter:
    """Writes rows and merges files.

    Args:
        folder: where the engine may put what its memory does not hold.
        memory_mb: its memory.
        threads: how many it uses.
    """

    def __init__(self, folder: Path, *, memory_mb: int = MEMORY_MB, threads: int = 2) -> None:
        self._engine = duckdb.connect()
        for setting in (
            f"memory_limit = '{memory_mb}MB'",
            f"threads = {threads}",
            f"temp_directory = {literal(str(folder))}",
            "preserve_insertion_order = false",
            "TimeZone = 'UTC'",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
        ):
            self._engine.execute(f"SET {setting}")

    def write(self, view: View, lines: Path, longest: int, target: Path) -> None:
        """Make a file of rows that stand as JSON, one a line (``written_row``).

        Args:
            longest: the length of the longest line, in bytes.
        """
        columns = ", ".join(f"{quoted(column.name)}: {literal(file_type(column))}" for column in view.columns)
        room = longest + _LINE_ROOM
        rows = (
            f"FROM read_json({literal(str(lines))}, format = 'newline_delimited', columns = {{{columns}}}, "
            f"maximum_object_size = {room})"
        )
        self._copy(f"{rows} ORDER BY {quoted(view.order)}", target)

    def merge(self, view: View, base: Path | None, tails: Sequence[Path], target: Path) -> int:
        """Make one file of a month's base and tails: what is replaced or deleted is not in it.

        Returns:
            How many rows it has.
        """
        rows = stored_rows(view, [] if base is None else [base], tails)
        return self._copy(f"FROM ({rows}) ORDER BY {quoted(view.order)}", target)

    def rows(self, select: str) -> Iterable[tuple[Any, ...]]:
        """The rows of a SELECT, some at a time."""
        cursor = self._engine.cursor().execute(select)
        while some := cursor.fetchmany(1000):
            yield from some

    def _copy(self, rows: str, target: Path) -> int:
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}"
        done = self._engine.execute(f"COPY ({rows}) TO {literal(str(target))} ({options})").fetchone()
        return int(done[0]) if done else 0


def written_row(view: View, row: Mapping[str, Any]) -> bytes:
    """A row as a line of JSON; a column that it does not have is NULL.

    Raises:
        KeyError: the view lacks a column that the row has.
    """
    known = {column.name for column in view.columns}
    if unknown := row.keys() - known:
        raise KeyError(f"{view.name} has no {sorted(unknown)[0]}")
    plain = {name: _plain(value) for name, value in row.items() if value is not None}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    return written_time(value) if isinstance(value, datetime) else value
