"""Conversations that have waited too long for their analysis: when each is tried again, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest
from typing import Final

MAX_LEASE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation that waits.

    Attributes:
        since: since when.
        leased_until: until when the sweep that queued it last leaves it alone; None when no sweep did.
    """

    chatbot_id: str
    conversation_id: str
    since: datetime
    leased_until: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether no earlier sweep still gives it time."""
        return self.leased_until is None or self.leased_until <= now

    def next_lease(self, now: datetime) -> datetime:
        """Until when a sweep at this time leaves it alone: as long again as it has waited, at most a day.

        So what no consumer can finish is queued again in times that double, and once a day in the end.
        """
        return now + min(now - self.since, MAX_LEASE)


def in_turn(runs: Iterable[Sequence[Waiting]], most: int) -> list[Waiting]:
    """At most so many of several runs, one of each in turn, so that a long run keeps no other from its share."""
    return list(islice((each for each in chain.from_iterable(zip_longest(*runs)) if each is not None), most))
