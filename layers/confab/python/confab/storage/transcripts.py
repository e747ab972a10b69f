"""Places in a transcript, and spans of one: which of a conversation's messages somebody wants."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from confab.domain.message import Message, role_rank
from confab.storage.clocks import to_micros

ROOM: Final = 5_000_000
"""Bytes of messages that one page takes at most: what an answer cannot hold either."""
_AFTER_MESSAGES: Final = 10**18

Order = tuple[int, int, int, str]
"""A place in a transcript (``transcript_order``): two times in microseconds, the role's rank, the key."""


def order_of(message: Message) -> Order:
    """The place of a message."""
    return to_micros(message.created_at), to_micros(message.stored_at), role_rank(message.role), message.key


def order_of_event(time: datetime, key: str) -> Order:
    """The place of something else that happened at a time: after the messages of the same moment."""
    return to_micros(time), _AFTER_MESSAGES, 0, key


def written_order(order: Order) -> list[str]:
    """A place as cursors keep it."""
    return [".".join(map(str, order[:3])), order[3]]


def read_order(position: Sequence[str]) -> Order:
    """The place that a cursor keeps; of one that names a time alone, before all that happened then."""
    time, stored, rank = [*map(int, position[0].split(".")), -1, -1][:3]
    return time, stored, rank, position[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which messages of a transcript are wanted.

    Attributes:
        after: only those after this place; None for the beginning.
        limit: how many at most; None for as many as there is room for.
        room: bytes that they take at most, packed and unpacked; one message always has room.
        judged: places of feedback (``GivenPlace.name``) whose messages are wanted besides, wherever they stand.
        last: the last one is wanted besides.
    """

    after: Order | None = None
    limit: int | None = None
    room: int = ROOM
    judged: frozenset[str] = frozenset()
    last: bool = False


FIRST_PAGE: Final = Span()
WHOLE: Final = Span(room=sys.maxsize)
"""All messages, whatever memory they take: for those who write a history or need all of one."""
