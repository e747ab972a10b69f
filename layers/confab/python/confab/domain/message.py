"""A message of a conversation, as every dialect reads and writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """What is kept of a message as it was sent where redaction changed it: keyed digests, never its text.

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
        extras: what else belongs to the message (tools, reasoning, content parts, ...), JSON values only.
        key: the identity within the conversation where the service gives it; None to take it from the rest.
        origin: what was sent, where redaction changed it; None where this is what was sent.
    """

    role: str
    content: str
    id: str | None = None
    sent_at: datetime | None = None
    key: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message with its identity and its place in time.

    Attributes:
        key: the identity within the conversation, unique and permanent (see ``domain.identity``).
        created_at: the place in the transcript: ``sent_at``, or the time of arrival (UTC).
        stored_at: when the service wrote it (UTC).
        state: what changes after it was stored (status, read, ...), by name; not part of what the message says.
        origin: what was sent, where redaction changed it; None where this is what was sent.
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

    @property
    def id(self) -> str:
        """The id that the outside sees: the caller's own, else the generated one."""
        return self.external_id if self.external_id is not None else self.key.partition(":")[2]


def transcript_order(message: Message) -> tuple[datetime, int, datetime, str]:
    """Sort key of a transcript: time ascending, user before assistant on ties (openbat.md, "Dashboard API")."""
    return message.created_at, _ROLE_RANK.get(message.role, 1), message.stored_at, message.key


def place_in_time(drafts: Sequence[Draft], received_at: datetime) -> list[datetime]:
    """Give each message of one request its place in time, in the order sent.

    A message without ``sent_at`` follows its predecessor by one microsecond, or, at the start of the request, precedes
    the first message that has a time; with no time at all the request's own time counts.

    Returns:
        One UTC time per draft.
    """
    first_known = next((index for index, draft in enumerate(drafts) if draft.sent_at is not None), None)
    if first_known is None:
        return [received_at + TICK * index for index in range(len(drafts))]
    anchor = drafts[first_known].sent_at
    assert anchor is not None
    times = [min(received_at, anchor - TICK * (first_known - index)) for index in range(first_known)]
    for draft in drafts[first_known:]:
        times.append(draft.sent_at if draft.sent_at is not None else times[-1] + TICK)
    return times


def in_order_sent(times: Sequence[datetime], known: Sequence[datetime | None]) -> list[datetime]:
    """Put new messages of a request before the stored ones that were sent after them.

    When a request without times is sent again because a part of it was not stored, that part belongs where it was.

    Args:
        times: where each message goes by itself, rising.
        known: where those stand that were stored before; None for the new ones.

    Returns:
        One time per message; those that are known stay.
    """
    placed = list(times)
    following: datetime | None = None
    for index in reversed(range(len(placed))):
        stands = known[index]
        if stands is not None:
            placed[index] = stands
        elif following is not None and placed[index] >= following:
            placed[index] = following - TICK
        following = placed[index]
    return placed
