"""The items of an earlier version in the table, and their change to the present one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from confab.storage import keys
from confab.storage.conversation_row import ERASING, STATE
from confab.storage.counting import names_no_entries
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item, Place

AT_A_TIME: Final = 2_000


@dataclass(frozen=True, slots=True)
class Run:
    """A run over a part of the table.

    Attributes:
        seen: how many items were looked at.
        uncounted: the conversations that were counted when nothing named their entries yet, and those that are not
            counted and do not wait for it.
        workspaces: the workspaces, some of which may not be in the list of workspaces.
        position: where the next run begins; empty at the end of the table.
    """

    seen: int
    uncounted: Sequence[Place]
    workspaces: Sequence[Item]
    position: str


class MigrationStore:
    """Runs over the one table, all of it: version 0 has no list of its chatbots.

    Args:
        table: the one table.
        at_a_time: how many items one run looks at.
    """

    def __init__(self, table: Table, at_a_time: int = AT_A_TIME) -> None:
        self._table = table
        self._at_a_time = at_a_time

    def size(self) -> int:
        """How many items there are, about."""
        return self._table.size()

    def runs(self, position: str) -> Iterator[Run]:
        """What is of an earlier version, from a position on; empty for the beginning."""
        start: Item | None = json.loads(position) if position else None
        while True:
            items, seen, start = self._table.scanned((keys.HEAD, keys.WORKSPACE), start, self._at_a_time)
            yield Run(
                seen,
                self._uncounted([item for item in items if item["sk"] == keys.HEAD]),
                [item for item in items if item["sk"] == keys.WORKSPACE],
                json.dumps(start) if start else "",
            )
            if start is None:
                return

    def _uncounted(self, rows: Sequence[Item]) -> list[Place]:
        whole = [row for row in rows if ERASING not in row and "dialect" in row]
        found = self._table.get_many([(row["pk"], keys.COUNTED) for row in whole], consistent=True)
        old = (row["pk"] for row in whole if _is_uncounted(row, found.get((row["pk"], keys.COUNTED))))
        return [keys.split_conversation(pk) for pk in old]

    def list_workspace(self, workspace: Item) -> None:
        """Let a workspace be in the list of workspaces."""
        entry = {
            "pk": keys.workspaces(),
            "sk": workspace["pk"].removeprefix(keys.workspace("")),
            "name": workspace["name"],
        }
        with suppress(ConditionFailed):
            self._table.put_if_absent(entry)


def _is_uncounted(row: Item, counted: Item | None) -> bool:
    if STATE in row:
        return False
    return "pendingSince" not in row if counted is None else names_no_entries(counted)
