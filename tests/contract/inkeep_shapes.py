"""What the official client's validators take (inkeep.md, section 8), as models: neither stricter nor laxer.

Unknown keys pass; a key that may be absent has a default; a key that must be there but may be null has none.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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
