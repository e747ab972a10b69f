"""The one reader of a conversation's partition: every read is consistent, and gives the whole or a part.

A part is chosen while the partition is read, so a page takes a page's memory, whatever is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from confab.domain.message import Message, role_rank
from confab.storage import keys
from confab.storage.clocks import optional_time
from confab.storage.messages import bare, message_bytes, read_message
from confab.storage.partition import ConversationPartition
from confab.storage.row import ConversationRow
from confab.storage.table import Table
from confab.storage.transcripts import Order, Span
from confab.storage.values import Item, Place
from confab.storage.visibility import Visibility

_PART_BYTES: Final = 350 * 1024
_OTHERS: Final = 200
"""Bytes of a message besides its text."""


class PartitionReader:
    """Reads conversations with what belongs to them; every read is consistent.

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
    """

    def __init__(self, table: Table, visibility: Visibility) -> None:
        self._table = table
        self._visibility = visibility

    def read(self, place: Place, span: Span) -> ConversationPartition:
        """A conversation, in whatever state it is; without a row where there is none.

        Args:
            place: the ids of the chatbot and of the conversation.
            span: which of its messages.

        Raises:
            Unavailable: the table did not answer, or a message was edited while it was read.
        """
        items = self._table.query(keys.conversation(*place), consistent=True)
        return read_partition(items, span, self._visibility)

    def row(self, place: Place) -> ConversationRow | None:
        """The row of a conversation; None when there is none for those who read."""
        row = self._table.get((keys.conversation(*place), keys.HEAD), consistent=True)
        return ConversationRow(row) if row is not None and self._visibility.readable(row) else None

    def message(self, place: Place, key: str) -> Message | None:
        """Who wrote a message and when, by its key, without its text; None when it is gone."""
        item = self._table.get((keys.conversation(*place), keys.MESSAGE + key), consistent=True)
        return None if item is None else read_message(bare(item))


def read_partition(items: Iterable[Item], span: Span, visibility: Visibility) -> ConversationPartition:
    """A conversation from the items of its partition, which come in the order of their sort keys.

    Raises:
        Unavailable: parts of a message are missing, because it was edited while it was read.
    """
    selection = _Selection(span)
    for item in items:
        selection.take(item)
    return selection.partition(visibility)


class _Selection:
    """Keeps the wanted items while a partition is read, in the order of their sort keys."""

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

    def partition(self, visibility: Visibility) -> ConversationPartition:
        """The conversation with what was kept.

        Raises:
            Unavailable: parts of a message are missing, because it was edited while it was read.
        """
        if self._parts is None:
            self._end_of_messages()
        messages = self._messages()
        row = self._items.get(keys.HEAD, {})
        return ConversationPartition(
            row=ConversationRow(row),
            expired=bool(row) and visibility.expired(row),
            messages=messages,
            further={name: read_message(item, self._parts) for name, item in self._further.items()},
            last=read_message(self._last[1], self._parts) if self._span.last and self._last is not None else None,
            message_count=self._count,
            first_at=optional_time(self._first),
            last_at=None if self._last is None else optional_time(self._last[0][0]),
            more=self._more,
            unindexed=frozenset(order[3] for order, item in self._wanted if "g2pk" not in item),
            others=self._items,
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
