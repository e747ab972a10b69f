"""Notes on a row, and on a search, of whom what came with it is about: so that a user's data is found everywhere.

A note is one of 4,096 buckets: it says where to look, and tells nobody who it is. It is written with what it is about,
in the same update; whatever names somebody keeps its note for as long as the row is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from confab.domain.fingerprints import HISTORY_EXTRAS
from confab.domain.message import Draft, Message
from confab.domain.persons import USER_PROPERTIES, buckets_in

NAMED: Final = "named"
"""Attribute with the notes."""
SENT_WITH: Final = (USER_PROPERTIES, "properties")
"""What may come with a message besides what it says."""


def sent_with(message: Draft | Message) -> dict[str, Any]:
    """What came with a message besides what it says."""
    own: Mapping[str, Any] = message.extras.get(HISTORY_EXTRAS, {})
    return {name: own[name] for name in SENT_WITH if name in own}


def named_in(messages: Iterable[Draft | Message], *values: Any) -> frozenset[str]:
    """The notes of what came with messages, and of other JSON values."""
    return buckets_in(*map(sent_with, messages), *values)
