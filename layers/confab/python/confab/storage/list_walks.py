"""Walking down lists page by page while conversations come, move and go: none that stays in the list is left out.

A page goes on below the last entry of the page before. What has meanwhile moved from below that entry to above it was
not shown and would not be; the notes of moves name it, and it comes on the next page.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Final

from confab.storage import keys
from confab.storage.ages import AgeStore
from confab.storage.clocks import from_micros, index_bounds, to_micros
from confab.storage.conversation_row import ENTRIES, read_head
from confab.storage.entries import Entries
from confab.storage.entries import digest_of as digest_of_id
from confab.storage.list_moves import LATELY, LISTED_AT, MoveStore
from confab.storage.list_pages import Entry, ListPage, PageEntry, Position, digest_of
from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.visibility import Visibility

_LATELY: Final = LATELY // timedelta(microseconds=1)
FILTER_ROUNDS: Final = 10
"""How many runs of a contact's entries one page looks through for a channel."""


class ListWalks:
    """The lists of the one table, page by page.

    Args:
        table: the one table.
        visibility: tells which conversations may be read.
    """

    def __init__(self, table: Table, visibility: Visibility) -> None:
        self._table = table
        self._visibility = visibility
        self._moves = MoveStore(table)
        self._ages = AgeStore(table, visibility)

    def active(
        self,
        chatbot_ids: Sequence[str],
        position: Position | None,
        limit: int,
        now: datetime,
        *,
        offset: int = 0,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> ListPage:
        """A page of the conversations of some chatbots, the last active first.

        Reads ``offset + limit`` keys of each list shard side by side, then the page's rows: its cost is linear in the
        offset and does not depend on how many conversations there are.

        Args:
            position: where the page before ended; None for the first page, or one at an offset.
            since, until: only those with their last activity from ``since`` on and before ``until``; None for no bound.
        """
        low, high = index_bounds(since, until)
        bound = position.last if position else None
        ahead = offset + limit + 1
        gone = self._ages.gone(chatbot_ids)

        def run(partition: str) -> list[Entry]:
            return self._run(partition, bound, ahead, (low, high), gone)

        # The consumer moves a conversation from the new ones to the counted ones: read in this order, it is in one.
        runs: list[list[Entry]] = []
        for part in (keys.listed_new, keys.listed):
            partitions = [part(chatbot, shard) for chatbot in chatbot_ids for shard in range(keys.SHARDS)]
            runs += self._table.pool.map(run, partitions)
        entries = list(islice(_once(merge(*runs, reverse=True)), offset, ahead))

        def place(row: Item) -> Entry | None:
            return (row["g1sk"], row["pk"]) if low <= row.get("g1sk", "") <= high else None

        return self._page(entries, self._moved(chatbot_ids, position, place), limit, position, now)

    def _run(
        self, partition: str, bound: Entry | None, wanted: int, period: tuple[str, str], gone: Container[str]
    ) -> list[Entry]:
        """The next entries of a shard in the order (time, key); entries of one time are put in order here.

        Args:
            gone: partitions of conversations that have expired.
        """
        run: list[Entry] = []
        low, high = period
        upto = high if bound is None else min(high, bound[0])
        for entry in self._table.index_run(keys.LIST_INDEX, partition, ahead=wanted + 1, upto=upto):
            if entry["g1sk"] < low or (len(run) >= wanted and entry["g1sk"] != run[-1][0]):
                break
            if entry["pk"] not in gone and (bound is None or (entry["g1sk"], entry["pk"]) < bound):
                run.append((entry["g1sk"], entry["pk"]))
        return sorted(run, reverse=True)

    def entered(
        self,
        chatbot_id: str,
        contact_id: str | None,
        channel_id: str | None,
        position: Position | None,
        limit: int,
        now: datetime,
    ) -> ListPage:
        """A page of the conversations of a contact, of a channel, or of both, the last active first: one query for one.

        With both the contact's entries are looked through for the channel, at most ``FILTER_ROUNDS`` queries; a page
        may be shorter then while others follow.
        """
        contact = digest_of_id(contact_id) if contact_id else ""
        channel = digest_of_id(channel_id) if channel_id else ""
        partition = keys.contact(chatbot_id, contact) if contact else keys.channel(chatbot_id, channel)
        before = "#".join(_of_entry(position.last)) if position and position.last else None
        entries: list[Entry] = []
        looked_at: Entry | None = None
        for _ in range(FILTER_ROUNDS):
            run = self._table.newest(partition, before=before, limit=limit + 1)
            entries += [_entry(chatbot_id, item["sk"]) for item in run if not channel or item["ch"] == channel]
            looked_at = _entry(chatbot_id, run[-1]["sk"]) if len(run) > limit else None
            before = run[-1]["sk"] if run else before
            if len(entries) > limit or looked_at is None:
                break

        def place(row: Item) -> Entry | None:
            found = Entries.unpacked(row.get(ENTRIES))
            same = found is not None and contact in ("", found.contact) and channel in ("", found.channel)
            return (found.time, row["pk"]) if found is not None and same else None

        moved = self._moved([chatbot_id], position, place, entered=True)
        return self._page(entries, moved, limit, position, now, looked_at)

    def _moved(
        self,
        chatbot_ids: Sequence[str],
        position: Position | None,
        place: Callable[[Item], Entry | None],
        *,
        entered: bool = False,
    ) -> list[PageEntry]:
        """The conversations that moved from below a position to above it since its page was read, in this order.

        To be asked after the list was read: what was not there any more has a note by now.

        Args:
            place: the entry of a row in the list; None when it is in none.
            entered: whether the list is that of a contact or a channel.
        """
        if position is None or position.last is None:
            return []
        earliest = position.read_at - _LATELY
        lowest = self._moves.since(chatbot_ids, from_micros(earliest), entered=entered)
        below = [pk for pk, was in lowest.items() if (was, pk) < position.last]
        wanted = [(pk, keys.HEAD) for pk in below if digest_of(pk) not in position.included]
        steps: list[PageEntry] = []
        for row in self._table.get_many(wanted, consistent=True).values():
            entry = place(row) if self._visibility.readable(row) else None
            if entry is not None and entry >= position.last and row.get(LISTED_AT, 0) >= earliest:
                steps.append(PageEntry(entry, read_head(row), row[LISTED_AT], moved=True))
        return sorted(steps, key=lambda step: step.listed_at)

    def _page(
        self,
        entries: Sequence[Entry],
        moved: Sequence[PageEntry],
        limit: int,
        before: Position | None,
        now: datetime,
        looked_at: Entry | None = None,
    ) -> ListPage:
        first = list(moved[:limit])
        known = {step.entry[1] for step in first}
        shown = entries[: limit - len(first)]
        found = self._table.get_many([(pk, keys.HEAD) for _, pk in shown if pk not in known])
        return ListPage(
            steps=[*first, *(self._step(entry, found.get((entry[1], keys.HEAD))) for entry in shown)],
            more=len(entries) > len(shown) or len(moved) > limit or looked_at is not None,
            before=before,
            read_at=to_micros(now),
            moves_left=len(moved) > limit,
            looked_at=looked_at if len(entries) <= len(shown) else None,
        )

    def _step(self, entry: Entry, row: Item | None) -> PageEntry:
        if row is None or not self._visibility.readable(row):
            return PageEntry(entry, None)
        return PageEntry(entry, read_head(row), row.get(LISTED_AT, 0))


def _once(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Each conversation once, where it stands highest."""
    seen: set[str] = set()
    for entry in entries:
        if entry[1] not in seen:
            seen.add(entry[1])
            yield entry


def _entry(chatbot_id: str, sk: str) -> Entry:
    """The place of an entry by contact or channel."""
    time, _, conversation = sk.partition("#")
    return time, keys.conversation(chatbot_id, conversation)


def _of_entry(entry: Entry) -> tuple[str, str]:
    return entry[0], keys.split_conversation(entry[1])[1]
