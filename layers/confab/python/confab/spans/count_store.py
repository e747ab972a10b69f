"""How much came by OpenTelemetry, and what was missing in it, by chatbot and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from confab.storage import keys
from confab.storage.table import Table
from confab.storage.writes import Change

RETENTION: Final = timedelta(days=31)
COUNTED: Final = "n."
"""What the attributes of counts begin with."""


class CountStore:
    """Adds up counts of a day, and reads those of the last days.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, chatbot_id: str, now: datetime, counts: Mapping[str, int]) -> None:
        """Add to the counts of a day; one write, and none where nothing is to be added."""
        adds = {COUNTED + name: count for name, count in counts.items() if count}
        if not adds:
            return
        change = Change((keys.ingestion(chatbot_id), now.date().isoformat()), adds=adds)
        ends = datetime.combine(now.date(), time(), UTC) + RETENTION
        change.defaults["expiresAt"] = int(ends.timestamp())
        self._table.change(change)

    def since(self, chatbot_id: str, first: date) -> Counter[str]:
        """The counts of a day and all later ones, together."""
        found: Counter[str] = Counter()
        for item in self._table.query_between(keys.ingestion(chatbot_id), first.isoformat(), "9999-12-31"):
            named = {name.removeprefix(COUNTED): int(value) for name, value in item.items() if name.startswith(COUNTED)}
            found.update(named)
        return found
