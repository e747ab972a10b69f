"""Where a user's data is: conversations, what names the user in those of others, and searches.

A conversation is found by the index of ages, which has all of a chatbot with the user of each and with notes of whom it
names, and by the entries of those that are counted, which never lag. Nothing of another chatbot is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from confab.domain.findings import PROBED
from confab.domain.findings import USERS as COUNTED_USERS
from confab.domain.persons import USER_PROPERTIES, Person, bucket_of
from confab.storage import keys
from confab.storage.attributes import FORMER_USER
from confab.storage.blobs import chunk_keys, read_blob
from confab.storage.conversation_row import ENTRIES, ERASING, HISTORY_FIELD, any_head_of, read_attributes
from confab.storage.counting import read_counted
from confab.storage.data_marker import DataMarker
from confab.storage.entries import Entries, conversation_of
from confab.storage.histories import EXTERNAL_ID
from confab.storage.messages import unpack_json, without_text
from confab.storage.named import NAMED
from confab.storage.table import BATCH_GET_KEYS, Table
from confab.storage.values import Item
from confab.storage.writes import EntryFilter

AHEAD: Final = 5000
USER_ID: Final = "user.id"


class SubjectStore:
    """Finds the data of a user in the table.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._marker = DataMarker(table)

    def require_current(self) -> None:
        """Check that all data of a user can be found.

        Raises:
            Unavailable: some of the table's data is of an earlier version.
        """
        self._marker.require_current()

    def rows(self, chatbot_id: str, person: Person) -> Iterator[Item]:
        """The rows of the conversations that are the user's or may name the user, as they stand.

        Those among them whose retention has passed too; none that is being erased.
        """
        found = list(dict.fromkeys([*self._counted(chatbot_id, person.id), *self._noted(chatbot_id, person)]))
        places = [(keys.conversation(chatbot_id, conversation), keys.HEAD) for conversation in found]
        for start in range(0, len(places), BATCH_GET_KEYS):
            rows = self._table.get_many(places[start : start + BATCH_GET_KEYS], consistent=True)
            yield from (row for row in rows.values() if ERASING not in row and "dialect" in row)

    def _counted(self, chatbot_id: str, user_id: str) -> Iterator[str]:
        for kind in (COUNTED_USERS, PROBED):
            for shard in range(keys.SHARDS):
                for item in self._table.query(keys.facet(chatbot_id, kind, user_id, shard), consistent=True):
                    yield conversation_of(item["sk"])

    def _noted(self, chatbot_id: str, person: Person) -> list[str]:
        runs = self._runs([keys.aging(chatbot_id, shard) for shard in range(keys.SHARDS)], person)
        return [keys.split_conversation(entry["pk"])[1] for entry in runs]

    def _runs(self, partitions: Sequence[str], person: Person) -> list[Item]:
        """Entries of the index of ages that have the user or a note of the user."""
        buckets = sorted({bucket_of(identifier) for identifier in person.identifiers})
        having = EntryFilter((USER_ID, person.id), (NAMED, buckets))
        runs = self._table.pool.map(
            lambda pk: list(self._table.index_run(keys.AGE_INDEX, pk, ahead=AHEAD, having=having)), partitions
        )
        return list(chain.from_iterable(runs))

    def items(self, row: Item) -> dict[str, Item]:
        """All items of the conversation of a row, by sort key, without the texts of messages; read consistently."""
        return {item["sk"]: without_text(item) for item in self._table.query(row["pk"], consistent=True)}

    def conversation(self, chatbot_id: str, conversation_id: str) -> tuple[Item | None, dict[str, Item]]:
        """The row of a conversation and all its items by sort key; None for one that is gone or being erased."""
        items = self.items({"pk": keys.conversation(chatbot_id, conversation_id)})
        row = items.get(keys.HEAD)
        return (row, items) if row is not None and ERASING not in row and "dialect" in row else (None, {})

    def searches(self, chatbot_id: str, person: Person) -> Iterator[dict[str, Item]]:
        """The searches that may be the user's or name the user, each with the items of its whole body by sort key."""
        entries = self._runs([keys.aging_searches(chatbot_id, shard) for shard in range(keys.SHARDS)], person)
        found = self._table.get_many([(entry["pk"], entry["sk"]) for entry in entries], consistent=True)
        for item in found.values():
            further = [self._table.get(key, consistent=True) for key in chunk_keys(item)]
            yield {part["sk"]: part for part in (item, *further) if part is not None}

    def remove(self, items: Sequence[Item]) -> None:
        """Remove items."""
        for item in items:
            self._table.delete((item["pk"], item["sk"]))


def is_users(row: Item, person: Person) -> bool:
    """Whether a conversation is the user's, as far as its row says: it is with the user, or with an address alone."""
    return person.is_meant(read_attributes(row).get("user", {}), users=True)


def is_logged_of(row: Item, items: Mapping[str, Item], person: Person) -> bool:
    """Whether a conversation whose row names nobody was logged with the user's properties."""
    return (
        row.get(USER_ID) is None
        and FORMER_USER not in row
        and person.is_meant(large_fields(items).get(USER_PROPERTIES) or {}, users=True)
    )


def large_fields(items: Mapping[str, Item]) -> dict[str, Any]:
    """The large fields of a logged conversation, also those of an earlier user."""
    item = items.get(keys.PROPERTIES)
    fields: dict[str, Any] = read_blob(item, items) if item is not None else {}
    return fields


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
        "entries": len(read_counted(items)[0].facets) + listed + (HISTORY_FIELD + EXTERNAL_ID in row),
    }
