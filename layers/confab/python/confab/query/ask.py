"""Asking the query language's views: rows and figures, the keys and values of properties, and searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from confab.platform.errors import UnprocessableEntity
from confab.query.compiler import Output, compile_query
from confab.query.conditions import Conditions, time_of
from confab.query.engine import Answered, Engine, Scope
from confab.query.job import Bounds
from confab.query.language import Condition, Every, Filter, Query
from confab.query.parts import fault, named
from confab.query.sources import source_of
from confab.query.targets import quoted
from confab.query.values import decoded
from confab.query.views import EVENTS, View

MAX_ROWS: Final = 10_000
MAX_KEYS: Final = 1000
TOP_SEARCHES: Final = 100
ROWS: Final = Bounds(rows=MAX_ROWS)
"""What a query's answer may have, which has no pages."""
EXPORT: Final = Bounds(rows=200_000, size=60_000_000)
"""What an export may have, which has all rows."""
TOO_LARGE: Final = (
    f"The export has more than {EXPORT.rows:,} rows or {EXPORT.size // 1_000_000} MB: ask for less in where or select."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows of a query.

    Attributes:
        rows: the values of each, in the order of the columns; None for nothing.
        total: how many there are without limits.
        as_of: up to when what was stored is in them (UTC); None where nothing is.
    """

    columns: Sequence[Output]
    rows: Sequence[Sequence[Any]]
    total: int
    as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Texts with how often each is, and how many different ones there are; ``as_of`` is that of ``Found``."""

    texts: Sequence[tuple[str, int]]
    total: int
    as_of: datetime | None


class AskViews:
    """Asks the views of the query language.

    Args:
        engine: runs the statements.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._target = engine.target

    def __call__(self, scope: Scope, view: View, query: Query, *, whole: bool = False) -> Found:
        """The rows of a query.

        Args:
            whole: whether all rows are needed, as far as ``EXPORT`` goes.

        Raises:
            UnprocessableEntity: it asks for what the view has not, or for more than an export has; the message says
                where.
            InvalidRequest: it needs more memory or time than it may have.
        """
        bounds = EXPORT if whole else ROWS
        compiled = compile_query(query, view, self._source(scope, view), self._target, bounds.rows + 1)
        since = earliest(query.where, view)

        def run(statement: str) -> Answered:
            return self._engine.run(scope, [view.name], since, [statement], bounds)

        answered = run(compiled.statement)
        (found,) = answered.rows
        if found.cut and whole:
            raise UnprocessableEntity(TOO_LARGE)
        rows = [
            [decoded(output.kind, value) for output, value in zip(compiled.outputs, row, strict=True)]
            for row in found.rows
        ]
        total = run(compiled.count).rows[0].rows[0][0] if found.cut else len(rows)
        return Found(columns=compiled.outputs, rows=rows, total=int(total), as_of=answered.as_of)

    def keys(self, scope: Scope, field: str, views: Sequence[View], where: Filter) -> Counted:
        """The keys of the objects in a JSON field of some views, in order.

        Args:
            where: a filter that at least one of the views can answer; the others are left out.

        Raises:
            UnprocessableEntity: none of the views can answer the filter.
        """
        keys = f"CROSS JOIN unnest({self._target.keys(self._target.parsed(named(field)))}) AS keys (one)"
        return self._texts(scope, views, where, lambda source: f"SELECT one FROM {source} {keys}", "one", MAX_KEYS)

    def values(self, scope: Scope, field: str, key: str, views: Sequence[View], where: Filter, limit: int) -> Counted:
        """The values of a key of the objects in a JSON field of some views, as text, the most frequent first.

        Raises:
            UnprocessableEntity: none of the views can answer the filter.
        """
        one = self._target.text_of(self._target.at(self._target.parsed(named(field)), (key,)))
        select = f"SELECT {one} AS one FROM "
        return self._texts(scope, views, where, lambda source: select + source, "times DESC, one", limit)

    def _texts(
        self,
        scope: Scope,
        views: Sequence[View],
        where: Filter,
        select: Callable[[str], str],
        order: str,
        limit: int,
    ) -> Counted:
        able = [view for view in views if set(_fields(where)) <= set(view.columns)]
        if not able:
            raise fault("where", "has fields that are in none of the views")

        def part(view: View) -> str:
            passes = Conditions(view, self._target).where(where, "")
            return f"{select(f'({self._source(scope, view)}) AS source')} WHERE {passes}"

        statement = (
            f"WITH found AS ({' UNION ALL '.join(map(part, able))}) SELECT one, count(*) AS times FROM found "
            f"WHERE one IS NOT NULL GROUP BY one ORDER BY {order} LIMIT {limit}"
        )
        answered = self._engine.run(scope, [view.name for view in able], None, [statement], ROWS)
        found = [(str(one), int(times)) for one, times in answered.rows[0].rows]
        return Counted(texts=found, total=len(found), as_of=answered.as_of)

    def top_searches(self, scope: Scope, after: datetime | None, project_id: str | None) -> Counted:
        """What was searched for most often, without regard to capitals and blanks around it."""
        searches = self._searches(scope, after, project_id)
        query = "lower(trim(search_query))"
        answered = self._engine.run(
            scope,
            [EVENTS.name],
            after,
            [
                f"SELECT {query} AS one, count(*) AS times {searches} AND trim(search_query) <> '' GROUP BY 1 "
                f"ORDER BY 2 DESC, 1 LIMIT {TOP_SEARCHES}",
                f"SELECT count(DISTINCT {query}) {searches} AND trim(search_query) <> ''",
            ],
            ROWS,
        )
        found = [(str(one), int(times)) for one, times in answered.rows[0].rows]
        return Counted(texts=found, total=int(answered.rows[1].rows[0][0]), as_of=answered.as_of)

    def weekly_users(self, scope: Scope, after: datetime | None, project_id: str | None) -> Counted:
        """How many users searched in each week, by its Monday (UTC); searches of nobody known are not counted."""
        statement = (
            "SELECT date_trunc('week', created_at) AS week, count(DISTINCT user_id) AS users "
            f"{self._searches(scope, after, project_id)} GROUP BY 1 ORDER BY 1"
        )
        answered = self._engine.run(scope, [EVENTS.name], after, [statement], ROWS)
        found = [(str(week)[:10], int(users)) for week, users in answered.rows[0].rows]
        return Counted(texts=found, total=len(found), as_of=answered.as_of)

    def _searches(self, scope: Scope, after: datetime | None, project_id: str | None) -> str:
        since = "" if after is None else f" AND created_at >= {self._target.time(after)}"
        project = "" if project_id is None else f" AND project_id = {quoted(project_id)}"
        return f"FROM {self._engine.relation(EVENTS.name, scope)} WHERE entity_type = 'search'{since}{project}"

    def _source(self, scope: Scope, view: View) -> str:
        relation = self._engine.relation(view.name, scope)
        return source_of(view, scope.workspace_id, relation=relation)


def earliest(where: Filter, view: View) -> datetime | None:
    """The time before which no row can pass a filter; None where nothing says so."""
    if isinstance(where, Condition):
        after = where.field == view.time and where.operator in ("gt", "gte", "eq")
        return time_of(where.value) if after else None
    if not isinstance(where, Every):
        return None
    return max((time for each in where.filters if (time := earliest(each, view)) is not None), default=None)


def _fields(where: Filter) -> Iterator[str]:
    if isinstance(where, Condition):
        yield where.field
    else:
        for each in where.filters:
            yield from _fields(each)
