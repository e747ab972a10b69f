"""The walk for items of a conversation without a row, which a crash left: nothing else finds them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.table import Table
from confab.storage.values import Item, Place

ITEM: Final = "WALK"
AT_A_TIME: Final = 2_000
"""How many items one look reads at most. It ends at 1 MB, too, so it costs at most 128 read units."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How far the walk has come.

    Attributes:
        begun_at: when it began at the table's beginning; None before the first one.
        position: where it goes on; empty when it is at the end.
    """

    begun_at: datetime | None = None
    position: str = ""


class OrphanStore:
    """Walks through the one table, because no index has the items without a row.

    Args:
        table: the one table.
        at_a_time: how many items one look reads.
    """

    def __init__(self, table: Table, at_a_time: int = AT_A_TIME) -> None:
        self._table = table
        self._at_a_time = at_a_time

    def walk(self) -> Walk:
        """How far it has come."""
        item = self._table.get((keys.orphans(), ITEM))
        return Walk() if item is None else Walk(from_micros(item["at"]), item["position"])

    def note(self, begun_at: datetime, position: str) -> None:
        """Note how far it has come."""
        self._table.put({"pk": keys.orphans(), "sk": ITEM, "at": to_micros(begun_at), "position": position})

    def look(self, position: str) -> tuple[Sequence[Place], str]:
        """The conversations of a part of the table that have no row, and where the next part begins; empty at the end.

        Args:
            position: where the part before ended; empty for the beginning.
        """
        start: Item | None = json.loads(position) if position else None
        found, following = self._table.scanned_keys(keys.CONVERSATION, start, self._at_a_time)
        # The first partition of a part may have its row in the part before.
        doubted = {item["pk"] for item in found} - {item["pk"] for item in found if item["sk"] == keys.HEAD}
        rows = self._table.get_many([(pk, keys.HEAD) for pk in sorted(doubted)], consistent=True)
        without = sorted(doubted - {pk for pk, _ in rows})
        return [keys.split_conversation(pk) for pk in without], json.dumps(following) if following else ""
