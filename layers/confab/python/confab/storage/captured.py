"""Notes of what captures stored in long conversations: each names the keys of its messages.

A note stands under the version that its request gave the row. Whatever else changes the messages of a conversation
moves the version without a note, and a crash leaves none, either: so notes without a gap name all that is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from confab.storage import keys
from confab.storage.values import Item, Place

LONG: Final = 100
"""From how many messages on a conversation is long: reading fewer costs no more than a checkpoint does."""
MAX_NOTED: Final = 20
"""Messages that one note names; what stores more at once is read with all the rest."""
RETENTION: Final = timedelta(days=1)


def note_item(place: Place, version: int, new: Sequence[str], now: datetime) -> Item:
    """The note of messages that a request stored.

    Args:
        version: that the request gave the row.
        new: the keys of the messages.
    """
    return {
        "pk": keys.conversation(*place),
        "sk": captured_key(version),
        "k": list(new),
        "expiresAt": int((now + RETENTION).timestamp()),
    }


def captured_key(version: int) -> str:
    """The sort key of the note of a version."""
    return f"{keys.CAPTURED}{version:010d}"


def notes_in(items: Iterable[Item]) -> dict[int, Sequence[str]]:
    """The keys that notes name, by version."""
    notes = [item for item in items if item["sk"].startswith(keys.CAPTURED)]
    return {int(note["sk"].removeprefix(keys.CAPTURED)): note["k"] for note in notes}
