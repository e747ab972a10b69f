"""Receipts for the erasure of a user's data: signed numbers of removed items, without the user's id."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

BACKUPS: Final = timedelta(days=35)
"""How long a point in time can be restored: what was erased is in backups until then."""
COPIES: Final = timedelta(hours=1)
"""How long at most the files of the copies hold what no query shows any more (``facts.merge``)."""
REPEATS: Final = timedelta(days=1)
"""How long an answer is kept for the same request sent again."""
RECORDS: Final = timedelta(days=400)
"""How long the record of a deletion is kept: longer than a point in time can be restored, and than a year."""
DELETED_CHATBOT: Final = "chatbot"
DELETED_CONVERSATION: Final = "conversation"
COUNTS: Final = (
    "conversations",
    "messages",
    "results",
    "feedback",
    "events",
    "scores",
    "entries",
    "searches",
    "profiles",
    "mentions",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The numbers of items that an erasure removed.

    Attributes:
        id: the erasure's.
        subject: a keyed digest of the user's id, hex: who knows key and id can tell that they belong together.
        actor: the id of the key that was used, or ``cli``.
        empty_since: since when nothing was found any more; the last look was later.
        removed: how many of what (``COUNTS``).
        signature: over all the rest; empty before it is signed.
    """

    id: str
    chatbot_id: str
    subject: str
    actor: str
    begun_at: datetime
    completed_at: datetime
    empty_since: datetime
    removed: Mapping[str, int] = field(default_factory=dict)
    signature: str = ""

    def value(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "chatbotId": self.chatbot_id,
            "subject": self.subject,
            "actor": self.actor,
            "begunAt": self.begun_at.isoformat(),
            "emptySince": self.empty_since.isoformat(),
            "completedAt": self.completed_at.isoformat(),
            "removed": {name: self.removed.get(name, 0) for name in COUNTS},
            "backupsUntil": (self.completed_at + BACKUPS).isoformat(),
            "stays": [
                {"what": "copies for queries", "until": (self.completed_at + COPIES).isoformat()},
                {"what": "backups", "until": (self.completed_at + BACKUPS).isoformat()},
                {"what": "answers to repeated requests", "until": (self.completed_at + REPEATS).isoformat()},
                {"what": "records of deleted conversations", "until": (self.completed_at + RECORDS).isoformat()},
                {"what": "what was said in conversations of others", "until": None},
            ],
            "signature": self.signature,
        }


def deletion_value(key: bytes, chatbot_id: str, conversation_id: str | None, deleted_at: datetime) -> dict[str, Any]:
    """The record of a deletion as JSON, signed as a receipt is.

    Args:
        conversation_id: the id that the deployment gave it; None when the whole chatbot was deleted.
    """
    value = {"deleted": DELETED_CHATBOT, "chatbotId": chatbot_id, "deletedAt": deleted_at.isoformat()}
    if conversation_id is not None:
        value |= {"deleted": DELETED_CONVERSATION, "conversationId": conversation_id}
    return {**value, "signature": signature_of(key, value)}


def is_deletion(value: Mapping[str, Any]) -> bool:
    """Whether a value is the record of a deletion, and not a receipt."""
    return "deleted" in value


def subject_of(key: bytes, user_id: str) -> str:
    """What a receipt says instead of a user's id."""
    return hmac.new(key, f"subject\0{user_id}".encode(), hashlib.sha256).hexdigest()


def signature_of(key: bytes, value: Mapping[str, Any]) -> str:
    """The signature of a receipt as JSON: HMAC-SHA256 over it without the signature, names sorted, no blanks."""
    signed = {name: content for name, content in value.items() if name != "signature"}
    text = json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, f"receipt\0{text}".encode(), hashlib.sha256).hexdigest()


def summed_counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sums of some counts, by name."""
    sums: dict[str, int] = {}
    for each in counts:
        for name, amount in each.items():
            sums[name] = sums.get(name, 0) + amount
    return sums
