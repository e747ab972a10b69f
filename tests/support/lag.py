"""A table whose indexes lag: they answer as of a moment that a test chooses, while the table itself goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.writes import EntryFilter


class LaggingTable:
    """Stands for a table; all but reads of indexes are the table's own.

    Args:
        table: the table itself.
        items: gives all that it holds.
    """

    def __init__(self, table: Table, items: Callable[[], list[Item]]) -> None:
        self._table = table
        self._items = items
        self._seen: list[Item] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def lag(self) -> None:
        """From now on indexes answer as of now."""
        self._seen = self._items()

    def catch_up(self) -> None:
        """From now on indexes answer as the table stands."""
        self._seen = None

    def index_run(
        self,
        index: str,
        pk: str,
        *,
        ahead: int,
        upto: str | None = None,
        before: str | None = None,
        descending: bool = True,
        having: EntryFilter | None = None,
    ) -> Iterator[Item]:
        if self._seen is None:
            bounds: dict[str, Any] = {"upto": upto, "before": before, "descending": descending, "having": having}
            yield from self._table.index_run(index, pk, ahead=ahead, **bounds)
            return
        partition, place = f"g{index[-1]}pk", f"g{index[-1]}sk"
        entries = [item for item in self._seen if item.get(partition) == pk]
        for item in sorted(entries, key=lambda item: item[place], reverse=descending):
            inside = (upto is None or item[place] <= upto) and (before is None or item[place] < before)
            if inside and (having is None or _has(item, having)):
                yield item

    def index_entries(self, index: str, pk: str, *, limit: int, **bounds: Any) -> list[Item]:
        return list(self.index_run(index, pk, ahead=limit, **bounds))[:limit]


def _has(item: Item, having: EntryFilter) -> bool:
    name, value = having.equals
    held, texts = having.holds
    return item.get(name) == value or not item.get(held, frozenset()).isdisjoint(texts)
