"""Counts the captures that are refused, for alerts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from confab.domain.metrics import REFUSED_CAPTURES
from confab.platform.cache import Cache
from confab.platform.credentials import CAPTURE, EVERY_CHATBOT, LOG_CONVERSATION, ApiKey
from confab.platform.errors import Unavailable
from confab.storage.health import HealthStore

WRITTEN_EVERY: Final = timedelta(minutes=1)
MAX_CHATBOTS: Final = 1000
STORING: Final = (CAPTURE, LOG_CONVERSATION)
"""What the routes permit that store messages."""


@dataclass(slots=True)
class _Waiting:
    """What a function has not written yet of a chatbot.

    Attributes:
        number: of refused captures.
        written_at: when it wrote last; None for never.
    """

    number: int = 0
    written_at: datetime | None = None


class CountRefusals:
    """Counts refused captures by chatbot. A capture that is accepted costs nothing more.

    A warm function writes the first one at once, and then at most once a minute what came since. What came after the
    last write and before the function ends is not counted, so the number is a lower bound.

    Args:
        health: has the counters.
        now: the clock.
    """

    def __init__(self, health: HealthStore, *, now: Callable[[], datetime]) -> None:
        self._health = health
        self._now = now
        self._waiting: Cache[str, _Waiting] = Cache(MAX_CHATBOTS)

    def __call__(self, key: ApiKey, permission: str) -> None:
        """Count a request that was refused.

        Args:
            permission: what its route permits; others than those that store messages are not counted.
        """
        if permission not in STORING or key.chatbot_id == EVERY_CHATBOT:
            return
        now, waiting = self._now(), self._waiting.of(key.chatbot_id, _Waiting)
        waiting.number += 1
        if waiting.written_at is not None and now - waiting.written_at < WRITTEN_EVERY:
            return
        # A table that does not answer now is asked again with the next one; the refusal's answer does not wait for it.
        with suppress(Unavailable):
            self._health.add(key.chatbot_id, REFUSED_CAPTURES, waiting.number, now)
            waiting.number, waiting.written_at = 0, now
