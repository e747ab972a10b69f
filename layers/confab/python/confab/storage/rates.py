"""Windows of the rate limit in the table."""

from __future__ import annotations

from collections.abc import Mapping

from confab.storage import keys
from confab.storage.table import Table
from confab.storage.writes import Change

WINDOW_KEPT_SECONDS = 120


class RateStore:
    """Counts the leased amounts, by key and window."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, key_id: str, window: str, amounts: Mapping[str, int], window_end: int) -> Mapping[str, int]:
        """Add to a window's counters.

        Args:
            window: names the window among those of the key.
            amounts: what to add, by counter.
            window_end: when it ends, in seconds since 1970; its item expires a while later.

        Returns:
            The counters before.
        """
        change = Change((keys.rate(key_id), window), adds=dict(amounts))
        change.defaults["expiresAt"] = window_end + WINDOW_KEPT_SECONDS
        return self._table.change(change)
