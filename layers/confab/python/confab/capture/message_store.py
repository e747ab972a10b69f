"""Messages that carry an identity: written side by side, each once, and only where its key is free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from confab.domain.message import Message
from confab.domain.verdict import CONFLICT, DUPLICATE, REPLACED, STORED
from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.clocks import to_micros
from confab.storage.messages import STATE, message_bytes, message_items, read_message
from confab.storage.row_updates import WriteResult
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item, Place
from confab.storage.writes import Change, Delete, Put

REPLACE_ROUNDS: Final = 8
_INDEXED: Final = ("g1pk", "g1sk", "g2pk", "g2sk")

Same = Callable[[Message, Message], bool]
"""Whether two messages of one key say the same (``domain.fingerprints``)."""


class MessageStore:
    """Single messages of the one table.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def write(self, place: Place, messages: Sequence[Message], request_token: bytes, same: Same) -> list[WriteResult]:
        """Write messages with distinct keys side by side, each where its key is free or holds one that is not final.

        Args:
            request_token: a random mark of this request.
            same: whether a stored message and one of these say the same.

        Raises:
            Unavailable: a write failed; others may have been stored, and sending all again repairs it.
        """
        pk = keys.conversation(*place)
        if len(messages) == 1:
            return [self._write(pk, messages[0], request_token, same)]
        return list(self._table.pool.map(lambda message: self._write(pk, message, request_token, same), messages))

    def _write(self, pk: str, message: Message, request_token: bytes, same: Same) -> WriteResult:
        item, *parts = message_items(pk, message, request_token)
        for part in parts:
            self._table.put(part)
        try:
            self._table.put_if_absent(item)
        except ConditionFailed as refused:
            assert refused.found is not None
            if refused.found.get("w") == request_token:
                return WriteResult(STORED, message.stored_at, message.created_at, message_bytes(message))
            return self._meet(refused.found, message, request_token, same)
        return WriteResult(STORED, message.stored_at, message.created_at, message_bytes(message))

    def _meet(self, found: Item, message: Message, request_token: bytes, same: Same) -> WriteResult:
        """What becomes of a message whose key holds another.

        Raises:
            Unavailable: what stands there kept changing.
        """
        for _ in range(REPLACE_ROUNDS):
            first = self.read(found)
            if first.final or not _goes_on(first, message, same):
                both_final = first.final and message.final
                status = CONFLICT if both_final and not same(first, message) else DUPLICATE
                return WriteResult(status, first.stored_at, first.created_at)
            status = DUPLICATE if same(first, message) else REPLACED
            more = message_bytes(message) - message_bytes(first)
            try:
                self._replace(found, first, message, request_token)
                return WriteResult(status, first.stored_at, first.created_at, more)
            except ConditionFailed as refused:
                if refused.found is None:
                    raise Unavailable("The message was erased meanwhile; try again.") from refused
                if refused.found.get("w") == request_token:
                    return WriteResult(status, first.stored_at, first.created_at, more)
                found = refused.found
        raise Unavailable("The message kept changing; try again.")

    def _replace(self, found: Item, first: Message, message: Message, request_token: bytes) -> None:
        kept = {name: value for name, value in found.items() if name in _INDEXED or name.startswith(STATE)}
        later = replace(message, created_at=first.created_at, stored_at=first.stored_at)
        item, *parts = message_items(found["pk"], later, request_token)
        for part in parts:
            self._table.put(part)
        self._table.put_if(Put({**item, **kept}, equals={"w": found["w"]}))

    def all_there(self, place: Place, messages: Sequence[Message]) -> bool:
        """Whether there is a message under the key of each of these."""
        pk = keys.conversation(*place)
        read = self._table.pool.map(
            lambda message: self._table.get((pk, keys.MESSAGE + message.key), consistent=True), messages
        )
        return None not in list(read)

    def read(self, item: Item) -> Message:
        """A message from its item; what does not fit into one is read consistently."""
        if "parts" not in item:
            return read_message(item)
        parts = self._table.query(item["pk"], f"{keys.PART}{item['pn']}#", consistent=True)
        return read_message(item, {part["sk"]: part["b"] for part in parts})

    def move(self, place: Place, messages: Sequence[Message], request_token: bytes) -> None:
        """Give messages that this request wrote another place in time; one that is gone stays gone.

        Raises:
            Unavailable: a write failed; the others have been stored.
        """
        pk = keys.conversation(*place)
        list(self._table.pool.map(lambda message: self._move(pk, message, request_token), messages))

    def _move(self, pk: str, message: Message, request_token: bytes) -> None:
        change = Change((pk, keys.MESSAGE + message.key), must_exist=True, equals={"w": request_token})
        change.sets = {"at": to_micros(message.created_at), "st": to_micros(message.stored_at)}
        with suppress(ConditionFailed):
            self._table.change(change)

    def missing(self, place: Place, messages: Sequence[Message]) -> list[Message]:
        """Those of some messages that are not stored."""
        pk = keys.conversation(*place)
        found = self._table.get_many([(pk, keys.MESSAGE + message.key) for message in messages], consistent=True)
        return [message for message in messages if (pk, keys.MESSAGE + message.key) not in found]

    def keep(self, place: Place, names: Sequence[str], request_token: bytes) -> bool:
        """Make messages this request's own, so that the one that wrote them cannot take them back; False if one did.

        Args:
            names: the messages' keys.
            request_token: a random mark of this request.
        """
        pk = keys.conversation(*place)
        try:
            for name in names:
                self._table.change(Change((pk, keys.MESSAGE + name), must_exist=True, sets={"w": request_token}))
        except ConditionFailed:
            return False
        return True

    def take_back(self, place: Place, messages: Sequence[Message], request_token: bytes) -> None:
        """Remove messages that this request wrote to a conversation that turned out to be gone, or full."""
        pk = keys.conversation(*place)
        for message in messages:
            item, *parts = message_items(pk, message, request_token)
            with suppress(ConditionFailed):
                self._table.delete_if(Delete((pk, item["sk"]), {"w": request_token}))
            for part in parts:
                self._table.delete((pk, part["sk"]))


def _goes_on(first: Message, message: Message, same: Same) -> bool:
    """Whether a message goes on with one that is not final; an earlier state of it that comes late does not."""
    if message.final:
        return True
    shorter = len(message.content) < len(first.content) and first.content.startswith(message.content)
    return not shorter and not same(first, message)
