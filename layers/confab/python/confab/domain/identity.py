"""Identities that need no lookup: the same input always gives the same id."""

from __future__ import annotations

import hashlib
import json
from typing import Final
from uuid import UUID, uuid5

DIGEST_BYTES: Final = 6
_MAX_PLAIN_ID_BYTES: Final = 900


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID as the service writes them."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def conversation_id(chatbot_id: str, external_id: str) -> str:
    """The conversation of a caller's own id: UUIDv5, so creation needs no lookup and cannot race."""
    return str(uuid5(UUID(chatbot_id), f"id:{external_id}"))


def web_conversation_id(chatbot_id: str, external_id: str) -> str:
    """The conversation that browsers' keys have under an id: never the one that servers have under it."""
    return str(uuid5(UUID(chatbot_id), f"web:{external_id}"))


def channel_conversation_id(chatbot_id: str, channel_id: str, provider_id: str) -> str:
    """The conversation of a channel's contact (chatcaptain.md, "handle")."""
    return str(uuid5(UUID(chatbot_id), "channel:" + json.dumps([channel_id, provider_id])))


def message_uuid(conversation: str, key: str) -> str:
    """The id under which the dashboard API shows a message."""
    return str(uuid5(UUID(conversation), key))


def digest(role: str, content: str) -> bytes:
    """A short fingerprint of a message's role and content (6 bytes: enough within one conversation)."""
    return hashlib.sha256(f"{role}\0{content}".encode()).digest()[:DIGEST_BYTES]


def external_key(external_id: str) -> str:
    """The key of a message that has the caller's own id; long ids are hashed to fit a table key."""
    encoded = external_id.encode()
    if len(encoded) <= _MAX_PLAIN_ID_BYTES:
        return f"i:{external_id}"
    return f"l:{hashlib.sha256(encoded).hexdigest()}"


def position_key(position: int, fingerprint: bytes) -> str:
    """The key of a message that was placed by alignment: ``<position>-<digest>``."""
    return f"n:{position}-{fingerprint.hex()}"


def position_digest(key: str) -> tuple[int, bytes] | None:
    """Position and digest of an aligned message's key; None for any other key."""
    if not key.startswith("n:"):
        return None
    position, _, fingerprint = key[2:].partition("-")
    return int(position), bytes.fromhex(fingerprint)
