"""Conversations as channels and operators keep them: rows, pages by contact and channel, single messages, answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from confab.domain.conversation import Scalar
from confab.domain.message import Draft, Message
from confab.platform.errors import Unavailable
from confab.platform.retries import Retries
from confab.storage import keys
from confab.storage.ages import AgeStore, age_attributes
from confab.storage.attributes import attribute_change
from confab.storage.blobs import blob_items, read_blob
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.conversation_row import ACTIVE, ENTRIES, ERASING, read_managed
from confab.storage.entries import Entries, moves
from confab.storage.list_moves import LISTED_AT, move_note
from confab.storage.messages import STATE, message_items, read_message
from confab.storage.named import NAMED, named_in
from confab.storage.table import ConditionFailed, Table, TransactionRefused
from confab.storage.values import Item, Key, Place
from confab.storage.visibility import Visibility
from confab.storage.writes import Change, Delete, Put

BUSY: Final = Retries(10, first=0.01, cap=0.64)

_SAYS: Final = ("text", "x", "z", "parts", "pn", "o")
"""Attributes of a message that hold what it says."""

"""Chatbot and conversation."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A responder's first accepted answer to one delivery.

    Attributes:
        messages: what it wants to say.
        error: what was wrong with it; None when nothing was.
        at: when it came.
    """

    messages: Sequence[Draft]
    error: str | None
    at: datetime


class ManagementStore:
    """The management side of the one table.

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
        sleep: waits between attempts, in seconds.
    """

    def __init__(self, table: Table, visibility: Visibility, sleep: Callable[[float], None] = time.sleep) -> None:
        self._table = table
        self._visibility = visibility
        self._ages = AgeStore(table, visibility)
        self._sleep = sleep

    def row(self, place: Place) -> Item | None:
        """The row of a conversation, read consistently; None when there is none or it is being erased."""
        return self._alive(self._table.get(_head(place), consistent=True))

    def count_session(self, place: Place) -> None:
        """Count one more session."""
        with suppress(ConditionFailed):
            self._table.change(Change(_head(place), adds={"c.sessions": 1}, must_exist=True))

    def patch(
        self,
        place: Place,
        sets: Mapping[str, Any],
        removes: Sequence[str],
        now: datetime,
        user: Mapping[str, Scalar | None],
    ) -> Item | None:
        """Change some attributes of a row and its place in the lists; others that change meanwhile stay changed.

        Args:
            user: what is known of the contact from now on; another id makes it somebody else, and None nobody.

        Returns:
            The row as it now is; None when there is no such conversation.
        """
        for pause in BUSY.pauses(self._sleep):
            row = self.row(place)
            if row is None:
                return None
            change = Change(_head(place), must_exist=True, equals={ERASING: None, ENTRIES: row.get(ENTRIES)})
            change.sets = {**sets, "updatedAt": to_micros(now), ACTIVE: to_micros(now)}
            change.sets |= {"g1sk": index_time(now), LISTED_AT: to_micros(now)}
            change.sets.update(age_attributes(*place, now))
            change.joins[NAMED] = named_in((), read_managed(sets))
            change.removes = list(removes)
            attribute_change({"user": user}, row).apply_to(change)
            contact = change.applied(row).get("user.id")
            entries = Entries.at(now, None if contact is None else str(contact), row.get("c.channelId"))
            if entries.packed is not None:
                change.sets[ENTRIES] = entries.packed
            with suppress(TransactionRefused):
                self._table.transact([change, *moves(place, row.get(ENTRIES), entries), move_note(row, now)])
                return change.applied(row)
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def message(self, place: Place, key: str) -> tuple[Item | None, Message | None]:
        """The row and one message, read consistently in one call."""
        pk = keys.conversation(*place)
        found = self._table.get_many([(pk, keys.HEAD), (pk, keys.MESSAGE + key)], consistent=True)
        row, item = self._alive(found.get((pk, keys.HEAD))), found.get((pk, keys.MESSAGE + key))
        return row, self._whole(item) if item is not None else None

    def _whole(self, item: Item) -> Message:
        if "parts" not in item:
            return read_message(item)
        parts = self._table.query(item["pk"], f"{keys.PART}{item['pn']}#", consistent=True)
        return read_message(item, {part["sk"]: part["b"] for part in parts})

    def patch_message(self, place: Place, key: str, state: Mapping[str, Any]) -> bool:
        """Change what may change of a message, each by itself; False when there is no such message."""
        change = Change((keys.conversation(*place), keys.MESSAGE + key), must_exist=True)
        change.sets = {STATE + name: value for name, value in state.items()}
        try:
            self._table.change(change)
        except ConditionFailed:
            return False
        return True

    def rewrite_message(self, place: Place, message: Message, writer: bytes) -> bool:
        """Give a message another text and other extras; its state and its time stay. False when it is gone."""
        head, *parts = message_items(keys.conversation(*place), message, writer)
        for part in parts:
            self._table.put(part)
        change = Change((head["pk"], head["sk"]), must_exist=True)
        change.sets = {name: head[name] for name in (*_SAYS, "w", "role") if name in head}
        change.removes = [name for name in _SAYS if name not in head]
        try:
            self._table.change(change)
        except ConditionFailed:
            return False
        return True

    def answer(self, place: Place, webhook_id: str) -> Answer | None:
        """What a responder has answered to a delivery; None when nothing was taken yet."""
        pk = keys.conversation(*place)
        item = self._table.get((pk, keys.answer_item(webhook_id)), consistent=True)
        return self._read_answer(item) if item else None

    def claim_answer(self, place: Place, webhook_id: str, answer: Answer) -> Answer:
        """Take an answer, unless another was taken for the same delivery; the one that counts."""
        base: Item = {
            "pk": keys.conversation(*place),
            "sk": keys.answer_item(webhook_id),
            "at": to_micros(answer.at),
            "st": to_micros(answer.at),
        }
        said = [{"role": each.role, "content": each.content, "extras": each.extras} for each in answer.messages]
        head, *rest = blob_items(base, {"messages": said, "error": answer.error})
        try:
            if rest:
                self._table.transact([Put(head), *(Put(item, only_if_absent=False) for item in rest)])
            else:
                self._table.put_if_absent(head)
        except (ConditionFailed, TransactionRefused) as refused:
            first = self.answer(place, webhook_id)
            if first is None:
                raise Unavailable("The answer could not be taken; try again.") from refused
            return first
        return answer

    def forget_answer(self, place: Place, webhook_id: str) -> None:
        """Take an answer back whose conversation turned out to be gone."""
        pk = keys.conversation(*place)
        sk = keys.answer_item(webhook_id)
        with suppress(ConditionFailed):
            self._table.delete_if(Delete((pk, sk)))
        for item in self._table.query(pk, f"{keys.blob_prefix(sk)}#"):
            self._table.delete((pk, item["sk"]))

    def _read_answer(self, item: Item) -> Answer:
        further = (
            self._table.query(item["pk"], f"{keys.blob_prefix(item['sk'])}#", consistent=True)
            if "chunks" in item
            else ()
        )
        body = read_blob(item, {part["sk"]: part for part in further})
        return Answer([Draft(**said) for said in body["messages"]], body["error"], from_micros(item["at"]))

    def _alive(self, row: Item | None) -> Item | None:
        return row if self._visibility.readable(row) else None


def _head(place: Place) -> Key:
    return keys.conversation(*place), keys.HEAD
