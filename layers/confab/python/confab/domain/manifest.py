"""A client's own record of what it sent: by conversation the ids of messages and digests of what they said."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MATCH: Final = "match"
DIFFERENT: Final = "different"
MISSING: Final = "missing"
UNVERIFIABLE: Final = "unverifiable"
STATUSES: Final = (MATCH, DIFFERENT, MISSING, UNVERIFIABLE)
MAX_CONVERSATIONS: Final = 500
MAX_MESSAGES: Final = 5_000
"""What one request compares at most."""
MAX_NAMED: Final = 1_000
"""How many ids of each kind an answer names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a client says of a conversation: each message, or how many there are and a digest of them all.

    Attributes:
        conversation_id: the caller's id, or the service's.
        messages: by id the SHA-256 of the message (``content_digest``), or None where only its presence is claimed;
            None where the whole is claimed by ``count`` and ``digest``.
        count: how many messages there are.
        digest: of all of them (``whole_digest``).
    """

    conversation_id: str
    messages: Mapping[str, str | None] | None = None
    count: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What became of a claim.

    Attributes:
        status: one of ``STATUSES``.
        missing: ids that are claimed and not stored.
        changed: ids under which something else is stored.
        unknown: ids that are stored and not claimed.
        unverifiable: ids whose text was redacted before it was stored, so that nothing is left to compare.
        stored: how many messages are stored.
    """

    conversation_id: str
    status: str
    missing: Sequence[str] = ()
    changed: Sequence[str] = ()
    unknown: Sequence[str] = ()
    unverifiable: Sequence[str] = ()
    stored: int = 0


def content_digest(role: str, content: str) -> str:
    """The digest of a message: SHA-256, in hexadecimal, of the role, a line feed and the content, in UTF-8."""
    return hashlib.sha256(f"{role}\n{content}".encode()).hexdigest()


def whole_digest(messages: Mapping[str, str | None]) -> str:
    """The digest of a conversation: SHA-256 of its messages' lines ``id NUL digest LF``, sorted by id."""
    lines = (f"{name}\0{messages[name]}\n" for name in sorted(messages))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def compare(claim: Claim, stored: Mapping[str, str], redacted: frozenset[str]) -> Comparison:
    """Compare a claim with what is stored.

    Args:
        stored: by message id the digest of what is stored.
        redacted: those of the ids whose text was changed before it was stored.
    """
    if claim.messages is None:
        return _compare_whole(claim, stored, redacted)
    claimed = claim.messages
    differing = [
        name for name, digest in claimed.items() if name in stored and digest is not None and digest != stored[name]
    ]
    missing = [name for name in claimed if name not in stored]
    changed = [name for name in differing if name not in redacted]
    unknown = [name for name in stored if name not in claimed]
    unverifiable = [name for name in differing if name in redacted]
    status = UNVERIFIABLE if unverifiable else MATCH
    return Comparison(
        conversation_id=claim.conversation_id,
        status=DIFFERENT if missing or changed or unknown else status,
        missing=missing,
        changed=changed,
        unknown=unknown,
        unverifiable=unverifiable,
        stored=len(stored),
    )


def _compare_whole(claim: Claim, stored: Mapping[str, str], redacted: frozenset[str]) -> Comparison:
    if len(stored) != claim.count:
        status = DIFFERENT
    elif whole_digest(stored) == claim.digest.lower():
        status = MATCH
    else:
        status = UNVERIFIABLE if redacted else DIFFERENT
    return Comparison(conversation_id=claim.conversation_id, status=status, stored=len(stored))
