"""Statements with their bounds, and the rows that they give: what is known without the engine that runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a statement may use.

    Attributes:
        memory_mb: of DuckDB, in MiB.
        rows: the most that are given.
        size: the most that the rows have as JSON, about, in bytes.
    """

    memory_mb: int = 1024
    threads: int = 2
    seconds: float = 12.0
    rows: int = 10_000
    size: int = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Statements, and what they may read.

    Attributes:
        folders: those whose files may be read; no other file may be.
        views: a SELECT over those files for each view, by name.
        statements: what is run, one after the other.
    """

    folders: Sequence[str]
    views: Mapping[str, str]
    statements: Sequence[str]
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a statement, values as JSON has them.

    Attributes:
        cut: whether there were more rows than the bounds let through.
    """

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    cut: bool
