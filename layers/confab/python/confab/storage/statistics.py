"""Statistics in the table: counters spread over shards, read as their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from confab.domain.statistics import TOTAL
from confab.storage import keys
from confab.storage.table import Table


class StatisticsStore:
    """Reads the statistics of chatbots."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def totals(self, chatbot_ids: Sequence[str]) -> Counter[str]:
        """The sums over the conversations that were counted, for some chatbots together."""
        places = [
            (keys.statistics(chatbot), f"{TOTAL}#{shard}") for chatbot in chatbot_ids for shard in range(keys.SHARDS)
        ]
        sums: Counter[str] = Counter()
        for item in self._table.get_many(places).values():
            sums.update({name: value for name, value in item.items() if name not in ("pk", "sk")})
        return sums
