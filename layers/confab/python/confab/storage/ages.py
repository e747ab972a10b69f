"""The index by which retention finds expired conversations: conversations by when they were last active.

A row enters it when it is made, at the hour of its last activity by the functions' own clock. What changes a row
without a new message moves its entry at once; messages do not, because that would cost two write units a turn: the
consumer moves the entry when it counts them. So an entry never stands later than the row was active, and seldom more
than an hour earlier; the sweep puts one that falls due too early where it belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from confab.storage import keys
from confab.storage.blobs import chunk_keys
from confab.storage.clocks import from_micros, index_time
from confab.storage.conversation_row import ACTIVE, ERASING
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item
from confab.storage.visibility import Visibility
from confab.storage.writes import Change

GRAIN: Final = timedelta(hours=1)
MAX_GONE: Final = 100_000
"""How many conversations that have expired and are not erased yet lists leave out, the youngest of them."""
MAX_ASKED: Final = 500
"""Up to how many of them a list reads the rows, to be sure."""
_AHEAD: Final = 1000


def age_attributes(chatbot_id: str, conversation_id: str, active: datetime) -> dict[str, str]:
    """The entry of a conversation that was active at a time."""
    return {
        "g3pk": keys.aging(chatbot_id, keys.shard_of(conversation_id)),
        "g3sk": index_time(active - (active - datetime.min.replace(tzinfo=active.tzinfo)) % GRAIN),
    }


def erasing_age(chatbot_id: str, conversation_id: str, since: datetime) -> dict[str, str]:
    """The entry of a conversation that is being erased: nobody looks for its age."""
    return {
        "g3pk": keys.aging_erasures(chatbot_id, keys.shard_of(conversation_id)),
        "g3sk": index_time(since),
    }


def search_age(chatbot_id: str, event_id: str, stored_at: datetime) -> dict[str, str]:
    """The entry of an event that belongs to no conversation."""
    return {
        "g3pk": keys.aging_searches(chatbot_id, keys.search_shard(event_id)),
        "g3sk": index_time(stored_at),
    }


class AgeStore:
    """Expired conversations.

    Args:
        table: the one table.
        visibility: tells which conversations have expired.
    """

    def __init__(self, table: Table, visibility: Visibility) -> None:
        self._table = table
        self._visibility = visibility

    def gone(self, chatbot_ids: Sequence[str]) -> dict[str, str]:
        """The conversations that have expired and are not erased yet: by partition, the place of each in the lists.

        Costs four queries for each chatbot that has a retention, and reads of rows (``MAX_ASKED``).
        """
        found: list[Item] = []
        for chatbot_id in chatbot_ids:
            cutoff = self._visibility.cutoff(chatbot_id)
            if cutoff is not None:
                found += self._certain(self._due(chatbot_id, cutoff, MAX_GONE // keys.SHARDS), cutoff)
        return {entry["pk"]: entry["g1sk"] for entry in found}

    def _due(self, chatbot_id: str, cutoff: int, most: int) -> list[Item]:
        """Entries up to a time, the latest of each shard first."""
        upto = index_time(from_micros(cutoff))

        def run(shard: int) -> list[Item]:
            partition = keys.aging(chatbot_id, shard)
            return list(islice(self._table.index_run(keys.AGE_INDEX, partition, ahead=_AHEAD, upto=upto), most))

        return [entry for found in self._table.pool.map(run, range(keys.SHARDS)) for entry in found]

    def _certain(self, due: Sequence[Item], cutoff: int) -> Iterator[Item]:
        """Entries whose rows have expired. The rows are asked; where there are many, only those that fell due just now:
        the others did so an hour ago, and the sweep has moved those that had fallen due too early.
        """
        doubted_from = index_time(from_micros(cutoff) - GRAIN) if len(due) > MAX_ASKED else ""
        doubted = [entry["pk"] for entry in due if entry["g3sk"] > doubted_from]
        rows = self._table.get_many([(pk, keys.HEAD) for pk in doubted])
        alive = {pk for pk in doubted if not self._gone(rows.get((pk, keys.HEAD)))}
        return (entry for entry in due if entry["pk"] not in alive)

    def _gone(self, row: Item | None) -> bool:
        return row is not None and ERASING not in row and self._visibility.expired(row)

    def expired(self, chatbot_id: str, limit: int) -> tuple[list[str], int]:
        """Some conversations whose retention has passed, the oldest and the youngest of them.

        An entry that fell due although its row was active later moves to where it belongs.

        Returns:
            The conversations, and how many entries moved.
        """
        cutoff = self._visibility.cutoff(chatbot_id)
        if cutoff is None:
            return [], 0
        places = [(pk, keys.HEAD) for pk in self._some(chatbot_id, cutoff, limit)]
        rows = self._table.get_many(places, consistent=True).values()
        expired = [keys.split_conversation(row["pk"])[1] for row in rows if self._gone(row)]
        early = [row for row in rows if ERASING not in row and ACTIVE in row and row[ACTIVE] > cutoff]
        list(self._table.pool.map(self._settle, early))
        return expired[:limit], len(early)

    def _some(self, chatbot_id: str, cutoff: int, limit: int) -> Iterable[str]:
        """Partitions of conversations that are due: the youngest, of which an hour's may not be, and the oldest."""
        youngest = [entry["pk"] for entry in self._due(chatbot_id, cutoff, limit // keys.SHARDS)]
        oldest: list[str] = []
        for shard in range(keys.SHARDS):
            run = self._table.index_run(
                keys.AGE_INDEX,
                keys.aging(chatbot_id, shard),
                ahead=limit,
                upto=index_time(from_micros(cutoff)),
                descending=False,
            )
            oldest += [entry["pk"] for entry in islice(run, limit // keys.SHARDS)]
        return dict.fromkeys([*youngest, *oldest])

    def _settle(self, row: Item) -> None:
        """Put the entry of a row exactly where it belongs."""
        change = Change((row["pk"], keys.HEAD), must_exist=True, equals={ACTIVE: row[ACTIVE], ERASING: None})
        change.sets["g3sk"] = index_time(from_micros(row[ACTIVE]))
        with suppress(ConditionFailed):
            self._table.change(change)

    def remove_searches(self, chatbot_id: str, limit: int) -> int:
        """Remove some searches whose retention has passed; how many."""
        cutoff = self._visibility.cutoff(chatbot_id)
        if cutoff is None:
            return 0
        upto = index_time(from_micros(cutoff))
        removed = 0
        for shard in range(keys.SHARDS):
            partition = keys.aging_searches(chatbot_id, shard)
            run = self._table.index_run(keys.AGE_INDEX, partition, ahead=limit, upto=upto, descending=False)
            places = [(entry["pk"], entry["sk"]) for entry in islice(run, limit - removed)]
            found = self._table.get_many(places, consistent=True).values()
            list(self._table.pool.map(self._remove_search, found))
            removed += len(found)
        return removed

    def _remove_search(self, item: Item) -> None:
        for key in (*chunk_keys(item), (item["pk"], item["sk"])):
            self._table.delete(key)


def entered(row: Item) -> dict[str, Any]:
    """What enters a row of before the index; nothing for one that is in it, or that somebody erases.

    A row of before activity was noted counts as active when the consumer counted it last, or else when it was made.
    """
    if "g3pk" in row or ERASING in row or "createdAt" not in row:
        return {}
    active = row.get(ACTIVE) or max(row.get("countedAt", 0), row["createdAt"])
    return {ACTIVE: active, **age_attributes(*keys.split_conversation(row["pk"]), from_micros(active))}
