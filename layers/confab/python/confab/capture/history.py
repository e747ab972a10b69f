"""Histories: a caller sends the whole conversation every time, and each change is written once.

The promise: the same history sent any number of times, side by side, is one conversation with each message once; a
request that is answered is durably readable; every message is analysed in the end. The plan is made from a consistent
read and written on condition that nothing changed since, so two requests at a time follow one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from confab.capture.reach import SERVERS, Reach
from confab.domain.conversation import SentAttributes
from confab.domain.fingerprints import Fingerprints
from confab.domain.history import Plan, once_each
from confab.domain.identity import is_uuid
from confab.domain.message import Draft, Message
from confab.domain.placing import not_ahead
from confab.platform.attempts import Attempt
from confab.platform.errors import Unavailable
from confab.platform.retries import Retries
from confab.platform.runtime import Runtime
from confab.redaction.redactor import Redactor
from confab.redaction.redactors import Redactors
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.histories import HistoryChanges, HistoryStore
from confab.storage.partition import NOTHING_STORED, ConversationPartition, written_history
from confab.storage.partition_reader import PartitionReader
from confab.storage.row_updates import VersionMoved
from confab.storage.table import ItemTooLarge
from confab.storage.transcripts import WHOLE
from confab.storage.values import Place

BUSY: Final = Retries(12, first=0.01, cap=0.64)
UPDATED_AT: Final = "updatedAt"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """A conversation as a caller sends it: whole.

    Attributes:
        id: the caller's id, or one that the service gave; None for a new conversation.
        drafts: the history, in order; at least one message.
        fields: small fields that were sent; None removes one, and what was not sent stays.
        properties: large fields that were sent; likewise.
        attributes: what is said of the user.
        updated_at: when the caller says it changed; None for now.
        attempt: the request as one that may have been tried before.
    """

    id: str | None
    dialect: str
    drafts: Sequence[Draft]
    fields: Mapping[str, str | None] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    attributes: SentAttributes = field(default_factory=dict)
    updated_at: datetime | None = None
    attempt: Attempt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryResult:
    """The outcome of a request.

    Attributes:
        stored: the conversation as it stands.
        echo: what the request said, as a conversation of its own: for a key that may write and not read.
        new: how many messages it has added.
    """

    stored: ConversationPartition
    echo: ConversationPartition
    new: int = 0


@dataclass(frozen=True, slots=True)
class _WriteOutcome:
    """The result of one attempt: the conversation, the changes, and whether it must be queued."""

    stored: ConversationPartition
    plan: Plan
    queue: bool


class Eraser(Protocol):
    """Finishes an erasure of the conversation (``erasure.conversation.Erase``)."""

    def finish(self, chatbot_id: str, conversation_id: str) -> None: ...

    def expire(self, chatbot_id: str, conversation_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class ConversationStores:
    """The stores that a whole history is read from and written to."""

    histories: HistoryStore
    partitions: PartitionReader


class LogConversation:
    """Stores a conversation's whole history: each change is written once, and a repeated history writes nothing.

    Args:
        stores: the stores.
        enqueue_analysis: queues the conversation for analysis.
        eraser: finishes an erasure that stands in the way.
        redactors: what the chatbots want redacted.
        runtime: the clock, ids and waits.
        lease: after how long a conversation that still waits is queued again.
    """

    def __init__(
        self,
        stores: ConversationStores,
        enqueue_analysis: EnqueueAnalysis,
        eraser: Eraser,
        redactors: Redactors,
        runtime: Runtime,
        *,
        lease: timedelta,
    ) -> None:
        self._histories = stores.histories
        self._partitions = stores.partitions
        self._enqueue_analysis = enqueue_analysis
        self._eraser = eraser
        self._redactors = redactors
        self._runtime = runtime
        self._lease = lease // timedelta(microseconds=1)

    def __call__(self, chatbot_id: str, request: HistoryRequest, reach: Reach = SERVERS) -> HistoryResult:
        """Store what is new or changed, and queue the analysis.

        Args:
            reach: what the caller's key reaches.

        Raises:
            Forbidden: the key may not add this to the conversation.
            Unavailable: the table was busy or did not answer; sending the request again repairs it.
        """
        redactor = self._redactors.of(chatbot_id)
        request = _redacted(request, redactor)
        conversation, before = self._find(chatbot_id, request, reach)
        place, queue = (chatbot_id, conversation), False
        for pause in BUSY.pauses(self._runtime.sleep):
            try:
                written = self._write(place, before, request, redactor.fingerprints, reach)
                queue = queue or written.queue
                break
            except ItemTooLarge:
                # The row is full of what other requests said of the user: the messages count more.
                request = replace(request, attributes={})
            except VersionMoved as moved:
                queue = queue or moved.queue
                pause()
                before = self._partitions.read(place, WHOLE)
        else:
            raise Unavailable("The conversation stayed busy; try again.")
        if queue:
            self._enqueue_analysis(chatbot_id, conversation)
        echo = self._echo(place, request, written.plan)
        return HistoryResult(stored=written.stored, echo=echo, new=len(written.plan.new))

    def _find(self, chatbot_id: str, request: HistoryRequest, reach: Reach) -> tuple[str, ConversationPartition]:
        """The conversation of an id that came: the caller's own first, then the service's."""
        if request.id is None:
            return self._new(chatbot_id, request.attempt)
        wanted = request.id
        own = reach.begins_at(chatbot_id, wanted)
        stored = self._partitions.read((chatbot_id, own), WHOLE)
        if not stored.row and is_uuid(wanted):
            other = self._partitions.read((chatbot_id, wanted), WHOLE)
            if other.readable and reach.writes(other.conversation, wanted):
                return wanted, other
        return own, stored

    def _new(self, chatbot_id: str, attempt: Attempt | None) -> tuple[str, ConversationPartition]:
        """A new conversation, or the one that an earlier try of the same request has made."""
        if attempt is None:
            return self._runtime.new_timed_id(), NOTHING_STORED
        made = attempt.id("conversation")
        return made, self._partitions.read((chatbot_id, made), WHOLE)

    def _write(
        self,
        place: Place,
        before: ConversationPartition,
        request: HistoryRequest,
        fingerprints: Fingerprints,
        reach: Reach,
    ) -> _WriteOutcome:
        """Make a plan and write it, if there is anything to write.

        Raises:
            Forbidden: the key may not add this to the conversation.
            VersionMoved: the conversation changed meanwhile, or was being erased.
        """
        if before.row.erasing:
            self._eraser.finish(*place)
            raise VersionMoved
        if before.expired:
            self._eraser.expire(*place)
            raise VersionMoved
        now = self._runtime.now()
        plan = reach.plan(before, request, now, self._runtime.new_id, fingerprints.said)
        request = reach.request(before, request)
        plan = replace(plan, changed=plan.changed | before.unindexed)
        fields = _changed_fields(before, request.fields)
        properties = _changed_properties(before.properties, request.properties)
        moved = before.row.changed_by(request.attributes)
        if before.row and not (plan.to_write or fields or moved or properties is not None):
            return _WriteOutcome(before, plan, queue=False)
        if request.updated_at is None:
            fields[UPDATED_AT] = None
        changes = HistoryChanges(
            external_id=None if place[1] == request.id else request.id,
            dialect=request.dialect,
            now=now,
            updated_at=not_ahead(request.updated_at, now),
            fields=fields,
            properties=properties,
            attributes=request.attributes,
            web=reach.web,
        )
        row, queue = self._histories.write(
            place, before, plan, changes, request_token=self._runtime.request_token(), lease_micros=self._lease
        )
        kept = before.properties if properties is None else properties
        return _WriteOutcome(written_history(row, plan.messages, kept), plan, queue)

    def _echo(self, place: Place, request: HistoryRequest, plan: Plan) -> ConversationPartition:
        """What a request said, under the ids that it is stored by, as if there had been nothing before."""
        now = self._runtime.now() if request.attempt is None else request.attempt.at
        drafts = once_each(request.drafts)
        messages = [
            Message(
                key="",
                role=draft.role,
                content=draft.content,
                created_at=draft.sent_at or now,
                stored_at=now,
                external_id=identifier,
                extras=draft.extras,
            )
            for draft, identifier in zip(drafts, plan.listed, strict=True)
        ]
        changes = HistoryChanges(
            external_id=None if place[1] == request.id else request.id,
            dialect=request.dialect,
            now=now,
            updated_at=request.updated_at or now,
            fields=request.fields,
            attributes=request.attributes,
        )
        sent = {name: value for name, value in request.properties.items() if value is not None}
        return written_history(self._histories.new_row(place, messages, changes), messages, sent)


def _redacted(request: HistoryRequest, redactor: Redactor) -> HistoryRequest:
    return replace(
        request,
        drafts=redactor.messages(request.drafts),
        fields=redactor.fields(request.fields),
        properties=redactor.body(request.properties),
        attributes=redactor.attributes(request.attributes),
    )


def _changed_fields(before: ConversationPartition, sent: Mapping[str, str | None]) -> dict[str, str | None]:
    logged = before.conversation.history_fields if before.row else {}
    return {name: value for name, value in sent.items() if logged.get(name) != value}


def _changed_properties(before: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any] | None:
    """All large fields as they will be; None when they stay as they are."""
    merged = {name: value for name, value in {**before, **sent}.items() if value is not None}
    return None if merged == before else merged
