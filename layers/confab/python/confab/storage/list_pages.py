"""Pages of lists, and the positions of walks: where a page ended, and what had moved just before it was read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from confab.domain.conversation import Conversation
from confab.storage.list_moves import LATELY

_LATELY: Final = LATELY // timedelta(microseconds=1)
MAX_INCLUDED: Final = 120
_DIGITS: Final = 8

Entry = tuple[str, str]
"""A place in a list: its sort key, and the partition of the conversation."""


@dataclass(frozen=True, slots=True)
class Position:
    """The position of a walk.

    Attributes:
        last: the last entry that it came to; None when it came to none yet.
        read_at: what had moved by this time was looked at, but for what moved just before, in microseconds.
        included: digests of the conversations that came and had moved just before: they need not come again.
    """

    last: Entry | None
    read_at: int
    included: Sequence[str] = ()

    @property
    def parts(self) -> list[str]:
        """As a cursor keeps it."""
        key, pk = self.last or ("", "")
        return [key, pk, str(self.read_at), ".".join(self.included)]

    @classmethod
    def of(cls, parts: Sequence[str]) -> Position:
        """A position from what a cursor keeps."""
        key, pk, read_at, included = parts
        return cls((key, pk) if pk else None, int(read_at), tuple(included.split(".")) if included else ())


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A conversation of a page.

    Attributes:
        entry: where it stands in the list.
        row: as it is; None when it went meanwhile.
        listed_at: when it moved in the list last, in microseconds; 0 for never.
        moved: whether it moved past the walk, and comes for that.
    """

    entry: Entry
    row: Conversation | None
    listed_at: int = 0
    moved: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page.

    Attributes:
        steps: its conversations, those that had moved first.
        more: whether anything comes after them.
        before: where the page before ended.
        read_at: when the page was read, in microseconds.
        moves_left: whether more had moved than the page could have.
        looked_at: up to where the list was looked through for a filter, when that is further than the last step.
    """

    steps: Sequence[PageEntry]
    more: bool
    before: Position | None
    read_at: int
    moves_left: bool = False
    looked_at: Entry | None = None

    @property
    def rows(self) -> list[Conversation]:
        """The conversations that are there, the last active first."""
        rows = [step.row for step in self.steps if step.row is not None]
        return sorted(rows, key=lambda row: (row.active_at, row.id), reverse=True)

    @property
    def position(self) -> Position | None:
        """Where the next page begins; None at the end."""
        if not self.more or not (self.steps or self.looked_at):
            return None
        position = self.after(len(self.steps))
        return position if self.looked_at is None else replace(position, last=self.looked_at)

    def after(self, number: int) -> Position:
        """Where the walk goes on when only so many steps were taken."""
        taken = self.steps[:number]
        moved = [step for step in taken if step.moved]
        entries = [step.entry for step in taken if not step.moved]
        before = self.before or Position(None, self.read_at)
        read_at = self.read_at
        if self.moves_left or any(step.moved for step in self.steps[number:]):
            # More has moved than fits: the next page goes on behind the last of it, in the order of the moves.
            read_at = max([before.read_at, *(step.listed_at + _LATELY for step in moved)])
        lately = [digest_of(step.entry[1]) for step in taken if step.listed_at >= read_at - _LATELY]
        included = tuple(dict.fromkeys((*before.included, *lately)))[-MAX_INCLUDED:]
        return Position(entries[-1] if entries else before.last, read_at, included)


def digest_of(pk: str) -> str:
    """A few digits by which a walk recognises a conversation."""
    return hashlib.sha256(pk.encode()).hexdigest()[:_DIGITS]
