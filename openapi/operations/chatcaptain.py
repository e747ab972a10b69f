"""ChatCaptain's operations."""

from __future__ import annotations

from typing import Any, Final

from confab.dialects.chatcaptain.models import (
    ConversationPatch,
    CreateBody,
    CreateMessageBody,
    CustomEventBody,
    EventBody,
    FindQuery,
    HandleBody,
    ListQuery,
    MessagesQuery,
    PatchBody,
    PatchMessageBody,
    PayloadBody,
)
from confab.platform import credentials as may
from pydantic import BaseModel

from openapi.answers.chatcaptain import (
    ConversationDeleted,
    Conversations,
    HandledEvent,
    HandledMessage,
    HandledPayload,
    Messages,
    OneConversation,
    OneMessage,
)
from openapi.operation import CHATCAPTAIN, Operation

_ALL: Final = "/v1/chatbots/{chatbotId}/conversations"
_ONE: Final = f"{_ALL}/{{conversationId}}"
_MESSAGE: Final = f"{_ONE}/messages/{{messageId}}"


def _read(route: str, summary: str, permission: str, answer: Any, query: type[BaseModel] | None = None) -> Operation:
    return Operation("GET", route, summary, CHATCAPTAIN, permission, {200: answer}, query=query)


def _write(route: str, summary: str, permission: str, answer: Any, body: type[BaseModel]) -> Operation:
    return Operation("POST", route, summary, CHATCAPTAIN, permission, {201: answer}, (body,), repeatable=True)


def _change(
    route: str, summary: str, permission: str, answer: Any, *bodies: type[BaseModel], fills: bool = False
) -> Operation:
    return Operation("PATCH", route, summary, CHATCAPTAIN, permission, {200: answer}, bodies, fills=fills)


OPERATIONS: Final = (
    _read(_ALL, "List conversations", may.CHATBOT_LIST, Conversations, ListQuery),
    _write(_ALL, "Make a conversation", may.CHATBOT_CREATE, OneConversation, CreateBody),
    _read(f"{_ALL}/find", "Find a channel's conversation", may.CHATBOT_LIST, OneConversation, FindQuery),
    _write(f"{_ALL}/handle", "Hand over a message", may.CHATBOT_HANDLE, HandledMessage, HandleBody),
    _write(f"{_ALL}/event", "Hand over an event", may.CHATBOT_HANDLE_EVENT, HandledEvent, EventBody),
    _write(f"{_ALL}/payload", "Hand over a step payload", may.CHATBOT_HANDLE_PAYLOAD, HandledPayload, PayloadBody),
    _write(f"{_ALL}/custom-event", "Note a custom event", may.CHATBOT_HANDLE_EVENT, HandledEvent, CustomEventBody),
    _read(_ONE, "Read a conversation", may.CHATBOT_GET, OneConversation),
    _change(_ONE, "Change a conversation", may.CHATBOT_EDIT, OneConversation, PatchBody, ConversationPatch),
    Operation("DELETE", _ONE, "Delete a conversation", CHATCAPTAIN, may.CHATBOT_EDIT, {200: ConversationDeleted}),
    _write(
        f"{_ONE}/custom-event",
        "Note a custom event of a conversation",
        may.CHATBOT_HANDLE_EVENT,
        HandledEvent,
        CustomEventBody,
    ),
    _read(f"{_ONE}/messages", "List messages", may.CHATBOT_LIST_MESSAGES, Messages, MessagesQuery),
    _write(f"{_ONE}/messages", "Write a message", may.CHATBOT_CREATE_MESSAGE, OneMessage, CreateMessageBody),
    _read(_MESSAGE, "Read a message", may.CHATBOT_GET_MESSAGE, OneMessage),
    _change(_MESSAGE, "Change a message", may.CHATBOT_EDIT_MESSAGE, OneMessage, PatchMessageBody, fills=True),
)
