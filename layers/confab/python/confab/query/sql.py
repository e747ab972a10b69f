"""SQL of people over the facts' views."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from confab.facts.schema import VIEWS
from confab.query.engine import Engine, Scope
from confab.query.job import Bounds, Rows

MAX_STATEMENT: Final = 20_000
"""Characters of a statement."""
BOUNDS: Final = Bounds(rows=10_000, size=4_500_000)


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """The rows of a statement; ``as_of`` says up to when what was stored is in them (UTC), None where nothing is."""

    found: Rows
    as_of: datetime | None


class RunSql:
    """Runs a SELECT that a person wrote.

    Args:
        engine: runs the statements; DuckDB.
        check: refuses a statement that is no SELECT over the views, which it gets with it.
    """

    def __init__(self, engine: Engine, check: Callable[[str, Collection[str]], None]) -> None:
        self._engine = engine
        self._check = check

    def __call__(self, scope: Scope, statement: str) -> SqlAnswer:
        """The rows of a statement.

        Raises:
            InvalidRequest: it is no SELECT over the views, it is wrong, or it needs too much memory or time.
        """
        self._check(statement, VIEWS)
        # Views that it does not name need no files.
        named = [view for view in VIEWS if view in statement.casefold()]
        answered = self._engine.run(scope, named, None, [statement], BOUNDS)
        return SqlAnswer(answered.rows[0], answered.as_of)
