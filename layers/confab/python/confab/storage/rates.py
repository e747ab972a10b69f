"""Windows of the rate limit in the table."""

from __future__ import annotations

from confab.storage import keys
from confab.storage.table import Table
from confab.storage.writes import Change

WINDOW_KEPT_SECONDS = 120


class RateStore:
    """Counts, per key and window, how many requests have been leased."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def lease(self, key_hash: str, window: int, amount: int, window_end: int) -> int:
        """Add to a window's count.

        Args:
            window: the window's number.
            window_end: when it ends, in seconds since 1970; its item expires a while later.

        Returns:
            The count before.
        """
        change = Change((keys.rate(key_hash), f"{window:012d}"), adds={"leased": amount})
        change.defaults["expiresAt"] = window_end + WINDOW_KEPT_SECONDS
        leased: int = self._table.change(change).get("leased", 0)
        return leased
