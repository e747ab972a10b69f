"""Inkeep's routes (inkeep.md)."""

from __future__ import annotations

from typing import Final

from confab.platform import credentials as may
from confab.platform.routes import Route

_MODELS: Final = "inkeep.models"


def _route(method: str, path: str, handler: str, summary: str, permission: str, answer: str) -> Route:
    return Route(method, path, "log_conversation", handler, permission, summary, {200: answer})


def _write(path: str, handler: str, summary: str, permission: str, answer: str, *bodies: str) -> Route:
    models = tuple(f"{_MODELS}.{body}" for body in bodies)
    return _route("POST", path, handler, summary, permission, answer)._replace(bodies=models, repeatable=True)


def _read(path: str, handler: str, summary: str, permission: str, answer: str, query: str = "") -> Route:
    return _route("GET", path, handler, summary, permission, answer)._replace(query=query)


ROUTES: Final = (
    _write(
        "/conversations",
        "log_conversation",
        "Log a conversation",
        may.LOG_CONVERSATION,
        "LoggedConversation",
        "OpenAIConversation",
        "SupportConversation",
    ),
    _read(
        "/conversations",
        "list_conversations",
        "List conversations",
        may.LIST_CONVERSATIONS,
        "LoggedConversations",
        f"{_MODELS}.ListQuery",
    ),
    _read(
        "/conversations/{id+}",
        "get_conversation",
        "Read a conversation",
        may.GET_CONVERSATION,
        "LoggedConversation",
        "pages.TranscriptQuery",
    ),
    _route(
        "DELETE",
        "/conversations/{id+}",
        "delete_conversation",
        "Delete a conversation",
        may.DELETE_CONVERSATION,
        "Deleted",
    ),
    _read(
        "/conversations/external/{id+}",
        "get_by_external_id",
        "Read a conversation by its external id",
        may.LIST_CONVERSATIONS,
        "LoggedConversation",
    ),
    _write("/feedback", "submit_feedback", "Give feedback", may.SUBMIT_FEEDBACK, "GivenFeedback", "FeedbackBody"),
    _read("/feedback", "list_feedback", "List feedback", may.READ_FEEDBACK, "FeedbackPage", f"{_MODELS}.FeedbackQuery"),
    _read("/feedback/{id+}", "get_feedback", "Read feedback", may.READ_FEEDBACK, "FeedbackEntry"),
    _route("DELETE", "/feedback/{id+}", "delete_feedback", "Take feedback back", may.DELETE_FEEDBACK, "Deleted"),
    _write(
        "/events",
        "log_event",
        "Log an event",
        may.LOG_EVENT,
        "LoggedEvent",
        "MessageEvent",
        "ConversationEvent",
        "SearchEvent",
    ),
)
