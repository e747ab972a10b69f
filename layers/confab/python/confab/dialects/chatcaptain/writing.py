"""ChatCaptain's requests in the domain's words."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, get_args

from confab.channels.new_conversation import NewConversation
from confab.dialects.chatcaptain.models import (
    AnyContent,
    ChannelBody,
    ChannelType,
    Content,
    ConversationBody,
    ConversationPatch,
    HandleBody,
    InboxMessageBody,
    MessageBody,
    MessagePatch,
    PatchBody,
)
from confab.dialects.fields import iso, said
from confab.domain.channel_media import BODY, TEXT
from confab.domain.content import AGENT_MARK, FROM_AGENT, FROM_BOT, FROM_USER, NOTE, role_of, text_of
from confab.domain.message import Draft
from confab.platform.errors import Fault, InvalidRequest

_TIMES: Final = ("processed", "sent", "received", "read")
_ID_PREFIX: Final = "m_"
GENERATED: Final = "g:"
MAX_VARIABLE: Final = 128


def message_id(key: str) -> str:
    """The id under which a message is shown; it holds the message's key, so that finding it needs no lookup."""
    if key.startswith(GENERATED):
        return key[len(GENERATED) :]
    return _ID_PREFIX + base64.urlsafe_b64encode(key.encode()).rstrip(b"=").decode()


def message_key(shown: str) -> str | None:
    """The key of a message that is shown under this id; None for what cannot be one."""
    if not shown.startswith(_ID_PREFIX):
        return GENERATED + shown
    try:
        return base64.urlsafe_b64decode(shown[len(_ID_PREFIX) :] + "==").decode()
    except ValueError:
        return None


def require_same(name: str, given: str | None, path: str) -> None:
    """Check that an id in the body is the one in the path.

    Raises:
        InvalidRequest: it is another.
    """
    if given is not None and given != path:
        fault = Fault(name, f"must be the {name} of the path")
        raise InvalidRequest(f"{name}: {fault.message}", [fault])


def required_conversation(given: str | None) -> str:
    """The conversation that a body names because the path does not.

    Raises:
        InvalidRequest: it names none.
    """
    if given is None:
        fault = Fault("conversationId", "is required")
        raise InvalidRequest(f"{fault.path}: {fault.message}", [fault])
    return given


def variable_name(given: str) -> str:
    """The name of a variable that a path gives.

    Raises:
        InvalidRequest: it is too long.
    """
    if not 0 < len(given) <= MAX_VARIABLE:
        raise InvalidRequest.at(Fault("variableId", f"must have 1 to {MAX_VARIABLE} characters"))
    return given


def conversation_patch(
    checked: Callable[[type[PatchBody] | type[ConversationPatch], Mapping[str, Any]], Any], body: Mapping[str, Any]
) -> ConversationPatch:
    """A conversation's change, wrapped under its name or bare."""
    if "conversation" in body:
        wrapped: PatchBody = checked(PatchBody, body)
        return wrapped.conversation
    bare: ConversationPatch = checked(ConversationPatch, body)
    return bare


def content_value(content: AnyContent) -> dict[str, Any]:
    """A content object as it came; a string is its text."""
    return content.model_dump(exclude_unset=True) if isinstance(content, Content) else {TEXT: content}


def created_conversation(body: ConversationBody) -> NewConversation:
    """A conversation that someone makes."""
    fields = body.model_dump(exclude_none=True, exclude={"contactId", "channelId", "providerId"})
    return NewConversation(
        channel_id=body.channelId, provider_id=body.providerId, contact_id=body.contactId, fields=fields
    )


def channel_conversation(body: ChannelBody) -> NewConversation:
    """The conversation that a channel speaks of, as it begins when it is new."""
    contact = body.contact if isinstance(body, HandleBody) else None
    user = said(contact)
    language = (body.language if isinstance(body, HandleBody) else None) or user.get("language")
    fields = {
        "channelType": _channel_type(body),
        "channelName": body.channelName,
        "environment": "prod",
        **({"language": language} if language else {}),
        **({"callee": body.callee} if body.callee else {}),
    }
    return NewConversation(
        channel_id=body.channelId, provider_id=body.providerId, contact_id=body.providerId, fields=fields, user=user
    )


def _channel_type(body: ChannelBody) -> str:
    """The channel's type where its name says it; a call has a callee, and all else is a web chat."""
    name = body.channelName.lower()
    if name in get_args(ChannelType):
        return name
    return "voice" if body.callee else "web"


def handled_draft(body: HandleBody) -> Draft | None:
    """The message that a channel sends; None when there is none."""
    if body.message is None:
        return None
    content = content_value(body.message)
    return _draft(content, FROM_USER, {}, body.providerMessageId, body.sent)


def written_draft(body: MessageBody) -> Draft:
    """A message that an operator or a bot writes."""
    content = content_value(body.content)
    sender = body.sender or (FROM_USER if body.outgoing is False else FROM_BOT)
    kept: dict[str, Any] = body.model_dump(
        exclude_none=True, include={"type", "status", "persona", "messengerId", "contextId"}
    )
    kept.update({name: iso(getattr(body, name)) for name in _TIMES if getattr(body, name) is not None})
    if body.outgoing is not None and body.outgoing != (sender != FROM_USER):
        kept["outgoing"] = body.outgoing
    return _draft(content, sender, kept, body.providerMessageId, body.created)


def inbox_draft(body: InboxMessageBody) -> Draft:
    """A message that an operator writes in the inbox."""
    file = {"file": {"attachmentRef": body.attachmentRef}} if body.attachmentRef is not None else {}
    content = {**({TEXT: body.text} if body.text is not None else {}), **file}
    return _draft(content, FROM_AGENT, {}, None, None)


def _draft(
    content: Mapping[str, Any], sender: str, kept: dict[str, Any], identity: str | None, at: datetime | None
) -> Draft:
    kind = kept.get("type", TEXT)
    if kind == TEXT:
        kept.pop("type", None)
    role = role_of(sender, kind, content)
    text = text_of(content)
    if dict(content) != {TEXT: text}:
        kept["content"] = dict(content)
    if role == NOTE and sender != FROM_AGENT:
        kept["sender"] = sender
    extras: dict[str, Any] = {BODY: kept} if kept else {}
    if sender == FROM_AGENT and role != NOTE:
        extras[AGENT_MARK] = True
    return Draft(role=role, content=text, id=identity, sent_at=at, extras=extras)


def patched_fields(patch: ConversationPatch) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that a patch sets, and what it says of the contact.

    Raises:
        InvalidRequest: it sets nothing.
    """
    fields = said(patch)
    if not fields:
        fault = Fault("conversation", f"must have at least one of {', '.join(ConversationPatch.model_fields)}")
        raise InvalidRequest(f"{fault.path}: {fault.message}", [fault])
    user = {"id": fields.pop("contactId")} if "contactId" in fields else {}
    return fields, user


def patched_message(patch: MessagePatch) -> tuple[dict[str, str], dict[str, Any] | None]:
    """The state that a patch sets, and the content when it brings another.

    Raises:
        InvalidRequest: it sets nothing.
    """
    state = {name: iso(getattr(patch, name)) or "" for name in _TIMES if getattr(patch, name) is not None}
    if patch.status is not None:
        state["status"] = patch.status
    content = None if patch.content is None else content_value(patch.content)
    if not state and content is None:
        fault = Fault("message", f"must have at least one of {', '.join(MessagePatch.model_fields)}")
        raise InvalidRequest(f"{fault.path}: {fault.message}", [fault])
    return state, content
