"""Inkeep's answers (``confab.dialects.inkeep``)."""

from __future__ import annotations

from typing import Annotated, Literal

from confab.dialects.inkeep.models import ImageUrl, Link, Reason, Source, TextPart, ToolCall, ToolFunction
from pydantic import Field

from openapi.answers.parts import Count, Object, Shape, absent

ChatRole = Literal["system", "user", "assistant"]
Visibility = Literal["private", "public"]


class LoggedLink(Link, Shape):
    """Where an answer points to."""


class LoggedText(TextPart, Shape):
    """Text as a content part."""


class LoggedImageUrl(ImageUrl, Shape):
    """An image, by address or as a data address."""


class LoggedImage(Shape):
    """An image as a content part."""

    type: Literal["image_url"]
    image_url: LoggedImageUrl


class LoggedFunction(ToolFunction, Shape):
    """What a tool call calls."""


class LoggedToolCall(ToolCall, Shape):
    """A tool call of the assistant."""

    function: LoggedFunction


class LoggedReason(Reason, Shape):
    """Why somebody judged as they did."""


class LoggedSource(Source, Shape):
    """A source that a judgement is about."""


ChatContent = str | list[Annotated[LoggedText | LoggedImage, Field(discriminator="type")]]


class _Message(Shape):
    id: str
    conversationId: str
    externalId: str | None
    externalUrl: str | None
    createdAt: str
    updatedAt: str
    name: str = absent()
    links: list[LoggedLink] = absent()
    properties: Object = absent()
    userProperties: Object = absent()


class LoggedChatMessage(_Message):
    """A message of a chat. One of a tool has the role ``assistant`` and may say which call it answers."""

    type: Literal["openai"]
    role: ChatRole
    content: ChatContent
    tool_call_id: str = absent()
    tool_calls: list[LoggedToolCall] = absent()


class LoggedTicketMessage(_Message):
    """A message of a support conversation; one that was a chat before keeps its content parts."""

    type: Literal["support_ticket", "support_copilot"]
    role: str
    content: ChatContent | None


LoggedMessage = Annotated[LoggedChatMessage | LoggedTicketMessage, Field(discriminator="type")]


class OpenAIFormatMessage(Shape):
    """A message reduced to what a chat-completions request takes."""

    role: ChatRole
    content: ChatContent
    name: str = absent()
    tool_calls: list[LoggedToolCall] = absent()


class _Conversation(Shape):
    id: str
    externalId: str | None
    externalUrl: str | None
    supportTicketConversationId: str | None
    createdAt: str
    updatedAt: str
    projectId: str
    integrationId: str | None
    visibility: Visibility | None
    properties: Object | None
    userProperties: Object | None
    tags: list[str] | None
    warnings: list[str] = absent()
    shortened: Literal[True] = absent()
    messageCount: Count = absent()
    nextCursor: str = absent()


class LoggedChat(_Conversation):
    """A chat."""

    type: Literal["openai"]
    messages: list[LoggedChatMessage]
    messagesOpenAIFormat: list[OpenAIFormatMessage]


class LoggedTicket(_Conversation):
    """A support ticket or copilot conversation."""

    type: Literal["support_ticket", "support_copilot"]
    messages: list[LoggedTicketMessage]


LoggedConversation = Annotated[LoggedChat | LoggedTicket, Field(discriminator="type")]


class LoggedConversations(Shape):
    """A page of conversations, the last updated first."""

    conversations: list[LoggedConversation]
    total: Count
    pageSize: Count
    count: Count
    nextCursor: str = absent()


class GivenFeedback(Shape):
    """Feedback."""

    id: str
    type: Literal["positive", "negative"]
    messageId: str
    createdAt: str
    updatedAt: str
    reasons: list[LoggedReason] | None
    details: str | None
    properties: Object | None
    userProperties: Object | None
    sources: list[LoggedSource] | None
    supersededBy: str = absent()


class FeedbackEntry(GivenFeedback):
    """Feedback with its conversation and its message."""

    conversation: LoggedConversation
    message: LoggedMessage


class FeedbackPage(Shape):
    """A page of feedback, the latest first."""

    positiveFeedbackCount: Count
    negativeFeedbackCount: Count
    positiveFeedback: list[FeedbackEntry]
    negativeFeedback: list[FeedbackEntry]
    nextCursor: str = absent()


class _Event(Shape):
    id: str
    type: str
    createdAt: str
    projectId: str
    integrationId: str | None
    properties: Object | None
    userProperties: Object | None


class LoggedMessageEvent(_Event):
    """An event of a message."""

    entityType: Literal["message"]
    messageId: str


class LoggedConversationEvent(_Event):
    """An event of a conversation."""

    entityType: Literal["conversation"]
    conversationId: str


class LoggedSearch(_Event):
    """A search."""

    entityType: Literal["search"]
    searchQuery: str


LoggedEvent = Annotated[LoggedMessageEvent | LoggedConversationEvent | LoggedSearch, Field(discriminator="entityType")]


class Deleted(Shape):
    """It was deleted."""

    success: Literal[True]
    message: str
