"""Conversations in the table: writes that dedupe, appends that align."""

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
from confab.platform.data_version import MARK, VERSION
from confab.platform.errors import Unavailable
from confab.platform.retries import Retries
from confab.storage import keys
from confab.storage.ages import age_attributes
from confab.storage.attributes import attribute_change
from confab.storage.clocks import index_time, to_micros
from confab.storage.conversation_row import (
    ACTIVE,
    BYTES,
    ENTRIES,
    ERASING,
    MESSAGES,
    read_facets,
    read_managed,
    read_transcript,
    transcript_attributes,
    waiting_attributes,
)
from confab.storage.growth import counted_since, grow, require_growth
from confab.storage.lists import ConversationLists
from confab.storage.messages import item_size, message_bytes, message_items
from confab.storage.named import NAMED, named_in
from confab.storage.row_times import follow_transcript
from confab.storage.row_updates import (
    Append,
    Expiring,
    OtherRow,
    RowGone,
    RowUpdate,
    Snapshot,
    StateMoved,
    UpdatedRow,
)
from confab.storage.table import TRANSACTION_ACTIONS, ConditionFailed, Table, TransactionRefused
from confab.storage.values import Item, Key
from confab.storage.visibility import Visibility
from confab.storage.writes import Change, Put

TRANSACTION_BYTES: Final = 3_500_000
CREATE_ROUNDS: Final = 12
ENTERING: Final = Retries(CREATE_ROUNDS, first=0.01, cap=0.64)
MAX_OF_REQUEST: Final = 1_000
"""Messages of the largest request that is captured; logged histories are checked before anything is written."""
MAX_REQUEST: Final = 4 << 20


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
        self._sleep = sleep

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
                return self._touched(row, queue=False, after=row)
        change, before = self._change_head(chatbot_id, conversation_id, update, row)
        after = change.applied(before)
        if not update.waits:
            return self._touched(before, queue=False, after=after)
        queue = "pendingSince" not in before or self._renew_lease(change.key, before, update.now, lease_micros)
        return self._touched(before, queue, after)

    def _knows(self, row: Item, update: RowUpdate) -> bool:
        """Whether a row has all that a request says which stored nothing: then a redelivery changes nothing at all.

        The caller's software and address say nothing of anybody.

        Raises:
            Expiring: the retention of the conversation has passed.
        """
        if self._visibility.expired(row):
            raise _expiring()
        entries = update.row.entries
        entered = entries is None or entries.packed is None or ENTRIES in row
        if ERASING in row or "dialect" not in row or update.row.always or not entered:
            return False
        said = {group: fields for group, fields in update.facets.items() if group != "client"}
        return not attribute_change(said, row).alters(row)

    def _change_head(
        self, chatbot_id: str, conversation_id: str, update: RowUpdate, row: Item | None
    ) -> tuple[Change, Item]:
        """Change the row; the change that was made, and the row as it was."""
        if update.stored:
            require_growth(row or {}, update.stored, update.size, self._limits)
        for _ in range(CREATE_ROUNDS):
            change = self._head_change(chatbot_id, conversation_id, update, row, bound=True)
            cutoff = self._visibility.cutoff(chatbot_id)
            if cutoff is not None:
                change.above[ACTIVE] = cutoff
            try:
                return change, self._apply(change, update)
            except OtherRow as refused:
                row = refused.row
        raise Unavailable("The conversation stayed busy; try again.")

    def _apply(self, change: Change, update: RowUpdate) -> Item:
        """Change the row and return it as it was.

        A row that has entries begins in one transaction with them, so the change of a running conversation asks that
        there are some.

        Raises:
            OtherRow: the row is not as the change expects it.
        """
        if not update.row.create:
            change.requires, change.equals[ERASING] = ("dialect",), None
            try:
                return self._table.change(change)
            except ConditionFailed as failed:
                if self._visibility.readable(failed.found):
                    self._check(change, failed.found or {}, update)
                raise RowGone from failed
        entries = update.row.entries
        if entries is None or entries.packed is None:
            try:
                return self._table.change(change)
            except ConditionFailed as failed:
                self._check(change, failed.found or {}, update)
                raise _expiring() from failed
        expected = dict(change.equals)
        for pause in ENTERING.pauses(self._sleep):
            change.requires, change.equals = (ENTRIES,), dict(expected)
            change.sets.pop(ENTRIES, None)
            try:
                return self._table.change(change)
            except ConditionFailed as failed:
                before = failed.found or {}
            self._check(change, before, update)
            change.requires = ()
            change.equals |= {ENTRIES: None, "version": before.get("version")}
            change.sets[ENTRIES] = entries.packed
            items = entries.items(*keys.split_conversation(change.key[0]))
            with suppress(TransactionRefused):
                self._table.transact([change, *(Put(item, only_if_absent=False) for item in items)])
                return before
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _check(self, change: Change, row: Item, update: RowUpdate) -> None:
        """Say why a row refused a change.

        Raises:
            Expiring: its retention has passed.
            ConversationFull: it has not so much room.
            OtherRow: it is about somebody else, or has later messages.
        """
        if row and self._visibility.expired(row):
            raise _expiring()
        if update.stored and ERASING not in row:
            require_growth(row, update.stored, update.size, self._limits)
        if not change.allowed_by(row):
            raise OtherRow(row)

    def require_room(self, row: Item, messages: Sequence[Message]) -> None:
        """Check that there is room for further messages.

        Raises:
            ConversationFull: the conversation would hold more than it may.
        """
        require_growth(row, len(messages), sum(map(message_bytes, messages)), self._limits)

    def require_edit(self, conversation: Conversation, before: Message, after: Message) -> None:
        """Check that there is room for what a message holds from now on.

        Raises:
            ConversationFull: the conversation would hold more than it may.
        """
        more = message_bytes(after) - message_bytes(before)
        require_growth({BYTES: conversation.size}, 0, more, self._limits)

    def is_nearly_full(self, row: Item) -> bool:
        """Whether a request of the largest size may be refused for want of room."""
        messages, size = int(row.get(MESSAGES, 0)), int(row.get(BYTES, 0))
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
        self, chatbot_id: str, conversation_id: str, now: datetime, sets: Mapping[str, Any] = MappingProxyType({})
    ) -> bool:
        """Make a conversation wait for analysis although no message is new; whether it must be queued.

        Args:
            sets: what else changes on the row.
        """
        change = Change((keys.conversation(chatbot_id, conversation_id), keys.HEAD), must_exist=True, sets=dict(sets))
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

    def _head_change(
        self, chatbot_id: str, conversation_id: str, update: RowUpdate, row: Item | None, *, bound: bool
    ) -> Change:
        """The change that a request makes.

        Args:
            row: as it stands, empty for a new one; None when it was not read.
            bound: whether it is refused where the conversation would hold more than it may.
        """
        change = Change((keys.conversation(chatbot_id, conversation_id), keys.HEAD))
        change.defaults = {
            "dialect": update.dialect,
            "kind": update.kind,
            "createdAt": to_micros(update.now),
            "g1pk": keys.listed_new(chatbot_id, keys.shard_of(conversation_id)),
            "g1sk": index_time(update.last_at or update.now),
            **age_attributes(chatbot_id, conversation_id, update.now),
            MARK: VERSION,
        }
        change.below[MARK] = VERSION + 1
        if update.external_id is not None:
            change.defaults["externalId"] = update.external_id
        change.defaults.update(update.row.first)
        change.sets = {ACTIVE: to_micros(update.now), **update.row.always}
        if update.waits:
            change.defaults.update(waiting_attributes(conversation_id, update.now))
            change.adds = {"version": 1}
            change.removes = ["analysisFailed"]
        if update.stored:
            change.sets.update(update.row.stored)
            grow(change, update.stored, update.size, self._limits, bound=bound)
        elif update.replaced:
            # What a message that was not final grows to is counted, and never refused.
            change.adds[BYTES] = update.size
        elif not update.waits:
            change.sets.update({**update.row.said, **age_attributes(chatbot_id, conversation_id, update.now)})
        kept = read_managed({**update.row.first, **update.row.always, **update.row.said})
        change.joins[NAMED] = named_in((), update.facets, kept)
        follow_transcript(change, update, row)
        attribute_change(update.facets, row).apply_to(change)
        # An update sets an attribute once; what is set for good needs no default.
        change.defaults = {name: value for name, value in change.defaults.items() if name not in change.sets}
        return change

    def snapshot(self, chatbot_id: str, conversation_id: str) -> Snapshot:
        """The row and the alignment state of a conversation as they stand; both empty for a new one.

        Raises:
            Expiring: there is one whose retention has passed.
        """
        row = self._table.get((keys.conversation(chatbot_id, conversation_id), keys.HEAD), consistent=True) or {}
        if row and self._visibility.expired(row):
            raise _expiring()
        return Snapshot(read_transcript(row), row)

    def transcript_history(self, chatbot_id: str, conversation_id: str) -> list[bytes]:
        """The digests of all messages that were placed by alignment, in order; read from their keys."""
        pk = keys.conversation(chatbot_id, conversation_id)
        items = self._table.query(pk, f"{keys.MESSAGE}n:", consistent=True, attributes=("sk",))
        placed = (position_digest(item["sk"][len(keys.MESSAGE) :]) for item in items)
        return [fingerprint for _, fingerprint in sorted(place for place in placed if place is not None)]

    def append(
        self, chatbot_id: str, conversation_id: str, append: Append, *, writer: bytes, lease_micros: int
    ) -> tuple[UpdatedRow, Snapshot]:
        """Write aligned messages and the row together: all of them or nothing.

        Returns:
            What stood on the row before, and the snapshot to append to next.

        Raises:
            StateMoved: the row is no longer as it was in ``before``.
            Unavailable: the table did not take the transaction.
        """
        before, update = append.before.row, append.update
        change = self._head_change(chatbot_id, conversation_id, update, before, bound=False)
        change.sets.update(transcript_attributes(append.after))
        for attribute in ("t.count", "t.chain", "pendingSince"):
            change.equals[attribute] = before.get(attribute)
        puts: list[Put] = []
        for message in append.messages:
            head, *parts = message_items(change.key[0], message, writer)
            for part in parts:
                self._table.put(part)
            puts.append(Put(head))
        try:
            self._table.transact([change, *puts])
        except TransactionRefused as refused:
            raise StateMoved from refused
        queue = "pendingSince" not in before or self._renew_lease(change.key, before, update.now, lease_micros)
        return self._touched(before, queue), Snapshot(append.after, change.applied(before))

    @staticmethod
    def _touched(row: Item, queue: bool, after: Item | None = None) -> UpdatedRow:
        return UpdatedRow(queue, "pendingSince" in row, row.get("countedAt", 0), read_facets(row), row, after or {})


def _expiring() -> Expiring:
    return Expiring("The retention of this conversation has passed and it is being erased; send again in a moment.")


def transaction_groups(pk: str, messages: Sequence[Message], writer: bytes) -> list[list[Message]]:
    """Cut messages into runs that each fit into one transaction beside the row, by number and by size."""
    groups: list[list[Message]] = []
    size = 0
    for message in messages:
        length = item_size(message_items(pk, message, writer)[0])
        if not groups or len(groups[-1]) == TRANSACTION_ACTIONS - 1 or size + length > TRANSACTION_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(message)
        size += length
    return groups
