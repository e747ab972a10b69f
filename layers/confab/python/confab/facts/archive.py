"""Copies conversations that changed into tails.

A conversation is read again for every batch of the stream that names it, so the copy follows whatever the order and
the number of the batches: of two reads the later one counts. A version is the time at which a read began. A change is
in the stream before its batch is read, so the read that it leads to is later than each read that has missed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from threading import Lock
from typing import Any, Final

from confab.facts.deferred import DeferredCopies
from confab.facts.files import FactFiles
from confab.facts.rows import ViewRow, conversation_rows, month_of, removed_rows, search_row
from confab.facts.schema import SEARCH, VIEWS, chatbot_folder
from confab.facts.source_store import FactSource
from confab.facts.stream_store import Changed, Changes
from confab.facts.tails import Tail, Tails
from confab.storage.clocks import to_micros
from confab.storage.values import Place

SIDE_BY_SIDE: Final = 16
"""How many conversations are read at a time."""
SMALL: Final = 1_000_000
"""Bytes of messages of a conversation that is read side by side with others."""
LARGE: Final = 2_000_000
MANY: Final = 2_000
"""Bytes, or number, of the messages of a conversation that is copied by the schedule, not by the stream."""

SideBySide = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]
"""Applies a function to several values, side by side, and gives the results in their order."""


@dataclass(slots=True)
class Archived:
    """What became of a batch.

    Attributes:
        conversations: how many conversations and searches were copied.
        removed: how many of them were found to be gone.
        deferred: how many conversations the next run of the schedule copies.
        files: how many files were stored.
        failed: the sequence numbers from which on records come again.
        errors: what failed, by conversation.
    """

    conversations: int = 0
    removed: int = 0
    deferred: int = 0
    files: int = 0
    failed: list[str] = field(default_factory=list)
    errors: dict[Place, Exception] = field(default_factory=dict)


class Archive:
    """Copies conversations into the files that queries read.

    Args:
        source: reads them.
        tails: stores rows.
        files: the bucket.
        deferred: notes large conversations.
        side_by_side: applies a function to several values.
        has_time: whether there is time for more.
        now: the clock.
    """

    def __init__(
        self,
        source: FactSource,
        tails: Tails,
        files: FactFiles,
        deferred: DeferredCopies,
        side_by_side: SideBySide,
        *,
        has_time: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._source = source
        self._tails = tails
        self._files = files
        self._deferred = deferred
        self._side_by_side = side_by_side
        self._has_time = has_time
        self._now = now
        self._version = 0
        self._versioning = Lock()

    def __call__(self, changes: Changes) -> Archived:
        """Copy what changed; what cannot be read now comes again, and the rest is stored.

        Raises:
            Unavailable: the bucket did not answer; all of it comes again.
        """
        done = Archived()
        self._purge(changes.deleted)
        with self._tails.begin() as tail:
            # A large conversation takes what memory there is.
            small = [each for each in changes.places if (each.size or 0) <= SMALL]
            for start in range(0, len(small), SIDE_BY_SIDE):
                self._copy_some(tail, small[start : start + SIDE_BY_SIDE], done)
            for each in changes.places:
                if (each.size or 0) > SMALL:
                    self._copy_some(tail, [each], done)
            done.files = tail.store()
        return done

    def _purge(self, chatbots: Mapping[str, str]) -> None:
        """Remove all files of deleted chatbots; what is copied until their conversations are erased goes like it."""
        for chatbot_id in chatbots:
            for view in VIEWS:
                self._files.delete(list(self._files.under(chatbot_folder(view, chatbot_id))))

    def _copy_some(self, tail: Tail, some: Sequence[Changed], done: Archived) -> None:
        if not self._has_time():
            done.failed += [each.first for each in some]
            return
        for each, found in zip(some, self._side_by_side(self._tried, some), strict=True):
            if isinstance(found, Exception):
                done.failed.append(each.first)
                done.errors[each.place] = found
                continue
            if found is None:
                done.deferred += 1
                continue
            rows, present = found
            tail.add(rows)
            done.conversations += 1
            done.removed += not present

    def _tried(self, changed: Changed) -> tuple[Iterable[ViewRow], bool] | Exception | None:
        """What there is to copy; None of what is deferred."""
        try:
            if self._is_large(changed):
                self._deferred.note(changed)
                return None
            return self._rows(changed)
        except Exception as error:
            return error

    def _is_large(self, changed: Changed) -> bool:
        """Whether the schedule copies it. The record of its feedback or of an event does not say how large it is."""
        if changed.at_once or changed.place[1].startswith(SEARCH):
            return False
        messages, size = changed.messages, changed.size
        if messages is None or size is None:
            messages, size = self._source.extent(changed.place)
        return messages >= MANY or size >= LARGE

    def _rows(self, changed: Changed) -> tuple[Iterable[ViewRow], bool]:
        """The rows of a conversation, or of a search, with those that take it out of months in which it is not."""
        version = self._next_version()
        month, rows = self._present(changed.place, version)
        gone = [removed_rows(changed.place, other, version) for other in sorted(changed.months - {month})]
        return [*rows, *chain(*gone)] if (changed.size or 0) <= SMALL else chain(rows, *gone), month != ""

    def _next_version(self) -> int:
        """The version of a read that begins now; never twice the same, whatever the clock says."""
        with self._versioning:
            self._version = max(self._version + 1, to_micros(self._now()))
            return self._version

    def _present(self, place: Place, version: int) -> tuple[str, Iterator[ViewRow]]:
        """The month and the rows of what is there; no month where nothing is."""
        if place[1].startswith(SEARCH):
            found = self._source.search(place)
            if found is None:
                return "", iter(())
            row = search_row(place, found.event, found.stored_at, version, web=found.web)
            return month_of(found.stored_at), iter([row])
        stored = self._source.conversation(place)
        if stored is None:
            return "", iter(())
        return month_of(stored.conversation.created_at), conversation_rows(stored, version)
