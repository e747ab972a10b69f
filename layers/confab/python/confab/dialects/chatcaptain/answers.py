"""ChatCaptain's answers: types that hold the builders, and that the document is made from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import ConversationOutcome, Count, Object, Score, Time, Uuid

Sender = Annotated[str, Field(json_schema_extra={"enum": ["user", "bot", "agent"]})]


class Block(TypedDict):
    """A step of a flow, or a button."""

    id: str
    name: str


class Conversation(TypedDict):
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
    notes: NotRequired[list[str]]
    sentiment: NotRequired[Score]
    outcome: NotRequired[ConversationOutcome]
    topics: NotRequired[list[str]]


class ShownPersona(TypedDict):
    """How a sender is shown."""

    image: NotRequired[str]
    name: NotRequired[str]


class ChannelMessage(TypedDict):
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


class ChannelEvent(TypedDict):
    """Something that happened in a conversation."""

    id: str
    event: str
    created: Time
    kind: Literal["channel", "payload", "custom"]
    payload: Any
    flowId: NotRequired[str | None]
    stepId: NotRequired[str | None]
    isDebug: NotRequired[bool]


class OneConversation(TypedDict):
    """A conversation; ``error`` says what is to know about it."""

    conversation: Conversation
    error: NotRequired[str]


class Conversations(TypedDict):
    """A page of conversations, the latest first."""

    conversations: list[Conversation]
    nextCursor: NotRequired[str]


class OneMessage(TypedDict):
    """A message."""

    message: ChannelMessage
    duplicate: NotRequired[Literal[True]]
    warnings: NotRequired[list[str]]


class Messages(TypedDict):
    """A page of messages, the oldest first."""

    messages: list[ChannelMessage]
    nextCursor: NotRequired[str]


class Handled(TypedDict):
    """What became of something that a channel sent; ``messages`` are the responder's replies."""

    conversation: Conversation
    messages: list[ChannelMessage]
    duplicate: NotRequired[Literal[True]]
    error: NotRequired[str]
    warnings: NotRequired[list[str]]


class HandledMessage(Handled):
    """What became of a message; ``messages`` are the responder's replies."""

    message: ChannelMessage | None


class HandledEvent(Handled):
    """What became of an event."""

    event: ChannelEvent | None


class HandledPayload(Handled):
    """What became of a step payload."""

    payload: ChannelEvent | None


class Variable(TypedDict):
    """A variable of a conversation; its name is its id."""

    id: str
    name: str
    value: Any


class OneVariable(TypedDict):
    """A variable."""

    variable: Variable


class Variables(TypedDict):
    """The variables of a conversation, by name."""

    variables: list[Variable]


class NotesChanged(TypedDict):
    """The notes were added or removed."""

    notes: list[str]


class PublicApps(TypedDict):
    """There are none; the answer says that the key is taken."""

    publicApps: list[Object]


class ConversationDeleted(TypedDict):
    """It was deleted."""

    deleted: Literal[True]
