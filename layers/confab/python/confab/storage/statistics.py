"""Statistics in the table: counters spread over shards, read as their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from confab.domain.statistics import DAY, ORGANIZATION_PREFIX, TOPIC, USER_PREFIX, day_statistic
from confab.storage import keys
from confab.storage.table import Table
from confab.storage.values import Item, Key
from confab.storage.writes import Change

PEOPLE_AHEAD: Final = 500


class StatisticsStore:
    """Reads the statistics of chatbots."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def sums(self, chatbot_ids: Sequence[str], *statistics: str) -> dict[str, Counter[str]]:
        """The counters of some statistics, summed over shards and chatbots.

        Reads four items for each chatbot and statistic.
        """
        places = [
            (keys.statistics(chatbot), f"{statistic}#{shard}")
            for chatbot in chatbot_ids
            for statistic in statistics
            for shard in range(keys.SHARDS)
        ]
        found: dict[str, Counter[str]] = {statistic: Counter() for statistic in statistics}
        for (_, sk), item in self._table.get_many(places).items():
            found[_statistic(sk)].update(counters_of(item))
        return found

    def days(self, chatbot_id: str, first: date, last: date) -> dict[date, Counter[str]]:
        """The counters of the days of a range that have any, in order; four items a day."""
        found: dict[date, Counter[str]] = {}
        low, high = day_statistic(first), f"{day_statistic(last)}#~"
        for item in self._table.query_between(keys.statistics(chatbot_id), low, high):
            day = date.fromisoformat(_statistic(item["sk"]).removeprefix(DAY))
            found.setdefault(day, Counter()).update(counters_of(item))
        return found

    def topics(self, chatbot_id: str, first_week: str, last_week: str) -> dict[tuple[str, str], Counter[str]]:
        """The counters of the topics of some ISO weeks, by week and topic id: one query over their range.

        Reads four items at most for each topic and week, however many conversations there were.
        """
        found: dict[tuple[str, str], Counter[str]] = {}
        # The sign that follows the separator: ids may begin with any letter.
        low, high = f"{TOPIC}{first_week}#", f"{TOPIC}{last_week}$"
        for item in self._table.query_between(keys.statistics(chatbot_id), low, high):
            week, _, topic = _statistic(item["sk"]).removeprefix(TOPIC).partition("#")
            found.setdefault((week, topic), Counter()).update(counters_of(item))
        return found

    def items(self, chatbot_id: str, known: Sequence[Key]) -> dict[Key, dict[str, int]]:
        """All counters of a chatbot by their items.

        Args:
            known: items of people that are expected; those of people with a profile are found by themselves.
        """
        found = {(item["pk"], item["sk"]): counters_of(item) for item in self._table.query(keys.statistics(chatbot_id))}
        partitions = {pk for pk, _ in known} | set(self._people(chatbot_id))
        for pk in sorted(partitions - {keys.statistics(chatbot_id)}):
            items = self._table.query(pk)
            found.update({(pk, item["sk"]): counters_of(item) for item in items if item["sk"] != keys.PROFILE})
        return found

    def _people(self, chatbot_id: str) -> Iterator[str]:
        for kind in (USER_PREFIX, ORGANIZATION_PREFIX):
            for shard in range(keys.SHARDS):
                partition = keys.people(chatbot_id, kind.rstrip("#"), shard)
                for entry in self._table.index_run(keys.LIST_INDEX, partition, ahead=PEOPLE_AHEAD):
                    yield entry["pk"]

    def add(self, key: Key, adds: Mapping[str, int]) -> None:
        """Correct the counters of one item."""
        self._table.change(Change(key, adds=dict(adds)))


def _statistic(sk: str) -> str:
    return sk.rpartition("#")[0]


def counters_of(item: Item) -> dict[str, int]:
    """The counters that an item of statistics holds."""
    return {name: value for name, value in item.items() if name not in ("pk", "sk")}
