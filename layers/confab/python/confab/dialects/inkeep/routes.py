"""Inkeep's routes (inkeep.md)."""

from __future__ import annotations

from typing import Final

from confab.platform import credentials as may
from confab.platform.routes import QUERY_WEIGHT, Route

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
_QUERIES: Final = "inkeep.query_models"
_CSV: Final = ("text/csv; charset=utf-8",)


def _query(path: str, handler: str, summary: str, permission: str, answer: str, body: str) -> Route:
    route = Route("POST", f"/query/{path}", "query", handler, permission, summary, {200: answer})
    return route._replace(bodies=(f"{_QUERIES}.{body}",), weight=QUERY_WEIGHT)


def _export(path: str, handler: str, summary: str, permission: str, body: str) -> Route:
    route = _query(f"{path}/export", handler, summary, permission, "ExportedRows", body)
    return route._replace(answers={200: "ExportedRows", 303: "ExportedRows"}, types=_CSV)


def _statistics(path: str, handler: str, summary: str, answer: str) -> Route:
    route = Route("GET", f"/query/{path}", "query", handler, may.LIST_CONVERSATIONS, summary, {200: answer})
    return route._replace(query=f"{_QUERIES}.StatisticsQuery", weight=QUERY_WEIGHT)


_LIST: Final = may.LIST_CONVERSATIONS
_FEEDBACK: Final = may.READ_FEEDBACK
QUERY: Final = (
    _query("conversations", "query_conversations", "Query conversations", _LIST, "QueryPage", "QueryBody"),
    _query("events", "query_events", "Query events", _LIST, "QueryPage", "QueryBody"),
    _query("feedback", "query_feedback", "Query feedback", _FEEDBACK, "QueryPage", "QueryBody"),
    _query("semantic-threads", "query_threads", "Query semantic threads", _LIST, "QueryPage", "ThreadsQueryBody"),
    _query("property-keys", "query_keys", "List keys of properties", _LIST, "QueryResults", "PropertyKeysBody"),
    _query("property-values", "query_values", "List values of properties", _LIST, "QueryResults", "PropertyValuesBody"),
    _statistics("top-search-queries", "top_searches", "What was searched for most often", "TopSearches"),
    _statistics("weekly-search-users", "weekly_users", "Users who searched, by week", "WeeklyUsers"),
    _export("conversations", "export_conversations", "Export queried conversations", _LIST, "QueryBody"),
    _export("events", "export_events", "Export queried events", _LIST, "QueryBody"),
    _export("feedback", "export_feedback", "Export queried feedback", _FEEDBACK, "QueryBody"),
    _export("semantic-threads", "export_threads", "Export queried semantic threads", _LIST, "ThreadsQueryBody"),
)
"""The query language."""
