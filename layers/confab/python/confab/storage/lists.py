"""Rows of conversations by their places, and what lists of conversations have and count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from confab.domain.conversation import Conversation
from confab.storage import keys
from confab.storage.ages import AgeStore
from confab.storage.clocks import index_bounds, index_time
from confab.storage.conversation_row import read_head
from confab.storage.table import Table
from confab.storage.visibility import Visibility

EVERY_AHEAD: Final = 1_000


class ConversationLists:
    """Reads of the one table.

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
    """

    def __init__(self, table: Table, visibility: Visibility) -> None:
        self._table = table
        self._visibility = visibility
        self._ages = AgeStore(table, visibility)

    def heads(
        self, places: Sequence[tuple[str, str]], *, consistent: bool = False
    ) -> dict[tuple[str, str], Conversation]:
        """The rows that exist among (chatbot, conversation) pairs."""
        rows = [(keys.conversation(*place), keys.HEAD) for place in places]
        found = self._table.get_many(rows, consistent=consistent)
        return {
            keys.split_conversation(pk): read_head(item)
            for (pk, _), item in found.items()
            if self._visibility.readable(item)
        }

    def every(self, chatbot_id: str, since: datetime | None = None, until: datetime | None = None) -> Iterator[str]:
        """The ids of a chatbot's conversations, read from its lists as they are asked for.

        One that moves to another place of its list meanwhile may be left out; one that is seen twice comes once.

        Args:
            since, until: only those with their last activity from ``since`` on and before ``until``; None for no bound.
        """
        seen: set[str] = set()
        first, end = "" if since is None else index_time(since), None if until is None else index_time(until)
        for partition in self._list_partitions([chatbot_id]):
            for entry in self._table.index_run(keys.LIST_INDEX, partition, ahead=EVERY_AHEAD, before=end):
                if entry["g1sk"] < first:
                    break
                conversation = keys.split_conversation(entry["pk"])[1]
                if conversation not in seen:
                    seen.add(conversation)
                    yield conversation

    def count(self, chatbot_ids: Sequence[str], since: datetime | None, until: datetime | None) -> int:
        """How many conversations had their last activity in a period: one read unit for some forty of them."""
        low, high = index_bounds(since, until)
        partitions = self._list_partitions(chatbot_ids)
        counts = self._table.pool.map(lambda pk: self._table.count_index(keys.LIST_INDEX, pk, (low, high)), partitions)
        gone = [place for place in self._ages.gone(chatbot_ids).values() if low <= place <= high]
        return sum(counts) - len(gone)

    def count_uncounted(self, chatbot_ids: Sequence[str]) -> int:
        """How many conversations lists have more than the statistics have counted.

        Those that are not counted yet, less those whose retention has passed and that are not erased yet.
        """
        partitions = [keys.listed_new(chatbot, shard) for chatbot in chatbot_ids for shard in range(keys.SHARDS)]
        new = sum(self._table.pool.map(lambda pk: self._table.count_index(keys.LIST_INDEX, pk), partitions))
        return new - len(self._ages.gone(chatbot_ids))

    def _list_partitions(self, chatbot_ids: Sequence[str]) -> list[str]:
        return [
            partition(chatbot, shard)
            for chatbot in chatbot_ids
            for shard in range(keys.SHARDS)
            for partition in (keys.listed, keys.listed_new)
        ]
