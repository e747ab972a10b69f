"""A capture before it is written: its conversation, its contents, and the time of each message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from confab.domain.alignment import Said
from confab.domain.conversation import ORGANIC, SentAttributes
from confab.domain.fingerprints import Fingerprints
from confab.domain.identity import DIGEST_BYTES, conversation_id
from confab.domain.message import TICK, USER, Draft, Message
from confab.domain.placing import far_ahead, place_in_time
from confab.storage.row_updates import PLAIN_ROW, RowChange, RowUpdate
from confab.storage.values import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRequest:
    """A request about one conversation, the same for every dialect.

    Attributes:
        external_id: the caller's id of the conversation.
        drafts: the messages, in the order sent.
        attributes: what is said around the conversation (user, organization, session, custom, client).
        conversation_id: the conversation, when the caller's id does not give it.
        row: what the dialect keeps on the row.
        redacted: whether all of it went through the chatbot's redaction already.
    """

    external_id: str | None
    dialect: str
    drafts: Sequence[Draft]
    kind: str = ORGANIC
    attributes: SentAttributes = field(default_factory=dict)
    conversation_id: str | None = None
    row: RowChange = PLAIN_ROW
    redacted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One request at the time of its arrival.

    Attributes:
        place: the conversation.
        fingerprints: recognise the chatbot's messages.
        now: the time of arrival.
        request_token: a random mark of the request, by which its own writes are recognised.
        times: the place in time of each message.
    """

    place: Place
    request: CaptureRequest
    fingerprints: Fingerprints
    now: datetime
    request_token: bytes
    times: Sequence[datetime]

    @classmethod
    def of(
        cls, chatbot_id: str, request: CaptureRequest, fingerprints: Fingerprints, now: datetime, request_token: bytes
    ) -> Intake:
        """A request that arrives now."""
        conversation = request.conversation_id or conversation_id(chatbot_id, request.external_id or "")
        return cls(
            place=(chatbot_id, conversation),
            request=request,
            fingerprints=fingerprints,
            now=now,
            request_token=request_token,
            times=place_in_time(request.drafts, now),
        )

    @property
    def ahead(self) -> list[int]:
        """The indexes of the messages whose times lie so far ahead that the caller should know."""
        return far_ahead(self.request.drafts, self.now)

    def said(self, message: Draft | Message) -> Said:
        """What alignment knows a message by."""
        return Said(self.fingerprints.said(message)[:DIGEST_BYTES], message.role != USER)

    def message(self, index: int, key: str, *, at: datetime | None = None) -> Message:
        """A message of the request with its identity.

        Args:
            at: its place in time, when that is not its own.
        """
        draft = self.request.drafts[index]
        return Message(
            key=key,
            role=draft.role,
            content=draft.content,
            created_at=at or self.times[index],
            stored_at=self.now + TICK * index,
            external_id=draft.id,
            extras=draft.extras,
            origin=draft.origin,
            final=draft.final,
            judge=draft.judge,
        )

    def without_metadata(self) -> Intake:
        """The request without what was sent besides the messages, for a row that has no more room for it."""
        return replace(self, request=replace(self.request, attributes={}))

    def row_update(
        self, stored: Sequence[Message], *, replaced: int, size: int, found: Mapping[str, datetime]
    ) -> RowUpdate:
        """What the row must be told once these messages are stored, so many replaced, and so many bytes added.

        Args:
            found: when each message that was there already was stored, by key.
        """
        times = [message.created_at for message in stored] or self.times or [self.now]
        return RowUpdate(
            external_id=self.request.external_id,
            dialect=self.request.dialect,
            kind=self.request.kind,
            now=self.now,
            attributes=self.request.attributes,
            stored=len(stored),
            keys=[message.key for message in stored],
            found=found,
            replaced=replaced,
            size=size,
            first_at=min(times),
            last_at=max(times),
            row=self.request.row,
        )
