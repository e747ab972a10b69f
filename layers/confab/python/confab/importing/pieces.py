"""What a file holds, in the domain's words: conversations in pieces of a bounded size, and faults by their lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from confab.domain.conversation import ORGANIC, SentAttributes
from confab.domain.feedback import Event, Feedback
from confab.domain.message import Draft
from confab.domain.scores import Score

MAX_CONTENT: Final = 1_000_000
"""Characters of a message's text."""
MAX_ID: Final = 1024
"""Characters of the id of a conversation or a message."""
PIECE_MESSAGES: Final = 500
PIECE_BYTES: Final = 1_000_000
"""What a piece holds; one message may be larger."""
OPENBAT: Final = "openbat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A conversation, or a part of it that a parser may hold in memory.

    Attributes:
        line: where it begins in the file, from 1.
        external_id: the conversation's id where it comes from; None when it has only one of Confab.
        conversation_id: Confab's id of it, for one without another.
        source: Confab's id of the chatbot that it comes from; None for another system.
        drafts: messages, in order. Those that came to their chatbot without an id have the key that they had there.
        attributes: what is known of user, organization, session, custom.
        history: the body of a whole history in the Inkeep dialect, in place of drafts and attributes; None for others.
        managed: what a channel keeps on the conversation.
        feedback, events, scores: what was given in it.
        web: whether a browser's key began it.
        whole: whether the conversation is this piece alone.
        analyse: whether its messages get results without being asked for.
    """

    line: int
    external_id: str | None
    conversation_id: str | None = None
    source: str | None = None
    drafts: Sequence[Draft] = ()
    attributes: SentAttributes = field(default_factory=dict)
    dialect: str = OPENBAT
    kind: str = ORGANIC
    history: Mapping[str, Any] | None = None
    managed: Mapping[str, str] = field(default_factory=dict)
    feedback: Sequence[Feedback] = ()
    events: Sequence[Event] = ()
    scores: Sequence[Score] = ()
    web: bool = False
    whole: bool = True
    analyse: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that cannot be taken: where, and why."""

    line: int
    message: str


Found = Piece | Fault


class Unreadable(Exception):
    """The file as a whole cannot be taken; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a file does not say by itself.

    Attributes:
        form: the name of the format; ``auto`` to find out.
        columns: the file's own name of a column, by the template's.
        assistants: who answers users, by name or id.
        dates: the order of numbers in dates, ``dmy``, ``mdy`` or ``ymd``; None to find out.
        analyse: whether what is stored gets results without being asked for.
    """

    form: str = "auto"
    columns: Mapping[str, str] = field(default_factory=dict)
    assistants: frozenset[str] = frozenset()
    dates: str | None = None
    analyse: bool = True


def made_id(*parts: Any) -> str:
    """An id for what has none, from its content: the same content always has the same one."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class MadeIds:
    """Ids for the messages of one conversation: of several that say the same at one time each has its own."""

    def __init__(self, conversation: str) -> None:
        self._conversation = conversation
        self._seen: dict[str, int] = {}

    def of(self, *parts: Any) -> str:
        """The id of a message.

        Args:
            parts: what tells it from others: who spoke, when, what.
        """
        first = made_id(self._conversation, *parts)
        number = self._seen.get(first, 0)
        self._seen[first] = number + 1
        return first if number == 0 else made_id(first, number)


def in_pieces(base: Piece, drafts: Iterable[Draft]) -> Iterator[Piece]:
    """A conversation in pieces, each with what is known around it."""
    run: list[Draft] = []
    size, first = 0, True
    for draft in drafts:
        length = len(draft.content)
        if run and (len(run) == PIECE_MESSAGES or size + length > PIECE_BYTES):
            yield replace(base, drafts=run, whole=False)
            run, size, first = [], 0, False
        run.append(draft)
        size += length
    if run:
        yield replace(base, drafts=run, whole=first)
