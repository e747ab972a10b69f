"""The administration's routes."""

from __future__ import annotations

from typing import Final

from confab.platform.credentials import ADMINISTER, READ
from confab.platform.routes import Route

_API: Final = "/api/v1"
_BOT: Final = f"{_API}/chatbots/{{id}}"
_EXPORT: Final = f"{_BOT}/exports"
_DONE: Final = "Ok"


def _route(method: str, path: str, handler: str, summary: str, answer: str, body: str = "", query: str = "") -> Route:
    return Route(
        method,
        path,
        "admin",
        handler,
        ADMINISTER,
        summary,
        {200: answer},
        bodies=_models(body),
        query=f"openbat.admin.{query}" if query else "",
    )


def _models(body: str) -> tuple[str, ...]:
    """A body's model, of the administration's unless its module is named."""
    return (f"openbat.{body}" if "." in body else f"openbat.admin.{body}",) if body else ()


def _make(path: str, handler: str, summary: str, answer: str, body: str = "") -> Route:
    """A POST that makes something whose id or secret the service chooses."""
    return _route("POST", path, handler, summary, answer, body)._replace(repeatable=True)


def _keys(before: str, whose: str) -> tuple[Route, ...]:
    return (
        _route("GET", f"{before}/keys", "list_keys", f"List the keys of {whose}", "Keys"),
        _make(f"{before}/keys", "create_key", f"Make a key of {whose}", "IssuedKey", "KeyBody"),
        _make(f"{before}/keys/{{keyId}}/rotate", "rotate_key", f"Rotate a key of {whose}", "IssuedKey"),
        _route("DELETE", f"{before}/keys/{{keyId}}", "revoke_key", f"Revoke a key of {whose}", _DONE),
    )


_CHATBOTS: Final = (
    _route("GET", f"{_API}/chatbots", "list_chatbots", "List chatbots", "Chatbots"),
    _make(f"{_API}/chatbots", "create_chatbot", "Make a chatbot", "ChatbotWithKey", "ChatbotBody"),
    _route("GET", _BOT, "get_chatbot", "Read a chatbot", "Chatbot"),
    _route("PATCH", _BOT, "patch_chatbot", "Change a chatbot", "Chatbot", "ChatbotPatch"),
    _route("DELETE", _BOT, "delete_chatbot", "Delete a chatbot and all that is its", _DONE),
    _make(f"{_BOT}/rotate-key", "rotate_chatbot_key", "Rotate a chatbot's own key", "ChatbotWithKey"),
)
_TOPICS: Final = (
    _route("GET", f"{_BOT}/topics", "list_topics", "List a chatbot's own topics", "DeclaredTopics"),
    _make(f"{_BOT}/topics", "create_topic", "Declare a topic", "TopicDeclared", "TopicBody"),
    _route("PATCH", f"{_BOT}/topics/{{topicId}}", "patch_topic", "Change a topic", "DeclaredTopic", "TopicPatch"),
    _route("DELETE", f"{_BOT}/topics/{{topicId}}", "delete_topic", "Remove a topic", _DONE),
)
_RESPONDER: Final = (
    _route("GET", f"{_BOT}/responder", "get_responder", "Read a chatbot's responder", "Responder"),
    _route(
        "POST", f"{_BOT}/responder", "put_responder", "Give a chatbot a responder", "ResponderStored", "ResponderBody"
    ),
    _route("DELETE", f"{_BOT}/responder", "delete_responder", "Take a chatbot's responder away", _DONE),
    _make(f"{_BOT}/responder/rotate-secret", "rotate_secret", "Rotate a responder's secret", "ResponderStored"),
)
_ANALYZER: Final = (
    _route("GET", f"{_BOT}/analyzer", "get_analyzer", "Read a chatbot's analyzer settings", "AnalyzerChoice"),
    _route(
        "PATCH",
        f"{_BOT}/analyzer",
        "patch_analyzer",
        "Change a chatbot's analyzer settings",
        "AnalyzerChoice",
        "AnalyzerPatch",
    ),
)
_FIELDS: Final = (
    _route("GET", f"{_BOT}/fields", "list_fields", "List a chatbot's custom fields", "Fields"),
    _route("POST", f"{_BOT}/fields", "declare_field", "Declare a custom field", "FieldDeclared", "FieldBody"),
    _route(
        "DELETE",
        f"{_BOT}/fields",
        "remove_field",
        "Take a custom field's declaration back",
        _DONE,
        query="FieldQuery",
    ),
    _route("POST", f"{_BOT}/fields/deny", "deny_field", "Deny a custom field", _DONE, "FieldNameBody"),
)
_USERS: Final = (
    _route("GET", f"{_BOT}/users/{{userId+}}", "export_user", "Export a user's data", "UserData", query="ExportQuery"),
    _route("DELETE", f"{_BOT}/users/{{userId+}}", "erase_user", "Erase a user's data", "Erased")._replace(
        answers={200: "Erased", 202: "ErasureRunning"}
    ),
    _route("GET", f"{_BOT}/erasures", "list_receipts", "List the receipts of erasures", "Receipts"),
)
_EXPORTS: Final = (
    Route(
        "POST",
        _EXPORT,
        "admin",
        "begin_export",
        READ,
        "Begin an export of any size",
        {202: "ExportStarted"},
        bodies=("openbat.exports.ExportBody",),
        repeatable=True,
    ),
    _route("GET", f"{_BOT}/exports/{{exportId}}", "get_export", "Read an export", "ExportJob")._replace(
        permission=READ
    ),
)
_IMPORTS: Final = (
    _make(f"{_BOT}/imports", "make_import", "Make an import", "ImportMade", "imports.ImportBody"),
    _route("GET", f"{_BOT}/imports/{{importId}}", "get_import", "Read an import", "ImportJob"),
    _route("POST", f"{_BOT}/imports/{{importId}}/start", "begin_import", "Begin an import", "ImportJob")._replace(
        answers={202: "ImportJob"}
    ),
)
ROUTES: Final = (
    *_CHATBOTS,
    *_keys(_API, "the workspace"),
    *_keys(_BOT, "a chatbot"),
    _route("GET", f"{_API}/audit", "list_entries", "Read the audit log", "AuditLog", query="AuditQuery"),
    *_TOPICS,
    *_RESPONDER,
    *_ANALYZER,
    *_FIELDS,
    *_USERS,
    *_EXPORTS,
    *_IMPORTS,
)
