"""The search entries: they find conversations by a common attribute, latest beginning first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from heapq import merge
from itertools import islice

from confab.domain.statistics import Contribution, found_of
from confab.storage import keys
from confab.storage.clocks import index_time
from confab.storage.counting import SearchTerm
from confab.storage.entries import conversation_of
from confab.storage.states import states_in_force
from confab.storage.table import Table


class SearchIndex:
    """Entries of the one table (``storage.counting`` writes them)."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def newest(self, chatbot_id: str, term: SearchTerm, *, since: str, before: str | None, limit: int) -> list[str]:
        """The entries of a search term's conversations that began last, as their sort keys: four queries side by side.

        Args:
            since: only those that began at this index time or later; empty for all.
            before: only those that lie before this sort key or index time.
        """
        runs = self._table.pool.map(
            lambda shard: self._run(chatbot_id, term, shard, before=before, since=since, limit=limit),
            range(keys.SHARDS),
        )
        return _merged(list(runs), limit)

    def newest_of_each(
        self, chatbot_id: str, search_terms: Sequence[SearchTerm], *, since: str, limit: int
    ) -> dict[SearchTerm, list[str]]:
        """The conversations of some search terms that began last, a few of each: four queries a term, side by side.

        Args:
            since: only those that began at this index time or later.
        """
        places = [(term, shard) for term in search_terms for shard in range(keys.SHARDS)]
        runs = self._table.pool.map(
            lambda place: self._run(chatbot_id, place[0], place[1], before=None, since=since, limit=limit), places
        )
        by_term: dict[SearchTerm, list[list[str]]] = {term: [] for term in search_terms}
        for (term, _), run in zip(places, runs, strict=True):
            by_term[term].append(run)
        return {term: [conversation_of(sk) for sk in _merged(runs, limit)] for term, runs in by_term.items()}

    def count(self, chatbot_id: str, term: SearchTerm, since: datetime, until: datetime) -> int:
        """How many conversations of a search term began in a stretch of time, whose end is not in it: four queries.

        A read unit counts some fifty of them.
        """
        # What follows the time in a sort key sorts after the bare time, so the bare end is beyond all of the stretch.
        bounds = index_time(since), index_time(until)
        partitions = (keys.search_entry(chatbot_id, *term, shard) for shard in range(keys.SHARDS))
        return sum(self._table.pool.map(lambda pk: self._table.count_between(pk, *bounds), partitions))

    def found(self, chatbot_id: str, conversations: Sequence[str]) -> dict[str, list[str]]:
        """What the messages of some conversations are, by their states (``domain.statistics.found_of``)."""
        return {each: found_of(adds) for each, adds in self.contributions(chatbot_id, conversations).items()}

    def contributions(self, chatbot_id: str, conversations: Sequence[str]) -> dict[str, Contribution]:
        """What some conversations add to the statistics, in their order; one that was erased is left out."""
        if not conversations:
            return {}
        states = states_in_force(self._table, chatbot_id, conversations)
        return {each: states[each].contribution for each in conversations if each in states}

    def _run(
        self, chatbot_id: str, term: SearchTerm, shard: int, *, before: str | None, since: str, limit: int
    ) -> list[str]:
        pk = keys.search_entry(chatbot_id, *term, shard)
        return [item["sk"] for item in self._table.newest(pk, before=before, since=since, limit=limit)]


def _merged(runs: Sequence[Sequence[str]], limit: int) -> list[str]:
    return list(islice(merge(*runs, reverse=True), limit))
