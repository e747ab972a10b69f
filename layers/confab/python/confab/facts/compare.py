"""Compares the copies of a chatbot's conversations with the conversations, and makes again what differs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from confab.facts.archive import Archive
from confab.facts.deferred import DeferredCopies
from confab.facts.parquet import FactWriter
from confab.facts.reading import FactReader
from confab.facts.rows import ViewRow, conversation_rows, search_row
from confab.facts.schema import DOUBLE, SEARCH, VIEWS
from confab.facts.source_store import FactSource
from confab.facts.sql import written_time
from confab.facts.stream_store import Changed, Changes
from confab.platform.errors import Unavailable
from confab.storage.lists import ConversationLists
from confab.storage.values import Place

AT_A_TIME: Final = 500
"""How many conversations a tail that is made again has."""
_HELD: Final = 1 << 128
_LEFT_OUT: Final = ("version", "deleted")


@dataclass(slots=True)
class Comparison:
    """The outcome for a chatbot.

    Attributes:
        conversations: how many conversations and searches were read.
        waiting: how many of them wait for their analysis, after which they are copied, or for the schedule.
        differing: by place, the months in which the copies have what differs from the table; none where they lack it.
    """

    conversations: int = 0
    waiting: int = 0
    differing: dict[Place, set[str]] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        """Whether everything agrees."""
        return not self.differing


@dataclass(slots=True)
class _Copy:
    """What the copies have of a conversation."""

    months: set[str] = field(default_factory=set)
    digest: int = 0


class CompareFacts:
    """Reads a chatbot's conversations and its copies.

    Args:
        lists: knows the conversations.
        source: reads them.
        reader: opens the copies.
        writer: its engine reads them.
        archive: copies what differs.
        deferred: knows what the schedule copies.
    """

    def __init__(
        self,
        lists: ConversationLists,
        source: FactSource,
        reader: FactReader,
        writer: FactWriter,
        archive: Archive,
        deferred: DeferredCopies,
    ) -> None:
        self._lists = lists
        self._source = source
        self._reader = reader
        self._writer = writer
        self._archive = archive
        self._deferred = deferred

    def places(self, chatbot_id: str) -> Iterator[Place]:
        """The conversations of a chatbot, and its searches."""
        yield from ((chatbot_id, conversation) for conversation in self._lists.every(chatbot_id))
        yield from self._source.searches(chatbot_id)

    def __call__(self, chatbot_id: str, step: Callable[[], None] = lambda: None) -> Comparison:
        """Compare; what differs counts only if it still does when it is looked at once more.

        Args:
            step: called after each conversation of the first look.
        """
        found = Comparison()
        copies = self._copies(chatbot_id)
        for place in self.places(chatbot_id):
            self._compare(place, copies.pop(place[1], None), found)
            step()
        found.differing |= {(chatbot_id, name): copy.months for name, copy in copies.items()}
        if found.differing:
            self._pass_over_deferred(found)
        if found.differing:
            again, copies = Comparison(), self._copies(chatbot_id)
            for place in found.differing:
                self._compare(place, copies.get(place[1]), again)
            found.differing = again.differing
        return found

    def _pass_over_deferred(self, found: Comparison) -> None:
        for place in found.differing.keys() & self._deferred.noted().keys():
            del found.differing[place]
            found.waiting += 1

    def repair(self, found: Comparison) -> int:
        """Copy again what differs; how many conversations.

        Raises:
            Unavailable: some could not be copied now.
        """
        return self._copy(Changed(place, "", set(months), at_once=True) for place, months in found.differing.items())

    def rebuild(self, chatbot_id: str, step: Callable[[], None] = lambda: None) -> int:
        """Copy every conversation of a chatbot, and take out of the copies what is no longer there; how many.

        Raises:
            Unavailable: some could not be copied now.
        """

        def counted() -> Iterator[Changed]:
            for place in self.places(chatbot_id):
                yield Changed(place, "", at_once=True)
                step()

        copied = self._copy(counted())
        return copied + self.repair(self(chatbot_id))

    def _copy(self, changes: Iterable[Changed]) -> int:
        copied = 0
        waiting: list[Changed] = []
        for changed in changes:
            waiting.append(changed)
            if len(waiting) == AT_A_TIME:
                copied += self._copy_some(waiting)
                waiting = []
        return copied + (self._copy_some(waiting) if waiting else 0)

    def _copy_some(self, some: Sequence[Changed]) -> int:
        done = self._archive(Changes(list(some), {}))
        if done.failed:
            raise Unavailable(f"{len(done.failed)} conversations could not be copied; try again.")
        return done.conversations

    def _compare(self, place: Place, copy: _Copy | None, found: Comparison) -> None:
        found.conversations += 1
        rows, waits = self._rows(place)
        if waits:
            found.waiting += 1
        elif sum(map(_digest, rows)) % _HELD != (0 if copy is None else copy.digest):
            found.differing[place] = set() if copy is None else copy.months

    def _rows(self, place: Place) -> tuple[Iterable[ViewRow], bool]:
        """The rows that there should be, and whether the conversation waits for its analysis."""
        if place[1].startswith(SEARCH):
            found = self._source.search(place)
            if found is None:
                return (), False
            return [search_row(place, found.event, found.stored_at, 0, web=found.web)], False
        stored = self._source.conversation(place)
        if stored is None:
            return (), False
        return (each for each in conversation_rows(stored, 0) if not each[1]["deleted"]), stored.row.waits

    def _copies(self, chatbot_id: str) -> dict[str, _Copy]:
        """What the copies have, by conversation."""
        copies: dict[str, _Copy] = {}
        snapshot = self._reader.open([chatbot_id], stored=True)
        for view in VIEWS.values():
            names = [column.name for column in view.columns]
            for values in self._writer.rows(snapshot.sql[view.name]):
                row = dict(zip(names, values, strict=True))
                copy = copies.setdefault(row["conversation_id"], _Copy())
                copy.months.add(row["month"])
                copy.digest = (copy.digest + _digest((view.name, row))) % _HELD
        return copies


def _digest(row: ViewRow) -> int:
    """A row as a number, whatever read it."""
    view, values = row
    kinds = {column.name: column.type for column in VIEWS[view].columns}
    plain = {
        name: _plain(value, kinds[name])
        for name, value in values.items()
        if value is not None and name not in _LEFT_OUT
    }
    text = json.dumps([view, plain], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])


def _plain(value: Any, kind: str) -> Any:
    if isinstance(value, datetime):
        return written_time(value)
    return float(value) if kind == DOUBLE else value


def counts(found: Mapping[Place, set[str]]) -> tuple[int, int]:
    """How many conversations the copies lack, and how many they have otherwise or too many."""
    lacking = sum(not months for months in found.values())
    return lacking, len(found) - lacking
