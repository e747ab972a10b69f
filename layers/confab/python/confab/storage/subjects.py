"""All that is kept of one user: conversations, and searches that belong to none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Final

from confab.domain.findings import PROBED, USERS
from confab.storage import keys
from confab.storage.blobs import chunk_keys, read_blob
from confab.storage.counting import read_counted
from confab.storage.data_marker import DataMarker
from confab.storage.entries import Entries, conversation_of
from confab.storage.heads import ENTRIES, LOGGED, any_head_of
from confab.storage.logs import EXTERNAL_ID
from confab.storage.messages import unpack_json
from confab.storage.table import BATCH_GET_KEYS, Table
from confab.storage.values import Item

AHEAD: Final = 200
_USER: Final = "userProperties"


class SubjectStore:
    """Finds what belongs to a user.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._marker = DataMarker(table)

    def rows(self, chatbot_id: str, user_id: str) -> Iterator[Item]:
        """The rows of a user's conversations as they stand, those among them whose retention has passed too.

        Counted conversations are found by their entries; those that are not counted yet, or not again, by the lists
        of such.

        Raises:
            Unavailable: the table has conversations of an earlier version, which have no entries.
        """
        self._marker.require_current()
        found = dict.fromkeys(self._candidates(chatbot_id, user_id))
        for start in range(0, len(found), BATCH_GET_KEYS):
            some = list(islice(found, start, start + BATCH_GET_KEYS))
            places = [(keys.conversation(chatbot_id, conversation), keys.HEAD) for conversation in some]
            rows = self._table.get_many(places, consistent=True)
            for place in places:
                row = rows.get(place)
                if row is not None and str(row.get("user.id", "")) == user_id:
                    yield row

    def _candidates(self, chatbot_id: str, user_id: str) -> Iterator[str]:
        for kind in (USERS, PROBED):
            for shard in range(keys.SHARDS):
                for item in self._table.query(keys.facet(chatbot_id, kind, user_id, shard), consistent=True):
                    yield conversation_of(item["sk"])
        for shard in range(keys.SHARDS):
            for partition, index in (
                (keys.listed_new(chatbot_id, shard), keys.LIST_INDEX),
                (keys.pending(shard), keys.PENDING_INDEX),
            ):
                for entry in self._table.index_run(index, partition, ahead=AHEAD):
                    chatbot, conversation = keys.split_conversation(entry["pk"])
                    if chatbot == chatbot_id:
                        yield conversation

    def searches(self, chatbot_id: str, user_id: str) -> Iterator[list[Item]]:
        """The search events of a user, each with the items of its whole body; reads all searches of the chatbot."""
        for partition in keys.searches(chatbot_id):
            for item in self._table.query(partition, keys.EVENT):
                further = [self._table.get(key) for key in chunk_keys(item)]
                items = [item, *(part for part in further if part is not None)]
                user = read_blob(item, {part["sk"]: part for part in items}).get(_USER) or {}
                if user_id in (str(user.get("userId")), str(user.get("id"))):
                    yield items

    def remove(self, items: Sequence[Item]) -> None:
        """Remove items."""
        for item in items:
            self._table.delete((item["pk"], item["sk"]))


def counts_of(items: Sequence[Item]) -> dict[str, int]:
    """How much a conversation's items hold of what a receipt counts."""
    row = any_head_of(items) or {}
    prefixes = {"messages": keys.MESSAGE, "feedback": keys.FEEDBACK, "events": keys.EVENT}
    judged = (unpack_json(item["z"])["messages"] for item in items if item["sk"].startswith(keys.ANALYSIS))
    entries = Entries.unpacked(row.get(ENTRIES))
    listed = len(entries.keys("", "")) if entries else 0
    return {
        "conversations": 1,
        **{name: sum(item["sk"].startswith(prefix) for item in items) for name, prefix in prefixes.items()},
        "results": len({result["key"] for result in chain.from_iterable(judged)}),
        "entries": len(read_counted(items)[0].facets) + listed + (LOGGED + EXTERNAL_ID in row),
    }
