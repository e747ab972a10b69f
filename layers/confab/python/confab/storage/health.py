"""How often something of a chatbot did not work: analyses that were given up, and captures that were refused."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

from confab.storage import keys
from confab.storage.clocks import index_bounds, index_time
from confab.storage.table import Table
from confab.storage.writes import Change

SLOT: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=16)
"""For how long: two windows of a week, and a little."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def slot_of(time: datetime) -> datetime:
    """The beginning of the five minutes that a time is in."""
    return _EPOCH + (time - _EPOCH) // SLOT * SLOT


def counted(chatbot_id: str, counter: str, number: int, now: datetime) -> Change:
    """What counts something that did not work (``domain.metrics``): an item for each five minutes that have any."""
    slot = slot_of(now)
    change = Change((keys.health(chatbot_id), index_time(slot)), adds={counter: number})
    change.defaults["expiresAt"] = int((slot + KEPT).timestamp())
    return change


class HealthStore:
    """Reads what did not work.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, chatbot_id: str, counter: str, number: int, now: datetime) -> None:
        """Count something that did not work."""
        self._table.change(counted(chatbot_id, counter, number, now))

    def between(self, chatbot_id: str, since: datetime, until: datetime) -> dict[str, int]:
        """What was counted in the slots of five minutes that began in a stretch of time; its end is not in it."""
        found: Counter[str] = Counter()
        for item in self._table.query_between(keys.health(chatbot_id), *index_bounds(since, until)):
            found.update({name: number for name, number in item.items() if name not in ("pk", "sk", "expiresAt")})
        return dict(found)
