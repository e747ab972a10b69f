"""Changes that requests make on a conversation's row, and the state that they get back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from confab.domain.alignment import TranscriptState
from confab.domain.conversation import PROBE, FacetChanges
from confab.domain.message import Message
from confab.domain.statistics import people_of
from confab.platform.errors import Unavailable
from confab.storage.attributes import FIELDS, PROFILE
from confab.storage.conversation_row import ERASING, PEOPLE, read_head
from confab.storage.entries import Entries
from confab.storage.table import ConditionFailed
from confab.storage.values import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """The attributes that a dialect keeps on the row in addition to capture's.

    Attributes:
        always: attributes to set.
        said: attributes to set when the request stored nothing, but made the row or said something new.
        stored: attributes to set when the request stored something.
        latest: attributes to set when the last message that it stored is the last of the transcript.
        pressed: attributes that name the button which its last message pressed, to set when no later one was.
        first: attributes that a new row begins with.
        entries: where a new row can be found; None for a row that the consumer enters.
        create: whether there may be a new row at all.
    """

    always: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    stored: Mapping[str, Any] = field(default_factory=dict)
    latest: Mapping[str, Any] = field(default_factory=dict)
    pressed: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, Any] = field(default_factory=dict)
    entries: Entries | None = None
    create: bool = True


PLAIN_ROW: Final = RowChange()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowUpdate:
    """The changes of one request on a conversation's row.

    Attributes:
        facets: what is said of user, organization, session, custom and client.
        stored: how many messages the request stored.
        replaced: how many messages that were not final it replaced; like a new one, such a message waits for analysis.
        size: how many bytes more the messages hold.
        first_at, last_at: the earliest and latest of those stored; None when none was.
        row: what else changes.
    """

    external_id: str | None
    dialect: str
    kind: str
    now: datetime
    facets: FacetChanges = field(default_factory=dict)
    stored: int = 0
    replaced: int = 0
    size: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    row: RowChange = PLAIN_ROW

    @property
    def waits(self) -> bool:
        """Whether there is something for the consumer to do."""
        return self.stored + self.replaced > 0


@dataclass(frozen=True, slots=True)
class UpdatedRow:
    """The row before and after a change.

    Attributes:
        queue: the analysis must be queued now: nothing was waiting, or it waits for longer than the lease.
        pending: the conversation was waiting for analysis already.
        counted_at: when the consumer last read the messages, in microseconds; 0 for never.
        facets: the facets before.
        before, row: the item before and after.
    """

    queue: bool
    pending: bool
    counted_at: int
    facets: Mapping[str, Mapping[str, Any]]
    before: Item = field(default_factory=dict)
    row: Item = field(default_factory=dict)

    @property
    def people_moved(self) -> bool:
        """Whether statistics or profiles know other people of the conversation, or other fields of them, than the row
        has now, and nobody sees to it.

        While it waits, the consumer sees to it; unless this very change came after the consumer had read the row.
        """
        if PEOPLE not in self.row or ERASING in self.row or self.row["kind"] == PROBE:
            return False
        people = _people(self.row)
        if people and _profiles(self.row) != _profiles(self.before):
            return True
        if self.pending and people == _people(self.before):
            return False
        return set(people) != set(self.row[PEOPLE])


def _people(row: Item) -> list[str]:
    """Whom a row is with. One that is being erased knows nobody, and not even its kind."""
    return people_of(read_head(row)) if "kind" in row else []


def _profiles(row: Item) -> list[Any]:
    """What the profiles of the people of a row show."""
    return [row.get(f"{group}.{name}") for group in FIELDS for name in PROFILE]


@dataclass(frozen=True, slots=True)
class Written:
    """The result of writing one message.

    Attributes:
        status: as ``domain.verdict`` has it.
        stored_at: when the message that now stands there was stored.
        created_at: its place in the transcript.
        size: how many bytes more are stored.
    """

    status: str
    stored_at: datetime
    created_at: datetime
    size: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A conversation's row at one moment, and the alignment state in it."""

    state: TranscriptState
    row: Item


@dataclass(frozen=True, slots=True)
class Append:
    """Messages to append.

    Attributes:
        before: what they were aligned against.
        after: the alignment state with them.
    """

    messages: Sequence[Message]
    update: RowUpdate
    before: Snapshot
    after: TranscriptState


class RowGone(Exception):
    """There is no such conversation, or someone erases it."""


class Expiring(Unavailable):
    """The conversation's retention has passed; it begins again once it is erased, which takes seconds."""


class OtherRow(Exception):
    """The row names another user or organization than a change expects, or has later messages.

    Attributes:
        row: as it stands.
    """

    def __init__(self, row: Item) -> None:
        super().__init__("the row is not as expected")
        self.row = row


class StateMoved(Exception):
    """Another append changed the conversation since its state was read."""


class VersionMoved(Exception):
    """The conversation changed since it was read.

    Attributes:
        queue: whether a part was written that makes the conversation wait, so that it must be queued.
    """

    def __init__(self, *, queue: bool = False) -> None:
        super().__init__("the conversation changed")
        self.queue = queue


@contextmanager
def version_kept() -> Iterator[None]:
    """Turn the failed condition of a write that rests on a version into what it means.

    Raises:
        VersionMoved: the condition did not hold.
    """
    try:
        yield
    except ConditionFailed as failed:
        raise VersionMoved from failed
