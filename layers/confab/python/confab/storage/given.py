"""Feedback, events and scores are counted on their conversation's row, in the update that they make anyway."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from confab.domain.limits import EVENTS, FEEDBACK, KINDS, SCORES, Given, Limits, minute_of, seconds_left
from confab.platform.errors import ConversationFull, TooManyRequests
from confab.storage.writes import Change

GIVEN: Final = "given."
SIZE: Final = f"{GIVEN}bytes"
MINUTE: Final = f"{GIVEN}minute"
NOW: Final = f"{GIVEN}now."


def read_given(row: Mapping[str, Any]) -> Given:
    """What a row says of the feedback, events and scores of its conversation."""
    return Given(
        feedback=row.get(GIVEN + FEEDBACK, 0),
        events=row.get(GIVEN + EVENTS, 0),
        scores=row.get(GIVEN + SCORES, 0),
        size=row.get(SIZE, 0),
        minute=row.get(MINUTE),
        feedback_now=row.get(NOW + FEEDBACK, 0),
        events_now=row.get(NOW + EVENTS, 0),
        scores_now=row.get(NOW + SCORES, 0),
    )


def require_room(given: Given, kind: str, number: int, size: int, now: datetime, limits: Limits) -> None:
    """Check that a conversation takes something more.

    Args:
        kind: one of ``domain.limits.KINDS``.
        number: how many more there will be; 0 for a change of one.
        size: how many bytes more.

    Raises:
        ConversationFull: it would hold more than it may.
        TooManyRequests: this minute's are used up.
    """
    if number > 0 and given.of(kind) + number > limits.of(kind):
        raise ConversationFull(f"The conversation is full: it takes at most {limits.of(kind):,} items of {kind}.")
    if size > 0 and given.size + size > limits.size_around:
        raise ConversationFull(
            f"The conversation is full: it takes at most {limits.megabytes_around} MB of feedback, events and scores."
        )
    if given.in_minute(kind, minute_of(now)) >= limits.a_minute(kind):
        raise TooManyRequests(
            f"The conversation takes at most {limits.a_minute(kind)} items of {kind} in a minute.", seconds_left(now)
        )


def count_given(change: Change, kind: str, number: int, size: int) -> None:
    """Count feedback, an event or a score on the row, in all."""
    change.adds |= {name: amount for name, amount in ((GIVEN + kind, number), (SIZE, size)) if amount}


def count_minute(change: Change, given: Given, kind: str, now: datetime) -> None:
    """Count one more in this minute, on a row whose minute is still the one that was read."""
    minute = minute_of(now)
    change.equals[MINUTE] = given.minute
    if given.minute == minute:
        change.adds[NOW + kind] = 1
    else:
        change.sets |= {MINUTE: minute, **{NOW + each: int(each == kind) for each in KINDS}}
