"""Conversations and searches of before the index of ages: each gets its entry, in pieces, once for a chatbot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from confab.storage import keys
from confab.storage.ages import entered, search_age
from confab.storage.clocks import from_micros
from confab.storage.heads import ERASING
from confab.storage.table import ConditionFailed, Table
from confab.storage.tenants import INDEXED, INDEXED_NOW
from confab.storage.values import Item
from confab.storage.writes import Change

_PROGRESS: Final = "indexing"
"""Attribute of a chatbot with how far the walk has come: the number of a partition, and the last key in it."""


class OlderStore:
    """Walks a chatbot's lists and searches.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def enter(self, chatbot_id: str, limit: int) -> bool:
        """Let some older conversations or searches of a chatbot enter; False when all are in the index.

        Args:
            limit: how many to look at.
        """
        chatbot = self._table.get((keys.chatbot(chatbot_id), keys.BOT), consistent=True)
        if chatbot is None or chatbot.get(INDEXED, 0) >= INDEXED_NOW:
            return False
        number, start = json.loads(chatbot.get(_PROGRESS, "[0, null]"))
        partitions = _partitions(chatbot_id)
        index, pk = partitions[int(number)]
        found, following = self._page(index, pk, start, limit)
        self._enter(found)
        self._note(chatbot_id, [number, following] if following else [number + 1, None], len(partitions))
        return True

    def _page(self, index: str | None, pk: str, start: Item | None, limit: int) -> tuple[list[Item], Item | None]:
        entries, following = self._table.page(pk, start, limit, index=index)
        places = [(entry["pk"], entry["sk"]) for entry in entries]
        return list(self._table.get_many(places, consistent=True).values()), following

    def _enter(self, items: Sequence[Item]) -> None:
        list(self._table.pool.map(self._enter_one, [item for item in items if not item["sk"].startswith("BLOB#")]))

    def _enter_one(self, item: Item) -> None:
        change = Change((item["pk"], item["sk"]), must_exist=True, equals={"g3pk": None, ERASING: None})
        if item["sk"] == keys.HEAD:
            change.sets = entered(item)
        elif "g3pk" not in item:
            chatbot_id = item["pk"].split("#")[1]
            change.sets = search_age(chatbot_id, item["id"], from_micros(item["st"]))
            # What its retention was when it was stored says nothing of what it is now.
            change.removes = ["expiresAt"]
        if change.sets:
            with suppress(ConditionFailed):
                self._table.change(change)

    def _note(self, chatbot_id: str, progress: Sequence[object], end: int) -> None:
        change = Change((keys.chatbot(chatbot_id), keys.BOT), must_exist=True)
        if progress[0] == end:
            change.sets, change.removes = {INDEXED: INDEXED_NOW}, [_PROGRESS]
        else:
            change.sets = {_PROGRESS: json.dumps(progress)}
        with suppress(ConditionFailed):
            self._table.change(change)


def _partitions(chatbot_id: str) -> list[tuple[str | None, str]]:
    """The partitions to walk, each with its index; None for the table itself."""
    lists = [part(chatbot_id, shard) for part in (keys.listed, keys.listed_new) for shard in range(keys.SHARDS)]
    return [*((keys.LIST_INDEX, pk) for pk in lists), *((None, pk) for pk in keys.searches(chatbot_id))]
