"""The cost of analyses, by chatbot and UTC day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from confab.storage import keys
from confab.storage.table import Table
from confab.storage.writes import Change

BUDGET_RETENTION: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Spent:
    """The cost of a day so far.

    Attributes:
        spent: billionths of a dollar, with what is set aside for calls under way.
        calls, tokens: of the calls that were answered.
    """

    spent: int = 0
    calls: int = 0
    tokens: int = 0


class BudgetStore:
    """Counters of the one table, changed by atomic additions alone."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._spent = 0

    def take_spent(self) -> int:
        """What was spent through this store since this was asked last, in billionths of a dollar."""
        taken, self._spent = self._spent, 0
        return taken

    def add(self, chatbot_id: str, day: date, *, spent: int, calls: int = 0, tokens: int = 0) -> int:
        """Add to a day's counters.

        Returns:
            What had been spent before, in billionths of a dollar.

        Raises:
            Unavailable: the table did not answer.
        """
        change = Change(_key(chatbot_id, day), adds={"spent": spent, "calls": calls, "tokens": tokens})
        change.defaults["expiresAt"] = int((datetime.combine(day, time(), UTC) + BUDGET_RETENTION).timestamp())
        before = _read(self._table.change(change)).spent
        self._spent += spent
        return before

    def day(self, chatbot_id: str, day: date) -> Spent:
        """A day's counters."""
        return _read(self._table.get(_key(chatbot_id, day), consistent=True) or {})


def _key(chatbot_id: str, day: date) -> tuple[str, str]:
    return keys.budget(chatbot_id), day.isoformat()


def _read(item: Mapping[str, Any]) -> Spent:
    return Spent(item.get("spent", 0), item.get("calls", 0), item.get("tokens", 0))
