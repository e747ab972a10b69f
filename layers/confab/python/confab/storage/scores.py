"""Scores, each in the partition of its conversation, so that it is counted and erased with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from confab.domain.identity import external_key, is_uuid, message_uuid
from confab.domain.limits import SCORES, Limits
from confab.domain.scores import Score
from confab.storage import keys
from confab.storage.captured import note_item
from confab.storage.conversation_row import BYTES, await_consumer
from confab.storage.given import GIVEN, count_given, count_minute, require_room
from confab.storage.given_place import GivenPlace
from confab.storage.given_writes import counted, write_given
from confab.storage.named import NAMED, named_in
from confab.storage.row import ConversationRow
from confab.storage.score_items import StoredScore, score_item
from confab.storage.table import Table
from confab.storage.values import Place
from confab.storage.writes import Action, Change, Delete, Put


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWrite:
    """A score to be written, and what the write rests on.

    Attributes:
        place: where it goes.
        row: of the conversation, as it was read before the score was.
        now: the time of the write (UTC).
        request_token: a random mark of this write.
        before: what stands at the place; None for nothing.
        moved: the same score on another conversation, which goes; None for none.
    """

    place: GivenPlace
    row: ConversationRow
    score: Score
    now: datetime
    request_token: bytes
    before: StoredScore | None = None
    moved: StoredScore | None = None


@dataclass(frozen=True, slots=True)
class ScoredMessage:
    """A message that a score is about.

    Attributes:
        key: its key in its conversation.
    """

    key: str
    role: str


class ScoreStore:
    """Scores of the one table.

    A score makes its conversation wait for the consumer, which counts it in the statistics. On a long conversation it
    leaves a note that names no message, so that the consumer need not read the messages again (``storage.captured``).

    Args:
        table: the one table.
        limits: how much a conversation takes.
        lease: after how long a conversation that still waits is to be queued again.
    """

    def __init__(self, table: Table, limits: Limits, lease: timedelta) -> None:
        self._table = table
        self._limits = limits
        self._lease = lease // timedelta(microseconds=1)

    def find(self, chatbot_id: str, score_id: str) -> GivenPlace | None:
        """Where the score of an id stands. The index may lag behind a score of a moment ago."""
        partition = keys.score_lookup(chatbot_id, score_id)
        entries = self._table.index_entries(keys.LOOKUP_INDEX, partition, limit=1)
        return GivenPlace.of(entries[0]) if entries else None

    def read(self, place: GivenPlace) -> StoredScore | None:
        """The score at a place, read consistently; None when it is gone."""
        item = self._table.get(place.key, consistent=True)
        return None if item is None else StoredScore(item)

    def of_conversation(self, place: Place) -> list[StoredScore]:
        """The scores of a conversation and of its messages, read consistently."""
        items = self._table.query(keys.conversation(*place), keys.SCORE, consistent=True)
        return [StoredScore(item) for item in items]

    def message(self, place: Place, message_id: str) -> ScoredMessage | None:
        """The message that a caller means by its own id, or by the one that the service shows; None for none.

        Of the service's ids nothing leads to the message, so the keys of the conversation's messages are read for one.
        """
        pk = keys.conversation(*place)
        for key in (external_key(message_id), f"n:{message_id}", f"p:{message_id}"):
            if (found := self._message(pk, key)) is not None:
                return found
        if is_uuid(message_id):
            for item in self._table.query(pk, keys.MESSAGE, consistent=True, attributes=("pk", "sk")):
                key = item["sk"].removeprefix(keys.MESSAGE)
                if message_uuid(place[1], key) == message_id:
                    return self._message(pk, key)
        return None

    def _message(self, pk: str, key: str) -> ScoredMessage | None:
        item = self._table.get((pk, keys.MESSAGE + key), consistent=True)
        return None if item is None else ScoredMessage(key, item["role"])

    def put(self, write: ScoreWrite) -> Sequence[Place]:
        """Write a score and count it on its conversation, together; the conversations that must be queued now.

        Raises:
            Refused: the conversation is gone, or something changed since it was read.
            ConversationFull: it takes no more scores.
            TooManyRequests: it takes no more in this minute.
        """
        before = write.before.item if write.before else None
        item = score_item(write.place, write.score, write.now, write.request_token)
        number, size = int(before is None), item[BYTES] - (before or {}).get(BYTES, 0)
        require_room(write.row.given, SCORES, number, size, write.now, self._limits)
        change, noted, queue = self._moved(write.row, number, size, write.now)
        count_minute(change, write.row.given, SCORES, write.now)
        change.joins[NAMED] = named_in((), write.score.body)
        removal, queue_other = self._removal(write.moved, write.now) if write.moved else ([], [])
        put = Put(item, equals={"rev": before["rev"] if before else None})
        write_given(self._table, [change, put, *noted, *removal])
        return [*queue, *queue_other]

    def remove(self, stored: StoredScore, now: datetime) -> bool:
        """Remove a score and count it off its conversation, together; whether the conversation must be queued now.

        Raises:
            Refused: the conversation is gone, or the score changed since it was read.
        """
        removal, queue = self._removal(stored, now)
        write_given(self._table, removal)
        return bool(queue)

    def _removal(self, stored: StoredScore, now: datetime) -> tuple[list[Action], list[Place]]:
        item = stored.item
        row = self._table.get((item["pk"], keys.HEAD), consistent=True) or {"pk": item["pk"]}
        change, noted, queue = self._moved(ConversationRow(row), -1, -item[BYTES], now)
        return [change, Delete((item["pk"], item["sk"]), {"rev": item["rev"]}), *noted], queue

    def _moved(
        self, row: ConversationRow, number: int, size: int, now: datetime
    ) -> tuple[Change, list[Action], list[Place]]:
        """The change of a row that gets or loses a score, what goes with it, and the conversations to be queued."""
        item, place = row.item, row.place
        change = counted(item["pk"], {GIVEN + SCORES: 0})
        count_given(change, SCORES, number, size)
        queue = await_consumer(change, item, place[1], now, self._lease)
        change.adds["version"] = 1
        return change, self._note(change, row, now), [place] if queue else []

    def _note(self, change: Change, row: ConversationRow, now: datetime) -> list[Action]:
        """The note on a long conversation that this version brings no message."""
        if not row.long:
            return []
        version = row.item.get("version")
        change.equals["version"] = version
        return [Put(note_item(row.place, (version or 0) + 1, (), now), only_if_absent=False)]
