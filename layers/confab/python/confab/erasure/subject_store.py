"""Where a user's data is: conversations, what names the user in those of others, and searches.

A conversation is found by the index of ages, which has all of a chatbot with the user of each and with notes of whom it
names, and by the entries of those that are counted, which never lag. Nothing of another chatbot is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, Final

from confab.domain.analysed_conversation import PROBED
from confab.domain.analysed_conversation import USERS as COUNTED_USERS
from confab.domain.feedback import Event
from confab.domain.persons import USER_PROPERTIES, Person, bucket_of
from confab.erasure.conversation_store import Remains
from confab.storage import keys
from confab.storage.blobs import chunk_keys, read_blob
from confab.storage.clocks import from_micros
from confab.storage.conversation_row import ENTRIES, HISTORY_FIELD
from confab.storage.counting import read_standing
from confab.storage.data_marker import DataMarker
from confab.storage.entries import Entries, conversation_of
from confab.storage.feedback_items import search_of
from confab.storage.histories import EXTERNAL_ID
from confab.storage.messages import unpack_json, without_text
from confab.storage.named import NAMED
from confab.storage.row import ConversationRow
from confab.storage.table import Table
from confab.storage.table_reads import BATCH_GET_KEYS
from confab.storage.values import Item, Place
from confab.storage.writes import EntryFilter

AHEAD: Final = 5000
USER_ID: Final = "user.id"


@dataclass(frozen=True, slots=True)
class Subject:
    """A conversation that is the user's or may name the user.

    Attributes:
        row: the conversation's row.
        items: for stores alone: all its items by sort key; empty where the row alone was read.
    """

    row: ConversationRow
    items: Mapping[str, Item] = field(default_factory=dict)

    @property
    def conversation_id(self) -> str:
        """The service's id of the conversation."""
        return self.row.place[1]


@dataclass(frozen=True, slots=True)
class Search:
    """A search that may be the user's or name the user.

    Attributes:
        body: what it says.
        items: for stores alone: the event first, then the rest of its body.
        left: the body without the user; None when the whole search is the user's.
    """

    body: Mapping[str, Any]
    items: Sequence[Item]
    left: Mapping[str, Any] | None = None

    @property
    def place(self) -> str:
        """Its place among the searches."""
        return str(self.items[0]["sk"])

    @property
    def stored_at(self) -> datetime:
        """When it was stored (UTC)."""
        return from_micros(self.items[0]["st"])

    @property
    def event(self) -> Event:
        """The search as an event."""
        return search_of(self.items)


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

    def rows(self, chatbot_id: str, person: Person) -> Iterator[Subject]:
        """The conversations that are the user's or may name the user, by their rows as they stand.

        Those among them whose retention has passed too; none that is being erased.
        """
        found = list(dict.fromkeys([*self._counted(chatbot_id, person.id), *self._noted(chatbot_id, person)]))
        places = [(keys.conversation(chatbot_id, conversation), keys.HEAD) for conversation in found]
        for start in range(0, len(places), BATCH_GET_KEYS):
            rows = self._table.get_many(places[start : start + BATCH_GET_KEYS], consistent=True)
            found_rows = map(ConversationRow, rows.values())
            yield from (Subject(row) for row in found_rows if row.begun and not row.erasing)

    def _counted(self, chatbot_id: str, user_id: str) -> Iterator[str]:
        for kind in (COUNTED_USERS, PROBED):
            for shard in range(keys.SHARDS):
                for item in self._table.query(keys.search_entry(chatbot_id, kind, user_id, shard), consistent=True):
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

    def whole(self, subject: Subject) -> Subject:
        """A conversation with all that belongs to it but the texts of messages, read consistently."""
        return Subject(subject.row, self._items(subject.row.place))

    def _items(self, place: Place) -> dict[str, Item]:
        items = self._table.query(keys.conversation(*place), consistent=True)
        return {item["sk"]: without_text(item) for item in items}

    def conversation(self, place: Place) -> Subject | None:
        """As ``whole``, with the row as it stands then; None for one that is gone or being erased."""
        items = self._items(place)
        row = ConversationRow(items.get(keys.HEAD, {}))
        return Subject(row, items) if row.begun and not row.erasing else None

    def searches(self, chatbot_id: str, person: Person) -> Iterator[Search]:
        """The searches that may be the user's or name the user."""
        entries = self._runs([keys.aging_searches(chatbot_id, shard) for shard in range(keys.SHARDS)], person)
        found = self._table.get_many([(entry["pk"], entry["sk"]) for entry in entries], consistent=True)
        for item in found.values():
            further = [self._table.get(key, consistent=True) for key in chunk_keys(item)]
            items = {part["sk"]: part for part in (item, *further) if part is not None}
            yield Search(read_blob(item, items), list(items.values()))

    def remove(self, search: Search) -> None:
        """Remove a search."""
        for item in search.items:
            self._table.delete((item["pk"], item["sk"]))


def is_users(subject: Subject, person: Person) -> bool:
    """Whether a conversation is the user's, as far as its row says: it is with the user, or with an address alone."""
    return person.is_meant(subject.row.attributes.get("user", {}), users=True)


def is_logged_of(subject: Subject, person: Person) -> bool:
    """Whether a conversation whose row names nobody was logged with the user's properties."""
    return (
        subject.row.item.get(USER_ID) is None
        and not subject.row.user_moved
        and person.is_meant(large_fields(subject.items).get(USER_PROPERTIES) or {}, users=True)
    )


def large_fields(items: Mapping[str, Item]) -> dict[str, Any]:
    """The large fields of a logged conversation, also those of an earlier user."""
    item = items.get(keys.PROPERTIES)
    fields: dict[str, Any] = read_blob(item, items) if item is not None else {}
    return fields


def subject_of_remains(remains: Remains) -> Subject:
    """A conversation that is about to be erased."""
    return Subject(remains.row, {item["sk"]: item for item in remains.items})


def counts_of(remains: Remains) -> dict[str, int]:
    """How much a conversation holds of what a receipt counts."""
    row, items = remains.row.item, remains.items
    prefixes = {"messages": keys.MESSAGE, "feedback": keys.FEEDBACK, "events": keys.EVENT, "scores": keys.SCORE}
    judged = (unpack_json(item["z"])["messages"] for item in items if item["sk"].startswith(keys.ANALYSIS))
    entries = Entries.unpacked(row.get(ENTRIES))
    listed = len(entries.keys("", "")) if entries else 0
    return {
        "conversations": 1,
        **{name: sum(item["sk"].startswith(prefix) for item in items) for name, prefix in prefixes.items()},
        "results": len({result["key"] for result in chain.from_iterable(judged)}),
        "entries": len(read_standing(row, items).counted.search_terms) + listed + (HISTORY_FIELD + EXTERNAL_ID in row),
    }
