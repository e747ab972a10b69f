"""The remaining data of a deleted chatbot in the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Final

from confab.storage import keys, notice_keys
from confab.storage.clocks import from_micros
from confab.storage.statistics import StatisticsStore
from confab.storage.table import Table
from confab.storage.writes import Delete

READ_AHEAD: Final = 100


@dataclass(frozen=True, slots=True)
class Work:
    """A deletion that is not finished: whose, and since when."""

    workspace_id: str
    since: datetime


class DeletionStore:
    """The side of the table of who finishes deletions."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def waiting(self) -> list[str]:
        """The deleted chatbots of which something is left."""
        return [item["sk"] for item in self._table.query(keys.deletions())]

    def work(self, chatbot_id: str) -> Work | None:
        """What was noted when a chatbot was deleted; None when nothing of it is left."""
        item = self._table.get((keys.deletions(), chatbot_id), consistent=True)
        return Work(item["workspace"], from_micros(item["at"])) if item else None

    def conversations(self, chatbot_id: str, limit: int) -> list[str]:
        """Conversations of a chatbot: those in its lists, and those whose erasure was begun and not finished."""
        found = chain(self._listed(chatbot_id), self._erasing(chatbot_id))
        return list(islice(dict.fromkeys(islice(found, 2 * limit)), limit))

    def _listed(self, chatbot_id: str) -> Iterator[str]:
        for shard in range(keys.SHARDS):
            for partition in (keys.listed(chatbot_id, shard), keys.listed_new(chatbot_id, shard)):
                for entry in self._table.index_run(keys.LIST_INDEX, partition, ahead=READ_AHEAD):
                    yield keys.split_conversation(entry["pk"])[1]

    def _erasing(self, chatbot_id: str) -> Iterator[str]:
        """An erasure takes a conversation out of the lists first."""
        for shard in range(keys.SHARDS):
            partition = keys.aging_erasures(chatbot_id, shard)
            for entry in self._table.index_run(keys.AGE_INDEX, partition, ahead=READ_AHEAD, descending=False):
                yield keys.split_conversation(entry["pk"])[1]

    def remove_rest(self, chatbot_id: str, limit: int) -> int:
        """Remove what does not belong to a conversation; how many items that were, at most ``limit``."""
        partitions = [
            # The first one says how many there are, so it goes last.
            *reversed(StatisticsStore(self._table).partitions(chatbot_id)),
            keys.topics(chatbot_id),
            keys.budget(chatbot_id),
            keys.discovered_fields(chatbot_id),
            keys.jobs(chatbot_id),
            keys.imports(chatbot_id),
            notice_keys.notified(chatbot_id),
            notice_keys.runs(chatbot_id),
            notice_keys.snapshots(chatbot_id),
            keys.health(chatbot_id),
            keys.ingestion(chatbot_id),
            *keys.all_spans(chatbot_id),
            *keys.searches(chatbot_id),
        ]
        items = chain.from_iterable(
            self._table.query(partition, consistent=True, attributes=("pk", "sk")) for partition in partitions
        )
        places = [(item["pk"], item["sk"]) for item in islice(items, limit)]
        list(self._table.pool.map(self._table.delete, places))
        return len(places)

    def close(self, chatbot_id: str) -> None:
        """Remove the chatbot itself and the note of the work."""
        gone = [
            (keys.chatbot(chatbot_id), keys.BOT),
            (keys.deletions(), chatbot_id),
            (notice_keys.ruled_chatbots(), chatbot_id),
        ]
        self._table.commit(list(map(Delete, gone)))
