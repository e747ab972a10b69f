"""Inkeep's requests (inkeep.md, sections 3 to 5) as models with their limits. Unknown keys are ignored."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from confab.dialects.fields import NeverEmpty, Request, TimeSchema, iso
from confab.dialects.shapes import Role, refusal_at
from confab.domain.message_forms import TOOL, known_role
from confab.domain.times import is_written, read_time
from confab.platform import cursors

MAX_ID: Final = 1024
MAX_URL: Final = 8192
SUPPORT_TYPES: Final = ("support_ticket", "support_copilot")


def _time(value: Any) -> Any:
    """A time as it was sent; one that was counted as ISO 8601, because the client takes no other."""
    time = read_time(value)
    return value if is_written(value) else iso(time)


Identifier = Annotated[str, Field(min_length=1, max_length=MAX_ID)]
Reference = Annotated[str, Field(max_length=MAX_ID)]
Url = Annotated[str, Field(max_length=MAX_URL)]
Time = Annotated[str, BeforeValidator(_time), TimeSchema]
Number = int | float
Object = dict[str, Any]


class UserProperties(Request):
    """Who it is about; every other key is kept as it came. The client refuses answers with other types here."""

    model_config = ConfigDict(extra="allow")

    id: str | Number | None = None
    identificationType: str | None = None
    userId: str | Number | None = None
    supportAgentName: str | None = None
    supportAgentEmail: str | None = None
    userType: str | None = None


class Link(Request):
    """Where an answer points to."""

    url: str
    label: str | None = None
    title: str | None = None
    description: str | None = None
    type: str | None = None
    breadcrumbs: list[str] | None = None


class TextPart(Request):
    """Text as a content part."""

    type: Literal["text"]
    text: str = ""


class ImageUrl(Request):
    """An image, by address or as a data address."""

    url: str
    detail: Literal["auto", "low", "high"] | None = None


class ImagePart(Request):
    """An image as a content part."""

    type: Literal["image_url"]
    image_url: ImageUrl


class OtherPart(Request):
    """A sound, a file or a refusal as a content part: kept as it came. The client shows texts and images alone."""

    model_config = ConfigDict(extra="allow")

    type: Literal["input_audio", "file", "refusal"]


Part = Annotated[TextPart | ImagePart | OtherPart, Field(discriminator="type")]


class ToolFunction(Request):
    """What a tool call calls; the arguments are JSON as text."""

    name: str
    arguments: str


class ToolCall(Request):
    """A tool call of the assistant."""

    id: str
    type: Literal["function"]
    function: ToolFunction


class SupportMessage(Request):
    """A message of a support conversation: any role, and content may be missing."""

    role: Annotated[str, Field(max_length=256)]
    content: str | None = None
    id: Identifier | None = None
    externalId: Reference | None = None
    externalUrl: Url | None = None
    name: str | None = None
    createdAt: Time | None = None
    updatedAt: Time | None = None
    links: list[Link] | None = None
    properties: Object | None = None
    userProperties: UserProperties | None = None


class OpenAIMessage(SupportMessage):
    """A message of a chat, as OpenAI has them; some roles and parts are none that the client knows (section 3)."""

    role: Role
    content: str | list[Part] | None = None  # type: ignore[assignment]
    tool_calls: list[ToolCall] | None = None
    tool_call_id: Reference | None = None

    @model_validator(mode="after")
    def _whole(self) -> OpenAIMessage:
        if known_role(self.role) == TOOL and self.tool_call_id is None and self.name is None:
            raise refusal_at(("role",), f"a message of the role {self.role} needs tool_call_id or name")
        if self.content is None and not self.tool_calls:
            raise refusal_at(("content",), "must be a string or a list of parts where there are no tool_calls")
        return self


class _Conversation(Request):
    id: Identifier | None = None
    externalId: Reference | None = None
    externalUrl: Url | None = None
    supportTicketConversationId: Reference | None = None
    createdAt: Time | None = None
    updatedAt: Time | None = None
    projectId: Reference | None = None
    integrationId: Reference | None = None
    properties: Object | None = None
    userProperties: UserProperties | None = None
    tags: list[str] | None = None
    visibility: Literal["private", "public"] | None = None


class OpenAIConversation(_Conversation):
    """The body of ``POST /conversations`` for a chat, and for every body whose type is none of the three."""

    type: Literal["openai", "support_ticket", "support_copilot"]
    messages: Annotated[list[OpenAIMessage], Field(min_length=1)]


class SupportConversation(_Conversation):
    """The body of ``POST /conversations`` for a support ticket or copilot."""

    type: Literal["support_ticket", "support_copilot"]
    messages: Annotated[list[SupportMessage], Field(min_length=1)]


class Reason(Request):
    """Why somebody judged as they did."""

    label: str
    details: str


class Source(Request):
    """A source that a judgement is about."""

    type: Literal["positive", "negative", "new"] | None
    title: str | None = None
    url: str | None = None


class FeedbackBody(Request):
    """The body of ``POST /feedback``."""

    type: Literal["positive", "negative"]
    messageId: Identifier
    id: Identifier | None = None
    createdAt: Time | None = None
    updatedAt: Time | None = None
    reasons: list[Reason] | None = None
    details: str | None = None
    properties: Object | None = None
    userProperties: UserProperties | None = None
    sources: list[Source] | None = None


class _Event(Request):
    type: Annotated[str, Field(max_length=MAX_ID)]
    id: Annotated[Identifier, NeverEmpty] | None = None
    createdAt: Time | None = None
    projectId: Reference | None = None
    integrationId: Reference | None = None
    properties: Object | None = None
    userProperties: UserProperties | None = None


class MessageEvent(_Event):
    """An event of a message."""

    entityType: Literal["message"]
    messageId: Identifier


class ConversationEvent(_Event):
    """An event of a conversation."""

    entityType: Literal["conversation"]
    conversationId: Identifier


class SearchEvent(_Event):
    """A search, and every event whose subject is none of the three."""

    entityType: Literal["search"]
    searchQuery: str


EventBody = MessageEvent | ConversationEvent | SearchEvent
BODIES: Final[tuple[type[BaseModel], ...]] = (
    OpenAIConversation,
    SupportConversation,
    FeedbackBody,
    MessageEvent,
    ConversationEvent,
    SearchEvent,
)
"""Every body that is taken: building them is deferred, and a function builds them before its first request."""


class ListQuery(BaseModel):
    """The query of ``GET /conversations``; query parameters are text, so they are converted."""

    model_config = ConfigDict(extra="ignore")

    limit: Annotated[int, Field(ge=0, le=100)] = 20
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    cursor: Annotated[str, Field(min_length=1, max_length=cursors.MAX_CURSOR)] | None = None


class FeedbackQuery(ListQuery):
    """The query of ``GET /feedback``."""

    limit: Annotated[int, Field(ge=0, le=100)] = 10


def conversation_model(body: dict[str, Any]) -> type[OpenAIConversation | SupportConversation]:
    """The model that a conversation's body is to be checked against, by its ``type``."""
    return SupportConversation if body.get("type") in SUPPORT_TYPES else OpenAIConversation


def event_model(body: dict[str, Any]) -> type[EventBody]:
    """The model that an event's body is to be checked against, by its ``entityType``."""
    models: dict[Any, type[EventBody]] = {"message": MessageEvent, "conversation": ConversationEvent}
    kind = body.get("entityType")
    return models.get(kind, SearchEvent) if isinstance(kind, str) else SearchEvent
