"""ChatCaptain's answers (``confab.dialects.chatcaptain``)."""

from __future__ import annotations

from typing import Any, Literal

from openapi.answers.parts import ConversationOutcome, Count, Object, Score, Shape, Time, Uuid, absent

Sender = Literal["user", "bot", "agent"]


class Block(Shape):
    """A step of a flow, or a button."""

    id: str
    name: str


class Conversation(Shape):
    """A conversation. ``lastMessage`` is a content object, whose parts are the caller's."""

    id: Uuid
    chatbotId: Uuid
    contactId: str | None
    channelId: str | None
    channelType: str | None
    providerId: str | None
    name: str | None
    environment: str | None
    language: str | None
    archived: bool
    unread: bool
    tags: list[str]
    variables: Object
    operatorId: str | None
    photoUrl: str | None
    idToken: None
    sessionCount: Count
    lastBlock: Block | None
    lastButton: Block | None
    lastMessage: Object | None
    messageCount: Count
    created: Time
    updated: Time
    sentiment: Score = absent()
    outcome: ConversationOutcome = absent()
    topics: list[str] = absent()


class ShownPersona(Shape):
    """How a sender is shown."""

    image: str = absent()
    name: str = absent()


class ChannelMessage(Shape):
    """A message; its content's parts are the caller's."""

    id: str
    sender: Sender
    type: str
    persona: ShownPersona | None
    providerMessageId: str | None
    status: str
    created: Time
    processed: Time | None
    sent: Time | None
    received: Time | None
    read: Time | None
    outgoing: bool
    messengerId: str | None
    contextId: str | None
    content: Object


class ChannelEvent(Shape):
    """Something that happened in a conversation."""

    id: str
    event: str
    created: Time
    kind: Literal["channel", "payload", "custom"]
    payload: Any
    flowId: str | None = absent()
    stepId: str | None = absent()
    isDebug: bool = absent()


class OneConversation(Shape):
    """A conversation; ``error`` says what is to know about it."""

    conversation: Conversation
    error: str = absent()


class Conversations(Shape):
    """A page of conversations, the latest first."""

    conversations: list[Conversation]
    nextCursor: str = absent()


class OneMessage(Shape):
    """A message."""

    message: ChannelMessage
    duplicate: Literal[True] = absent()
    warnings: list[str] = absent()


class Messages(Shape):
    """A page of messages, the oldest first."""

    messages: list[ChannelMessage]
    nextCursor: str = absent()


class _Handled(Shape):
    conversation: Conversation
    messages: list[ChannelMessage]
    duplicate: Literal[True] = absent()
    error: str = absent()
    warnings: list[str] = absent()


class HandledMessage(_Handled):
    """What became of a message; ``messages`` are the responder's replies."""

    message: ChannelMessage | None


class HandledEvent(_Handled):
    """What became of an event."""

    event: ChannelEvent | None


class HandledPayload(_Handled):
    """What became of a step payload."""

    payload: ChannelEvent | None


class ConversationDeleted(Shape):
    """It was deleted."""

    deleted: Literal[True]
