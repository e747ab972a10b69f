"""The moment when a changed setting holds everywhere: when no function can still use its former value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from confab.domain.chatbot import Chatbot
from confab.storage.chatbot_lookup import CACHE_TIME

IN_FORCE: Final = CACHE_TIME + timedelta(seconds=1)
"""How long after a change was written it holds everywhere: what functions keep, and a second for clocks that run slow.

It is measured from the answer of the table to the one who changed, and kept by each function from before it asks: so no
two clocks are ever compared."""
CLOCKS_DIFFER: Final = timedelta(hours=1)
"""By how much the clocks of an operator's machine and of the functions may differ."""


class InForce:
    """Waits until the privacy settings of a chatbot hold in every function.

    Args:
        now: the clock.
        sleep: waits, in seconds.
    """

    def __init__(self, *, now: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._now = now
        self._sleep = sleep

    def wait(self, chatbot: Chatbot, waiting: Callable[[int], None] = lambda _: None) -> None:
        """Wait after the settings were written, and also when they were found as they are to be: the one who wrote them
        may have died before it had waited.

        Args:
            chatbot: as it was written or found.
            waiting: is told every second how many are left.
        """
        changed_at = chatbot.privacy_changed_at
        if changed_at is None or abs(self._now() - changed_at) > CLOCKS_DIFFER:
            return
        for left in range(int(IN_FORCE.total_seconds()), 0, -1):
            waiting(left)
            self._sleep(1)
