"""Which conversations readers see: none that is being erased, and none whose retention has passed.

A conversation's row says when it was last active by the functions' own clock. Once the chatbot's retention has passed,
no reader sees it; the sweep erases it soon after. That needs no write, and a changed retention applies at once to
present conversations. The table's own expiry would remove a row and its messages hours apart.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from confab.storage import keys
from confab.storage.clocks import to_micros
from confab.storage.conversation_row import ACTIVE, ERASING
from confab.storage.row import ConversationRow
from confab.storage.values import Item


class Visibility:
    """Tells by a row whether a conversation may be read.

    Args:
        retention_of: gives the retention of a chatbot; None for one that keeps for ever.
        now: the clock.
    """

    def __init__(self, retention_of: Callable[[str], timedelta | None], now: Callable[[], datetime]) -> None:
        self._retention_of = retention_of
        self._now = now

    def cutoff(self, chatbot_id: str) -> int | None:
        """What was last active at this time or before has expired, in microseconds; None where nothing expires."""
        retention = self._retention_of(chatbot_id)
        return None if retention is None else to_micros(self._now() - retention)

    def expired(self, row: Item) -> bool:
        """Whether the retention of a conversation has passed."""
        cutoff = self.cutoff(keys.split_conversation(row["pk"])[0]) if ACTIVE in row else None
        return cutoff is not None and row[ACTIVE] <= cutoff

    def readable(self, row: Item | None) -> bool:
        """Whether there is such a conversation for those who read."""
        return row is not None and ERASING not in row and not self.expired(row)

    def shows(self, row: ConversationRow) -> bool:
        """As ``readable``, of a row that was read; not of one that is not there."""
        return bool(row) and self.readable(row.item)

    def keeps(self, chatbot_id: str, stored_at: datetime) -> bool:
        """Whether what belongs to no conversation and was stored at a time is still kept."""
        cutoff = self.cutoff(chatbot_id)
        return cutoff is None or to_micros(stored_at) > cutoff


NO_RETENTION: Final = Visibility(lambda _: None, lambda: datetime.max.replace(tzinfo=UTC))
"""Nothing expires."""
