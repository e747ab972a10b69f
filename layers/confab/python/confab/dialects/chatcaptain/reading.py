"""ChatCaptain's answers: conversations, messages and events as the contract has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from confab.channels.handle import ChannelResult
from confab.channels.results import Detail, ReceivedMessage
from confab.dialects.chatcaptain.writing import message_id
from confab.dialects.fields import iso
from confab.dialects.pages import ROOM, Position, messages_as, run_of
from confab.domain.channel_media import BODY, TEXT
from confab.domain.content import FROM_USER, content_of, sender_of, type_of
from confab.domain.conversation import Conversation
from confab.domain.feedback import Event
from confab.domain.message import Message
from confab.domain.placing import ahead_warning
from confab.platform.errors import NotFound
from confab.storage.clocks import from_micros
from confab.storage.partition import ConversationPartition
from confab.storage.transcripts import Span

if TYPE_CHECKING:
    from confab.dialects.chatcaptain import answers

EXISTS: Final = "The channel knows this conversation already; it is given back as it is."
SEEN: Final = "seenAt"
"""Managed field: until when the contact has seen outgoing messages, in microseconds."""


def conversations_answer(rows: Iterable[Conversation]) -> answers.Conversations:
    """A page of conversations, without the cursor."""
    return {"conversations": [conversation_value(row) for row in rows]}


def detail_answer(detail: Detail) -> answers.OneConversation:
    """A single conversation."""
    return {"conversation": detail_value(detail)}


def created_answer(detail: Detail) -> answers.OneConversation:
    """The conversation that a request creates, or that the channel has already."""
    answer = detail_answer(detail)
    if not detail.created:
        answer["error"] = EXISTS
    return answer


def deleted_answer() -> answers.ConversationDeleted:
    """A conversation was deleted."""
    return {"deleted": True}


def detail_value(detail: Detail) -> answers.Conversation:
    """A single conversation."""
    value = conversation_value(detail.conversation)
    if detail.last is not None:
        value["lastMessage"] = content_of(detail.last)
    if detail.topics:
        value["topics"] = list(detail.topics)
    return value


def conversation_value(conversation: Conversation) -> answers.Conversation:
    """A conversation as its row knows it."""
    managed = conversation.managed
    user = conversation.attributes.get("user", {})
    value: answers.Conversation = {
        "id": conversation.id,
        "chatbotId": conversation.chatbot_id,
        "contactId": conversation.external_user_id,
        "channelId": managed.get("channelId"),
        "channelType": managed.get("channelType"),
        "providerId": managed.get("providerId"),
        "name": cast("str | None", managed.get("name") or user.get("name") or managed.get("providerId")),
        "environment": managed.get("environment"),
        "language": managed.get("language"),
        "archived": managed.get("archived", False),
        "unread": managed.get("unread", False),
        "tags": managed.get("tags", []),
        "variables": managed.get("variables", {}),
        "operatorId": managed.get("operatorId"),
        "photoUrl": managed.get("photoUrl"),
        "idToken": None,
        "sessionCount": managed.get("sessions", 1),
        "lastBlock": managed.get("lastBlock"),
        "lastButton": managed.get("lastButton"),
        "lastMessage": _last_message(managed.get("last")),
        "messageCount": conversation.message_count,
        "created": iso(conversation.created_at),
        "updated": iso(conversation.active_at),
    }
    if managed.get("notes"):
        value["notes"] = managed["notes"]
    if conversation.sentiment is not None:
        value["sentiment"] = round(conversation.sentiment, 3)
    if conversation.outcome is not None:
        value["outcome"] = conversation.outcome
    if managed.get("topics"):
        value["topics"] = managed["topics"]
    return value


def _last_message(last: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if last is None:
        return None
    return dict(last["content"]) if "content" in last else {TEXT: last["text"]}


def message_value(message: Message, conversation: Conversation) -> answers.ChannelMessage:
    """A message, with what was changed on it since it was stored."""
    body = {**message.extras.get(BODY, {}), **message.state}
    sender = body.get("sender") or sender_of(message)
    outgoing = body.get("outgoing", sender != FROM_USER)
    return {
        "id": message_id(message.key),
        "sender": sender,
        "type": type_of(message),
        "persona": body.get("persona"),
        "providerMessageId": message.external_id,
        "status": body.get("status") or ("created" if outgoing else "received"),
        "created": iso(message.created_at),
        "processed": body.get("processed"),
        "sent": body.get("sent"),
        "received": body.get("received") or (None if outgoing else iso(message.stored_at)),
        "read": body.get("read") or _seen(message, conversation, outgoing),
        "outgoing": outgoing,
        "messengerId": body.get("messengerId"),
        "contextId": body.get("contextId"),
        "content": content_of(message),
    }


def _seen(message: Message, conversation: Conversation, outgoing: bool) -> str | None:
    """When the contact saw an outgoing message: the channel tells up to when everything was seen."""
    seen = conversation.managed.get(SEEN)
    if not outgoing or seen is None or from_micros(seen) < message.created_at:
        return None
    return iso(from_micros(seen))


def event_value(event: Event) -> answers.ChannelEvent:
    """Something on the timeline."""
    value = {"id": event.id, "event": event.name, "created": iso(event.created_at), **event.body}
    return cast("answers.ChannelEvent", value)


def handled_message(handled: ChannelResult) -> answers.HandledMessage:
    """What became of a message."""
    subject = handled.subject
    shown = message_value(subject, handled.conversation) if isinstance(subject, Message) else None
    return {**_handled(handled), "message": shown}


def handled_event(handled: ChannelResult) -> answers.HandledEvent:
    """What became of an event."""
    return {**_handled(handled), "event": _event_of(handled)}


def handled_payload(handled: ChannelResult) -> answers.HandledPayload:
    """What became of a step payload."""
    return {**_handled(handled), "payload": _event_of(handled)}


def _event_of(handled: ChannelResult) -> answers.ChannelEvent | None:
    return event_value(handled.subject) if isinstance(handled.subject, Event) else None


def _handled(handled: ChannelResult) -> answers.Handled:
    """What is the same for all that a channel sends."""
    conversation = handled.conversation
    answer: answers.Handled = {
        "conversation": conversation_value(conversation),
        "messages": [message_value(reply, conversation) for reply in handled.replies],
    }
    if handled.duplicate:
        answer["duplicate"] = True
    if handled.error is not None:
        answer["error"] = handled.error
    if handled.ahead:
        answer["warnings"] = [ahead_warning("sent")]
    return answer


def stored_answer(stored: ReceivedMessage) -> answers.OneMessage:
    """A message that was written to a conversation."""
    answer: answers.OneMessage = {"message": message_value(stored.message, stored.conversation)}
    if stored.duplicate:
        answer["duplicate"] = True
    if stored.ahead:
        answer["warnings"] = [ahead_warning("message.created")]
    return answer


def messages_answer(partition: ConversationPartition, span: Span) -> tuple[answers.Messages, Position | None]:
    """The messages of a page, as many as fit into an answer, and where the next page begins."""
    conversation = partition.conversation
    entries = messages_as(partition.messages, lambda message: message_value(message, conversation))
    run = run_of(entries, span, room=ROOM, more=partition.more)
    return {"messages": run.of("messages")}, run.position


def notes_answer(conversation: Conversation) -> answers.NotesChanged:
    """The notes as they are now."""
    return {"notes": conversation.managed.get("notes", [])}


def variables_answer(conversation: Conversation) -> answers.Variables:
    """All variables."""
    known: Mapping[str, Any] = conversation.managed.get("variables", {})
    return {"variables": [_variable(name, known[name]) for name in sorted(known)]}


def variable_answer(conversation: Conversation, name: str) -> answers.OneVariable:
    """One variable.

    Raises:
        NotFound: the conversation has none of that name.
    """
    known: Mapping[str, Any] = conversation.managed.get("variables", {})
    if name not in known:
        raise NotFound("There is no such variable.")
    return {"variable": _variable(name, known[name])}


def _variable(name: str, value: Any) -> answers.Variable:
    return {"id": name, "name": name, "value": value}


def public_apps_answer() -> answers.PublicApps:
    """What a client asks for to try its key."""
    return {"publicApps": []}


def message_answer(message: Message, conversation: Conversation) -> answers.OneMessage:
    """A single message."""
    return {"message": message_value(message, conversation)}
