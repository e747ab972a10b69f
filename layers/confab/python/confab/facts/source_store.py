"""Reads from the table what the facts are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from confab.domain.feedback import Event
from confab.facts.rows import named_search, search_name
from confab.storage import keys
from confab.storage.blobs import chunk_keys
from confab.storage.clocks import from_micros
from confab.storage.conversation_row import BYTES, MESSAGES
from confab.storage.feedback_items import event_from
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import PartitionReader
from confab.storage.table import Table
from confab.storage.transcripts import WHOLE
from confab.storage.values import Place
from confab.storage.visibility import NO_RETENTION


@dataclass(frozen=True, slots=True)
class StoredSearch:
    """An event that belongs to no conversation.

    Attributes:
        stored_at: when the service got it (UTC).
        web: whether a browser's key sent it.
    """

    event: Event
    stored_at: datetime
    web: bool


class FactSource:
    """Reads conversations and searches; every read is consistent.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._partitions = PartitionReader(table, NO_RETENTION)

    def conversation(self, place: Place) -> ConversationPartition | None:
        """A conversation with all that belongs to it; None when there is none, or it is being erased.

        Raises:
            Unavailable: the table did not answer, or a message was edited while it was read.
        """
        stored = self._partitions.read(place, WHOLE)
        return stored if stored.readable else None

    def extent(self, place: Place) -> tuple[int, int]:
        """How many messages a conversation has by its row, and how many bytes they hold; zeros where there is none.

        Raises:
            Unavailable: the table did not answer.
        """
        row = self._table.get((keys.conversation(*place), keys.HEAD), consistent=True) or {}
        return int(row.get(MESSAGES, 0)), int(row.get(BYTES, 0))

    def search(self, place: Place) -> StoredSearch | None:
        """A search; None when it is gone.

        Args:
            place: its chatbot and ``rows.search_name``.
        """
        chatbot_id, name = place
        shard, sk = named_search(name)
        item = self._table.get((keys.searches(chatbot_id)[shard], sk), consistent=True)
        if item is None:
            return None
        further = (self._table.get(key, consistent=True) for key in chunk_keys(item))
        event = event_from(item, {part["sk"]: part for part in further if part is not None})
        return StoredSearch(event, from_micros(item["st"]), keys.is_webs_event(sk))

    def searches(self, chatbot_id: str) -> Iterator[Place]:
        """The places of a chatbot's searches."""
        for shard, pk in enumerate(keys.searches(chatbot_id)):
            for item in self._table.query(pk, keys.EVENT, attributes=("pk", "sk")):
                yield chatbot_id, search_name(shard, item["sk"])
