"""Conversations as channels and operators keep them: their managed fields and their single messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from confab.domain.conversation import Conversation, Scalar
from confab.domain.message import Message
from confab.platform.errors import Unavailable
from confab.platform.retries import Retries
from confab.storage import keys
from confab.storage.ages import age_attributes
from confab.storage.attributes import attribute_change
from confab.storage.clocks import index_time, to_micros
from confab.storage.conversation_row import (
    ACTIVE,
    ENTRIES,
    ERASING,
    MANAGED,
    MANAGED_JSON,
    managed_attributes,
    read_head,
    read_managed,
)
from confab.storage.entries import Entries, moves
from confab.storage.list_moves import LISTED_AT, move_note
from confab.storage.messages import STATE, message_items, read_message
from confab.storage.named import NAMED, named_in
from confab.storage.row import ConversationRow
from confab.storage.table import ConditionFailed, Table, TransactionRefused
from confab.storage.values import Item, Key, Place
from confab.storage.visibility import Visibility
from confab.storage.writes import Change

BUSY: Final = Retries(10, first=0.01, cap=0.64)

Edit = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Gives managed fields, from those that are there."""
_PREFIXES: Final = (MANAGED, MANAGED_JSON)
_SAYS: Final = ("text", "x", "z", "parts", "pn", "o")
"""Attributes of a message that hold what it says."""


class ManagementStore:
    """Reads and changes managed conversations and their messages.

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
        sleep: waits between attempts, in seconds.
    """

    def __init__(self, table: Table, visibility: Visibility, sleep: Callable[[float], None] = time.sleep) -> None:
        self._table = table
        self._visibility = visibility
        self._sleep = sleep

    def conversation(self, place: Place) -> Conversation | None:
        """A conversation, read consistently; None when there is none for those who read."""
        row = self._row(place)
        return None if row is None else read_head(row)

    def _row(self, place: Place) -> Item | None:
        return self._alive(self._table.get(_head(place), consistent=True))

    def count_session(self, place: Place) -> None:
        """Count one more session."""
        with suppress(ConditionFailed):
            self._table.change(Change(_head(place), adds={"c.sessions": 1}, must_exist=True))

    def patch(
        self,
        place: Place,
        fields: Mapping[str, Any] | Edit,
        now: datetime,
        user: Mapping[str, Scalar | None],
    ) -> ConversationRow | None:
        """Change some fields and the place in the lists; other fields that change meanwhile stay changed.

        Args:
            fields: managed fields by name; None removes one. Or what gives them from those that are there: it is asked
                again when one of them changed meanwhile, and gives none where nothing is to change.
            now: when the conversation counts as changed (UTC).
            user: what is known of the contact from now on; another id makes it somebody else, and None nobody.

        Returns:
            The row as it now is; None when there is no such conversation.

        Raises:
            Unavailable: the conversation kept changing, or the table did not answer.
        """
        for pause in BUSY.pauses(self._sleep):
            row = self._row(place)
            if row is None:
                return None
            wanted = fields(read_managed(row)) if callable(fields) else fields
            if not wanted and not user:
                return ConversationRow(row)
            given = {name: value for name, value in wanted.items() if value is not None}
            cleared = [name for name, value in wanted.items() if value is None]
            change = Change(_head(place), must_exist=True, equals={ERASING: None, ENTRIES: row.get(ENTRIES)})
            change.sets = {**managed_attributes(given), "updatedAt": to_micros(now), ACTIVE: to_micros(now)}
            change.sets |= {"g1sk": index_time(now), LISTED_AT: to_micros(now)}
            change.sets.update(age_attributes(*place, now))
            change.joins[NAMED] = named_in((), given)
            change.removes = [prefix + name for name in cleared for prefix in _PREFIXES]
            if callable(fields):
                change.equals |= {prefix + name: row.get(prefix + name) for name in wanted for prefix in _PREFIXES}
            attribute_change({"user": user}, row).apply_to(change)
            contact = change.applied(row).get("user.id")
            entries = Entries.at(now, None if contact is None else str(contact), row.get("c.channelId"))
            if entries.packed is not None:
                change.sets[ENTRIES] = entries.packed
            with suppress(TransactionRefused):
                self._table.transact([change, *moves(place, row.get(ENTRIES), entries), move_note(row, now)])
                return ConversationRow(change.applied(row))
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def message(self, place: Place, key: str) -> tuple[Conversation | None, Message | None]:
        """A conversation and one of its messages, read consistently in one call; None for what there is not."""
        pk = keys.conversation(*place)
        found = self._table.get_many([(pk, keys.HEAD), (pk, keys.MESSAGE + key)], consistent=True)
        row, item = self._alive(found.get((pk, keys.HEAD))), found.get((pk, keys.MESSAGE + key))
        return None if row is None else read_head(row), self._whole(item) if item is not None else None

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

    def rewrite_message(self, place: Place, message: Message, request_token: bytes) -> bool:
        """Give a message another text and other extras; its state and its time stay. False when it is gone."""
        head, *parts = message_items(keys.conversation(*place), message, request_token)
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

    def _alive(self, row: Item | None) -> Item | None:
        return row if self._visibility.readable(row) else None


def _head(place: Place) -> Key:
    return keys.conversation(*place), keys.HEAD
