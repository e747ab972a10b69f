"""Feedback and events in the table: in the partition of their conversation, so that they are erased with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Final

from confab.domain.feedback import KINDS, Event, Feedback
from confab.domain.limits import EVENTS, FEEDBACK, Given, Limits
from confab.domain.merge import json_bytes
from confab.platform.errors import ConversationFull, TooManyRequests
from confab.storage import keys, values
from confab.storage.ages import AgeStore, search_age
from confab.storage.blobs import blob_items, chunk_keys
from confab.storage.clocks import index_time, to_micros
from confab.storage.conversation_row import BYTES, ERASING, WEB, await_consumer
from confab.storage.feedback_items import event_from, event_items, feedback_from
from confab.storage.given import count_given, count_minute, read_given, require_room
from confab.storage.named import NAMED, named_in
from confab.storage.ratings import JUDGE, JUDGED_AT, OVER, SEQUENCE, settle
from confab.storage.table import ConditionFailed, Table, TransactionRefused
from confab.storage.values import Item
from confab.storage.visibility import Visibility
from confab.storage.writes import Action, Change, Delete, Put

MAX_CANDIDATES: Final = 5
COUNTED_AHEAD: Final = 1000
COUNT: Final = "count."
"""Attributes of a conversation's row that count its feedback by kind and its events, for the statistics."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of feedback: its conversation, and its item there."""

    chatbot_id: str
    conversation_id: str
    sk: str

    @property
    def key(self) -> tuple[str, str]:
        return keys.conversation(self.chatbot_id, self.conversation_id), self.sk


Position = tuple[str, str]
"""Where feedback stands in the list of all: by time and id, then by conversation."""
Listed = tuple[Position, Place]


class Refused(Exception):
    """The conversation is gone, or the item changed since it was read."""


class FeedbackStore:
    """Feedback and events of the one table.

    Args:
        table: the one table.
        limits: how much a conversation takes.
        lease: after how long a conversation that still waits is to be queued again.
        visibility: tells which conversations may be read.
    """

    def __init__(self, table: Table, limits: Limits, lease: timedelta, visibility: Visibility) -> None:
        self._table = table
        self._limits = limits
        self._lease = lease // timedelta(microseconds=1)
        self._visibility = visibility
        self._ages = AgeStore(table, visibility)

    def row_of_message(self, chatbot_id: str, message_id: str, *, web: bool = False) -> Item | None:
        """The row of the conversation that has a logged message of this id, read consistently.

        Of several it is the server's that was stored last, and among browsers' the one that was stored first, so that
        nobody puts another in its place. The index may lag behind a message that was stored a moment ago.

        Args:
            web: whether only conversations that browsers' keys began are looked at.
        """
        for browsers in (True,) if web else (False, True):
            partition = keys.message_lookup(chatbot_id, message_id, web=browsers)
            entries = self._table.index_entries(
                keys.LOOKUP_INDEX, partition, limit=MAX_CANDIDATES, descending=not browsers
            )
            for entry in entries:
                row = self.row(keys.split_conversation(entry["pk"]))
                if row is not None and (not web or WEB in row):
                    return row
        return None

    def row(self, place: values.Place) -> Item | None:
        """The row of a conversation, read consistently; None when there is none for those who read."""
        row = self._table.get((keys.conversation(*place), keys.HEAD), consistent=True)
        return row if self._visibility.readable(row) else None

    def find_feedback(self, chatbot_id: str, feedback_id: str, *, browsers_too: bool = True) -> Place | None:
        """Where the feedback of an id stands: what a server gave last, else what a browser's key gave first.

        The index may lag behind feedback of a moment ago.
        """
        for browsers in (False, True) if browsers_too else (False,):
            partition = keys.feedback_lookup(chatbot_id, feedback_id, web=browsers)
            entries = self._table.index_entries(keys.LOOKUP_INDEX, partition, limit=1, descending=not browsers)
            if entries:
                return self._place(entries[0])
        return None

    def read_feedback(self, place: Place) -> Item | None:
        """The item of feedback, read consistently."""
        return self._table.get(place.key, consistent=True)

    def whole_feedback(self, item: Item) -> Feedback:
        """Feedback from its item."""
        further = (self._table.get(key, consistent=True) for key in chunk_keys(item))
        return feedback_from(item, {part["sk"]: part for part in further if part is not None})

    def put_feedback(
        self,
        place: Place,
        row: Item,
        feedback: Feedback,
        now: datetime,
        revision: bytes,
        before: Item | None,
        moved: Item | None,
        *,
        web: bool = False,
    ) -> tuple[Feedback, Sequence[values.Place]]:
        """Write feedback and count it on its conversation, together.

        Args:
            row: of the conversation, as it was read before the feedback was.
            revision: a random mark of this write.
            before: what stands at the place.
            moved: the same feedback on another conversation, which goes.
            web: whether a browser's key gives it.

        Returns:
            The feedback, with what it knows of others by the same person about the same message; and the conversations
            that must be queued now.

        Raises:
            Refused: the conversation is gone, or something changed since it was read.
            ConversationFull: it takes no more feedback.
            TooManyRequests: it takes no more in this minute.
        """
        pk, sk = place.key
        base: Item = {
            "pk": pk,
            "sk": sk,
            "id": feedback.id,
            "kind": feedback.kind,
            "mid": feedback.message_id,
            "at": to_micros(feedback.created_at),
            "up": to_micros(feedback.updated_at),
            "st": to_micros(now),
            "rev": revision,
            BYTES: json_bytes(feedback.body),
            "g2pk": keys.feedback_lookup(place.chatbot_id, feedback.id, web=web),
            # A browser says what time it likes, and of one id the feedback that came first is meant.
            "g2sk": index_time(now if web else feedback.created_at),
        }
        if feedback.judge is not None:
            base |= {JUDGE: feedback.judge, JUDGED_AT: to_micros(feedback.judged_at or feedback.updated_at)}
        number, size = int(before is None), base[BYTES] - (before or {}).get(BYTES, 0)
        given = read_given(row)
        require_room(given, FEEDBACK, number, size, now, self._limits)
        ratings = self._ratings(place, row, before, base)
        settled = settle(ratings.items, sk, base)
        assert settled.item is not None
        head, *rest = blob_items(settled.item, feedback.body)
        counted, queue = self._recounted(place, ratings, settled.counts, now)
        count_given(counted, FEEDBACK, number, size)
        count_minute(counted, given, FEEDBACK, now)
        counted.joins[NAMED] = named_in((), feedback.body)
        actions: list[Action] = [
            counted,
            Put(head, equals={"rev": before["rev"] if before else None}),
            *(Put(item, only_if_absent=False) for item in rest),
            *settled.others,
        ]
        if before is not None:
            actions += [Delete(key) for key in chunk_keys(before, len(rest) + 1)]
        removal, queue_other = self._removal(moved, now) if moved else ([], [])
        self._transact([*actions, *removal])
        return replace(feedback, superseded_by=head.get(OVER)), [*queue, *queue_other]

    def _ratings(self, place: Place, row: Item, *changed: Item | None) -> _Ratings:
        """The feedback that a change of some may bring out of order: where a known person gives it, all there is."""
        if not any(item is not None and JUDGE in item for item in changed):
            return _Ratings(row, {item["sk"]: item for item in changed[:1] if item is not None})
        items = {item["sk"]: item for item in self._table.query(place.key[0], keys.FEEDBACK, consistent=True)}
        return _Ratings(row, items, read=True)

    def _recounted(
        self, place: Place, ratings: _Ratings, counts: Mapping[str, int], now: datetime
    ) -> tuple[Change, list[values.Place]]:
        """As ``_counted``; the conversation also waits for the consumer, which counts feedback in the statistics."""
        change = _counted(place.key[0], {COUNT + kind: counts.get(kind, 0) for kind in KINDS})
        queue = await_consumer(change, ratings.row, place.conversation_id, now, self._lease)
        change.adds["version"] = 1
        if ratings.read:
            change.equals[SEQUENCE] = ratings.row.get(SEQUENCE)
            change.adds[SEQUENCE] = 1
        return change, [(place.chatbot_id, place.conversation_id)] if queue else []

    def _removal(self, item: Item, now: datetime) -> tuple[list[Action], list[values.Place]]:
        place = Place(*keys.split_conversation(item["pk"]), item["sk"])
        row = self._table.get((item["pk"], keys.HEAD), consistent=True) or {}
        ratings = self._ratings(place, row, item)
        settled = settle(ratings.items, item["sk"], None)
        counted, queue = self._recounted(place, ratings, settled.counts, now)
        if BYTES in item:
            count_given(counted, FEEDBACK, -1, -item[BYTES])
        gone = [Delete((item["pk"], item["sk"]), {"rev": item["rev"]}), *(Delete(key) for key in chunk_keys(item))]
        return [counted, *gone, *settled.others], queue

    def remove_feedback(self, item: Item, now: datetime) -> bool:
        """Remove feedback and count it off its conversation, together; whether the conversation must be queued now.

        Raises:
            Refused: the conversation is gone, or the feedback changed since it was read.
        """
        removal, queue = self._removal(item, now)
        self._transact(removal)
        return bool(queue)

    def feedback_counts(self, chatbot_ids: Sequence[str]) -> dict[str, int]:
        """How much feedback of each kind there is: a count over the list's index, at one read unit for some forty."""
        partitions = [(kind, partition) for kind in KINDS for partition in _lists(chatbot_ids, kind)]
        gone = self._ages.gone(chatbot_ids)

        def count(partition: str) -> int:
            if not gone:
                return self._table.count_index(keys.LIST_INDEX, partition)
            run = self._table.index_run(keys.LIST_INDEX, partition, ahead=COUNTED_AHEAD)
            return sum(entry["pk"] not in gone for entry in run)

        sums = dict.fromkeys(KINDS, 0)
        counts = self._table.pool.map(count, [partition for _, partition in partitions])
        for (kind, _), number in zip(partitions, counts, strict=True):
            sums[kind] += number
        return sums

    def newest_feedback(
        self, chatbot_ids: Sequence[str], offset: int, limit: int, before: Position | None = None
    ) -> list[Listed]:
        """A page of the feedback of both kinds, the newest first. Its cost is linear in the offset.

        Args:
            before: only what comes after this position.
        """
        partitions = [partition for kind in KINDS for partition in _lists(chatbot_ids, kind)]
        gone = self._ages.gone(chatbot_ids)

        def run(partition: str) -> list[Item]:
            upto = before[0] if before else None
            found = self._table.index_run(keys.LIST_INDEX, partition, ahead=offset + limit + 1, upto=upto)
            below = (entry for entry in found if before is None or _position(entry) < before)
            return list(islice((entry for entry in below if entry["pk"] not in gone), offset + limit))

        rows = merge(*self._table.pool.map(run, partitions), key=_position, reverse=True)
        return [(_position(entry), self._place(entry)) for entry in islice(rows, offset, offset + limit)]

    @staticmethod
    def _place(entry: Item) -> Place:
        return Place(*keys.split_conversation(entry["pk"]), entry["sk"])

    def event(self, place: tuple[str, str], event_id: str) -> Event | None:
        """An event of a conversation, read consistently; None when there is none of this id."""
        pk = keys.conversation(*place)
        item = self._table.get((pk, keys.event_item(event_id)), consistent=True)
        if item is None:
            return None
        further = (self._table.get(key, consistent=True) for key in chunk_keys(item))
        return event_from(item, {part["sk"]: part for part in further if part is not None})

    def put_event(self, place: values.Place, event: Event, now: datetime, given: Given | None = None) -> None:
        """Write an event and count it on its conversation, together; one that is there already stays.

        Args:
            given: what the conversation has, as it was read before; None for an event of the service's own, which no
                limit holds back.

        Raises:
            Refused: the conversation is gone, or another minute has begun on its row.
            ConversationFull: it takes no more events.
            TooManyRequests: it takes no more in this minute.
        """
        pk = keys.conversation(*place)
        size = json_bytes(event.body)
        if given is not None and not self._takes(place, event, size, now, given):
            return
        head, *rest = event_items(pk, event, now)
        counted = _counted(pk, {f"{COUNT}events": 1})
        count_given(counted, EVENTS, 1, size)
        if given is not None:
            count_minute(counted, given, EVENTS, now)
        counted.joins[NAMED] = named_in((), event.body)
        try:
            puts = [Put(item, only_if_absent=False) for item in rest]
            self._table.transact([counted, Put(head), *puts])
        except TransactionRefused as refused:
            if refused.reasons[0] == "None" and refused.reasons[1] == "ConditionalCheckFailed":
                return
            raise Refused from refused

    def _takes(self, place: values.Place, event: Event, size: int, now: datetime, given: Given) -> bool:
        """Whether a conversation takes an event; not where it has it already.

        Raises:
            ConversationFull, TooManyRequests: it takes no more.
        """
        try:
            require_room(given, EVENTS, 1, size, now, self._limits)
        except (ConversationFull, TooManyRequests):
            if self.event(place, event.id) is None:
                raise
            return False
        return True

    def put_search(self, chatbot_id: str, event: Event, now: datetime, *, web: bool = False) -> None:
        """Write an event that belongs to no conversation; one that is there already stays as it is.

        Args:
            web: whether a browser's key sent it, whose ids are apart from those of servers.
        """
        head, *rest = event_items(keys.search(chatbot_id, event.id), event, now, web=web)
        named = named_in((), event.body)
        head.update({**search_age(chatbot_id, event.id, now), **({NAMED: named} if named else {})})
        with suppress(ConditionFailed):
            if rest:
                self._table.commit([Put(head), *(Put(item, only_if_absent=False) for item in rest)])
            else:
                self._table.put_if_absent(head)

    def _transact(self, actions: Sequence[Action]) -> None:
        try:
            self._table.transact(actions)
        except TransactionRefused as refused:
            raise Refused from refused


def _counted(pk: str, counts: Mapping[str, int]) -> Change:
    """The row of a conversation that is there and that nobody erases, with counters moved."""
    adds = {name: amount for name, amount in counts.items() if amount}
    change = Change((pk, keys.HEAD), adds=adds, equals={ERASING: None}, must_exist=True)
    if not adds:
        change.adds = {next(iter(counts)): 0}
    return change


@dataclass(frozen=True, slots=True)
class _Ratings:
    """The feedback of a conversation as far as it was read.

    Attributes:
        row: of the conversation, as it was read before them.
        items: by sort key.
        read: whether it is all there is; then nobody may have changed any since the row was read.
    """

    row: Item
    items: Mapping[str, Item]
    read: bool = False


def _position(entry: Item) -> Position:
    return entry["g1sk"], entry["pk"]


def _lists(chatbot_ids: Sequence[str], kind: str) -> list[str]:
    return [keys.feedback_list(chatbot, kind, shard) for chatbot in chatbot_ids for shard in range(keys.SHARDS)]
