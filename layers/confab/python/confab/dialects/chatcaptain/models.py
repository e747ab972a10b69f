"""ChatCaptain's requests (chatcaptain.md) as models with their limits. Unknown fields are ignored."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from confab.dialects.fields import Group, Identifier, Name, NeverEmpty, Request, Time, Url
from confab.dialects.shapes import refusal_at
from confab.domain.channel_media import TEXT, media_parts
from confab.domain.content import FROM_BOT, FROM_USER, SENDERS
from confab.domain.media import ATTACHMENTS
from confab.domain.message import ASSISTANT, USER
from confab.domain.message_forms import form_of, known_role
from confab.domain.message_parts import ShapeError
from confab.platform.bodies import OverLimit, read_json

CONTENT_CHARACTERS: Final = 32_000
CONTENT_BYTES: Final = 256 * 1024
VARIABLES_BYTES: Final = 16 * 1024
PAYLOAD_BYTES: Final = 32 * 1024
TAGS: Final = 100
PAGE: Final = 50
MAX_PAGE: Final = 100
MESSAGES_PAGE: Final = 1000
_LANGUAGE: Final = re.compile("[A-Z]{2}")

ChannelType = Literal[
    "facebook",
    "voice",
    "audiocodes",
    "web",
    "meta-whatsapp",
    "whatsapp",
    "telegram",
    "brevo",
    "email",
    "debug",
]
Environment = Literal["test", "prod", "dev"]


def _sender(word: Any) -> Any:
    """Who speaks, by the words of other formats, too."""
    if not isinstance(word, str) or word in SENDERS:
        return word
    return {USER: FROM_USER, ASSISTANT: FROM_BOT}.get(known_role(word) or "", word)


Sender = Annotated[Literal["user", "bot", "agent"], BeforeValidator(_sender)]


def size_of(value: Any) -> int:
    """The size of a JSON value, in bytes."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _no_larger_than(most: int, value: Any) -> Any:
    if size_of(value) > most:
        raise ValueError(f"must have at most {most:,} bytes as JSON")
    return value


def _variables(value: dict[str, Any]) -> dict[str, Any]:
    return _no_larger_than(VARIABLES_BYTES, value)  # type: ignore[no-any-return]


def _payload(value: Any) -> Any:
    return _no_larger_than(PAYLOAD_BYTES, value)


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("must be two upper-case letters, as in EN")
    return text


def _from_json(text: str) -> Any:
    try:
        return read_json(text.encode())
    except OverLimit:
        raise
    except ValueError:
        raise ValueError("must be a string that holds valid JSON") from None


Language = Annotated[
    str, AfterValidator(_language), WithJsonSchema({"type": "string", "pattern": f"^{_LANGUAGE.pattern}$"})
]
Word = Annotated[str, Field(min_length=1, max_length=64)]
Title = Annotated[str, Field(min_length=1, max_length=256)]
Tags = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=TAGS)]
Variables = Annotated[dict[Annotated[str, Field(min_length=1, max_length=128)], Any], AfterValidator(_variables)]
Payload = Annotated[Any, AfterValidator(_payload)]
Part = dict[str, Any]


class Content(Request):
    """What a message holds; every part is optional, and unknown parts are kept."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False, defer_build=True)

    text: Annotated[str, Field(max_length=CONTENT_CHARACTERS)] | None = None
    file: Part | None = None
    buttons: Part | None = None
    selectedButton: Part | None = None
    template: Part | None = None
    contact: Part | None = None
    location: Part | None = None
    note: Part | None = None
    voiceHangup: Part | None = None
    voiceTransfer: Part | None = None
    agentHandover: Part | None = None
    email: Part | None = None
    transcription: Part | None = None


def _bounded(content: Content | str) -> Content | str:
    if isinstance(content, Content):
        _no_larger_than(CONTENT_BYTES, content.model_dump(exclude_unset=True))
    return content


def _of_parts(content: Any) -> Any:
    """A content object from the parts of a model's format: their text, and the first medium as the file."""
    if not isinstance(content, list):
        return content
    try:
        form = form_of({"role": USER, "content": content})
    except ShapeError as error:
        raise refusal_at(error.path[1:], error.message) from None
    media = form.extras.get(ATTACHMENTS, ()) if form else ()
    if form is None or not (form.text or media):
        raise ValueError("must have a text or a medium")
    return {**({TEXT: form.text} if form.text else {}), **media_parts(media)}


ContentText = Annotated[str, Field(min_length=1, max_length=CONTENT_CHARACTERS)]
AnyContent = Annotated[
    ContentText | Content,
    BeforeValidator(_of_parts, json_schema_input_type=ContentText | Content | list[Any]),
    AfterValidator(_bounded),
]


class Persona(Request):
    """How the sender is shown."""

    image: Url | None = None
    name: Name | None = None


class MessageBody(Request):
    """A message that an operator or a bot writes."""

    content: AnyContent
    sender: Sender | None = None
    type: Word | None = None
    status: Word | None = None
    created: Time | None = None
    processed: Time | None = None
    sent: Time | None = None
    received: Time | None = None
    read: Time | None = None
    outgoing: bool | None = None
    persona: Persona | None = None
    providerMessageId: Identifier | None = None
    messengerId: Identifier | None = None
    contextId: Identifier | None = None


class CreateMessageBody(Request):
    """The body of a message's creation."""

    disableSending: bool
    message: MessageBody


class MessagePatch(Request):
    """What may change of a message."""

    status: Word | None = None
    read: Time | None = None
    received: Time | None = None
    processed: Time | None = None
    sent: Time | None = None
    content: AnyContent | None = None


class PatchMessageBody(Request):
    """The body of a message's change."""

    message: MessagePatch


class ConversationBody(Request):
    """A conversation that someone makes."""

    contactId: Identifier
    channelId: Identifier
    channelType: ChannelType
    name: Title
    environment: Environment
    language: Language
    providerId: Identifier | None = None
    tags: Tags | None = None
    variables: Variables | None = None
    photoUrl: Url | None = None
    operatorId: Identifier | None = None


class CreateBody(Request):
    """The body of a conversation's creation."""

    chatbotId: Annotated[str, Field(min_length=1)] | None = None
    conversation: ConversationBody


class ConversationPatch(Group):
    """What may change of a conversation; null takes a field away, and as ``contactId`` the contact."""

    name: Title | None = None
    language: Language | None = None
    archived: bool | None = None
    unread: bool | None = None
    tags: Tags | None = None
    operatorId: Identifier | None = None
    variables: Variables | None = None
    photoUrl: Url | None = None
    contactId: Identifier | None = None


class PatchBody(Request):
    """The body of a conversation's change, when it is wrapped."""

    conversation: ConversationPatch


Note = Annotated[str, Field(min_length=1, max_length=1000)]


class NotesBody(Request):
    """Notes that are added to a conversation, or removed from it."""

    notes: Annotated[list[Note], Field(min_length=1, max_length=TAGS)]


class VariableBody(Request):
    """The value of a variable."""

    value: Annotated[Any, AfterValidator(_variables)]


class InboxMessageBody(Request):
    """A message of an operator, to a known conversation."""

    conversationId: Annotated[str, Field(min_length=1, max_length=256)]
    text: ContentText | None = None
    attachmentRef: Identifier | None = None

    @model_validator(mode="after")
    def _says_something(self) -> InboxMessageBody:
        if self.text is None and self.attachmentRef is None:
            raise ValueError("must have a text or an attachmentRef")
        return self


class Contact(Group):
    """Who writes, as far as the channel knows."""

    id: Identifier | None = None
    name: Title | None = None
    email: Name | None = None
    phoneNumber: Name | None = None
    language: Language | None = None


class ChannelBody(Request):
    """What every body from a channel names."""

    chatbotId: Annotated[str, Field(min_length=1)] | None = None
    channelId: Identifier
    channelName: Title
    providerId: Identifier
    callee: Name | None = None
    in_background: Annotated[bool, Field(alias="async")] = False


class HandleBody(ChannelBody):
    """A new incoming message."""

    message: Annotated[AnyContent, NeverEmpty] | None = None
    contact: Contact | None = None
    language: Language | None = None
    providerMessageId: Identifier | None = None
    sent: Time | None = None


class EventBody(ChannelBody):
    """Something that happened on the channel."""

    event: Word
    eventPayload: Payload = None


class PayloadBody(Request):
    """A step payload in a known conversation."""

    chatbotId: Annotated[str, Field(min_length=1)] | None = None
    conversationId: str
    flowId: Identifier | None = None
    stepId: Identifier | None = None
    event: Word | None = None
    eventPayload: Annotated[str, Field(max_length=PAYLOAD_BYTES), AfterValidator(_from_json)] | None = None
    """JSON as text; here what it stands for."""
    in_background: Annotated[bool, Field(alias="async")] = False
    isDebug: bool = False


class CustomEventBody(Request):
    """A named event in a known conversation, which the path may name instead."""

    chatbotId: Annotated[str, Field(min_length=1)] | None = None
    conversationId: Annotated[str, Field(min_length=1)] | None = None
    event: Word
    payload: Payload = None
    in_background: Annotated[bool, Field(alias="async")] = False


class ListQuery(BaseModel):
    """The query of a list; query parameters are text, so they are converted."""

    model_config = ConfigDict(extra="ignore")

    contactId: Identifier | None = None
    channelId: Identifier | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = PAGE
    cursor: Annotated[str, Field(min_length=1, max_length=2048)] | None = None


class MessagesQuery(BaseModel):
    """The query of a conversation's messages."""

    model_config = ConfigDict(extra="ignore")

    limit: Annotated[int, Field(ge=1, le=MESSAGES_PAGE)] = MESSAGES_PAGE
    cursor: Annotated[str, Field(min_length=1, max_length=2048)] | None = None


class FindQuery(BaseModel):
    """What finds the conversation of a channel's contact."""

    model_config = ConfigDict(extra="ignore")

    channelId: Identifier
    providerId: Identifier


BODIES: Final = (
    CreateBody,
    PatchBody,
    ConversationPatch,
    CreateMessageBody,
    PatchMessageBody,
    HandleBody,
    EventBody,
    PayloadBody,
    CustomEventBody,
    NotesBody,
    VariableBody,
    InboxMessageBody,
)
