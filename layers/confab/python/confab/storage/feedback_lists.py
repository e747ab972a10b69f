"""Lists of feedback: pages of both kinds together, the newest first, and how much there is of each kind."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from itertools import islice
from typing import Final

from confab.domain.feedback import KINDS
from confab.storage import keys
from confab.storage.ages import AgeStore
from confab.storage.given_place import GivenPlace
from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.visibility import Visibility

COUNTED_AHEAD: Final = 1000

Position = tuple[str, str]
"""Where feedback stands in the list of all: by time and id, then by conversation."""
Listed = tuple[Position, GivenPlace]


class FeedbackLists:
    """Reads the lists of feedback; feedback of conversations whose retention has passed is left out.

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
    """

    def __init__(self, table: Table, visibility: Visibility) -> None:
        self._table = table
        self._ages = AgeStore(table, visibility)

    def counts(self, chatbot_ids: Sequence[str]) -> dict[str, int]:
        """How much feedback of each kind there is: a count over the list's index, at one read unit for some forty."""
        partitions = [(kind, partition) for kind in KINDS for partition in _lists(chatbot_ids, kind)]
        gone = self._ages.gone(chatbot_ids)

        def count(partition: str) -> int:
            if not gone:
                return self._table.count_index(keys.LIST_INDEX, partition)
            run = self._table.index_run(keys.LIST_INDEX, partition, ahead=COUNTED_AHEAD)
            return sum(entry["pk"] not in gone for entry in run)

        sums = dict.fromkeys(KINDS, 0)
        counts = self._table.pool.map(count, [partition for _, partition in partitions])
        for (kind, _), number in zip(partitions, counts, strict=True):
            sums[kind] += number
        return sums

    def newest(
        self, chatbot_ids: Sequence[str], offset: int, limit: int, before: Position | None = None
    ) -> list[Listed]:
        """A page of the feedback of both kinds, the newest first. Its cost is linear in the offset.

        Args:
            before: only what comes after this position.
        """
        partitions = [partition for kind in KINDS for partition in _lists(chatbot_ids, kind)]
        gone = self._ages.gone(chatbot_ids)

        def run(partition: str) -> list[Item]:
            upto = before[0] if before else None
            found = self._table.index_run(keys.LIST_INDEX, partition, ahead=offset + limit + 1, upto=upto)
            below = (entry for entry in found if before is None or _position(entry) < before)
            return list(islice((entry for entry in below if entry["pk"] not in gone), offset + limit))

        rows = merge(*self._table.pool.map(run, partitions), key=_position, reverse=True)
        return [(_position(entry), GivenPlace.of(entry)) for entry in islice(rows, offset, offset + limit)]


def _position(entry: Item) -> Position:
    return entry["g1sk"], entry["pk"]


def _lists(chatbot_ids: Sequence[str], kind: str) -> list[str]:
    return [keys.feedback_list(chatbot, kind, shard) for chatbot in chatbot_ids for shard in range(keys.SHARDS)]
