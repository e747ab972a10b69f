"""Statistics in the table: counters spread over shards, read as their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from confab.domain.statistics import DAY, TOPIC, day_statistic
from confab.storage import keys
from confab.storage.table import Item, Table


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
            found[_statistic(sk)].update(_counters(item))
        return found

    def days(self, chatbot_id: str, first: date, last: date) -> dict[date, Counter[str]]:
        """The counters of the days of a range that have any, in order; four items a day."""
        found: dict[date, Counter[str]] = {}
        low, high = day_statistic(first), f"{day_statistic(last)}#~"
        for item in self._table.query_between(keys.statistics(chatbot_id), low, high):
            day = date.fromisoformat(_statistic(item["sk"]).removeprefix(DAY))
            found.setdefault(day, Counter()).update(_counters(item))
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
            found.setdefault((week, topic), Counter()).update(_counters(item))
        return found


def _statistic(sk: str) -> str:
    return sk.rpartition("#")[0]


def _counters(item: Item) -> dict[str, int]:
    return {name: value for name, value in item.items() if name not in ("pk", "sk")}
