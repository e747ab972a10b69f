"""Finds the conversation of a call that names none, by what was said before (docs/opentelemetry.md).

For each answer of a conversation there is an entry under its path. Who told an answer owns the entry, and who was told
it and goes on from there is its continuation: at most one each. A call whose past is an entry without a continuation
goes on with that conversation. An entry without an owner was made by a later call that arrived first; it waits for its
own call. So m talks have m conversations, in whichever order their calls arrive; talks that begin alike share none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID, uuid5

from confab.spans.turns import Turn

MAX_SEARCHED: Final = 32
"""How many answers back a conversation is looked for whose last calls have not arrived."""
SKEW: Final = timedelta(seconds=1)
"""How much the clocks of two calls may differ."""
UNORDERED: Final = timedelta(minutes=10)
"""For how long after a call its former calls may still arrive, whatever their clocks say."""
CONTINUED: Final = "~"
"""The continuation of an answer that a later call was told, where nobody knows which call was told it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An answer of a conversation.

    Attributes:
        owner: the span that told it; empty where that has not arrived.
        continuation: who was told it first; empty where nobody was yet.
        user: recognises the user; empty where unknown.
        at: when it was told; at the latest, where its span has not arrived.
        stored_at: when the entry was made.
    """

    conversation_id: str
    owner: str = ""
    continuation: str = ""
    user: str = ""
    at: datetime
    stored_at: datetime


class Entries(Protocol):
    """Where entries are kept (``spans.chain_store.ChainStore``)."""

    def at(self, chatbot_id: str, path: bytes) -> Sequence[Entry]: ...

    def add(self, chatbot_id: str, path: bytes, entry: Entry) -> None: ...

    def own(self, chatbot_id: str, path: bytes, conversation_id: str, owner: str) -> bool: ...

    def go_on(self, chatbot_id: str, path: bytes, conversation_id: str, continuation: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call that looks for its conversation.

    Attributes:
        span: its trace and its id, as one name.
        user: recognises the user; empty where unknown.
        start, end: when it ran.
        now: when it arrived.
    """

    chatbot_id: str
    trace_id: str
    span: str
    turn: Turn
    user: str
    start: datetime
    end: datetime
    now: datetime

    @property
    def continuation(self) -> str:
        """The name of what goes on: calls of one trace that are told the same are parts of one turn."""
        return f"{self.trace_id}:{self.turn.asked.hex()}"


class Chain:
    """Finds conversations, and notes where they may go on.

    Args:
        entries: where answers are kept.
    """

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def conversation_of(self, asked: Asked) -> str:
        """The conversation of a call that names none; a new one where it goes on with none."""
        return self._awaited(asked) or self._gone_on_with(asked) or self._new(asked)

    def note(self, asked: Asked, conversation_id: str) -> None:
        """Note that a call of a known conversation told its answer, and goes on with the answer before."""
        if asked.turn.answers:
            self._entries.go_on(asked.chatbot_id, asked.turn.before, conversation_id, asked.continuation)
        self.told(asked, conversation_id)

    def _awaited(self, asked: Asked) -> str | None:
        """The conversation that waits for this very call, or has it already."""
        path = asked.turn.answered
        if path is None:
            return None
        entries = self._entries.at(asked.chatbot_id, path)
        mine = next((entry.conversation_id for entry in entries if entry.owner == asked.span), None)
        if mine is not None:
            return mine
        waiting = [entry for entry in entries if not entry.owner and _same_user(entry, asked) and _later(entry, asked)]
        waiting.sort(key=lambda entry: (entry.at + SKEW < asked.end, entry.at))
        for entry in waiting:
            if self._entries.own(asked.chatbot_id, path, entry.conversation_id, asked.span):
                return entry.conversation_id
        return None

    def _gone_on_with(self, asked: Asked) -> str | None:
        """The conversation whose last known answer this call was told."""
        answers = asked.turn.answers[-MAX_SEARCHED:]
        for back, path in enumerate(reversed(answers)):
            entries = [entry for entry in self._entries.at(asked.chatbot_id, path) if _open(entry, asked)]
            entries.sort(key=lambda entry: _preference(entry, asked))
            for entry in entries:
                if self._entries.go_on(asked.chatbot_id, path, entry.conversation_id, asked.continuation):
                    self._missing(asked, answers[len(answers) - back :], entry.conversation_id)
                    self.told(asked, entry.conversation_id)
                    return entry.conversation_id
        return None

    def _new(self, asked: Asked) -> str:
        made = str(uuid5(UUID(asked.chatbot_id), f"turn:{asked.continuation}"))
        self._missing(asked, asked.turn.answers[-MAX_SEARCHED:], made)
        self.told(asked, made)
        return made

    def _missing(self, asked: Asked, paths: Sequence[bytes], conversation_id: str) -> None:
        """Note answers whose own calls have not arrived."""
        for path in paths:
            self._add(asked, path, conversation_id, owner="", continuation=CONTINUED, at=asked.start)

    def told(self, asked: Asked, conversation_id: str) -> None:
        """Note that a call of a conversation told its answer."""
        if asked.turn.answered is not None:
            self._add(asked, asked.turn.answered, conversation_id, owner=asked.span, continuation="", at=asked.end)

    def _add(
        self, asked: Asked, path: bytes, conversation_id: str, *, owner: str, continuation: str, at: datetime
    ) -> None:
        entry = Entry(
            conversation_id=conversation_id,
            owner=owner,
            continuation=continuation,
            user=asked.user,
            at=at,
            stored_at=asked.now,
        )
        self._entries.add(asked.chatbot_id, path, entry)


def _same_user(entry: Entry, asked: Asked) -> bool:
    return not entry.user or not asked.user or entry.user == asked.user


def _later(entry: Entry, asked: Asked) -> bool:
    """Whether a call may be one that an entry waits for: it ended before, or calls arrive in any order just now."""
    return asked.end <= entry.at + SKEW or asked.now - entry.stored_at <= UNORDERED


def _open(entry: Entry, asked: Asked) -> bool:
    return _same_user(entry, asked) and entry.continuation in ("", asked.continuation)


def _preference(entry: Entry, asked: Asked) -> tuple[bool, bool, bool, timedelta]:
    """The call's own conversation first, then the same user's, then the answer that was told last before it."""
    return (
        entry.continuation != asked.continuation,
        entry.user != asked.user,
        entry.at > asked.start + SKEW,
        abs(asked.start - entry.at),
    )
