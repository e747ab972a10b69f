"""A message of a conversation, as every dialect reads and writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

USER: Final = "user"
ASSISTANT: Final = "assistant"
SYSTEM: Final = "system"

TICK: Final = timedelta(microseconds=1)

_ROLE_RANK: Final = {SYSTEM: 0, USER: 1, ASSISTANT: 2}


@dataclass(frozen=True, slots=True)
class Origin:
    """Keyed digests of a message as it was sent, if redaction changed it; never its text.

    Attributes:
        said: recognises a message without an id (``domain.fingerprints``).
        whole: tells a duplicate from a conflict.
    """

    said: bytes
    whole: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message as a caller sent it: validated, not yet identified or stored.

    Attributes:
        role: ``user``, ``assistant`` or ``system``; support tickets may carry any other word.
        content: the text that people read and the analysis judges.
        id: the caller's own id, the permanent dedupe key within its conversation; None when not given.
        sent_at: when the caller says it was sent (UTC); None when not given.
        final: False when more of it comes under the same id; until then what comes replaces what is stored.
        extras: what else belongs to the message (tools, reasoning, content parts, ...), JSON values only.
        key: the identity within the conversation where the service gives it; None to take it from the rest.
        origin: what was sent, where redaction changed it; None where this is what was sent.
        aligned: whether a message without an id is recognised by its place among the others though its time is known.
        judge: False for one that gets no result until somebody asks for one.
    """

    role: str
    content: str
    id: str | None = None
    sent_at: datetime | None = None
    key: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = None
    final: bool = True
    aligned: bool = False
    judge: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message with its identity and its place in time.

    Attributes:
        key: the identity within the conversation, unique and permanent (see ``domain.identity``).
        created_at: the place in the transcript: ``sent_at``, or the time of arrival (UTC).
        stored_at: when the service received it (UTC); within one request a microsecond apart, in the order sent.
        state: what changes after it was stored (status, read, ...), by name; not part of what the message says.
        origin: what was sent, where redaction changed it; None where this is what was sent.
        final: False while the caller has announced more of it.
        judge: False for one that was stored to get no result until somebody asks for one.
    """

    key: str
    role: str
    content: str
    created_at: datetime
    stored_at: datetime
    external_id: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = None
    final: bool = True
    judge: bool = True

    @property
    def id(self) -> str:
        """The id that the outside sees: the caller's own, else the generated one."""
        return self.external_id if self.external_id is not None else self.key.partition(":")[2]


def transcript_order(message: Message) -> tuple[datetime, datetime, int, str]:
    """Sort key of a transcript: time ascending; on ties in the order of arrival.

    The messages of one request arrive a microsecond apart, in the order sent. Only messages that were stored before
    that was so have arrived at the same moment: of those the user's comes before the assistant's (openbat.md,
    "Dashboard API").
    """
    return message.created_at, message.stored_at, role_rank(message.role), message.key


def role_rank(role: str) -> int:
    """Which of two messages of one moment comes first, by their roles."""
    return _ROLE_RANK.get(role, 1)
