"""Changes that requests make on a conversation's row, and the state that they get back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from confab.domain.alignment import TranscriptState
from confab.domain.conversation import PROBE, SentAttributes
from confab.domain.message import Message
from confab.domain.statistics import people_of
from confab.platform.errors import Unavailable
from confab.storage.attributes import FIELDS, PROFILE
from confab.storage.clocks import to_micros
from confab.storage.conversation_row import ERASING, PEOPLE, WEB, managed_attributes, read_head
from confab.storage.entries import Entries
from confab.storage.row import NO_ROW, ConversationRow
from confab.storage.table import ConditionFailed
from confab.storage.values import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFields:
    """Fields of a conversation's row that a dialect sets.

    Attributes:
        managed: what a channel or an operator keeps on the conversation, by name.
        updated_at: when the conversation counts as changed (UTC); None to leave that as it is.
        contact_id: what the user is called when nothing else says so; None for nobody.
        web: whether a browser's key began the conversation.
    """

    managed: Mapping[str, Any] = field(default_factory=dict)
    updated_at: datetime | None = None
    contact_id: str | None = None
    web: bool = False

    @property
    def attributes(self) -> dict[str, Any]:
        """The fields as attributes of the row, for stores alone."""
        attributes = managed_attributes(self.managed)
        if self.updated_at is not None:
            attributes["updatedAt"] = to_micros(self.updated_at)
        if self.contact_id is not None:
            attributes["user.id"] = self.contact_id
        if self.web:
            attributes[WEB] = True
        return attributes


NO_FIELDS: Final = RowFields()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """The fields that a dialect keeps on the row in addition to capture's.

    Attributes:
        always: fields to set.
        said: fields to set when the request stored nothing, but made the row or said something new.
        stored: fields to set when the request stored something.
        latest: managed fields to set when the last message that it stored is the last of the transcript.
        pressed: managed fields that name the button which its last message pressed, to set when no later one was.
        first: fields that a new row begins with.
        entries: where a new row can be found; None for a row that the consumer enters.
        create: whether there may be a new row at all.
    """

    always: RowFields = NO_FIELDS
    said: RowFields = NO_FIELDS
    stored: RowFields = NO_FIELDS
    latest: Mapping[str, Any] = field(default_factory=dict)
    pressed: Mapping[str, Any] = field(default_factory=dict)
    first: RowFields = NO_FIELDS
    entries: Entries | None = None
    create: bool = True


PLAIN_ROW: Final = RowChange()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowUpdate:
    """The changes of one request on a conversation's row.

    Attributes:
        attributes: what is said of user, organization, session, custom and client.
        stored: how many messages the request stored.
        keys: of the messages that it stored; none where nobody needs to know.
        found: when each of its messages that were there already was stored (UTC), by key.
        replaced: how many messages that were not final it replaced; like a new one, such a message waits for analysis.
        size: how many bytes more the messages hold.
        first_at, last_at: the earliest and latest of those stored; None when none was.
        row: what else changes.
    """

    external_id: str | None
    dialect: str
    kind: str
    now: datetime
    attributes: SentAttributes = field(default_factory=dict)
    stored: int = 0
    keys: Sequence[str] = ()
    found: Mapping[str, datetime] = field(default_factory=dict)
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
        before: the row before the change; false where the change made it.
        row: the row after the change; false where that was not asked for.
    """

    queue: bool
    before: ConversationRow
    row: ConversationRow = NO_ROW

    @property
    def pending(self) -> bool:
        """Whether the conversation was waiting for analysis already."""
        return self.before.waits

    @property
    def created(self) -> bool:
        """Whether the change began the conversation."""
        return not self.before.begun

    @property
    def people_moved(self) -> bool:
        """Whether statistics or profiles know other people of the conversation, or other fields of them, than the row
        has now, and nobody sees to it.

        While it waits, the consumer sees to it; unless this very change came after the consumer had read the row.
        """
        row, before = self.row.item, self.before.item
        if PEOPLE not in row or ERASING in row or row["kind"] == PROBE:
            return False
        people = _people(row)
        if people and _profiles(row) != _profiles(before):
            return True
        if self.pending and people == _people(before):
            return False
        return set(people) != set(row[PEOPLE])


def _people(row: Item) -> list[str]:
    """Whom a row is with. One that is being erased knows nobody, and not even its kind."""
    return people_of(read_head(row)) if "kind" in row else []


def _profiles(row: Item) -> list[Any]:
    """What the profiles of the people of a row show."""
    return [row.get(f"{group}.{name}") for group in FIELDS for name in PROFILE]


@dataclass(frozen=True, slots=True)
class WriteResult:
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
    row: ConversationRow


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
