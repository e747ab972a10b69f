"""Feedback that people give on messages, and events that a client notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"
KINDS: Final = (POSITIVE, NEGATIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A judgement of one message.

    Attributes:
        id: the caller's, else a generated one.
        kind: ``positive`` or ``negative``.
        message_id: the id of the message as the outside knows it.
        created_at: what lists are ordered by (UTC).
        updated_at: when it was last given or changed (UTC).
        body: the rest of what was sent, JSON values only.
        judge: a digest of who gave it; None where nobody said so.
        judged_at: when it was given or changed; of several by one person about one message the last counts (UTC).
        superseded_by: the id of the one that counts instead; None when this one counts.
    """

    id: str
    kind: str
    message_id: str
    created_at: datetime
    updated_at: datetime
    body: Mapping[str, Any]
    judge: str | None = None
    judged_at: datetime | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    Attributes:
        id: the caller's, else a generated one; the same id again is the same event.
        entity: what it is about: ``message``, ``conversation`` or ``search``.
        subject: the message's or conversation's id, or the search query.
        created_at: when it happened (UTC).
        body: the rest of what was sent, JSON values only.
    """

    id: str
    name: str
    entity: str
    subject: str
    created_at: datetime
    body: Mapping[str, Any]
