"""Erasing a conversation in steps, each of which a crash may follow.

First the conversation is marked and taken out of lists and statistics, in one transaction; then all that was stored
before the mark is removed, and at last the row. The mark also makes the conversation wait for the consumer, which
finishes what a crashed request began.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final, cast

from confab.erasure.record_store import deletion_item
from confab.storage import keys
from confab.storage.ages import age_attributes, erasing_age
from confab.storage.clocks import from_micros, optional_time, to_micros
from confab.storage.conversation_row import (
    ACTIVE,
    ENTRIES,
    ERASING,
    EXPIRED,
    HISTORY_FIELD,
    LEFT,
    PEOPLE,
    STATE,
    any_head_of,
    waiting_attributes,
)
from confab.storage.counting import all_entries, leave, name_state, read_standing, state_item, state_part
from confab.storage.entries import removals
from confab.storage.histories import EXTERNAL_ID
from confab.storage.messages import without_text
from confab.storage.row import ConversationRow
from confab.storage.row_updates import version_kept
from confab.storage.table import TRANSACTION_ACTIONS, ConditionFailed, Table
from confab.storage.tally import Tally
from confab.storage.values import Item, Place
from confab.storage.visibility import Visibility
from confab.storage.writes import Action, Change, Delete, Put

MARKED_VERSION: Final = "erasedVersion"
"""The version that the mark left: a higher one says that something came afterwards."""
TOPICS: Final = "topics"
WAITED: Final = "waited"
"""Attribute of a conversation that waited for the consumer when it was marked."""
ERASED: Final = "erased"
"""What the name of a state ends with that an erasure writes, so that the entries are known until they are gone."""
UNCHECKED: Final = (keys.COUNTED_STATE, keys.ANALYSIS, keys.CHECKPOINT, keys.CAPTURED)
"""What the consumer, or a capture, writes without making sure that the conversation is still there."""
OF_UNMARKED: Final = tuple(
    prefix for sk in (keys.FEEDBACK, keys.EVENT, keys.SCORE) for prefix in (sk, keys.blob_prefix(sk))
)
"""What only a conversation without the mark of an erasure is given."""


@dataclass(frozen=True, slots=True)
class Remains:
    """All that stands in a conversation's partition, as one consistent read found it.

    Attributes:
        place: the ids of the chatbot and of the conversation.
        row: the conversation's row; false where there is none.
        items: for stores alone: the items, in the order of their sort keys.
    """

    place: Place
    row: ConversationRow
    items: Sequence[Item]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def youngest(self) -> datetime:
        """When the last of it was stored (UTC); 1970 where nothing says so."""
        return from_micros(max((item.get("st", 0) for item in self.items), default=0))

    @property
    def people(self) -> Sequence[str]:
        """Whom a marked conversation was counted for."""
        return cast(Sequence[str], self.row.item[PEOPLE])

    @property
    def topics(self) -> Sequence[str]:
        """What a marked conversation was counted by."""
        return cast(Sequence[str], self.row.item[TOPICS])

    @property
    def others(self) -> list[Item]:
        """Everything but the row."""
        return [item for item in self.items if item["sk"] != keys.HEAD]

    @property
    def doomed(self) -> list[Item]:
        """What was there before a marked conversation was marked, but for the row.

        A marked conversation is given no feedback, event or score, and does not move in the lists; so these are from
        before, whatever a clock said.
        """
        since = self.row.item[ERASING]
        return [item for item in self.others if item.get("st", 0) <= since or item["sk"].startswith(OF_UNMARKED)]

    @property
    def waited(self) -> bool:
        """Whether a marked conversation waited for the consumer before: then one may have been at work on it."""
        return WAITED in self.row.item

    @property
    def came_since(self) -> bool:
        """Whether something came to a marked conversation after the mark."""
        return bool(self.row.item["version"] != self.row.item[MARKED_VERSION])


class ErasureStore:
    """The steps of an erasure.

    Args:
        table: the one table.
        tally: writes to the statistics.
        visibility: tells which conversations have expired.
    """

    def __init__(self, table: Table, tally: Tally, visibility: Visibility) -> None:
        self._table = table
        self._tally = tally
        self._visibility = visibility

    def items(self, chatbot_id: str, conversation_id: str) -> Remains:
        """Everything in a conversation's partition, read consistently, without the texts of messages."""
        return self._remains((chatbot_id, conversation_id), without_text)

    def places(self, chatbot_id: str, conversation_id: str) -> Remains:
        """As ``items``; whole are the row and what it is counted by, of the rest there are keys and times alone."""
        return self._remains((chatbot_id, conversation_id), _place_of)

    def _remains(self, place: Place, kept: Callable[[Item], Item]) -> Remains:
        items = [kept(item) for item in self._table.query(keys.conversation(*place), consistent=True)]
        return Remains(place, ConversationRow(any_head_of(items) or {}), items)

    def expired_until(self, remains: Remains) -> datetime | None:
        """Up to when what was stored goes for its age (UTC); None where the retention has not passed."""
        cutoff = self._visibility.cutoff(remains.place[0])
        return optional_time(cutoff) if cutoff is not None and self._visibility.expired(remains.row.item) else None

    def mark(self, remains: Remains, now: datetime, until: datetime | None = None) -> None:
        """Mark a conversation, and take it out of lists, look-ups and statistics.

        The row keeps nothing of what it knew but its topics and the digests of its people, which may have to go with
        it: a message that comes later finds it as good as new.

        Args:
            until: erase for age what was stored until then; figures that are about nobody stay in the statistics.

        Raises:
            VersionMoved: the conversation changed since it was read.
        """
        place, items, row = remains.place, remains.items, remains.row.item
        version = row.get("version", 0) + 1
        standing = read_standing(row, items)
        counted = [standing.counted, *standing.left.values()]
        stored = [item["st"] for item in items if "st" in item]
        bare: Item = {
            "pk": row["pk"],
            "sk": keys.HEAD,
            # Not before any message that is there: clocks of two functions may differ.
            ERASING: to_micros(until) if until is not None else max([to_micros(now), *stored]),
            MARKED_VERSION: version,
            "version": version,
            PEOPLE: sorted({*row.get(PEOPLE, ()), *row.get(LEFT, ()), *chain(*(each.people for each in counted))}),
            TOPICS: sorted(set(chain(*(each.topics for each in counted)))),
            **({WAITED: True} if "pendingSince" in row else {}),
            **({EXPIRED: True} if until is not None else {}),
            **waiting_attributes(place[1], now),
            **erasing_age(*place, now),
        }
        unchanged = {name: row.get(name) for name in ("version", ENTRIES, ACTIVE, STATE)}
        actions: list[Action] = [Put(bare, equals=unchanged), *removals(place, row.get(ENTRIES))]
        external = row.get(HISTORY_FIELD + EXTERNAL_ID)
        if external is not None:
            actions.append(Delete((keys.external(place[0], external), keys.external_entry(place[1]))))
        if standing.former is not None:
            # What names the entries goes with the statistics, and somebody has to know them until they are removed.
            self._table.put(state_item(place, version, ERASED, standing.counted))
        part = leave(standing.counted, TRANSACTION_ACTIONS - len(actions) - 1, keeping=until is not None)
        if part.done:
            actions += standing.guards
        elif standing.name is not None:
            bare[STATE] = standing.name
        with version_kept():
            self._tally.commit(place[0], actions, part.adds if part.done else {})

    def mark_orphaned(self, place: Place, until: datetime, now: datetime) -> bool:
        """Give what stands without a row one that is marked, so that all up to a time goes and what comes now stays.

        Args:
            until: when the last of what goes was stored (UTC).

        Returns:
            Whether there still was no row.
        """
        marked: Item = {
            "pk": keys.conversation(*place),
            "sk": keys.HEAD,
            ERASING: to_micros(until),
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

    def uncount(self, remains: Remains) -> bool:
        """Take a further part of a marked conversation out of the statistics; False when none is left in them.

        Raises:
            VersionMoved: the conversation changed since it was read.
        """
        row = remains.row.item
        standing = read_standing(row, remains.items)
        if not standing.counted.contribution:
            return False
        part = leave(standing.counted, TRANSACTION_ACTIONS - 2, keeping=EXPIRED in row)
        name = None
        if not part.done:
            item = state_item(remains.place, row["version"], ERASED, part.after)
            self._table.put(item)
            name = item["sk"]
        moved = Change((row["pk"], keys.HEAD), adds={"version": 1, MARKED_VERSION: 1}, equals=_unchanged(row))
        name_state(moved, standing, name)
        with version_kept():
            self._tally.commit(remains.place[0], [moved, *standing.guards], part.adds)
        return True

    def remove_entries(self, remains: Remains) -> None:
        """Remove the entries that any state of a marked conversation names."""
        standing = read_standing(remains.row.item, remains.items)
        gone = all_entries(remains.place, [standing.counted, *standing.left.values()])
        list(self._table.pool.map(self._table.delete, sorted(gone)))

    def clean(self, place: Place) -> list[str]:
        """Remove what was written about a conversation while it was erased; the people that a consumer spoke of."""
        items = list(self._table.query(keys.conversation(*place), consistent=True))
        if any_head_of(items) is not None:
            return []
        states = read_standing({}, items).left.values()
        list(self._table.pool.map(self._table.delete, sorted(all_entries(place, [*states]))))
        for item in items:
            if item["sk"].startswith(UNCHECKED):
                with suppress(ConditionFailed):
                    self._table.delete_if(Delete((item["pk"], item["sk"]), {"z": item.get("z")}))
        return sorted(set(chain(*(counted.people for counted in states))))

    def record(self, row: ConversationRow) -> None:
        """Note that a marked conversation was deleted, for restores. Of one that expired nothing is noted: in a table
        that is restored it has expired, too.
        """
        if not row.expiring:
            self._table.put(deletion_item(row.place, from_micros(row.item[ERASING])))

    def remove(self, items: Sequence[Item]) -> None:
        """Remove items as they were read, side by side; one that was written again meanwhile stays."""
        list(self._table.pool.map(self._remove, items))

    def _remove(self, item: Item) -> None:
        with suppress(ConditionFailed):
            self._table.delete_if(Delete((item["pk"], item["sk"]), {"st": item["st"]} if "st" in item else {}))

    def remove_row(self, row: ConversationRow) -> None:
        """Remove the row as it was read: the end of the erasure.

        Raises:
            VersionMoved: it changed.
        """
        item = row.item
        with version_kept():
            gone = Delete((item["pk"], keys.HEAD), _unchanged(item))
            self._table.commit([gone, *removals(row.place, item.get(ENTRIES))])

    def revive(self, row: ConversationRow) -> None:
        """Take the mark from a conversation that got new messages meanwhile; it waits for analysis.

        Raises:
            VersionMoved: it changed.
        """
        item = row.item
        change = Change((item["pk"], keys.HEAD), adds={"version": 1}, equals=_unchanged(item))
        change.sets.update(age_attributes(*row.place, from_micros(item[ACTIVE])))
        change.removes = [ERASING, MARKED_VERSION, PEOPLE, TOPICS, EXPIRED, WAITED]
        with version_kept():
            self._table.change(change)


def _place_of(item: Item) -> Item:
    if item["sk"] == keys.HEAD or item["sk"].startswith(keys.COUNTED):
        return item
    return {"pk": item["pk"], "sk": item["sk"], **state_part(item), **({"st": item["st"]} if "st" in item else {})}


def _unchanged(row: Item) -> dict[str, Any]:
    return {"version": row.get("version"), ERASING: row[ERASING], ENTRIES: row.get(ENTRIES)}
