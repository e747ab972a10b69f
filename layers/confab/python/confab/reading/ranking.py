"""Topics ranked by where better answers would help most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from confab.domain.statistics import Counters, resolution_rate
from confab.domain.topics import Topic

RISING: Final = "rising"
STEADY: Final = "steady"
FALLING: Final = "falling"
NOTABLE: Final = 1.25
"""By which factor two rates must differ to be more than steady."""
DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFigures:
    """The figures of a topic in some ISO weeks.

    Attributes:
        parent: the declared topic that it stands below; None for none.
        declared: whether the chatbot's team declared it; else it was found in conversations.
        counters: of all the weeks together.
        weekly: the conversations of each week, oldest first.
        direction: one of ``RISING``, ``STEADY`` and ``FALLING``; None where there are too few weeks to tell.
    """

    topic: Topic
    parent: Topic | None = None
    declared: bool
    counters: Counters
    weekly: Sequence[int]
    direction: str | None

    @property
    def opportunity(self) -> float:
        """How many conversations better answers could win: volume x unresolved share."""
        rate = resolution_rate(self.counters)
        return 0.0 if rate is None else self.counters.get("conversations", 0) * (1 - rate)


def ranked(figures: Sequence[TopicFigures]) -> list[TopicFigures]:
    """Topics with the greatest opportunity first; of equal ones the more frequent, then by id."""
    return sorted(figures, key=lambda each: (-each.opportunity, -each.counters.get("conversations", 0), each.topic.id))


def direction_of(weekly: Sequence[int], days_of_last: int) -> str | None:
    """Where a number of conversations a week is heading: the later half of the weeks against the earlier half, by day.

    A difference counts when it is a quarter or more and larger than chance alone would make it, which is about the root
    of the number of conversations.

    Args:
        weekly: conversations by week, oldest first.
        days_of_last: how many days of the last week have begun, 1 to 7.

    Returns:
        One of ``RISING``, ``STEADY`` and ``FALLING``; None for fewer than two weeks.
    """
    half = len(weekly) // 2
    if not half:
        return None
    later = sum(weekly[-half:])
    expected = sum(weekly[:half]) * (DAYS * (half - 1) + days_of_last) / (DAYS * half)
    change = later - expected
    if abs(change) <= sqrt(later + expected):
        return STEADY
    if later >= NOTABLE * expected:
        return RISING
    return FALLING if later <= expected / NOTABLE else STEADY
