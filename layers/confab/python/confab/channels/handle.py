"""Messages, events and payloads from channels: Confab stores them and delivers them to the chatbot's responder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from confab.channels.catalogue import unknown
from confab.channels.change import ChangeConversations
from confab.channels.deliver import EVENT, MESSAGE, Respond, Work
from confab.channels.new_conversation import NewConversation
from confab.channels.receive import ReceiveMessages
from confab.channels.results import ReceivedMessage
from confab.channels.store import ManagementStore
from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.domain.feedback import Event
from confab.domain.identity import channel_conversation_id, is_uuid
from confab.domain.message import Draft, Message
from confab.domain.responder import Responder
from confab.platform.attempts import Attempt
from confab.platform.errors import Unavailable
from confab.platform.retries import Retries
from confab.platform.runtime import Runtime
from confab.redaction.redactors import Redactors
from confab.storage.clocks import to_micros
from confab.storage.events import EventStore
from confab.storage.given_writes import Refused
from confab.storage.values import Place

BUSY: Final = Retries(8, first=0.02, cap=2.56)
SEEN_EVENT: Final = "user_seen"
CONVERSATION: Final = "conversation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelResult:
    """The result of a message or event from a channel.

    Attributes:
        subject: the message or the event; None when the channel sent neither.
        replies: what the responder answered at once.
        error: why it did not, or not wholly; None when nothing is wrong.
        conflict: whether a message of this id says something else already.
        ahead: whether its time lies so far ahead that the time of arrival was taken with a warning.
    """

    conversation: Conversation
    subject: Message | Event | None
    replies: Sequence[Message] = ()
    duplicate: bool = False
    error: str | None = None
    conflict: bool = False
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class ChannelStores:
    """The stores of what a channel's event is about, and of the event."""

    conversations: ManagementStore
    events: EventStore


class Handle:
    """Stores messages, events and payloads of a channel, each once, and has the chatbot's responder answer them.

    Args:
        messages: stores messages.
        conversations: makes and changes conversations.
        stores: the stores.
        respond: asks the responder.
        redactors: what the chatbots want redacted.
        runtime: the clock, ids of events, and waits.
    """

    def __init__(
        self,
        messages: ReceiveMessages,
        conversations: ChangeConversations,
        stores: ChannelStores,
        respond: Respond,
        redactors: Redactors,
        runtime: Runtime,
    ) -> None:
        self._messages = messages
        self._conversations = conversations
        self._store = stores.conversations
        self._events = stores.events
        self._respond = respond
        self._redactors = redactors
        self._runtime = runtime

    def message(
        self,
        chatbot: Chatbot,
        new: NewConversation,
        draft: Draft | None,
        *,
        in_background: bool,
        attempt: Attempt | None = None,
    ) -> ChannelResult:
        """A new incoming message: stored once, then answered.

        Args:
            attempt: the request as one that may have been tried before.

        Raises:
            Unavailable: the table did not take it; sending it again repairs that.
        """
        received = self._messages.receive(chatbot.id, new, draft, attempt)
        if not isinstance(received, ReceivedMessage):
            return ChannelResult(conversation=received.conversation, subject=None)
        error = "A message with this id says something else; the first one stays." if received.conflict else None
        handled = ChannelResult(
            conversation=received.conversation,
            subject=received.message,
            duplicate=received.duplicate,
            error=error,
            conflict=received.conflict,
            ahead=received.ahead,
        )
        again = received.duplicate or (attempt is not None and attempt.again)
        return self._answered(chatbot, handled, Work(MESSAGE, received.message.key), in_background, again=again)

    def channel_event(
        self,
        chatbot: Chatbot,
        new: NewConversation,
        name: str,
        body: Mapping[str, Any],
        *,
        in_background: bool,
        attempt: Attempt | None = None,
    ) -> ChannelResult:
        """Something that happened on a channel; a conversation that nobody knows yet begins with it.

        Args:
            attempt: the request as one that may have been tried before.
        """
        assert new.provider_id is not None
        place = chatbot.id, channel_conversation_id(chatbot.id, new.channel_id, new.provider_id)
        if (known := self._known(place, attempt)) is not None:
            return self._answered_event(chatbot, known, in_background, again=True)
        changes = {"seenAt": to_micros(self._runtime.now())} if name.startswith(SEEN_EVENT) else {}
        for pause in BUSY.pauses(self._runtime.sleep):
            conversation = self._conversations.note(chatbot.id, new, changes).conversation
            with suppress(Refused):
                event = self._put(conversation, name, body, attempt)
                return self._answered_event(
                    chatbot, ChannelResult(conversation=conversation, subject=event), in_background
                )
            # Someone erases the conversation at this moment; the next round begins a new one.
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def own_event(
        self,
        chatbot: Chatbot,
        conversation_id: str,
        name: str,
        body: Mapping[str, Any],
        *,
        step: str | None = None,
        in_background: bool,
        attempt: Attempt | None = None,
    ) -> ChannelResult:
        """An event or a step payload in a conversation that is known.

        Args:
            step: the step of the flow that the conversation has come to.
            attempt: the request as one that may have been tried before.

        Raises:
            NotFound: there is no such conversation.
            Unavailable: the conversation stayed busy.
        """
        place = chatbot.id, conversation_id
        for pause in BUSY.pauses(self._runtime.sleep):
            conversation = self._store.conversation(place) if is_uuid(conversation_id) else None
            if conversation is None:
                raise unknown()
            if (known := self._known(place, attempt)) is not None:
                return self._answered_event(chatbot, known, in_background, again=True)
            if step is not None:
                # Before the event, so that where the event is found the step was taken, too.
                fields = {"lastBlock": {"id": step, "name": step}}
                conversation = self._conversations.patch(chatbot.id, conversation_id, fields).conversation
            with suppress(Refused):
                event = self._put(conversation, name, body, attempt)
                return self._answered_event(
                    chatbot, ChannelResult(conversation=conversation, subject=event), in_background
                )
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _known(self, place: Place, attempt: Attempt | None) -> ChannelResult | None:
        """What an earlier try has stored; None when there was none, or it did not come so far."""
        if attempt is None or not attempt.again:
            return None
        conversation = self._store.conversation(place)
        event = None if conversation is None else self._events.get(place, attempt.id(EVENT))
        return (
            None if conversation is None or event is None else ChannelResult(conversation=conversation, subject=event)
        )

    def _put(self, conversation: Conversation, name: str, body: Mapping[str, Any], attempt: Attempt | None) -> Event:
        place = conversation.chatbot_id, conversation.id
        now = self._runtime.now() if attempt is None else attempt.at
        event = Event(
            id=self._runtime.new_id() if attempt is None else attempt.id(EVENT),
            name=name,
            entity=CONVERSATION,
            subject=place[1],
            created_at=now,
            body=self._redactors.of(place[0]).body(body),
        )
        self._events.put(place, event, now, conversation.given)
        return event

    def _answered_event(
        self, chatbot: Chatbot, handled: ChannelResult, in_background: bool, *, again: bool = False
    ) -> ChannelResult:
        assert isinstance(handled.subject, Event)
        return self._answered(chatbot, handled, Work(EVENT, handled.subject.id), in_background, again=again)

    def _answered(
        self, chatbot: Chatbot, handled: ChannelResult, work: Work, in_background: bool, *, again: bool
    ) -> ChannelResult:
        """Hand it to the responder, if the chatbot has one: now, or through the queue."""
        responder = Responder.of(chatbot.settings)
        if responder is None or not responder.enabled or handled.subject is None:
            return handled
        if in_background:
            error = self._respond.later(chatbot.id, handled.conversation.id, work)
            return replace(handled, error=handled.error or error)
        replies = self._respond.now(responder, handled.conversation, handled.subject, work, again=again)
        return replace(
            handled,
            conversation=replies.conversation or handled.conversation,
            replies=replies.messages,
            error=handled.error or replies.error,
        )
