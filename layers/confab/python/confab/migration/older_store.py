"""Data from before the index of ages and its notes of names: each item gets both once, in pieces.

A chatbot is done when its lists and its searches were walked from end to end; new ones are from the beginning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from confab.storage import keys
from confab.storage.ages import entered, search_age
from confab.storage.blobs import read_blob
from confab.storage.clocks import from_micros
from confab.storage.conversation_row import ERASING, read_attributes, read_managed
from confab.storage.messages import read_messages
from confab.storage.named import NAMED, named_in
from confab.storage.table import ConditionFailed, Table
from confab.storage.tenants import INDEXED, INDEXED_NOW
from confab.storage.values import Item
from confab.storage.writes import Change

_PROGRESS: Final = "indexing"
"""Attribute of a chatbot with how far the walk has come: the number of a partition, and the last key in it."""
_BLOBS: Final = (keys.PROPERTIES, keys.FEEDBACK, keys.EVENT, keys.SCORE)


class OlderStore:
    """Walks chatbots' lists and searches.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def waiting(self) -> list[str]:
        """The chatbots of which something may be older; none once all were found done."""
        done = self._table.get((keys.older(), keys.BOT), consistent=True)
        if done is not None and done[INDEXED] >= INDEXED_NOW:
            return []
        found = [chatbot for chatbot in self._chatbots() if not self.is_done(chatbot)]
        if not found:
            self._table.put({"pk": keys.older(), "sk": keys.BOT, INDEXED: INDEXED_NOW})
        return found

    def _chatbots(self) -> Iterator[str]:
        for workspace in self._table.query(keys.workspaces(), consistent=True):
            for entry in self._table.query(keys.workspace(workspace["sk"]), keys.BOT_ENTRY, consistent=True):
                yield entry["sk"].removeprefix(keys.BOT_ENTRY)

    def is_done(self, chatbot_id: str) -> bool:
        """Whether nothing of a chatbot is older."""
        return self._unfinished(chatbot_id) is None

    def _unfinished(self, chatbot_id: str) -> Item | None:
        chatbot = self._table.get((keys.chatbot(chatbot_id), keys.BOT), consistent=True)
        return None if chatbot is None or chatbot.get(INDEXED, 0) >= INDEXED_NOW else chatbot

    def enter(self, chatbot_id: str, limit: int) -> bool:
        """Look at some conversations or searches of a chatbot; False when nothing is older.

        Args:
            limit: how many to look at.
        """
        chatbot = self._unfinished(chatbot_id)
        if chatbot is None:
            return False
        number, start = json.loads(chatbot.get(_PROGRESS, "[0, null]"))
        partitions = _partitions(chatbot_id)
        index, pk = partitions[int(number)]
        entries, following = self._table.page(pk, start, limit, index=index)
        list(
            self._table.pool.map(
                self._enter, [entry for entry in entries if not entry["sk"].startswith(keys.blob_prefix(""))]
            )
        )
        self._note(chatbot_id, [number, following] if following else [number + 1, None], len(partitions))
        return True

    def _enter(self, entry: Item) -> None:
        """Let one enter; what a crash or another walk did before does no harm."""
        items = self._items(entry)
        item = items.get(entry["sk"])
        if item is None or ERASING in item:
            return
        change = Change((item["pk"], item["sk"]), must_exist=True, equals={ERASING: None})
        if item["sk"] == keys.HEAD:
            change.sets = entered(item)
            change.joins[NAMED] = _named(item, items)
        else:
            # How long it was to be kept when it was stored says nothing of how long it is to be kept now.
            change.sets = search_age(item["pk"].split("#")[1], item["id"], from_micros(item["st"]))
            change.removes = ["expiresAt"]
            change.joins[NAMED] = named_in((), read_blob(item, items))
        if change.sets or change.joins[NAMED]:
            with suppress(ConditionFailed):
                self._table.change(change)

    def _items(self, entry: Item) -> dict[str, Item]:
        """A conversation whole, or a search with its further items."""
        if entry["sk"] == keys.HEAD:
            found = self._table.query(entry["pk"], consistent=True)
            return {item["sk"]: item for item in found if not item["sk"].startswith((keys.ANALYSIS, keys.ANSWER))}
        further = self._table.query(entry["pk"], keys.chunk(entry["sk"], 0)[:-4], consistent=True)
        item = self._table.get((entry["pk"], entry["sk"]), consistent=True)
        return {part["sk"]: part for part in (item, *further) if part is not None}

    def _note(self, chatbot_id: str, progress: Sequence[Any], end: int) -> None:
        change = Change((keys.chatbot(chatbot_id), keys.BOT), must_exist=True)
        if progress[0] == end:
            change.sets, change.removes = {INDEXED: INDEXED_NOW}, [_PROGRESS]
        else:
            change.sets = {_PROGRESS: json.dumps(progress)}
        with suppress(ConditionFailed):
            self._table.change(change)


def _named(row: Item, items: dict[str, Item]) -> frozenset[str]:
    """The notes of a conversation, from all that it holds."""
    values = [read_blob(item, items) for sk, item in items.items() if sk.startswith(_BLOBS)]
    return named_in(read_messages(items.values()), read_attributes(row), read_managed(row), *values)


def _partitions(chatbot_id: str) -> list[tuple[str | None, str]]:
    """The partitions to walk, each with its index; None for the table itself.

    What moves meanwhile moves ahead of the walk: from the new ones to those that are counted, and to a list's end.
    """
    lists = [part(chatbot_id, shard) for part in (keys.listed_new, keys.listed) for shard in range(keys.SHARDS)]
    return [*((keys.LIST_INDEX, pk) for pk in lists), *((None, pk) for pk in keys.searches(chatbot_id))]
