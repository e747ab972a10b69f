"""Floods: how many matches of a rule are told one by one; what comes on top is told together."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from confab.storage import notice_keys
from confab.storage.table import Table
from confab.storage.writes import Change

WINDOW: Final = timedelta(minutes=5)
MOST: Final = 10
"""Matches of a rule that are told one by one within a window."""


class Floods:
    """Counts the matches of rules that are told at once.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def has_room(self, chatbot_id: str, rule_id: str, now: datetime) -> bool:
        """Whether one more match of a rule may be told by itself. A process that dies may have counted one too many."""
        minutes = int(now.timestamp()) // int(WINDOW.total_seconds())
        sk = f"{notice_keys.FLOOD}{rule_id}#{minutes}"
        change = Change(
            (notice_keys.runs(chatbot_id), sk),
            adds={"n": 1},
            sets={"expiresAt": int((now + timedelta(days=1)).timestamp())},
        )
        return int(self._table.change(change).get("n", 0)) < MOST
