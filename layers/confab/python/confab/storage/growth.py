"""The size of a conversation is on its row; the row's update refuses whatever would make it too large."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from confab.domain.limits import Limits
from confab.platform.errors import ConversationFull
from confab.storage.clocks import to_micros
from confab.storage.conversation_row import BYTES, COUNTED_AT, EVER, MESSAGES
from confab.storage.values import Item
from confab.storage.writes import Change

CLOCKS_DIFFER: Final = timedelta(seconds=2)
RECOUNT_MARGIN: Final = timedelta(minutes=2)
"""How much younger than the consumer's last read a duplicate may be and still count as counted: clocks differ."""


def require_growth(row: Item, number: int, size: int, limits: Limits) -> None:
    """Check that a conversation may grow; what makes it no larger is always right.

    Args:
        row: as it stands; empty for a new conversation.
        number: how many more messages it will have.
        size: how many more bytes they will hold.

    Raises:
        ConversationFull: it would hold more than it may.
    """
    if number > 0 and row.get(MESSAGES, 0) + number > limits.messages:
        raise ConversationFull(f"The conversation is full: it takes at most {limits.messages:,} messages.")
    if size > 0 and row.get(BYTES, 0) + size > limits.size:
        raise ConversationFull(f"The conversation is full: it takes at most {limits.megabytes} MB of messages.")


def grow(change: Change, number: int, size: int, limits: Limits, *, bound: bool) -> None:
    """Count new messages on a row.

    Args:
        bound: whether the change is refused where the conversation would hold more than it may.
    """
    change.adds |= {MESSAGES: number, EVER: number, BYTES: size}
    if bound:
        change.below |= {MESSAGES: limits.messages - number + 1, BYTES: limits.size - size + 1}


def counted_since(row: Item, then: datetime) -> bool:
    """Whether the consumer may have counted messages that were there at a time."""
    return int(row.get(COUNTED_AT, 0)) >= to_micros(then - CLOCKS_DIFFER)
