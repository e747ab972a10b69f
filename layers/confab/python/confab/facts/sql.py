"""The SQL that makes a view's rows from its files: the newest version of each conversation, without what is deleted.

It is plain text for DuckDB; whoever runs it brings the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from confab.facts.schema import EVENTS, JSON, SEARCH, VARCHAR, Column, View

EVERYTHING: Final[Mapping[str, datetime]] = {}
"""Nothing has expired."""


def literal(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name, quoted."""
    return '"' + name.replace('"', '""') + '"'


def file_type(column: Column) -> str:
    """The type of a column in files: JSON is text there, as it was written."""
    return VARCHAR if column.type == JSON else column.type


def shown_rows(
    view: View, bases: Sequence[Path], tails: Sequence[Path], cutoffs: Mapping[str, datetime] = EVERYTHING
) -> str:
    """A SELECT of the rows that people query, with the columns that they see.

    Args:
        bases, tails: local files; those of several months and chatbots may be among them, but of each month all.
        cutoffs: by chatbot, the time (UTC) up to which what was last active has expired.
    """
    columns = [f"{_shown(view, column)} AS {quoted(column.name)}" for column in view.shown]
    return _rows(", ".join(columns), view, bases, tails, visible(cutoffs))


def stored_rows(view: View, bases: Sequence[Path], tails: Sequence[Path]) -> str:
    """A SELECT of the same rows as files have them, with all columns."""
    columns = ", ".join(quoted(column.name) for column in view.columns)
    return _rows(columns, view, bases, tails, "true")


def _rows(columns: str, view: View, bases: Sequence[Path], tails: Sequence[Path], visible: str) -> str:
    if not bases and not tails:
        empty = ", ".join(f"CAST(NULL AS {file_type(column)}) AS {quoted(column.name)}" for column in view.columns)
        return f"SELECT {columns} FROM (SELECT {empty}) WHERE false"
    if not tails:
        return f"SELECT {columns} FROM {_files(bases)} WHERE {visible}"
    newest = (
        "SELECT conversation_id AS newest_id, max({'version': version, 'file': filename}) AS newest_read "
        f"FROM {_files(tails, named=True)} GROUP BY conversation_id"
    )
    of_tails = (
        f"SELECT {columns} FROM {_files(tails, named=True)} JOIN newest ON newest_id = conversation_id "
        f"WHERE newest_read = {{'version': version, 'file': filename}} AND NOT deleted AND {visible}"
    )
    if not bases:
        return f"WITH newest AS MATERIALIZED ({newest}) {of_tails}"
    # Two that read the same conversation at a time may end in any order: then a base has the newer rows.
    late = (
        f"SELECT DISTINCT newest_id AS late_id FROM {_files(bases)} AS base JOIN newest "
        "ON newest_id = base.conversation_id AND newest_read.version < base.version"
    )
    of_bases = (
        f"SELECT {columns} FROM {_files(bases)} AS base WHERE {visible} AND NOT EXISTS "
        "(SELECT 1 FROM newest WHERE newest_id = base.conversation_id AND newest_read.version >= base.version)"
    )
    return (
        f"WITH newest AS MATERIALIZED ({newest}), late AS MATERIALIZED ({late}) "
        f"{of_tails} AND conversation_id NOT IN (SELECT late_id FROM late) UNION ALL {of_bases}"
    )


def _files(paths: Iterable[Path], *, named: bool = False) -> str:
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false{', filename = true' if named else ''})"


def _shown(view: View, column: Column) -> str:
    name = quoted(column.name)
    if column.type == JSON:
        return f"CAST({name} AS JSON)"
    if view.name == EVENTS.name and column.name == "conversation_id":
        return f"CASE WHEN starts_with({name}, {literal(SEARCH)}) THEN NULL ELSE {name} END"
    return name


def visible(cutoffs: Mapping[str, datetime]) -> str:
    expired = [
        f"(chatbot_id = {literal(chatbot_id)} AND active_at <= TIMESTAMP {literal(written_time(cutoff))})"
        for chatbot_id, cutoff in sorted(cutoffs.items())
    ]
    return f"coalesce(NOT ({' OR '.join(expired)}), true)" if expired else "true"


def written_time(time: datetime) -> str:
    """A time (UTC) as files and literals have it."""
    return time.replace(tzinfo=None).isoformat(sep=" ")
