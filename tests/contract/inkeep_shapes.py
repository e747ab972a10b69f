"""What the official client's validators take (inkeep.md, section 8), as models: neither stricter nor laxer.

Unknown keys pass; a key that may be absent has a default; a key that must be there but may be null has none.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Number = int | float
Absent = None


class Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class UserProperties(Shape):
    id: str | Number | None = Absent
    identificationType: str | None = Absent
    userId: str | Number | None = Absent
    supportAgentName: str | None = Absent
    supportAgentEmail: str | None = Absent
    userType: str | None = Absent


class Link(Shape):
    url: str
    label: str | None = Absent
    title: str | None = Absent
    description: str | None = Absent
    type: str | None = Absent
    breadcrumbs: list[str] | None = Absent


class TextPart(Shape):
    type: Literal["text"]
    text: str | None = Absent


class ImageUrl(Shape):
    url: str
    detail: Literal["auto", "low", "high"] = "auto"


class ImagePart(Shape):
    type: Literal["image_url"]
    image_url: ImageUrl


class ToolFunction(Shape):
    name: str
    arguments: str


class ToolCall(Shape):
    id: str
    type: Literal["function"]
    function: ToolFunction


Content = str | list[Annotated[TextPart | ImagePart, Field(discriminator="type")]]


class _Message(Shape):
    id: str
    conversationId: str
    createdAt: str
    updatedAt: str
    role: str
    externalId: str | None
    externalUrl: str | None
    name: str | None = Absent
    links: list[Link] | None = Absent
    properties: dict[str, Any] | None = Absent
    userProperties: UserProperties | None = Absent


class OpenAIMessage(_Message):
    type: Literal["openai"]
    role: Literal["system", "user", "assistant"]
    content: Content
    tool_calls: list[ToolCall] | None = Absent


class TicketMessage(_Message):
    type: Literal["support_ticket"]
    content: str | None


class CopilotMessage(_Message):
    type: Literal["support_copilot"]
    content: str | None


class ChatMessage(Shape):
    role: Literal["system", "user", "assistant"]
    content: Content
    name: str | None = Absent
    tool_calls: list[ToolCall] | None = Absent


class _Conversation(Shape):
    id: str
    externalId: str | None
    externalUrl: str | None
    supportTicketConversationId: str | None
    projectId: str | None
    integrationId: str | None
    createdAt: str
    updatedAt: str
    visibility: Literal["private", "public"] | None
    properties: dict[str, Any] | None = Absent
    userProperties: UserProperties | None = Absent
    tags: list[str] | None = Absent


class OpenAIConversation(_Conversation):
    type: Literal["openai"]
    messages: list[OpenAIMessage]
    messagesOpenAIFormat: list[ChatMessage]


class TicketConversation(_Conversation):
    type: Literal["support_ticket"]
    messages: list[TicketMessage]


class CopilotConversation(_Conversation):
    type: Literal["support_copilot"]
    messages: list[CopilotMessage]


Conversation = Annotated[OpenAIConversation | TicketConversation | CopilotConversation, Field(discriminator="type")]
Message = OpenAIMessage | TicketMessage | CopilotMessage


class AnyConversation(Shape):
    conversation: Conversation


class ConversationList(Shape):
    conversations: list[Conversation]
    total: Number
    pageSize: Number
    count: Number


class Reason(Shape):
    label: str
    details: str


class Source(Shape):
    type: Literal["positive", "negative", "new"] | None
    title: str | None = Absent
    url: str | None = Absent


class Feedback(Shape):
    id: str
    type: Literal["positive", "negative"]
    messageId: str
    createdAt: str
    updatedAt: str
    reasons: list[Reason] | None = Absent
    details: str | None = Absent
    properties: dict[str, Any] | None = Absent
    userProperties: UserProperties | None = Absent
    sources: list[Source] | None = Absent


class FeedbackEntry(Feedback):
    conversation: Conversation
    message: Message


class FeedbackList(Shape):
    positiveFeedbackCount: Number
    negativeFeedbackCount: Number
    positiveFeedback: list[FeedbackEntry]
    negativeFeedback: list[FeedbackEntry]


class _Event(Shape):
    id: str
    type: str
    createdAt: str
    projectId: str | None
    integrationId: str | None
    properties: dict[str, Any] | None = Absent
    userProperties: UserProperties | None = Absent


class MessageEvent(_Event):
    entityType: Literal["message"]
    messageId: str


class ConversationEvent(_Event):
    entityType: Literal["conversation"]
    conversationId: str


class SearchEvent(_Event):
    entityType: Literal["search"]
    searchQuery: str


class AnyEvent(Shape):
    event: Annotated[MessageEvent | ConversationEvent | SearchEvent, Field(discriminator="entityType")]


class Deleted(Shape):
    success: bool
    message: str


class LegacyError(Shape):
    code: str
    message: str


class Problem(Shape):
    """An error. ``instance`` and ``requestId`` may be absent, but are never null."""

    title: str
    status: Number
    detail: str
    code: str
    error: LegacyError
    instance: str = ""
    requestId: str = ""


CODES = {
    400: ("bad_request", "Bad Request"),
    401: ("unauthorized", "Unauthorized"),
    403: ("forbidden", "Forbidden"),
    404: ("not_found", "Not Found"),
    422: ("unprocessable_entity", "Unprocessable Entity"),
    500: ("internal_server_error", "Internal Server Error"),
}


def _strict_time(value: str) -> str:
    """ISO 8601 with ``T`` and an offset or Z, any fraction."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value):
        raise ValueError("not a strict time")
    return value


StrictTime = Annotated[str, AfterValidator(_strict_time)]
MISSING: Any = None
"""The default of what may be absent; pydantic does not check it, so null itself is refused where the type has none."""


class QueryRow(Shape):
    """What rows of all views have: figures are numbers, and neither they nor times of a unit are null."""

    @model_validator(mode="before")
    @classmethod
    def _figures(cls, row: dict[str, Any]) -> dict[str, Any]:
        for name, value in row.items():
            if name.split("_")[0] in ("sum", "count", "countDistinct", "avg", "min", "max"):
                assert isinstance(value, int | float) and not isinstance(value, bool), name
            if name.endswith(("_hour", "_day", "_week", "_month")):
                _strict_time(value)
        return row


class ConversationRow(QueryRow):
    id: str = MISSING
    userMessageCount: Number = MISSING
    firstMessageTime: StrictTime = MISSING
    organizationId: str | None = Absent
    projectId: str | None = Absent
    integrationId: str | None = Absent
    type: Literal["openai", "support_ticket", "support_copilot"] | None = Absent
    properties: dict[str, Any] | None = Absent
    userProperties: dict[str, Any] | None = Absent


class EventRow(QueryRow):
    id: str = MISSING
    organizationId: str = MISSING
    messageId: str = MISSING
    conversationId: str = MISSING
    createdAt: str = MISSING
    eventType: str = MISSING
    type: str = MISSING
    searchQuery: str = MISSING
    projectId: str | None = Absent
    integrationId: str | None = Absent
    properties: dict[str, str] | None = Absent
    userProperties: dict[str, str] | None = Absent


class FeedbackRow(QueryRow):
    id: str = MISSING
    type: str = MISSING
    messageId: str = MISSING
    conversationId: str = MISSING
    organizationId: str = MISSING
    createdAt: Any = Absent
    updatedAt: Any = Absent
    reasons: list[dict[str, Any]] | None = Absent
    sources: list[dict[str, Any]] | None = Absent
    details: str | None = Absent
    properties: dict[str, Any] | None = Absent
    userProperties: dict[str, Any] | None = Absent
    projectId: str | None = Absent
    integrationId: str | None = Absent


class ThreadRow(QueryRow):
    id: str = MISSING
    messageIds: list[str] = MISSING
    messagesCount: Number = MISSING
    organizationId: str = MISSING
    question: str = MISSING
    questionLength: Number = MISSING
    answer: str = MISSING
    projectId: str = MISSING
    integrationId: str = MISSING
    firstMessageTime: StrictTime = MISSING
    lastMessageTime: StrictTime = MISSING
    lastUpdated: StrictTime = MISSING
    hasPositiveFeedback: bool = MISSING
    hasNegativeFeedback: bool = MISSING
    isInitialQuestionAnswer: bool = MISSING
    conversationIds: list[str] = MISSING
    properties: dict[str, Any] | None = Absent
    userProperties: dict[str, Any] | None = Absent


class QueryData(Shape):
    result: list[dict[str, Any]]
    total: Number
    pageSize: Number
    count: Number


class QueryPage(Shape):
    status: Literal["ok"]
    data: QueryData


class QueryResults(Shape):
    results: list[str]


class TopSearch(Shape):
    search_query: str
    count: str


class TopSearchData(Shape):
    result: list[TopSearch]
    total: Number


class TopSearches(Shape):
    data: TopSearchData


class Week(Shape):
    week: str
    unique_users: str


class WeekData(Shape):
    result: list[Week]
    total: Number


class WeeklyUsers(Shape):
    data: WeekData
