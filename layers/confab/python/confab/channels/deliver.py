"""Asking a chatbot's responder, and storing its answer once.

A delivery's id follows from its message or event, so a repeated delivery has the same id. The first good answer to an
id is stored; replies are stored from it, under keys that follow from the id. So each reply is stored once, however
often a delivery is repeated, and whatever the responder answers the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

from confab.capture.capture import Capture
from confab.capture.intake import CaptureRequest
from confab.channels.answer_store import Answer, AnswerStore
from confab.channels.catalogue import DIALECT
from confab.domain.channel_media import BODY
from confab.domain.conversation import Conversation
from confab.domain.feedback import Event
from confab.domain.message import TICK, Draft, Message
from confab.domain.responder import Responder
from confab.platform.errors import ConversationFull, DeliveryFailed
from confab.platform.queue import QueueUnavailable
from confab.redaction.redactors import Redactors
from confab.storage.analysis_requests import WorkQueue
from confab.storage.events import EventStore
from confab.storage.given_writes import Refused
from confab.storage.partition_reader import PartitionReader
from confab.storage.previews import showing
from confab.storage.row_updates import RowChange, RowGone
from confab.storage.transcripts import WHOLE
from confab.storage.values import Place

MESSAGE: Final = "message"
EVENT: Final = "event"
FAILED_EVENT: Final = "responder_failed"


@dataclass(frozen=True, slots=True)
class Work:
    """The subject of a delivery: a message by its key, or an event by its id."""

    kind: str
    reference: str

    def webhook_id(self, conversation_id: str) -> str:
        """The id of the delivery: the same for the same thing."""
        return f"msg_{uuid5(UUID(conversation_id), f'{self.kind}:{self.reference}').hex}"


def failure_of(webhook_id: str) -> str:
    """The id of the event that says why a delivery failed."""
    return f"{webhook_id}-failed"


@dataclass(frozen=True, slots=True)
class ResponderAnswer:
    """A checked answer of a responder: drafts of the messages to store, and its faults."""

    messages: Sequence[Draft]
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """What came of a delivery.

    Attributes:
        conversation: with the replies; None when nothing was stored.
    """

    messages: Sequence[Message] = ()
    error: str | None = None
    conversation: Conversation | None = None


class Wording(Protocol):
    """How deliveries and answers look (``dialects.chatcaptain.delivery``)."""

    def delivery(self, conversation: Conversation, subject: Message | Event, now: datetime) -> bytes: ...

    def answer(self, body: bytes) -> ResponderAnswer: ...


class Sender(Protocol):
    """Sends a delivery and returns the body of the answer (``platform.webhooks.WebhookSender``)."""

    def __call__(self, url: str, body: bytes, *, webhook_id: str, secrets: Sequence[str], now: datetime) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """How a responder is asked.

    Attributes:
        send: sends a delivery.
        wording: how deliveries and answers look.
    """

    send: Sender
    wording: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStores:
    """The stores that a delivery reads and writes."""

    answers: AnswerStore
    events: EventStore
    partitions: PartitionReader


class Respond:
    """Delivers a message or event to the responder, at once or by the queue, and stores the replies of one answer once.

    Args:
        stores: the stores.
        capture: stores the replies and queues their analysis.
        queue: takes deliveries for later.
        exchange: how a responder is asked.
        redactors: what the chatbots want redacted.
        now: the clock.
    """

    def __init__(
        self,
        stores: DeliveryStores,
        capture: Capture,
        queue: WorkQueue,
        exchange: Exchange,
        redactors: Redactors,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._answers = stores.answers
        self._events = stores.events
        self._partitions = stores.partitions
        self._capture = capture
        self._queue = queue
        self._exchange = exchange
        self._redactors = redactors
        self._now = now

    def now(
        self, responder: Responder, conversation: Conversation, subject: Message | Event, work: Work, *, again: bool
    ) -> Replies:
        """Ask the responder at once. Whatever goes wrong there, the answer says so and nothing is raised.

        Args:
            again: whether the same thing was sent before, so that an answer may be there.
        """
        webhook_id = work.webhook_id(conversation.id)
        try:
            return self._deliver(responder, conversation, subject, webhook_id, again=again)
        except DeliveryFailed as failed:
            self._note_failure(conversation, webhook_id, str(failed), attempts=1)
            return Replies(error=str(failed))

    def later(self, chatbot_id: str, conversation_id: str, work: Work) -> str | None:
        """Queue a delivery; why that failed, or None."""
        body = {
            "chatbotId": chatbot_id,
            "conversationId": conversation_id,
            "kind": work.kind,
            "reference": work.reference,
        }
        try:
            self._queue.send(body, group=chatbot_id)
        except QueueUnavailable:
            return "The delivery could not be queued; send it again."
        return None

    def queued(self, responder: Responder, place: Place, work: Work) -> int:
        """Make a delivery that was queued; how many replies are stored. Any number of deliveries stores them once.

        Raises:
            DeliveryFailed: the responder did not take it.
        """
        stored = self._partitions.read(place, WHOLE)
        if not stored.readable:
            return 0
        subject: Message | Event | None
        if work.kind == MESSAGE:
            subject = next((message for message in stored.messages if message.key == work.reference), None)
        else:
            subject = stored.event(work.reference)
        if subject is None:
            return 0
        webhook_id = work.webhook_id(place[1])
        replies = self._deliver(responder, stored.conversation, subject, webhook_id, again=True)
        if replies.error is not None:
            self._note_failure(stored.conversation, webhook_id, replies.error, attempts=1)
        return len(replies.messages)

    def give_up(self, place: Place, work: Work, reason: str, attempts: int) -> None:
        """Keep on the timeline why a delivery was given up."""
        row = self._partitions.row(place)
        if row is not None:
            self._note_failure(row.conversation, work.webhook_id(place[1]), reason, attempts)

    def _deliver(
        self,
        responder: Responder,
        conversation: Conversation,
        subject: Message | Event,
        webhook_id: str,
        *,
        again: bool,
    ) -> Replies:
        place = conversation.chatbot_id, conversation.id
        answer = self._answers.get(place, webhook_id) if again else None
        if answer is None:
            now = self._now()
            body = self._exchange.wording.delivery(conversation, subject, now)
            raw = self._exchange.send(
                responder.url, body, webhook_id=webhook_id, secrets=responder.secrets(now), now=now
            )
            taken = self._exchange.wording.answer(raw)
            messages = self._redactors.of(place[0]).messages(taken.messages)
            answer = self._answers.claim(place, webhook_id, Answer(messages, taken.error, self._now()))
        return self._store_replies(place, webhook_id, answer)

    def _store_replies(self, place: Place, webhook_id: str, answer: Answer) -> Replies:
        if not answer.messages:
            return Replies(error=answer.error)
        drafts = [
            replace(draft, key=f"r:{webhook_id}-{number:03d}", sent_at=answer.at + TICK * number)
            for number, draft in enumerate(answer.messages)
        ]
        last = drafts[-1]
        content = last.extras.get(BODY, {}).get("content", {"text": last.content})
        row = showing(RowChange(create=False), last.key or "", content)
        request = CaptureRequest(
            external_id=None, conversation_id=place[1], dialect=DIALECT, drafts=drafts, row=row, redacted=True
        )
        try:
            captured = self._capture(place[0], request)
        except ConversationFull as full:
            return Replies(error=f"The answer was not kept. {full.message}")
        except RowGone:
            self._answers.forget(place, webhook_id)
            return Replies(error="The conversation was deleted while the responder answered.")
        assert captured.touched is not None
        return Replies(messages=captured.messages, error=answer.error, conversation=captured.touched.row.conversation)

    def _note_failure(self, conversation: Conversation, webhook_id: str, reason: str, attempts: int) -> None:
        event = Event(
            id=failure_of(webhook_id),
            name=FAILED_EVENT,
            entity="conversation",
            subject=conversation.id,
            created_at=self._now(),
            body={"reason": reason, "webhookId": webhook_id, "attempts": attempts},
        )
        with suppress(Refused):
            self._events.put((conversation.chatbot_id, conversation.id), event, event.created_at)
