"""Feedback, each in the partition of its conversation, so that it is counted and erased with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from confab.domain.feedback import KINDS, Feedback
from confab.domain.limits import FEEDBACK, Limits
from confab.domain.merge import json_bytes
from confab.storage import keys
from confab.storage.blobs import blob_items, chunk_keys
from confab.storage.clocks import index_time, to_micros
from confab.storage.conversation_row import BYTES, WEB, await_consumer
from confab.storage.feedback_items import StoredFeedback, feedback_from
from confab.storage.given import count_given, count_minute, require_room
from confab.storage.given_place import GivenPlace
from confab.storage.given_writes import COUNT, counted, write_given
from confab.storage.named import NAMED, named_in
from confab.storage.ratings import JUDGE, JUDGED_AT, OVER, SEQUENCE, settle
from confab.storage.row import ConversationRow
from confab.storage.table import Table
from confab.storage.values import Item, Place
from confab.storage.visibility import Visibility
from confab.storage.writes import Action, Change, Delete, Put

MAX_CANDIDATES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackWrite:
    """Feedback to be written, and what the write rests on.

    Attributes:
        place: where it goes.
        row: of the conversation, as it was read before the feedback was.
        now: the time of the write (UTC).
        request_token: a random mark of this write.
        before: what stands at the place; None for nothing.
        moved: the same feedback on another conversation, which goes; None for none.
        web: whether a browser's key gives it.
    """

    place: GivenPlace
    row: ConversationRow
    feedback: Feedback
    now: datetime
    request_token: bytes
    before: StoredFeedback | None = None
    moved: StoredFeedback | None = None
    web: bool = False


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

    def conversation_of(self, chatbot_id: str, message_id: str, *, web: bool = False) -> ConversationRow | None:
        """The row of the conversation that has a logged message of this id, read consistently; None for none.

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
                row = self._table.get((entry["pk"], keys.HEAD), consistent=True)
                if row is not None and self._visibility.readable(row) and (not web or WEB in row):
                    return ConversationRow(row)
        return None

    def find(self, chatbot_id: str, feedback_id: str, *, browsers_too: bool = True) -> GivenPlace | None:
        """Where the feedback of an id stands: what a server gave last, else what a browser's key gave first.

        The index may lag behind feedback of a moment ago.
        """
        for browsers in (False, True) if browsers_too else (False,):
            partition = keys.feedback_lookup(chatbot_id, feedback_id, web=browsers)
            entries = self._table.index_entries(keys.LOOKUP_INDEX, partition, limit=1, descending=not browsers)
            if entries:
                return GivenPlace.of(entries[0])
        return None

    def read(self, place: GivenPlace) -> StoredFeedback | None:
        """The feedback at a place, read consistently; None when it is gone."""
        item = self._table.get(place.key, consistent=True)
        return None if item is None else StoredFeedback(item)

    def whole(self, stored: StoredFeedback) -> Feedback:
        """Feedback with its body, whatever size that has."""
        further = (self._table.get(key, consistent=True) for key in chunk_keys(stored.item))
        return feedback_from(stored.item, {part["sk"]: part for part in further if part is not None})

    def put(self, write: FeedbackWrite) -> tuple[Feedback, Sequence[Place]]:
        """Write feedback and count it on its conversation, together.

        Returns:
            The feedback, with what it knows of others by the same person about the same message; and the conversations
            that must be queued now.

        Raises:
            Refused: the conversation is gone, or something changed since it was read.
            ConversationFull: it takes no more feedback.
            TooManyRequests: it takes no more in this minute.
        """
        place, before, now = write.place, write.before.item if write.before else None, write.now
        base = _item(write)
        number, size = int(before is None), base[BYTES] - (before or {}).get(BYTES, 0)
        given = write.row.given
        require_room(given, FEEDBACK, number, size, now, self._limits)
        ratings = self._ratings(place, write.row.item, before, base)
        settled = settle(ratings.items, place.name, base)
        assert settled.item is not None
        head, *rest = blob_items(settled.item, write.feedback.body)
        row, queue = self._recounted(place, ratings, settled.counts, now)
        count_given(row, FEEDBACK, number, size)
        count_minute(row, given, FEEDBACK, now)
        row.joins[NAMED] = named_in((), write.feedback.body)
        actions: list[Action] = [
            row,
            Put(head, equals={"rev": before["rev"] if before else None}),
            *(Put(item, only_if_absent=False) for item in rest),
            *settled.others,
        ]
        if before is not None:
            actions += [Delete(key) for key in chunk_keys(before, len(rest) + 1)]
        removal, queue_other = self._removal(write.moved.item, now) if write.moved else ([], [])
        write_given(self._table, [*actions, *removal])
        return replace(write.feedback, superseded_by=head.get(OVER)), [*queue, *queue_other]

    def _ratings(self, place: GivenPlace, row: Item, *changed: Item | None) -> _Ratings:
        """The feedback that a change of some may bring out of order: where a known person gives it, all there is."""
        if not any(item is not None and JUDGE in item for item in changed):
            return _Ratings(row, {item["sk"]: item for item in changed[:1] if item is not None})
        items = {item["sk"]: item for item in self._table.query(place.key[0], keys.FEEDBACK, consistent=True)}
        return _Ratings(row, items, read=True)

    def _recounted(
        self, place: GivenPlace, ratings: _Ratings, counts: Mapping[str, int], now: datetime
    ) -> tuple[Change, list[Place]]:
        """As ``counted``; the conversation also waits for the consumer, which counts feedback in the statistics."""
        change = counted(place.key[0], {COUNT + kind: counts.get(kind, 0) for kind in KINDS})
        queue = await_consumer(change, ratings.row, place.conversation_id, now, self._lease)
        change.adds["version"] = 1
        if ratings.read:
            change.equals[SEQUENCE] = ratings.row.get(SEQUENCE)
            change.adds[SEQUENCE] = 1
        return change, [(place.chatbot_id, place.conversation_id)] if queue else []

    def _removal(self, item: Item, now: datetime) -> tuple[list[Action], list[Place]]:
        place = GivenPlace.of(item)
        row = self._table.get((item["pk"], keys.HEAD), consistent=True) or {}
        ratings = self._ratings(place, row, item)
        settled = settle(ratings.items, item["sk"], None)
        counters, queue = self._recounted(place, ratings, settled.counts, now)
        if BYTES in item:
            count_given(counters, FEEDBACK, -1, -item[BYTES])
        gone = [Delete((item["pk"], item["sk"]), {"rev": item["rev"]}), *(Delete(key) for key in chunk_keys(item))]
        return [counters, *gone, *settled.others], queue

    def remove(self, stored: StoredFeedback, now: datetime) -> bool:
        """Remove feedback and count it off its conversation, together; whether the conversation must be queued now.

        Raises:
            Refused: the conversation is gone, or the feedback changed since it was read.
        """
        removal, queue = self._removal(stored.item, now)
        write_given(self._table, removal)
        return bool(queue)


def _item(write: FeedbackWrite) -> Item:
    """The item of feedback without its body."""
    (pk, sk), feedback = write.place.key, write.feedback
    base: Item = {
        "pk": pk,
        "sk": sk,
        "id": feedback.id,
        "kind": feedback.kind,
        "mid": feedback.message_id,
        "at": to_micros(feedback.created_at),
        "up": to_micros(feedback.updated_at),
        "st": to_micros(write.now),
        "rev": write.request_token,
        BYTES: json_bytes(feedback.body),
        "g2pk": keys.feedback_lookup(write.place.chatbot_id, feedback.id, web=write.web),
        # A browser says what time it likes, and of one id the feedback that came first is meant.
        "g2sk": index_time(write.now if write.web else feedback.created_at),
    }
    if feedback.judge is not None:
        base |= {JUDGE: feedback.judge, JUDGED_AT: to_micros(feedback.judged_at or feedback.updated_at)}
    return base


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
