"""Conversations for those who write them: the row's updates, appends of aligned messages, and what waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from confab.domain.conversation import Conversation
from confab.domain.identity import position_digest
from confab.domain.limits import Limits
from confab.domain.message import Message
from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.attributes import attribute_change
from confab.storage.captured import MAX_NOTED, note_item, notes_in
from confab.storage.clocks import to_micros
from confab.storage.conversation_row import (
    ACTIVE,
    AGAIN,
    BYTES,
    ENTRIES,
    ERASING,
    MESSAGES,
    STATE,
    managed_attributes,
    read_transcript,
    transcript_attributes,
    waiting_attributes,
)
from confab.storage.growth import RECOUNT_MARGIN, counted_since, require_growth
from confab.storage.lists import ConversationLists
from confab.storage.messages import item_size, message_bytes, message_items
from confab.storage.row import ConversationRow
from confab.storage.row_change import row_change
from confab.storage.row_updates import (
    Append,
    OtherRow,
    RowUpdate,
    Snapshot,
    StateMoved,
    UpdatedRow,
)
from confab.storage.row_writer import RowWriter, expiring
from confab.storage.table import TRANSACTION_ACTIONS, ConditionFailed, Table, TransactionRefused
from confab.storage.values import Item, Key, Place
from confab.storage.visibility import Visibility
from confab.storage.writes import Change, Put

TRANSACTION_BYTES: Final = 3_500_000
CREATE_ROUNDS: Final = 12
MAX_OF_REQUEST: Final = 1_000
"""Messages of the largest request that is captured; logged histories are checked before anything is written."""
MAX_REQUEST: Final = 4 << 20
LATEST_NOTES: Final = 100
"""Notes that are looked through for a message that was sent again."""


class ConversationStore(ConversationLists):
    """Conversations of the one table, for those who also write.

    Args:
        table: the one table.
        limits: how large a conversation may grow.
        visibility: tells which conversations may be read.
        sleep: waits between attempts, in seconds.
    """

    def __init__(
        self,
        table: Table,
        limits: Limits,
        visibility: Visibility,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(table, visibility)
        self._limits = limits
        self._writer = RowWriter(table, limits, visibility, sleep)

    def touch(self, chatbot_id: str, conversation_id: str, update: RowUpdate, lease_micros: int) -> UpdatedRow:
        """Create or change the conversation's row; messages that were stored make it wait for analysis.

        Args:
            lease_micros: after how long a conversation that still waits is to be queued again.

        Raises:
            RowGone: there is no row, and the update may not create one.
            ConversationFull: it has not so much room; nothing was changed.
            Expiring: there is one whose retention has passed.
        """
        row: Item | None = None
        if not update.waits:
            row = self._table.get((keys.conversation(chatbot_id, conversation_id), keys.HEAD), consistent=True)
            if row is not None and self._knows(row, update):
                return UpdatedRow(queue=False, before=ConversationRow(row), row=ConversationRow(row))
        change, before = self._change_row((chatbot_id, conversation_id), update, row)
        after = ConversationRow(change.applied(before))
        if not update.waits:
            return UpdatedRow(queue=False, before=ConversationRow(before), row=after)
        self._note(change, before, update)
        queue = "pendingSince" not in before or self._renew_lease(change.key, before, update.now, lease_micros)
        return UpdatedRow(queue, ConversationRow(before), after)

    def _note(self, change: Change, before: Item, update: RowUpdate) -> None:
        """Note what a request stored in a long conversation, so that the consumer need not read all of it again."""
        row = ConversationRow(before)
        if not row.long or STATE not in before or update.replaced or not 0 < len(update.keys) <= MAX_NOTED:
            return
        version = int(change.applied(before)["version"])
        # Without the note, all is read again: also what a crash left uncounted, and this request has found.
        with suppress(Unavailable):
            if self.may_be_uncounted(row, update.found):
                return
            self._table.put(note_item(keys.split_conversation(change.key[0]), version, update.keys, update.now))

    def may_be_uncounted(self, row: ConversationRow, found: Mapping[str, datetime]) -> bool:
        """Whether a crash may have left some messages without anybody who counts them.

        Args:
            found: when each message was stored (UTC), by key.
        """
        counted_at = row.counted_at
        young = {key for key, at in found.items() if counted_at is None or at + RECOUNT_MARGIN >= counted_at}
        return bool(young) and not young <= self._noted(row)

    def _noted(self, row: ConversationRow) -> set[str]:
        """The keys that the latest notes name: the row has counted these messages, and the consumer knows of them."""
        if not row.long:
            return set()
        before, since = f"{keys.CAPTURED}~", keys.CAPTURED
        notes = self._table.newest(row.item["pk"], before=before, since=since, limit=LATEST_NOTES)
        return {key for new in notes_in(notes).values() for key in new}

    def _knows(self, row: Item, update: RowUpdate) -> bool:
        """Whether a row has all that a request says which stored nothing: then a redelivery changes nothing at all.

        The caller's software and address say nothing of anybody.

        Raises:
            Expiring: the retention of the conversation has passed.
        """
        if self._visibility.expired(row):
            raise expiring()
        entries = update.row.entries
        entered = entries is None or entries.packed is None or ENTRIES in row
        if ERASING in row or "dialect" not in row or update.row.always.attributes or not entered:
            return False
        said = {group: fields for group, fields in update.attributes.items() if group != "client"}
        return not attribute_change(said, row).alters(row)

    def _change_row(self, place: Place, update: RowUpdate, row: Item | None) -> tuple[Change, Item]:
        """Change the row; the change that was made, and the row as it was."""
        if update.stored:
            require_growth(row or {}, update.stored, update.size, self._limits)
        for _ in range(CREATE_ROUNDS):
            change = row_change(place, update, row, self._limits, bound=True)
            cutoff = self._visibility.cutoff(place[0])
            if cutoff is not None:
                change.above[ACTIVE] = cutoff
            try:
                return change, self._writer.write(change, update)
            except OtherRow as refused:
                row = refused.row
        raise Unavailable("The conversation stayed busy; try again.")

    def require_room(self, row: ConversationRow, messages: Sequence[Message]) -> None:
        """Check that there is room for further messages.

        Args:
            row: as it was read; false for a new conversation.

        Raises:
            ConversationFull: the conversation would hold more than it may.
        """
        require_growth(row.item, len(messages), sum(map(message_bytes, messages)), self._limits)

    def require_edit(self, conversation: Conversation, before: Message, after: Message) -> None:
        """Check that there is room for what a message holds from now on.

        Raises:
            ConversationFull: the conversation would hold more than it may.
        """
        more = message_bytes(after) - message_bytes(before)
        require_growth({BYTES: conversation.size}, 0, more, self._limits)

    def is_nearly_full(self, row: ConversationRow) -> bool:
        """Whether a request of the largest size may be refused for want of room."""
        messages, size = int(row.item.get(MESSAGES, 0)), int(row.item.get(BYTES, 0))
        return messages + MAX_OF_REQUEST > self._limits.messages or size + MAX_REQUEST > self._limits.size

    def taken_back(self, chatbot_id: str, conversation_id: str, since: datetime, now: datetime) -> bool:
        """See that nobody counts messages that were stored for a moment; whether the conversation must be queued.

        Args:
            since: when they were stored.
        """
        key = keys.conversation(chatbot_id, conversation_id), keys.HEAD
        for _ in range(CREATE_ROUNDS):
            row = self._table.get(key, consistent=True)
            if row is None:
                return False
            if "pendingSince" not in row:
                return counted_since(row, since) and self.await_analysis(chatbot_id, conversation_id, now)
            with suppress(ConditionFailed):
                # A consumer that has read them finds that the conversation has changed.
                self._table.change(Change(key, adds={"version": 1}, equals={"pendingSince": row["pendingSince"]}))
                return False
        raise Unavailable("The conversation stayed busy; try again.")

    def await_analysis(
        self,
        chatbot_id: str,
        conversation_id: str,
        now: datetime,
        managed: Mapping[str, Any] = MappingProxyType({}),
        *,
        again: bool = False,
    ) -> bool:
        """Make a conversation wait for analysis although no message is new; whether it must be queued.

        Args:
            managed: managed fields that change with it, by name.
            again: whether the consumer is to judge messages that have a result, too.
        """
        change = Change((keys.conversation(chatbot_id, conversation_id), keys.HEAD), must_exist=True)
        change.sets = managed_attributes(managed)
        if again:
            change.sets[AGAIN] = to_micros(now)
        change.defaults = waiting_attributes(conversation_id, now)
        change.adds["version"] = 1
        try:
            return "pendingSince" not in self._table.change(change)
        except ConditionFailed:
            return False

    def forget_queued(self, chatbot_id: str, conversation_id: str) -> None:
        """Note that queueing failed, so that the next capture queues the conversation, if it is still there."""
        change = Change((keys.conversation(chatbot_id, conversation_id), keys.HEAD), must_exist=True)
        change.sets["queuedAt"] = 0
        with suppress(ConditionFailed):
            self._table.change(change)

    def _renew_lease(self, key: Key, before: Item, now: datetime, lease_micros: int) -> bool:
        """Whether this request is the one that queues again a conversation that has waited past its lease."""
        queued_at = before.get("queuedAt", 0)
        if to_micros(now) - queued_at < lease_micros:
            return False
        change = Change(key, must_exist=True)
        change.sets["queuedAt"] = to_micros(now)
        change.equals["queuedAt"] = queued_at
        try:
            self._table.change(change)
        except ConditionFailed:
            return False
        return True

    def snapshot(self, chatbot_id: str, conversation_id: str) -> Snapshot:
        """The row and the alignment state of a conversation as they stand; both empty for a new one.

        Raises:
            Expiring: there is one whose retention has passed.
        """
        row = self._table.get((keys.conversation(chatbot_id, conversation_id), keys.HEAD), consistent=True) or {}
        if row and self._visibility.expired(row):
            raise expiring()
        return Snapshot(read_transcript(row), ConversationRow(row))

    def transcript_history(self, chatbot_id: str, conversation_id: str) -> list[bytes]:
        """The digests of all messages that were placed by alignment, in order; read from their keys."""
        pk = keys.conversation(chatbot_id, conversation_id)
        items = self._table.query(pk, f"{keys.MESSAGE}n:", consistent=True, attributes=("sk",))
        placed = (position_digest(item["sk"][len(keys.MESSAGE) :]) for item in items)
        return [fingerprint for _, fingerprint in sorted(place for place in placed if place is not None)]

    def append(
        self, chatbot_id: str, conversation_id: str, append: Append, *, request_token: bytes, lease_micros: int
    ) -> tuple[UpdatedRow, Snapshot]:
        """Write aligned messages and the row together: all of them or nothing.

        Returns:
            What stood on the row before, and the snapshot to append to next.

        Raises:
            StateMoved: the row is no longer as it was in ``before``.
            Unavailable: the table did not take the transaction.
        """
        before, update = append.before.row.item, append.update
        change = row_change((chatbot_id, conversation_id), update, before, self._limits, bound=False)
        change.sets.update(transcript_attributes(append.after))
        for attribute in ("t.count", "t.chain", "pendingSince"):
            change.equals[attribute] = before.get(attribute)
        puts: list[Put] = []
        for message in append.messages:
            head, *parts = message_items(change.key[0], message, request_token)
            for part in parts:
                self._table.put(part)
            puts.append(Put(head))
        try:
            self._table.transact([change, *puts])
        except TransactionRefused as refused:
            raise StateMoved from refused
        self._note(change, before, update)
        queue = "pendingSince" not in before or self._renew_lease(change.key, before, update.now, lease_micros)
        after = Snapshot(append.after, ConversationRow(change.applied(before)))
        return UpdatedRow(queue, append.before.row), after


def transaction_groups(place: Place, messages: Sequence[Message], request_token: bytes) -> list[list[Message]]:
    """Cut messages into runs that each fit into one transaction with the row, by number and by size."""
    pk = keys.conversation(*place)
    groups: list[list[Message]] = []
    size = 0
    for message in messages:
        length = item_size(message_items(pk, message, request_token)[0])
        if not groups or len(groups[-1]) == TRANSACTION_ACTIONS - 1 or size + length > TRANSACTION_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(message)
        size += length
    return groups
