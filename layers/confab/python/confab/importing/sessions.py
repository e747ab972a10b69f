"""Chats that have no conversations of their own: after a day of silence another one begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from confab.domain.message import ASSISTANT, USER, Draft
from confab.importing.pieces import PIECE_BYTES, PIECE_MESSAGES, MadeIds, Piece

SILENCE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of a chat.

    Attributes:
        line: where it stands in the file.
        speaker: by name or id.
        id: its own; None to make one from what it says.
    """

    line: int
    speaker: str
    name: str
    text: str
    at: datetime
    id: str | None = None


def in_sessions(
    chat: str, messages: Iterable[Said], assistants: frozenset[str], title: str | None = None
) -> Iterator[Piece]:
    """A chat as conversations; each is named by the chat and the time of its first message.

    Args:
        chat: the chat's own id.
        assistants: who answers, by name or id.
        title: what the chat is called.
    """
    session: _Session | None = None
    custom = {"chat": title} if title else {}
    for said in messages:
        if session is None or said.at - session.last_at >= SILENCE:
            if session is not None:
                yield from session.rest()
            session = _Session(chat, said, custom)
        session.add(said, assistant=bool({said.speaker, said.name} & assistants))
        if session.is_full:
            yield session.piece()
    if session is not None:
        yield from session.rest()


class _Session:
    """Messages of a chat without a day of silence between them."""

    def __init__(self, chat: str, first: Said, custom: dict[str, Any]) -> None:
        self.last_at = first.at
        self._line = first.line
        self._id = f"{chat}/{first.at:%Y-%m-%dT%H:%M:%S}"
        self._ids = MadeIds(self._id)
        self._custom = custom
        self._user: dict[str, Any] = {}
        self._drafts: list[Draft] = []
        self._size = 0
        self._first = True

    @property
    def is_full(self) -> bool:
        """Whether the piece should be handed on."""
        return len(self._drafts) >= PIECE_MESSAGES or self._size >= PIECE_BYTES

    def add(self, said: Said, *, assistant: bool) -> None:
        """Take a message."""
        self.last_at = max(self.last_at, said.at)
        if not assistant and not self._user:
            self._user = {"id": said.speaker, **({"name": said.name} if said.name else {})}
        identifier = said.id or self._ids.of(said.at.isoformat(), said.speaker, said.text)
        role = ASSISTANT if assistant else USER
        self._drafts.append(Draft(role=role, content=said.text, id=identifier, sent_at=said.at))
        self._size += len(said.text)

    def piece(self, *, last: bool = False) -> Piece:
        """What was taken since the last piece."""
        groups: dict[str, dict[str, Any]] = {"user": self._user, "custom": self._custom}
        piece = Piece(
            line=self._line,
            external_id=self._id,
            drafts=self._drafts,
            attributes={name: fields for name, fields in groups.items() if fields},
            whole=last and self._first,
        )
        self._drafts, self._size, self._first = [], 0, False
        return piece

    def rest(self) -> Iterator[Piece]:
        """What was taken and not handed on."""
        if self._drafts:
            yield self.piece(last=True)
