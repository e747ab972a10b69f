"""Erasing a conversation in steps, each of which a crash may follow.

First the conversation is marked and taken out of lists and statistics, in one transaction; then all that was stored
before the mark is removed, and at last the row. The mark also makes the conversation wait for the consumer, which
finishes what a crashed request began.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from confab.domain.statistics import KEPT
from confab.erasure.deletion_records import deletion_item
from confab.storage import keys
from confab.storage.ages import age_attributes, erasing_age
from confab.storage.clocks import from_micros, to_micros
from confab.storage.conversation_row import (
    ACTIVE,
    ENTRIES,
    ERASING,
    EXPIRED,
    HISTORY_FIELD,
    LEFT,
    PEOPLE,
    waiting_attributes,
)
from confab.storage.counting import NOTHING, read_counted, step
from confab.storage.entries import removals
from confab.storage.histories import EXTERNAL_ID
from confab.storage.messages import without_text
from confab.storage.row_updates import version_kept
from confab.storage.table import TRANSACTION_ACTIONS, ConditionFailed, Table
from confab.storage.values import Item, Place
from confab.storage.writes import Action, Change, Delete, Put

MARKED_VERSION: Final = "erasedVersion"
"""The version that the mark left: a higher one says that something came afterwards."""
TOPICS: Final = "topics"


class ErasureStore:
    """The steps of an erasure.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def items(self, chatbot_id: str, conversation_id: str) -> list[Item]:
        """Everything in a conversation's partition, read consistently, without the texts of messages."""
        pk = keys.conversation(chatbot_id, conversation_id)
        return list(map(without_text, self._table.query(pk, consistent=True)))

    def places(self, chatbot_id: str, conversation_id: str) -> list[Item]:
        """As ``items``; whole are the row and what it is counted by, of the rest there are keys and times alone."""
        pk = keys.conversation(chatbot_id, conversation_id)
        return [_place_of(item, pk) for item in self._table.query(pk, consistent=True)]

    def mark(
        self, place: tuple[str, str], items: Sequence[Item], row: Item, now: datetime, until: datetime | None = None
    ) -> None:
        """Mark a conversation, and take it out of lists, look-ups and statistics.

        The row keeps nothing of what it knew but its topics and the digests of its people, which may have to go with
        it: a message that comes later finds it as good as new.

        Args:
            until: erase for age what was stored until then; figures that are about nobody stay in the statistics.

        Raises:
            VersionMoved: the conversation changed since it was read.
        """
        version = row.get("version", 0) + 1
        counted, _ = read_counted(items)
        stored = [item["st"] for item in items if "st" in item]
        bare: Item = {
            "pk": row["pk"],
            "sk": keys.HEAD,
            # Not before any message that is there: clocks of two functions may differ.
            ERASING: to_micros(until) if until is not None else max([to_micros(now), *stored]),
            MARKED_VERSION: version,
            "version": version,
            PEOPLE: sorted({*counted.people, *row.get(PEOPLE, ()), *row.get(LEFT, ())}),
            TOPICS: counted.topics,
            **({EXPIRED: True} if until is not None else {}),
            **waiting_attributes(place[1], now),
            **erasing_age(*place, now),
        }
        unchanged = {name: row.get(name) for name in ("version", ENTRIES, ACTIVE)}
        actions: list[Action] = [Put(bare, equals=unchanged), *removals(place, row.get(ENTRIES))]
        external = row.get(HISTORY_FIELD + EXTERNAL_ID)
        if external is not None:
            actions.append(Delete((keys.external(place[0], external), keys.external_entry(place[1]))))
        actions += self._uncount(place, items, bare, TRANSACTION_ACTIONS - len(actions))
        with version_kept():
            self._table.commit(actions)

    def mark_orphaned(self, place: Place, until: int, now: datetime) -> bool:
        """Give what stands without a row one that is marked, so that all up to a time goes and what comes now stays.

        Args:
            until: in microseconds.

        Returns:
            Whether there still was no row.
        """
        marked: Item = {
            "pk": keys.conversation(*place),
            "sk": keys.HEAD,
            ERASING: until,
            MARKED_VERSION: 1,
            "version": 1,
            PEOPLE: [],
            TOPICS: [],
            EXPIRED: True,
            **waiting_attributes(place[1], now),
            **erasing_age(*place, now),
        }
        try:
            self._table.put_if_absent(marked)
        except ConditionFailed:
            return False
        return True

    def uncount(self, place: tuple[str, str], items: Sequence[Item], row: Item) -> bool:
        """Take a further part of a marked conversation out of the statistics; False when none is left in them.

        Raises:
            VersionMoved: the conversation changed since it was read.
        """
        part = self._uncount(place, items, row, TRANSACTION_ACTIONS - 1)
        if not part:
            return False
        moved = Change((row["pk"], keys.HEAD), adds={"version": 1, MARKED_VERSION: 1}, equals=_unchanged(row))
        with version_kept():
            self._table.commit([moved, *part])
        return True

    @staticmethod
    def _uncount(place: tuple[str, str], items: Sequence[Item], row: Item, room: int) -> Sequence[Action]:
        """What takes a conversation out of statistics and entries, or a part of that; nothing when it is in none."""
        # The consumer counts without moving the version, so the contribution must be the one that was read.
        counted, mark = read_counted(items)
        if EXPIRED not in row:
            return step(place, counted, mark, NOTHING, room).actions
        part = step(place, counted, mark, counted.figures, room).actions
        return part or [_kept(action) for action in step(place, counted, mark, NOTHING, room).actions]

    def record(self, row: Item) -> None:
        """Note that a marked conversation was deleted, for restores. Of one that expired nothing is noted: in a table
        that is restored it has expired, too.
        """
        if EXPIRED not in row:
            self._table.put(deletion_item(keys.split_conversation(row["pk"]), from_micros(row[ERASING])))

    def remove(self, items: Sequence[Item]) -> None:
        """Remove items as they were read, side by side; one that was written again meanwhile stays."""
        list(self._table.pool.map(self._remove, items))

    def _remove(self, item: Item) -> None:
        with suppress(ConditionFailed):
            self._table.delete_if(Delete((item["pk"], item["sk"]), {"st": item["st"]} if "st" in item else {}))

    def remove_row(self, row: Item) -> None:
        """Remove the row as it was read: the end of the erasure.

        Raises:
            VersionMoved: it changed.
        """
        place = keys.split_conversation(row["pk"])
        with version_kept():
            self._table.commit([Delete((row["pk"], keys.HEAD), _unchanged(row)), *removals(place, row.get(ENTRIES))])

    def revive(self, row: Item) -> None:
        """Take the mark from a conversation that got new messages meanwhile; it waits for analysis.

        Raises:
            VersionMoved: it changed.
        """
        change = Change((row["pk"], keys.HEAD), adds={"version": 1}, equals=_unchanged(row))
        change.sets.update(age_attributes(*keys.split_conversation(row["pk"]), from_micros(row[ACTIVE])))
        change.removes = [ERASING, MARKED_VERSION, PEOPLE, TOPICS, EXPIRED]
        with version_kept():
            self._table.change(change)


def _place_of(item: Item, pk: str) -> Item:
    if item["sk"] in (keys.HEAD, keys.COUNTED):
        return item
    return {"pk": pk, "sk": item["sk"], **({"st": item["st"]} if "st" in item else {})}


def _kept(action: Action) -> Action:
    """What would take figures out of a statistic lets them stay and notes that they do."""
    if isinstance(action, Change):
        pk, sk = action.key
        return Change((pk, KEPT + sk), adds={name: -amount for name, amount in action.adds.items()})
    return action


def _unchanged(row: Item) -> dict[str, Any]:
    return {"version": row.get("version"), ERASING: row[ERASING], ENTRIES: row.get(ENTRIES)}
