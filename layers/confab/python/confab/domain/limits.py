"""Limits of a conversation: its size, and the rate of its feedback, events and scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

FEEDBACK: Final = "feedback"
EVENTS: Final = "events"
SCORES: Final = "scores"
KINDS: Final = (FEEDBACK, EVENTS, SCORES)
"""What is given around messages."""
_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a conversation's size.

    The limits of what is given around messages are far above what people and their clients do: they keep a
    conversation readable and its analysis cheap whatever a program sends.

    Attributes:
        messages: how many.
        megabytes: of messages, text and what belongs to it; MB of 1,048,576 bytes as they are when unpacked.
        feedback, events, scores: how many of each.
        megabytes_around: of all of these together, unpacked.
        feedback_a_minute, events_a_minute, scores_a_minute: how many of each are taken in a minute.
    """

    messages: int = 100_000
    megabytes: int = 100
    feedback: int = 5_000
    events: int = 20_000
    scores: int = 2_000
    megabytes_around: int = 20
    feedback_a_minute: int = 60
    events_a_minute: int = 300
    scores_a_minute: int = 300

    @property
    def size(self) -> int:
        """Bytes of messages."""
        return self.megabytes << 20

    @property
    def size_around(self) -> int:
        """Bytes of feedback, events and scores."""
        return self.megabytes_around << 20

    def of(self, kind: str) -> int:
        """How many a conversation takes of one of ``KINDS``."""
        return {FEEDBACK: self.feedback, EVENTS: self.events, SCORES: self.scores}[kind]

    def a_minute(self, kind: str) -> int:
        """How many it takes in a minute."""
        return {FEEDBACK: self.feedback_a_minute, EVENTS: self.events_a_minute, SCORES: self.scores_a_minute}[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The numbers of what a conversation was given around its messages.

    Attributes:
        feedback, events, scores: how many of each.
        size: of all, in bytes.
        minute: the last minute in which something came, counted from 1970; None when nothing did.
        feedback_now, events_now, scores_now: how many of each came in that minute.
    """

    feedback: int = 0
    events: int = 0
    scores: int = 0
    size: int = 0
    minute: int | None = None
    feedback_now: int = 0
    events_now: int = 0
    scores_now: int = 0

    def of(self, kind: str) -> int:
        """How many there are of one of ``KINDS``."""
        return {FEEDBACK: self.feedback, EVENTS: self.events, SCORES: self.scores}[kind]

    def in_minute(self, kind: str, minute: int) -> int:
        """How many came in a minute."""
        if minute != self.minute:
            return 0
        return {FEEDBACK: self.feedback_now, EVENTS: self.events_now, SCORES: self.scores_now}[kind]


NOTHING_GIVEN: Final = Given()


def minute_of(now: datetime) -> int:
    """The minute of a time, counted from 1970."""
    return int(now.timestamp()) // _SECONDS


def seconds_left(now: datetime) -> int:
    """How many seconds the minute of a time still has, at least one."""
    return _SECONDS - int(now.timestamp()) % _SECONDS
