"""The sweep's side of the table: which conversations wait, oldest first, and the lease of each that is queued again.

Both are in the sort key of the sparse index, ``<since>`` or ``<since>#<leased until>``: finding what is due reads keys
only, however many others wait, and the first key of a shard says how long its oldest has waited.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from confab.analysis.waiting import Waiting
from confab.storage import keys
from confab.storage.clocks import from_index_time, index_time, to_micros
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item
from confab.storage.writes import Change

KEYS_AT_A_TIME: Final = 200


class SweepStore:
    """Conversations that wait for analysis.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def shards(self) -> Sequence[int]:
        """The numbers of the shards that the waiting conversations are spread over."""
        return range(keys.SHARDS)

    def waiting(self, shard: int) -> Iterator[Waiting]:
        """The conversations of a shard that wait, the oldest first; the index may lag by a moment."""
        entries = self._table.index_run(keys.PENDING_INDEX, keys.pending(shard), ahead=KEYS_AT_A_TIME, descending=False)
        return map(_read, entries)

    def claim(self, waiting: Waiting, now: datetime) -> Waiting | None:
        """Give a waiting conversation a new lease; None when it waits no more, or another sweep just did."""
        claimed = replace(waiting, leased_until=waiting.next_lease(now))
        change = Change(_row(waiting), must_exist=True, equals={"g2sk": _index_key(waiting)})
        change.sets = {"g2sk": _index_key(claimed), "queuedAt": to_micros(now)}
        try:
            self._table.change(change)
        except ConditionFailed as failed:
            # The answer to an attempt that landed may have been lost: then the key is the one that we wrote.
            if failed.found is None or failed.found.get("g2sk") != _index_key(claimed):
                return None
        return claimed

    def give_back(self, waiting: Waiting, claimed: Waiting) -> None:
        """Undo a claim whose conversation could not be queued, so that the next sweep queues it."""
        change = Change(_row(waiting), must_exist=True, equals={"g2sk": _index_key(claimed)})
        change.sets = {"g2sk": _index_key(waiting)}
        with suppress(ConditionFailed):
            self._table.change(change)


def _row(waiting: Waiting) -> tuple[str, str]:
    return keys.conversation(waiting.chatbot_id, waiting.conversation_id), keys.HEAD


def _index_key(waiting: Waiting) -> str:
    since = index_time(waiting.since)
    return since if waiting.leased_until is None else f"{since}#{index_time(waiting.leased_until)}"


def _read(entry: Item) -> Waiting:
    since, _, until = entry["g2sk"].partition("#")
    place = keys.split_conversation(entry["pk"])
    return Waiting(*place, from_index_time(since), from_index_time(until) if until else None)
