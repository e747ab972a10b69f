"""The access of a browser's key (docs/browser.md). Pure rules; ``capture.reach`` applies them.

Every visitor of a website has its key, so the key proves nothing about the caller. The caller's knowledge does: of an
id that cannot be guessed, or of all messages so far.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from confab.domain.conversation import Attributes, Conversation, Scalar, SentAttributes
from confab.domain.history import Plan, Said, plan_of
from confab.domain.message import Draft, Message

RANDOM_VERSIONS: Final = (4, 7)
"""Versions of UUIDs that hold at least 62 random bits. The others are made from names, times or addresses."""
VISIBILITY: Final = "visibility"
PUBLIC: Final = "public"
PEOPLE: Final = ("user", "organization")


class View(Enum):
    """How much of a conversation a browser's key is shown."""

    NOTHING = "nothing"
    SHARED = "shared"
    """What was said, and nothing about who said it."""
    WHOLE = "whole"


def cannot_be_guessed(identifier: str) -> bool:
    """Whether knowing an id proves that somebody gave it: it is a UUID of version 4 or 7 in its usual form."""
    try:
        uuid = UUID(identifier)
    except ValueError:
        return False
    return str(uuid) == identifier.lower() and uuid.version in RANDOM_VERSIONS


def view_of(conversation: Conversation, identifier: str) -> View:
    """What a browser's key sees of a conversation that it names by an id."""
    if conversation.history_fields.get(VISIBILITY) == PUBLIC:
        return View.SHARED
    return View.WHOLE if conversation.web and cannot_be_guessed(identifier) else View.NOTHING


def continuation(
    stored: Sequence[Message], drafts: Sequence[Draft], said: Said, *, complete: bool
) -> list[Message | None] | None:
    """Lay a history over what is stored, where nothing that is stored may change.

    A draft repeats a stored message that says the same and, where the draft has an id, has that id. A history goes on
    with a conversation when it begins with the first stored message, repeats messages in their order, and has what is
    new at its end.

    Args:
        stored: the conversation's messages in transcript order.
        drafts: the history, each id once.
        said: what messages are recognised by.
        complete: whether every stored message must be repeated.

    Returns:
        For each draft the message that it repeats, None for the new ones; None when the history does not go on with
        the conversation.
    """
    by_id = {message.id: place for place, message in enumerate(stored)}
    digests = [said(message) for message in stored]
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, digest in enumerate(digests):
        places[digest].append(place)
    repeated: list[Message | None] = []
    following = 0
    for draft in drafts:
        digest = said(draft)
        if draft.id is None:
            equal = places.get(digest, [])
            index = bisect_left(equal, following)
            found = equal[index] if index < len(equal) else None
        else:
            found = by_id.get(draft.id)
            if found is not None and (found < following or digests[found] != digest):
                return None
        if found is not None and None in repeated[-1:]:
            return None
        repeated.append(None if found is None else stored[found])
        following = following if found is None else found + 1
    if stored and repeated[0] is not stored[0]:
        return None
    known = sum(message is not None for message in repeated)
    return None if complete and known < len(stored) else repeated


def repeats_of(message: Message) -> Draft:
    """The draft that says of a stored message what it says already."""
    return Draft(
        role=message.role, content=message.content, id=message.id, extras=message.extras, origin=message.origin
    )


def extended(
    stored: Sequence[Message],
    drafts: Sequence[Draft],
    repeated: Sequence[Message | None],
    now: datetime,
    new_id: Callable[[], str],
    said: Said,
) -> Plan:
    """The plan of a history that goes on with what is stored: new messages at the end, and nothing else.

    Args:
        repeated: of ``continuation``.
    """
    new = [draft for draft, message in zip(drafts, repeated, strict=True) if message is None]
    plan = plan_of(stored, [*map(repeats_of, stored), *new], now, new_id, said)
    known = [message.id for message in repeated if message is not None]
    return replace(plan, listed=[*known, *plan.listed[len(stored) :]])


def fields_added(stored: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a browser's key adds to a conversation: those that it has none of yet.

    Whoever knows all that was said may also share it, because sharing tells no more than they could.
    """
    added = {name: value for name, value in sent.items() if value is not None and stored.get(name) is None}
    shares = sent.get(VISIBILITY) == PUBLIC and stored.get(VISIBILITY) != PUBLIC
    return {**added, VISIBILITY: PUBLIC} if shares else added


def attributes_added(stored: Attributes, sent: SentAttributes) -> dict[str, Mapping[str, Scalar]]:
    """What a browser's key adds to what is known around a conversation; a known person stays that person."""
    added: dict[str, Mapping[str, Scalar]] = {}
    for group, values in sent.items():
        known = stored.get(group, {})
        if not (known and group in PEOPLE):
            added[group] = {name: value for name, value in values.items() if value is not None and name not in known}
    return {group: values for group, values in added.items() if values}
