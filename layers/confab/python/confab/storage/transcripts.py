"""A part of a transcript, chosen while its partition is read: a page takes a page's memory, whatever is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from confab.domain.message import Message, role_rank
from confab.storage import keys
from confab.storage.clocks import optional_time, to_micros
from confab.storage.messages import message_bytes, read_message
from confab.storage.values import Item

ROOM: Final = 5_000_000
"""Bytes of messages that one page takes at most: what an answer cannot hold either."""
_AFTER_MESSAGES: Final = 10**18
_PART_BYTES: Final = 350 * 1024
_OTHERS: Final = 200
"""Bytes of a message beside its text."""

Order = tuple[int, int, int, str]
"""A place in a transcript (``transcript_order``): two times in microseconds, the role's rank, the key."""


def order_of(message: Message) -> Order:
    """The place of a message."""
    return to_micros(message.created_at), to_micros(message.stored_at), role_rank(message.role), message.key


def order_beside(time: datetime, key: str) -> Order:
    """The place of something else that happened at a time: after the messages of the same moment."""
    return to_micros(time), _AFTER_MESSAGES, 0, key


def written_order(order: Order) -> list[str]:
    """A place as cursors keep it."""
    return [".".join(map(str, order[:3])), order[3]]


def read_order(position: Sequence[str]) -> Order:
    """The place that a cursor keeps; of one that names a time alone, before all that happened then."""
    time, stored, rank = [*map(int, position[0].split(".")), -1, -1][:3]
    return time, stored, rank, position[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which messages of a transcript are wanted.

    Attributes:
        after: only those after this place; None for the beginning.
        limit: how many at most; None for as many as there is room for.
        room: bytes that they take at most, packed and unpacked; one message always has room.
        judged: sort keys of feedback whose messages are wanted besides, wherever they stand.
        last: the last one is wanted besides.
    """

    after: Order | None = None
    limit: int | None = None
    room: int = ROOM
    judged: frozenset[str] = frozenset()
    last: bool = False


FIRST_PAGE: Final = Span()


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A conversation with a part of its messages.

    Attributes:
        row: its HEAD item; empty when there is none.
        messages: those that were wanted, in transcript order.
        further: those that were wanted besides, by message id.
        last: the last message, where it was wanted.
        count: how many messages the conversation has.
        first_at, last_at: when its first and its last message were written; None when it has none.
        more: whether there are messages after these.
        items: everything but messages and results, by sort key.
        results: the items of results, packed.
    """

    row: Item
    messages: Sequence[Message]
    further: Mapping[str, Message]
    last: Message | None
    count: int
    first_at: datetime | None
    last_at: datetime | None
    more: bool
    items: Mapping[str, Item]
    results: Sequence[Item]


def read_excerpt(items: Iterable[Item], span: Span) -> Excerpt:
    """A part of a conversation from the items of its partition, which come in the order of their sort keys.

    Raises:
        Unavailable: parts of a message are missing, because it was edited while it was read.
    """
    reader = _Reader(span)
    for item in items:
        reader.take(item)
    return reader.excerpt()


class _Reader:
    """Keeps the wanted items while a partition is read."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._items: dict[str, Item] = {}
        self._results: list[Item] = []
        self._parts: dict[str, bytes] | None = None
        self._named: frozenset[str] = frozenset()
        self._wanted: list[tuple[Order, Item]] = []
        self._size = 0
        self._bound: Order | None = None
        self._more = False
        self._judged: frozenset[str] | None = None
        self._further: dict[str, Item] = {}
        self._first: int | None = None
        self._last: tuple[Order, Item] | None = None
        self._count = 0

    def take(self, item: Item) -> None:
        """Look at the next item."""
        sk: str = item["sk"]
        if sk.startswith(keys.MESSAGE):
            self._message(item, sk[len(keys.MESSAGE) :])
        elif sk.startswith(keys.PART):
            self._part(item, sk)
        elif sk.startswith(keys.ANALYSIS):
            self._results.append(item)
        else:
            self._items[sk] = item

    def _message(self, item: Item, key: str) -> None:
        if self._judged is None:
            wanted = (self._items[sk] for sk in self._span.judged if sk in self._items)
            self._judged = frozenset(feedback["mid"] for feedback in wanted)
        order = (item["at"], item["st"], role_rank(item["role"]), key)
        self._count += 1
        self._first = order[0] if self._first is None else min(self._first, order[0])
        if self._last is None or order > self._last[0]:
            self._last = (order, item)
        if self._judged and (name := _id_of(item, key)) in self._judged:
            self._further[name] = item
        if self._span.after is not None and order <= self._span.after:
            return
        if self._bound is not None and order > self._bound:
            self._more = True
            return
        self._wanted.append((order, item))
        self._size += _stored_bytes(item)
        limit = self._span.limit
        if self._size > 2 * self._span.room or (limit is not None and len(self._wanted) > 2 * limit):
            self._cut()

    def _cut(self) -> None:
        """Leave out what has no room."""
        self._wanted.sort(key=lambda each: each[0])
        kept = size = 0
        for _, item in self._wanted[: self._span.limit]:
            size += _stored_bytes(item)
            if kept and size > self._span.room:
                break
            kept += 1
        if kept < len(self._wanted):
            self._more = True
            del self._wanted[kept:]
            self._bound = self._wanted[-1][0]
        self._size = sum(_stored_bytes(item) for _, item in self._wanted)

    def _part(self, item: Item, sk: str) -> None:
        if self._parts is None:
            self._end_of_messages()
        assert self._parts is not None
        if sk.removeprefix(keys.PART).partition("#")[0] in self._named:
            self._parts[sk] = item["b"]

    def _end_of_messages(self) -> None:
        self._cut()
        self._parts = {}
        besides = [self._last[1]] if self._span.last and self._last is not None else []
        kept = [*(item for _, item in self._wanted), *self._further.values(), *besides]
        self._named = frozenset(item["pn"] for item in kept if "pn" in item)

    def excerpt(self) -> Excerpt:
        """What was kept."""
        if self._parts is None:
            self._end_of_messages()
        messages = self._messages()
        last = None if self._last is None or not self._span.last else read_message(self._last[1], self._parts)
        return Excerpt(
            row=self._items.get(keys.HEAD, {}),
            messages=messages,
            further={name: read_message(item, self._parts) for name, item in self._further.items()},
            last=last,
            count=self._count,
            first_at=optional_time(self._first),
            last_at=None if self._last is None else optional_time(self._last[0][0]),
            more=self._more,
            items=self._items,
            results=self._results,
        )

    def _messages(self) -> list[Message]:
        """The wanted messages; fewer where their texts take much more room than they do packed."""
        messages: list[Message] = []
        size = 0
        for _, item in self._wanted:
            message = read_message(item, self._parts)
            size += message_bytes(message)
            if messages and size > self._span.room:
                self._more = True
                break
            messages.append(message)
        return messages


def _stored_bytes(item: Mapping[str, Any]) -> int:
    said: str | bytes = item.get("text") or item.get("z") or ""
    parts: int = item.get("parts", 0)
    return len(said) + len(item.get("x", "")) + parts * _PART_BYTES + _OTHERS


def _id_of(item: Item, key: str) -> str:
    """The id of a message that the outside sees."""
    return str(item.get("id") or key.partition(":")[2])
