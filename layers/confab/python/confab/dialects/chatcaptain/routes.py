"""ChatCaptain's routes (chatcaptain.md)."""

from __future__ import annotations

from typing import Final

from confab.platform import credentials as may
from confab.platform.routes import Route

_ALL: Final = "/v1/chatbots/{chatbotId}/conversations"
_ONE: Final = f"{_ALL}/{{conversationId}}"
_MESSAGE: Final = f"{_ONE}/messages/{{messageId}}"
_MODELS: Final = "chatcaptain.models"


def _route(
    method: str, path: str, handler: str, summary: str, permission: str, answer: str, *bodies: str, status: int = 200
) -> Route:
    models = tuple(f"{_MODELS}.{body}" for body in bodies)
    return Route(method, path, "conversation_management", handler, permission, summary, {status: answer}, bodies=models)


def _read(path: str, handler: str, summary: str, permission: str, answer: str, query: str = "") -> Route:
    route = _route("GET", path, handler, summary, permission, answer)
    return route._replace(query=f"{_MODELS}.{query}" if query else "")


def _write(path: str, handler: str, summary: str, permission: str, answer: str, body: str) -> Route:
    return _route("POST", path, handler, summary, permission, answer, body, status=201)._replace(repeatable=True)


_CHANNELS: Final = (
    _write(f"{_ALL}/handle", "handle_message", "Handle a message", may.CHATBOT_HANDLE, "HandledMessage", "HandleBody"),
    _write(f"{_ALL}/event", "handle_event", "Handle an event", may.CHATBOT_HANDLE_EVENT, "HandledEvent", "EventBody"),
    _write(
        f"{_ALL}/payload",
        "handle_payload",
        "Handle a step payload",
        may.CHATBOT_HANDLE_PAYLOAD,
        "HandledPayload",
        "PayloadBody",
    ),
    _write(
        f"{_ALL}/custom-event",
        "handle_custom_event",
        "Note a custom event",
        may.CHATBOT_HANDLE_EVENT,
        "HandledEvent",
        "CustomEventBody",
    ),
    _write(
        f"{_ONE}/custom-event",
        "handle_custom_event_of",
        "Note a custom event of a conversation",
        may.CHATBOT_HANDLE_EVENT,
        "HandledEvent",
        "CustomEventBody",
    ),
)
_CONVERSATIONS: Final = (
    _read(_ALL, "list_conversations", "List conversations", may.CHATBOT_LIST, "Conversations", "ListQuery"),
    _write(_ALL, "create_conversation", "Make a conversation", may.CHATBOT_CREATE, "OneConversation", "CreateBody"),
    _read(
        f"{_ALL}/find",
        "find_conversation",
        "Find a channel's conversation",
        may.CHATBOT_LIST,
        "OneConversation",
        "FindQuery",
    ),
    _read(_ONE, "get_conversation", "Read a conversation", may.CHATBOT_GET, "OneConversation"),
    _route(
        "PATCH",
        _ONE,
        "patch_conversation",
        "Change a conversation",
        may.CHATBOT_EDIT,
        "OneConversation",
        "PatchBody",
        "ConversationPatch",
    ),
    _route("DELETE", _ONE, "delete_conversation", "Delete a conversation", may.CHATBOT_EDIT, "ConversationDeleted"),
)
_MESSAGES: Final = (
    _read(
        f"{_ONE}/messages",
        "list_messages",
        "List messages",
        may.CHATBOT_LIST_MESSAGES,
        "Messages",
        "MessagesQuery",
    ),
    _write(
        f"{_ONE}/messages",
        "create_message",
        "Write a message",
        may.CHATBOT_CREATE_MESSAGE,
        "OneMessage",
        "CreateMessageBody",
    ),
    _read(_MESSAGE, "get_message", "Read a message", may.CHATBOT_GET_MESSAGE, "OneMessage"),
    _route(
        "PATCH",
        _MESSAGE,
        "patch_message",
        "Change a message",
        may.CHATBOT_EDIT_MESSAGE,
        "OneMessage",
        "PatchMessageBody",
    )._replace(fills=True),
)
_VARIABLES: Final = f"{_ONE}/variables"
_VARIABLE: Final = f"{_VARIABLES}/{{variableId}}"
_PARTS: Final = (
    _route("PATCH", f"{_ONE}/notes", "add_notes", "Add notes", may.CHATBOT_EDIT, "NotesChanged", "NotesBody"),
    _route("DELETE", f"{_ONE}/notes", "remove_notes", "Remove notes", may.CHATBOT_EDIT, "NotesChanged", "NotesBody"),
    _read(_VARIABLES, "list_variables", "List variables", may.CHATBOT_GET, "Variables"),
    _read(_VARIABLE, "get_variable", "Read a variable", may.CHATBOT_GET, "OneVariable"),
    _route("PUT", _VARIABLE, "set_variable", "Set a variable", may.CHATBOT_EDIT, "OneVariable", "VariableBody"),
)
_INBOX: Final = (
    _write(
        "/v1/inbox/{chatbotId}/messages",
        "send_inbox_message",
        "Write a message as an operator",
        may.CHATBOT_CREATE_MESSAGE,
        "OneMessage",
        "InboxMessageBody",
    ),
    _read("/v1/public-apps", "list_public_apps", "Try a key", may.CHATBOT_LIST, "PublicApps"),
)
ROUTES: Final = (*_CHANNELS, *_CONVERSATIONS, *_MESSAGES, *_PARTS, *_INBOX)
