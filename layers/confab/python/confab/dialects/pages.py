"""Pages of a conversation, bounded in bytes: a function answers with at most 6 MB, whatever was stored."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, NamedTuple, Protocol, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field

from confab.domain.merge import json_bytes
from confab.domain.message import Message
from confab.storage.transcripts import Order, Span, order_of, order_of_event, read_order, written_order

Answer = TypeVar("Answer", bound=Mapping[str, Any])
Row = TypeVar("Row")

ROOM: Final = 5_000_000
"""Bytes of an answer's JSON."""
MAX_LIMIT: Final = 1_000

Position = Sequence[str]
"""The place of the last entry of a page, as its cursor keeps it."""


def fitting(rows: Iterable[Row], room: int = ROOM) -> Iterator[Row]:
    """The first rows, as many as an answer has room for.

    Args:
        room: bytes of their JSON.
    """
    left = room
    for row in rows:
        left -= json_bytes(row) + 1
        if left < 0:
            return
        yield row


class TranscriptQuery(BaseModel):
    """The query of a conversation that is read in pages; without a limit it comes whole where it fits."""

    model_config = ConfigDict(extra="ignore")

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] | None = None
    cursor: Annotated[str, Field(min_length=1, max_length=2048)] | None = None


class Signer(Protocol):
    """Signs cursors (``platform.cursors.Cursors``)."""

    def write(self, scope: Sequence[str], position: Sequence[str]) -> str: ...

    def read(self, scope: Sequence[str], cursor: str) -> list[str]: ...


class CursorQuery(Protocol):
    """A query that may have a cursor."""

    cursor: str | None


@dataclass(frozen=True, slots=True)
class Pages:
    """The cursors of the pages of one conversation, or of one list.

    Attributes:
        scope: what they are valid for.
    """

    signer: Signer
    scope: Sequence[str]

    def position(self, query: CursorQuery) -> Position | None:
        """Where the page that a query asks for begins; None for the beginning.

        Raises:
            InvalidRequest: the cursor is not one of this list's.
        """
        return None if query.cursor is None else self.signer.read(self.scope, query.cursor)

    def mark(self, query: CursorQuery) -> str | None:
        """As ``position``, of a list whose positions have one part.

        Raises:
            InvalidRequest: the cursor is not one of this list's.
        """
        (mark,) = self.position(query) or (None,)
        return mark

    def span(self, query: TranscriptQuery) -> Span:
        """The messages that the page has which a query asks for.

        Raises:
            InvalidRequest: the cursor is not one of this conversation's.
        """
        position = self.position(query)
        return Span(after=None if position is None else read_order(position), limit=query.limit)

    def linked(self, answer: Answer, position: Position | str | None) -> Answer:
        """An answer with the cursor of the page that begins at a position; as it is where there is none.

        Args:
            position: a text is a position of one part, as ``mark`` gives it.
        """
        if position is None:
            return answer
        parts = [position] if isinstance(position, str) else position
        return cast("Answer", {**answer, "nextCursor": self.signer.write(self.scope, parts)})


class Entry(NamedTuple):
    """Something on a conversation's timeline.

    Attributes:
        order: its place.
        kind: which list of the answer it belongs to.
        shown: makes what the answer holds of it.
    """

    order: Order
    kind: str
    shown: Callable[[], Mapping[str, Any]]

    @classmethod
    def at(cls, time: datetime, key: str, kind: str, shown: Callable[[], Mapping[str, Any]]) -> Entry:
        """An entry that is no message."""
        return cls(order_of_event(time, key), kind, shown)


@dataclass(frozen=True, slots=True)
class Run:
    """What a page shows.

    Attributes:
        rows: with their kinds, in order.
        size: of the rows as JSON, in bytes.
        position: where the next page begins; None when there is none.
        whole: whether it is the first page and the last.
    """

    rows: Sequence[tuple[str, Mapping[str, Any]]]
    size: int
    position: Position | None
    whole: bool

    def of(self, kind: str) -> list[Any]:
        """The rows of one kind."""
        return [row for each, row in self.rows if each == kind]


def run_of(entries: Sequence[Entry], span: Span, *, room: int, more: bool) -> Run:
    """The entries of a page, as many as fit; at least one, so that every entry is on some page.

    Args:
        entries: in order.
        room: how many bytes they may take.
        more: whether there are entries after these, which were not read.
    """
    start = 0 if span.after is None else bisect_right(entries, span.after, key=lambda entry: entry.order)
    end = len(entries) if span.limit is None else min(len(entries), start + span.limit)
    rows: list[tuple[str, Mapping[str, Any]]] = []
    size = 0
    for entry in entries[start:end]:
        row = entry.shown()
        length = json_bytes(row) + 1
        if rows and size + length > room:
            break
        rows.append((entry.kind, row))
        size += length
    end = start + len(rows)
    if end >= len(entries) and not (rows and more):
        return Run(rows, size, None, whole=span.after is None)
    return Run(rows, size, written_order(entries[end - 1].order), whole=False)


def messages_as(messages: Sequence[Message], shown: Callable[[Message], Mapping[str, Any]]) -> list[Entry]:
    """A transcript's messages as entries of the kind ``messages``."""
    return [Entry(order_of(message), "messages", partial(shown, message)) for message in messages]
