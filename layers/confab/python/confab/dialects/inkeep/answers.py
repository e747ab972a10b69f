"""Inkeep's answers: types that hold the builders, and that the document is made from.

What a caller sent comes back as it was sent, with its nulls.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import Count, Object, Time

ChatRole = Annotated[str, Field(json_schema_extra={"enum": ["system", "user", "assistant"]})]
Visibility = Annotated[str, Field(json_schema_extra={"enum": ["private", "public"]})]
FeedbackKind = Annotated[str, Field(json_schema_extra={"enum": ["positive", "negative"]})]


class LoggedLink(TypedDict):
    """Where an answer points to."""

    url: str
    label: NotRequired[str | None]
    title: NotRequired[str | None]
    description: NotRequired[str | None]
    type: NotRequired[str | None]
    breadcrumbs: NotRequired[list[str] | None]


class LoggedText(TypedDict):
    """Text as a content part."""

    type: Literal["text"]
    text: NotRequired[str]


class LoggedImageUrl(TypedDict):
    """An image, by address or as a data address."""

    url: str
    detail: NotRequired[Literal["auto", "low", "high"] | None]


class LoggedImage(TypedDict):
    """An image as a content part."""

    type: Literal["image_url"]
    image_url: LoggedImageUrl


class LoggedFunction(TypedDict):
    """What a tool call calls; the arguments are JSON as text."""

    name: str
    arguments: str


class LoggedToolCall(TypedDict):
    """A tool call of the assistant."""

    id: str
    type: Literal["function"]
    function: LoggedFunction


class LoggedReason(TypedDict):
    """Why somebody judged as they did."""

    label: str
    details: str


class LoggedSource(TypedDict):
    """A source that a judgement is about."""

    type: Literal["positive", "negative", "new"] | None
    title: NotRequired[str | None]
    url: NotRequired[str | None]


ChatContent = str | list[Annotated[LoggedText | LoggedImage, Field(discriminator="type")]]


class _Message(TypedDict):
    id: str
    conversationId: str
    externalId: str | None
    externalUrl: str | None
    createdAt: str
    updatedAt: str
    name: NotRequired[str]
    links: NotRequired[list[LoggedLink]]
    properties: NotRequired[Object]
    userProperties: NotRequired[Object]


class LoggedChatMessage(_Message):
    """A message of a chat. One of a tool has the role ``assistant`` and may say which call it answers."""

    type: Literal["openai"]
    role: ChatRole
    content: ChatContent
    tool_call_id: NotRequired[str]
    tool_calls: NotRequired[list[LoggedToolCall]]


class LoggedTicketMessage(_Message):
    """A message of a support conversation; one that was a chat before keeps its content parts."""

    type: Literal["support_ticket", "support_copilot"]
    role: str
    content: ChatContent | None


LoggedMessage = Annotated[LoggedChatMessage | LoggedTicketMessage, Field(discriminator="type")]


class OpenAIFormatMessage(TypedDict):
    """A message reduced to what a chat-completions request takes."""

    role: ChatRole
    content: ChatContent
    name: NotRequired[str]
    tool_calls: NotRequired[list[LoggedToolCall]]


class _Conversation(TypedDict):
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
    warnings: NotRequired[list[str]]
    shortened: NotRequired[Literal[True]]
    messageCount: NotRequired[Count]
    nextCursor: NotRequired[str]


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


class LoggedConversations(TypedDict):
    """A page of conversations, the last updated first."""

    conversations: list[LoggedConversation]
    total: Count
    pageSize: Count
    count: Count
    nextCursor: NotRequired[str]


class GivenFeedback(TypedDict):
    """Feedback."""

    id: str
    type: FeedbackKind
    messageId: str
    createdAt: str
    updatedAt: str
    reasons: list[LoggedReason] | None
    details: str | None
    properties: Object | None
    userProperties: Object | None
    sources: list[LoggedSource] | None
    supersededBy: NotRequired[str]


class FeedbackEntry(GivenFeedback):
    """Feedback with its conversation and its message."""

    conversation: LoggedConversation
    message: LoggedMessage


class FeedbackPage(TypedDict):
    """A page of feedback, the latest first."""

    positiveFeedbackCount: Count
    negativeFeedbackCount: Count
    positiveFeedback: list[FeedbackEntry]
    negativeFeedback: list[FeedbackEntry]
    nextCursor: NotRequired[str]


class _Event(TypedDict):
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


class Deleted(TypedDict):
    """It was deleted."""

    success: Literal[True]
    message: str


class QueryData(TypedDict):
    """Rows; the keys of each are the columns that were asked for."""

    result: list[Object]
    total: Count
    pageSize: Count
    count: Count


class QueryPage(TypedDict):
    """The rows of a query."""

    status: Literal["ok"]
    data: QueryData
    asOf: NotRequired[Time]


class QueryResults(TypedDict):
    """Keys or values of properties."""

    results: list[str]


class TopSearch(TypedDict):
    """A search and how often it was made."""

    search_query: str
    count: str


class TopSearchData(TypedDict):
    """Searches, and how many different ones there are."""

    result: list[TopSearch]
    total: Count


class TopSearches(TypedDict):
    """What was searched for most often."""

    data: TopSearchData


class WeekOfUsers(TypedDict):
    """A week by its Monday, and how many users searched in it."""

    week: str
    unique_users: str


class WeekOfUsersData(TypedDict):
    """Weeks, and how many there are."""

    result: list[WeekOfUsers]
    total: Count


class WeeklyUsers(TypedDict):
    """Users who searched, by week."""

    data: WeekOfUsersData


ExportedRows = Annotated[str, Field(description="The rows as CSV; with 303 they are at the address in `location`.")]
