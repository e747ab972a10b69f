"""Which conversations there are for those who read: none that is being erased, none whose retention has passed.

A conversation's row says when it was last active by the functions' own clock. Past the chatbot's retention nobody reads
it any more, from that moment on; the sweep erases it soon after. Nothing is written for that, and a changed retention
holds for what is there at once. The table's own expiry would take a row and its messages apart, hours from each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from confab.storage import keys
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.heads import ACTIVE, ERASING
from confab.storage.table import Table
from confab.storage.values import Item

MOST_CANDIDATES: Final = 2000
"""How many rows of a list's end are looked at for one chatbot at a time."""
CLOCKS_DIFFER: Final = timedelta(days=1)


class Lives:
    """Tells by a row whether a conversation may be read.

    Args:
        retention_of: gives the retention of a chatbot; None for one that keeps for ever.
        now: the clock.
    """

    def __init__(self, retention_of: Callable[[str], timedelta | None], now: Callable[[], datetime]) -> None:
        self._retention_of = retention_of
        self._now = now

    def cutoff(self, chatbot_id: str) -> int | None:
        """What was last active at this time or before has expired, in microseconds; None where nothing expires."""
        retention = self._retention_of(chatbot_id)
        return None if retention is None else to_micros(self._now() - retention)

    def expires_at(self, chatbot_id: str) -> int | None:
        """When something that stands for itself and is written now expires, in seconds since 1970."""
        retention = self._retention_of(chatbot_id)
        return None if retention is None else int((self._now() + retention).timestamp())

    def expired(self, row: Item) -> bool:
        """Whether the retention of a conversation has passed."""
        cutoff = self.cutoff(keys.split_conversation(row["pk"])[0]) if ACTIVE in row else None
        return cutoff is not None and row[ACTIVE] <= cutoff

    def readable(self, row: Item | None) -> bool:
        """Whether there is such a conversation for those who read."""
        return row is not None and ERASING not in row and not self.expired(row)

    def expired_rows(self, table: Table, chatbot_ids: Sequence[str]) -> list[Item]:
        """The rows whose retention has passed and which are not erased yet: few, unless the sweep stands still."""
        found: list[Item] = []
        for chatbot_id in chatbot_ids:
            cutoff = self.cutoff(chatbot_id)
            if cutoff is None:
                continue
            entries = islice(self._candidates(table, chatbot_id, cutoff), MOST_CANDIDATES)
            places = [(pk, keys.HEAD) for pk in dict.fromkeys(entries)]
            rows = table.get_many(places).values()
            found += [row for row in rows if ERASING not in row and self.expired(row)]
        return found

    def _candidates(self, table: Table, chatbot_id: str, cutoff: int) -> Iterator[str]:
        """Conversations from the ends of the lists: the oldest, and those that say to be from the future."""
        oldest = index_time(from_micros(cutoff))
        future = index_time(self._now() + CLOCKS_DIFFER)
        for shard in range(keys.SHARDS):
            for partition in (keys.listed(chatbot_id, shard), keys.listed_new(chatbot_id, shard)):
                run = table.index_run(keys.LIST_INDEX, partition, ahead=100, upto=oldest, descending=False)
                yield from (entry["pk"] for entry in run)
                for entry in table.index_run(keys.LIST_INDEX, partition, ahead=10):
                    if entry["g1sk"] <= future:
                        break
                    yield entry["pk"]


EVERLASTING: Final = Lives(lambda _: None, lambda: datetime.max.replace(tzinfo=UTC))
"""Nothing expires."""
