"""Limits of a conversation: its size, and the rate of its feedback and events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

FEEDBACK: Final = "feedback"
EVENTS: Final = "events"
_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a conversation's size.

    The limits of what is given around messages are far above what people and their clients do: they keep a
    conversation readable and its analysis cheap whatever a program sends.

    Attributes:
        messages: how many.
        megabytes: of messages, text and what belongs to it; MB of 1,048,576 bytes as they are when unpacked.
        feedback, events: how many of each.
        megabytes_around: of feedback and events together, unpacked.
        feedback_a_minute, events_a_minute: how many of each are taken in a minute.
    """

    messages: int = 100_000
    megabytes: int = 100
    feedback: int = 5_000
    events: int = 20_000
    megabytes_around: int = 20
    feedback_a_minute: int = 60
    events_a_minute: int = 300

    @property
    def size(self) -> int:
        """Bytes of messages."""
        return self.megabytes << 20

    @property
    def size_around(self) -> int:
        """Bytes of feedback and events."""
        return self.megabytes_around << 20

    def of(self, kind: str) -> int:
        """How many a conversation takes of ``FEEDBACK`` or ``EVENTS``."""
        return self.feedback if kind == FEEDBACK else self.events

    def a_minute(self, kind: str) -> int:
        """How many it takes in a minute."""
        return self.feedback_a_minute if kind == FEEDBACK else self.events_a_minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The numbers of a conversation's feedback and events.

    Attributes:
        feedback, events: how many of each.
        size: of both, in bytes.
        minute: the last minute in which something came, counted from 1970; None when nothing did.
        feedback_now, events_now: how many of each came in that minute.
    """

    feedback: int = 0
    events: int = 0
    size: int = 0
    minute: int | None = None
    feedback_now: int = 0
    events_now: int = 0

    def of(self, kind: str) -> int:
        """How many there are of ``FEEDBACK`` or ``EVENTS``."""
        return self.feedback if kind == FEEDBACK else self.events

    def in_minute(self, kind: str, minute: int) -> int:
        """How many came in a minute."""
        if minute != self.minute:
            return 0
        return self.feedback_now if kind == FEEDBACK else self.events_now


NOTHING_GIVEN: Final = Given()


def minute_of(now: datetime) -> int:
    """The minute of a time, counted from 1970."""
    return int(now.timestamp()) // _SECONDS


def seconds_left(now: datetime) -> int:
    """How many seconds the minute of a time still has, at least one."""
    return _SECONDS - int(now.timestamp()) % _SECONDS
