"""Statistics in the table: counters spread over shards, read as their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Final

from confab.domain.statistics import (
    ALL_TIME,
    DAY,
    ORGANIZATION_PREFIX,
    TOPIC,
    TOTAL,
    USER_PREFIX,
    Contribution,
    day_statistic,
)
from confab.storage import keys
from confab.storage.table import Table
from confab.storage.tally import changes, read_counters, spread_key, spread_of
from confab.storage.values import Item, Key

PEOPLE_AHEAD: Final = 500
FORMER_SHARDS: Final = 4
"""How many shards there were before the spread followed the traffic; all of them in the first partition."""


class StatisticsStore:
    """Reads the statistics of chatbots."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def sums(self, chatbot_ids: Sequence[str], *statistics: str) -> dict[str, Counter[str]]:
        """The counters of some statistics, summed over shards and chatbots.

        Reads an item for each chatbot, and for each chatbot and statistic those of four former shards and one for each
        present shard.
        """
        spreads = self._table.get_many([spread_key(chatbot) for chatbot in chatbot_ids])
        places = [
            place
            for chatbot in chatbot_ids
            for statistic in statistics
            for place in _items_of(chatbot, statistic, spread_of(spreads.get(spread_key(chatbot))))
        ]
        found: dict[str, Counter[str]] = {statistic: Counter() for statistic in statistics}
        for item in self._table.get_many(list(dict.fromkeys(places))).values():
            for statistic, counters in read_counters(item).items():
                if statistic in found:
                    found[statistic].update(counters)
        return found

    def days(self, chatbot_id: str, first: date, last: date) -> dict[date, Counter[str]]:
        """The counters of the days of a range that have any, in order; an item for each day and shard."""
        found: dict[date, Counter[str]] = {}
        for item in self._between(chatbot_id, day_statistic(first), f"{day_statistic(last)}#~"):
            for statistic, counters in read_counters(item).items():
                found.setdefault(date.fromisoformat(statistic.removeprefix(DAY)), Counter()).update(counters)
        return {day: found[day] for day in sorted(found)}

    def topics(self, chatbot_id: str, first_week: str, last_week: str) -> dict[tuple[str, str], Counter[str]]:
        """The counters of the topics of some ISO weeks, by week and topic id: one query over their range a shard.

        Reads an item for each topic, week and shard, however many conversations there were.
        """
        found: dict[tuple[str, str], Counter[str]] = {}
        # The sign that follows the separator: ids may begin with any letter.
        for item in self._between(chatbot_id, f"{TOPIC}{first_week}#", f"{TOPIC}{last_week}$"):
            for statistic, counters in read_counters(item).items():
                week, _, topic = statistic.removeprefix(TOPIC).partition("#")
                found.setdefault((week, topic), Counter()).update(counters)
        return found

    def of_days(self, chatbot_id: str, prefix: str, first: date, last: date) -> dict[str, Counter[str]]:
        """The counters of the statistics whose names begin with a prefix and a day of a range, by name.

        Reads an item for each of them and each shard.
        """
        found: dict[str, Counter[str]] = {}
        for item in self._between(chatbot_id, f"{prefix}{first.isoformat()}", f"{prefix}{last.isoformat()}~"):
            for statistic, counters in read_counters(item).items():
                found.setdefault(statistic, Counter()).update(counters)
        return {name: counters for name, counters in found.items() if any(counters.values())}

    def _between(self, chatbot_id: str, low: str, high: str) -> Iterator[Item]:
        def run(partition: str) -> list[Item]:
            return list(self._table.query_between(partition, low, high))

        return chain.from_iterable(self._over_shards(chatbot_id, run))

    def _over_shards(self, chatbot_id: str, run: Callable[[str], list[Item]]) -> Iterator[list[Item]]:
        partitions = self.partitions(chatbot_id)
        return map(run, partitions) if len(partitions) == 1 else self._table.pool.map(run, partitions)

    def partitions(self, chatbot_id: str) -> list[str]:
        """The partitions with the statistics of a chatbot."""
        spread = spread_of(self._table.get(spread_key(chatbot_id)))
        return [keys.statistics(chatbot_id, shard) for shard in range(spread)]

    def everything(self, chatbot_id: str, known: Sequence[str]) -> dict[str, dict[str, int]]:
        """All counters of a chatbot by statistic, summed over shards.

        Args:
            known: statistics of people that are expected; those of people with a profile are found by themselves.
        """
        found: dict[str, Counter[str]] = {}
        for item in chain.from_iterable(self._over_shards(chatbot_id, lambda pk: list(self._table.query(pk)))):
            for statistic, counters in read_counters(item).items():
                found.setdefault(statistic, Counter()).update(counters)
        people = {name for name in known if name.startswith((USER_PREFIX, ORGANIZATION_PREFIX))}
        for name in sorted(people | set(self._people(chatbot_id))):
            for item in self._table.query(keys.person(chatbot_id, name), f"{ALL_TIME}#"):
                found.setdefault(name, Counter()).update(*read_counters(item).values())
        return {statistic: dict(counters) for statistic, counters in found.items()}

    def _people(self, chatbot_id: str) -> Iterator[str]:
        for kind in (USER_PREFIX, ORGANIZATION_PREFIX):
            for shard in range(keys.SHARDS):
                partition = keys.people(chatbot_id, kind.rstrip("#"), shard)
                for entry in self._table.index_run(keys.LIST_INDEX, partition, ahead=PEOPLE_AHEAD):
                    yield kind + entry["pk"].rpartition("#")[2]

    def add(self, chatbot_id: str, adds: Contribution) -> None:
        """Correct counters."""
        for change in changes(chatbot_id, adds, 0):
            self._table.change(change)


def _items_of(chatbot_id: str, statistic: str, spread: int) -> list[Key]:
    """All items that have counters of a statistic, those of before among them."""
    name = ALL_TIME if statistic == TOTAL else statistic
    former = keys.statistics(chatbot_id)
    places = [(former, f"{statistic}#{shard}") for shard in range(FORMER_SHARDS)]
    return [*places, *((keys.statistics(chatbot_id, shard), f"{name}#{shard}") for shard in range(spread))]
