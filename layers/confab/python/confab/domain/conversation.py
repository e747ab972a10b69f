"""A conversation: the fields of its list row, and the changes that a request makes on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from confab.domain.alignment import EMPTY, TranscriptState
from confab.domain.limits import NOTHING_GIVEN, Given

ORGANIC: Final = "organic"
PROBE: Final = "probe"
OTLP: Final = "otlp"
"""The dialect of conversations that OpenTelemetry's spans tell."""

Scalar = str | int | float | bool
Attributes = Mapping[str, Mapping[str, Scalar]]
"""What is known around a conversation, by group (user, organization, session, custom, client) and field."""
SentAttributes = Mapping[str, Mapping[str, Scalar | None]]
"""What a request says of it. A value replaces an older one field by field, and null clears it; what is not sent stays.
Another id of the user or of the organization starts that group afresh; null as its id forgets the group."""

ATTRIBUTE_GROUPS: Final = ("user", "organization", "session", "custom", "client")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The head of a conversation, as stored.

    Attributes:
        id: the service's own UUID.
        external_id: the caller's id; None when the conversation was created without one.
        dialect: the dialect that created it.
        kind: ``organic`` or ``probe``; probes stay out of the statistics.
        version: moves with every change of the messages.
        cleared: fields of ``attributes`` that were cleared, by group, as far as profiles show them.
        pending_since: since when messages wait for analysis; None when nothing waits.
        analysis_failed: why the analysis gave up; None when it did not.
        sentiment: mean score of the user messages, -1 to 1; None before the first analysis.
        transcript: the state that arrays without ids are aligned against.
        updated_at: when its whole history was last sent; None when it never was.
        history_fields: small fields that came with its whole history, by their names in that request.
        managed: what a channel or an operator keeps on it (channel, name, tags, ...), by the names in that dialect.
        entries: where it can be found by contact and channel, packed (``storage.entries``); None for nowhere.
        topics, flags: what its user's messages were found to have.
        found: the names of counters that its messages and feedback add to (``domain.statistics.found_of``); None when
            it was not analysed since rows say so.
        web: whether a browser's key began it; only such a one can be reached with a browser's key.
        size: how many bytes the messages hold; 0 where they were not counted yet.
        given: how much feedback and how many events it has.
    """

    id: str
    chatbot_id: str
    external_id: str | None
    dialect: str
    kind: str
    created_at: datetime
    first_message_at: datetime | None
    last_message_at: datetime | None
    message_count: int
    version: int
    attributes: Attributes = field(default_factory=dict)
    cleared: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pending_since: datetime | None = None
    counted_at: datetime | None = None
    analysis_failed: str | None = None
    sentiment: float | None = None
    outcome: str | None = None
    headline: str | None = None
    transcript: TranscriptState = EMPTY
    updated_at: datetime | None = None
    history_fields: Mapping[str, str] = field(default_factory=dict)
    managed: Mapping[str, Any] = field(default_factory=dict)
    entries: str | None = None
    topics: Sequence[str] = ()
    flags: Sequence[str] = ()
    found: Sequence[str] | None = None
    web: bool = False
    given: Given = NOTHING_GIVEN
    size: int = 0

    @property
    def active_at(self) -> datetime:
        """What lists are ordered by: the last change or the last message, whichever is later."""
        last = self.last_message_at or self.created_at
        return last if self.updated_at is None else max(last, self.updated_at)

    @property
    def inferred(self) -> bool:
        """Whether it was found by what was said in it, because its calls named no conversation."""
        return self.dialect == OTLP and self.external_id is None

    @property
    def external_user_id(self) -> str | None:
        """The id of the user that the caller gave, as text."""
        return _text(self.attributes.get("user", {}).get("id"))

    @property
    def external_organization_id(self) -> str | None:
        """The id of the organization that the caller gave, as text."""
        return _text(self.attributes.get("organization", {}).get("id"))

    @property
    def channel_id(self) -> str | None:
        """The channel that it runs on (chatcaptain.md); None for a conversation of no channel."""
        return _text(self.managed.get("channelId"))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
