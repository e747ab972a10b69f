"""Keyed digests by which a message is recognised if its text may not be kept."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from confab.domain.identity import external_key
from confab.domain.media import ATTACHMENTS
from confab.domain.message import SYSTEM, Draft, Message, Origin
from confab.domain.message_bounds import TOOLS
from confab.domain.message_forms import TOOL

HISTORY_EXTRAS: Final = "inkeep"
"""The group of a message's extras that holds what came with it when it was logged: content parts, links, dates."""
DIGEST_BYTES: Final = 12


class Fingerprints:
    """The keyed digests of one chatbot's messages. Who does not have the key can neither read nor try them.

    Args:
        key: gives the chatbot's key; asked only when a digest is needed.
    """

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def said(self, message: Draft | Message) -> bytes:
        """What a message without an id is recognised by: role, content as it was sent, tool calls, media (12 bytes).

        Tool calls besides a text do not count, results never: both may come later than the message itself.
        """
        if message.origin is not None:
            return message.origin.said
        own: Mapping[str, Any] = message.extras.get(HISTORY_EXTRAS, {})
        said = [message.role, own.get("content", message.content), own.get("tool_calls")]
        beside = _without_words(message)
        return self._digest("said", [*said, beside] if beside else said)

    def whole(self, message: Draft | Message) -> bytes:
        """What tells a duplicate from a conflict: role, content and all that belongs to the message (12 bytes)."""
        if message.origin is not None:
            return message.origin.whole
        return self._digest("whole", [message.role, message.content, message.extras])

    def origin(self, message: Draft | Message) -> Origin:
        """What is kept of a message as it was sent."""
        return Origin(self.said(message), self.whole(message))

    def same(self, first: Draft | Message, second: Draft | Message) -> bool:
        """Whether two messages of one key said the same when they were sent; times do not count."""
        if first.origin is None and second.origin is None:
            one, other = ((each.role, each.content, dict(each.extras)) for each in (first, second))
            return one == other
        return self.whole(first) == self.whole(second)

    def own_key(self, draft: Draft) -> str | None:
        """The key that a message carries by itself; None when only its place among the others identifies it.

        In this order: the one that the service gave, the caller's id, content with ``sent_at``, and for system messages
        the content alone (openbat.md, "Behaviour"; a system message already stored is never stored again).
        """
        if draft.key is not None:
            return draft.key
        if draft.id is not None:
            return external_key(draft.id)
        if draft.sent_at is not None and not draft.aligned:
            return f"t:{self._digest('sent', [self.said(draft).hex(), draft.sent_at.isoformat()]).hex()}"
        return f"s:{self.said(draft).hex()}" if draft.role == SYSTEM else None

    def person(self, user: Mapping[str, Any]) -> str | None:
        """What somebody is recognised by who gives feedback: a digest of ``userId``, else of the anonymous ``id``."""
        given = (str(user[name]) for name in ("userId", "id") if user.get(name) not in (None, ""))
        identifier = next(given, None)
        return None if identifier is None else self._digest("person", identifier).hex()

    def _digest(self, purpose: str, value: Any) -> bytes:
        text = json.dumps([purpose, value], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hmac.new(self._key(), text.encode(), hashlib.sha256).digest()[:DIGEST_BYTES]


def _without_words(message: Draft | Message) -> list[Any]:
    """What tells messages apart whose texts are equal or empty: media, and the calls of a message without a text."""
    found = list(message.extras.get(ATTACHMENTS, ()))
    if message.role == TOOL or not message.content:
        found += [[tool.get(name) for name in ("id", "name", "input")] for tool in message.extras.get(TOOLS, ())]
    return found
