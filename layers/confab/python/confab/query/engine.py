"""The engines that statements run on: what each needs to know of whose facts are asked for, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from confab.facts.reading import FactReader
from confab.platform.errors import Unavailable
from confab.query.job import Bounds, Job, Rows
from confab.query.targets import DUCKDB, Target


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose facts a query may read.

    Attributes:
        chatbot_ids: at least one.
    """

    workspace_id: str
    chatbot_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What an engine answers.

    Attributes:
        rows: of each statement.
        as_of: up to when what was stored is in them (UTC); None where nothing is.
    """

    rows: Sequence[Rows]
    as_of: datetime | None


class Engine(Protocol):
    """Runs statements over the facts of some chatbots."""

    target: Target

    def relation(self, view: str, scope: Scope) -> str:
        """What statements select from to have the rows of the facts' view."""
        ...

    def run(
        self, scope: Scope, views: Collection[str], since: datetime | None, statements: Sequence[str], bounds: Bounds
    ) -> Answered:
        """Run statements.

        Args:
            views: the facts' views that they read.
            since: nothing older is asked for (UTC).

        Raises:
            InvalidRequest: one is refused, or it needs more memory or time than it may have.
        """
        ...


class DuckDBEngine:
    """DuckDB in a process of its own, over files on this function's disk.

    Args:
        reader: opens the facts.
        run: runs a job (``isolated.run_isolated``).
    """

    target: Target = DUCKDB

    def __init__(self, reader: FactReader, run: Callable[[Job], list[Rows]]) -> None:
        self._reader = reader
        self._run = run

    def relation(self, view: str, scope: Scope) -> str:
        """The view by its name: each job has views of these chatbots alone."""
        return view

    def run(
        self, scope: Scope, views: Collection[str], since: datetime | None, statements: Sequence[str], bounds: Bounds
    ) -> Answered:
        snapshot = self._reader.open(scope.chatbot_ids, views, since)
        folders = [str(folder) for folder in snapshot.folders]
        job = Job(folders=folders, views=snapshot.sql, statements=statements, bounds=bounds)
        return Answered(self._run(job), snapshot.as_of)


class NoEngine:
    """Stands where a deployment has no copies of conversations to query."""

    target: Target = DUCKDB

    def relation(self, view: str, scope: Scope) -> str:
        """The view by its name."""
        return view

    def run(self, *_: object) -> Answered:
        """Refuse.

        Raises:
            Unavailable: always.
        """
        raise Unavailable("This deployment serves no queries: its parameter QueryEngine is none.")
