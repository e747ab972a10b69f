"""Whole histories: a plan, the large fields and the row are written in transactions that rest on what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from confab.domain.conversation import ORGANIC, SentAttributes
from confab.domain.history import Plan
from confab.domain.limits import Limits
from confab.domain.message import Message
from confab.platform.data_version import MARK, VERSION
from confab.storage import keys
from confab.storage.ages import age_attributes
from confab.storage.attributes import FORMER_USER, attribute_change
from confab.storage.blobs import blob_items
from confab.storage.clocks import index_time, to_micros
from confab.storage.conversation_row import (
    ACTIVE,
    BYTES,
    ERASING,
    HISTORY_FIELD,
    WEB,
    await_consumer,
    waiting_attributes,
)
from confab.storage.conversations import TRANSACTION_BYTES
from confab.storage.growth import require_growth
from confab.storage.messages import item_size, message_bytes, message_items
from confab.storage.named import NAMED, named_in
from confab.storage.partition import ConversationPartition
from confab.storage.row import ConversationRow
from confab.storage.row_updates import VersionMoved
from confab.storage.table import TRANSACTION_ACTIONS, Table, TransactionRefused
from confab.storage.values import Item, Place
from confab.storage.writes import Action, Change, Delete, Put

EXTERNAL_ID: Final = "externalId"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryChanges:
    """The changes of a request other than messages.

    Attributes:
        external_id: the caller's id of the conversation; None when the service made one.
        updated_at: when the conversation counts as changed.
        fields: small fields that change; None removes one.
        properties: all large fields as they will be; None when they do not change.
        attributes: what is said of the user.
        web: whether a browser's key logs, which marks a conversation that begins.
    """

    external_id: str | None
    dialect: str
    now: datetime
    updated_at: datetime
    fields: Mapping[str, str | None] = field(default_factory=dict)
    properties: Mapping[str, Any] | None = None
    attributes: SentAttributes = field(default_factory=dict)
    web: bool = False


class HistoryStore:
    """Writes histories, and finds conversations by the external ids that came with them.

    Args:
        table: the one table.
        limits: how large a conversation may grow.
    """

    def __init__(self, table: Table, limits: Limits) -> None:
        self._table = table
        self._limits = limits

    def write(
        self,
        place: Place,
        before: ConversationPartition,
        plan: Plan,
        changes: HistoryChanges,
        *,
        request_token: bytes,
        lease_micros: int,
    ) -> tuple[ConversationRow, bool]:
        """Write a plan and the row: in one transaction when it fits, else in several, each of which moves the version.

        Args:
            place: chatbot and conversation.
            before: what the plan was made from: the whole conversation.
            request_token: a random mark of this request.
            lease_micros: after how long a conversation that still waits is to be queued again.

        Returns:
            The row as it now is, and whether the analysis must be queued now.

        Raises:
            ConversationFull: it would hold more than it may; nothing was written.
            VersionMoved: the conversation is no longer as it was in ``before``; what was written so far is whole.
            Unavailable: the table did not take a transaction.
        """
        pk = keys.conversation(*place)
        row = before.row.item
        size, more = _sizes(before, plan)
        require_growth({**row, BYTES: size}, len(plan.new), more, self._limits)
        change = self._row_change(place, row, plan.messages, changes)
        change.sets[BYTES] = size + more
        queue = await_consumer(change, row, place[1], changes.now, lease_micros)
        change.joins[NAMED] = named_in(plan.to_write, changes.properties, changes.attributes)
        first: list[Action] = [change, *self._other_items(pk, place, before, changes)]
        after = change.applied(row)
        groups = self._groups(pk, place[0], plan, first, request_token, web=WEB in after)
        for number, group in enumerate(groups):
            if number:
                group.insert(0, _next_version(after))
                after = {**after, "version": after["version"] + 1}
            try:
                self._table.transact(group)
            except TransactionRefused as refused:
                raise VersionMoved(queue=queue and number > 0) from refused
        return ConversationRow(after), queue

    def new_row(self, place: Place, messages: Sequence[Message], changes: HistoryChanges) -> ConversationRow:
        """The row of a conversation that begins with these messages; nothing is written."""
        item = self._row_change(place, {}, messages, changes).applied({})
        return ConversationRow({**item, **waiting_attributes(place[1], changes.now)})

    def _row_change(self, place: Place, row: Item, messages: Sequence[Message], changes: HistoryChanges) -> Change:
        change = Change((keys.conversation(*place), keys.HEAD))
        change.equals = {"version": row.get("version"), ERASING: None}
        first, last = messages[0].created_at, messages[-1].created_at
        change.defaults = {
            "dialect": changes.dialect,
            "kind": ORGANIC,
            "createdAt": to_micros(changes.now),
            "g1pk": keys.listed_new(place[0], keys.shard_of(place[1])),
            "g1sk": index_time(max(last, changes.updated_at)),
            **age_attributes(*place, changes.now),
            MARK: VERSION,
        }
        if changes.external_id is not None:
            change.defaults["externalId"] = changes.external_id
        if changes.web and not row:
            change.defaults[WEB] = True
        change.sets = {
            **{HISTORY_FIELD + name: value for name, value in changes.fields.items() if value is not None},
            "updatedAt": to_micros(changes.updated_at),
            ACTIVE: to_micros(changes.now),
            "messages": len(messages),
            "firstAt": to_micros(first),
            "lastAt": to_micros(last),
        }
        change.adds = {"version": 1}
        change.removes = [HISTORY_FIELD + name for name, value in changes.fields.items() if value is None]
        if FORMER_USER in row and changes.properties is not None:
            change.removes.append(FORMER_USER)
        attribute_change(changes.attributes, row).apply_to(change, with_history=True)
        if "analysisFailed" in row:
            change.removes.append("analysisFailed")
        return change

    def _other_items(
        self, pk: str, place: Place, before: ConversationPartition, changes: HistoryChanges
    ) -> list[Action]:
        """The large fields and the note of the external id, where they change."""
        actions: list[Action] = []
        if changes.properties is not None:
            items = blob_items({"pk": pk, "sk": keys.PROPERTIES}, changes.properties)
            actions += [Put(item, only_if_absent=False) for item in items]
            actions += [Delete(key) for key in before.further_properties(len(items))]
        if EXTERNAL_ID in changes.fields:
            new, known = changes.fields[EXTERNAL_ID], before.row.item.get(HISTORY_FIELD + EXTERNAL_ID)
            entry = keys.external_entry(place[1])
            if known is not None and known != new:
                actions.append(Delete((keys.external(place[0], known), entry)))
            if new is not None and known != new:
                noted: Item = {"pk": keys.external(place[0], new), "sk": entry, "at": to_micros(changes.now)}
                if before.row.web or changes.web:
                    noted[WEB] = True
                actions.append(Put(noted, only_if_absent=False))
        return actions

    def _groups(
        self, pk: str, chatbot_id: str, plan: Plan, first: list[Action], request_token: bytes, *, web: bool
    ) -> list[list[Action]]:
        """Cut the writes into runs that each fit into one transaction, by number and by size."""
        groups = [first]
        size = sum(item_size(action.item) for action in first if isinstance(action, Put))
        for message in plan.to_write:
            lookup = keys.message_lookup(chatbot_id, message.id, web=web)
            index = {"g2pk": lookup, "g2sk": index_time(message.stored_at)}
            head, *parts = message_items(pk, message, request_token, index)
            for part in parts:
                self._table.put(part)
            length = item_size(head)
            # One place stays free for the row of a later transaction.
            if len(groups[-1]) >= TRANSACTION_ACTIONS - 1 or size + length > TRANSACTION_BYTES:
                groups.append([])
                size = 0
            groups[-1].append(Put(head, only_if_absent=message.key in plan.new))
            size += length
        return groups

    def external(self, chatbot_id: str, external_id: str) -> list[str]:
        """The conversations that have an external id: servers' before browsers', the latest to get it first."""
        noted = self._table.query(keys.external(chatbot_id, external_id), consistent=True)
        latest = sorted(noted, key=lambda item: (WEB not in item, item["at"]), reverse=True)
        return [item["sk"].partition("#")[2] for item in latest]


def _sizes(before: ConversationPartition, plan: Plan) -> tuple[int, int]:
    """How many bytes the messages hold, and how many more with a plan."""
    known = before.row.item.get(BYTES)
    size = sum(map(message_bytes, before.messages)) if known is None else int(known)
    changed = [message for message in before.messages if message.key in plan.changed]
    return size, sum(map(message_bytes, plan.to_write)) - sum(map(message_bytes, changed))


def _next_version(row: Item) -> Change:
    """The row in a later transaction of one plan: it must still wait, else its messages would not be analysed."""
    still = {"version": row["version"], "pendingSince": row["pendingSince"], ERASING: None}
    return Change((row["pk"], row["sk"]), adds={"version": 1}, equals=still)
