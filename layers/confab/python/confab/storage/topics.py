"""The topics that were found in a chatbot's conversations, each under its id."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from confab.domain.analysed_conversation import TOPICS
from confab.domain.topics import Topic
from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.table import ConditionFailed, Table
from confab.storage.writes import Change


class TopicStore:
    """Topics of the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def found(self, chatbot_id: str) -> list[Topic]:
        """The topics in use: one query of at most ``domain.topics.MAX_FOUND`` small items."""
        return [
            Topic(item["sk"], item["name"], seen_at=from_micros(item.get("lastSeen") or item["firstSeen"]))
            for item in self._table.query(keys.topics(chatbot_id))
        ]

    def new_since(self, chatbot_id: str, since: datetime) -> dict[str, datetime]:
        """The ids of the topics in use that were found for the first time since then, and when: the same query."""
        items = self._table.query(keys.topics(chatbot_id))
        found = {item["sk"]: from_micros(item["firstSeen"]) for item in items}
        return {topic: first for topic, first in found.items() if first >= since}

    def add(self, chatbot_id: str, topics: Iterable[Topic], now: datetime) -> None:
        """Note topics that were found; of each the first name stays."""
        for topic in topics:
            item = {"pk": keys.topics(chatbot_id), "sk": topic.id, "name": topic.name, "firstSeen": to_micros(now)}
            with suppress(ConditionFailed):
                self._table.put_if_absent(item)

    def seen_again(self, chatbot_id: str, topic_ids: Iterable[str], now: datetime) -> None:
        """Note that topics came up again; one that was removed meanwhile stays so."""
        for topic in topic_ids:
            change = Change((keys.topics(chatbot_id), topic), sets={"lastSeen": to_micros(now)}, must_exist=True)
            with suppress(ConditionFailed):
                self._table.change(change)

    def remove(self, chatbot_id: str, topic_ids: Iterable[str]) -> None:
        """Remove topics' names; what was counted for them stays counted, under their ids."""
        for topic in topic_ids:
            self._table.delete((keys.topics(chatbot_id), topic))

    def forget_idle(self, chatbot_id: str, topic_ids: Iterable[str]) -> None:
        """Remove topics that no conversation has any more; one that is named again is noted again."""
        for topic in topic_ids:
            partitions = (keys.search_entry(chatbot_id, TOPICS, topic, shard) for shard in range(keys.SHARDS))
            if not any(self._table.newest(partition, before=None, limit=1) for partition in partitions):
                self._table.delete((keys.topics(chatbot_id), topic))
