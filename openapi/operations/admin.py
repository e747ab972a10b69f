"""The administration's operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from confab.dialects.openbat.admin import (
    AnalyzerPatch,
    AuditQuery,
    ChatbotBody,
    ChatbotPatch,
    ExportQuery,
    FieldBody,
    FieldNameBody,
    FieldQuery,
    KeyBody,
    ResponderBody,
    TopicBody,
    TopicPatch,
)
from confab.platform.credentials import ADMINISTER
from pydantic import BaseModel

from openapi.answers.admin import (
    AnalyzerChoice,
    AuditLog,
    Chatbot,
    ChatbotWithKey,
    DeclaredTopic,
    Erased,
    ErasureRunning,
    FieldDeclared,
    Fields,
    IssuedKey,
    Key,
    Receipts,
    Responder,
    ResponderStored,
    TopicDeclared,
    UserData,
)
from openapi.answers.parts import Ok
from openapi.operation import ADMINISTRATION, Operation

_API: Final = "/api/v1"
_BOT: Final = f"{_API}/chatbots/{{id}}"


def _operation(
    method: str,
    route: str,
    summary: str,
    answer: Any,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    *,
    repeatable: bool = False,
) -> Operation:
    answers: Mapping[int, Any] = answer if isinstance(answer, dict) else {200: answer}
    bodies = () if body is None else (body,)
    return Operation(method, route, summary, ADMINISTRATION, ADMINISTER, answers, bodies, query, repeatable=repeatable)


def _make(route: str, summary: str, answer: Any, body: type[BaseModel] | None = None) -> Operation:
    """A POST that makes something whose id or secret the service chooses."""
    return _operation("POST", route, summary, answer, body, repeatable=True)


def _keys(before: str, whose: str) -> tuple[Operation, ...]:
    return (
        _operation("GET", f"{before}/keys", f"List the keys of {whose}", list[Key]),
        _make(f"{before}/keys", f"Make a key of {whose}", IssuedKey, KeyBody),
        _make(f"{before}/keys/{{keyId}}/rotate", f"Rotate a key of {whose}", IssuedKey),
        _operation("DELETE", f"{before}/keys/{{keyId}}", f"Revoke a key of {whose}", Ok),
    )


OPERATIONS: Final = (
    _operation("GET", f"{_API}/chatbots", "List chatbots", list[Chatbot]),
    _make(f"{_API}/chatbots", "Make a chatbot", ChatbotWithKey, ChatbotBody),
    _operation("GET", _BOT, "Read a chatbot", Chatbot),
    _operation("PATCH", _BOT, "Change a chatbot", Chatbot, ChatbotPatch),
    _operation("DELETE", _BOT, "Delete a chatbot and all that is its", Ok),
    _make(f"{_BOT}/rotate-key", "Rotate a chatbot's own key", ChatbotWithKey),
    *_keys(_API, "the workspace"),
    *_keys(_BOT, "a chatbot"),
    _operation("GET", f"{_API}/audit", "Read the audit log", AuditLog, query=AuditQuery),
    _operation("GET", f"{_BOT}/topics", "List a chatbot's own topics", list[DeclaredTopic]),
    _make(f"{_BOT}/topics", "Declare a topic", TopicDeclared, TopicBody),
    _operation("PATCH", f"{_BOT}/topics/{{topicId}}", "Change a topic", DeclaredTopic, TopicPatch),
    _operation("DELETE", f"{_BOT}/topics/{{topicId}}", "Remove a topic", Ok),
    _operation("GET", f"{_BOT}/responder", "Read a chatbot's responder", Responder),
    _operation("POST", f"{_BOT}/responder", "Give a chatbot a responder", ResponderStored, ResponderBody),
    _operation("DELETE", f"{_BOT}/responder", "Take a chatbot's responder away", Ok),
    _make(f"{_BOT}/responder/rotate-secret", "Rotate a responder's secret", ResponderStored),
    _operation("GET", f"{_BOT}/analyzer", "Read a chatbot's analyzer settings", AnalyzerChoice),
    _operation("PATCH", f"{_BOT}/analyzer", "Change a chatbot's analyzer settings", AnalyzerChoice, AnalyzerPatch),
    _operation("GET", f"{_BOT}/fields", "List a chatbot's custom fields", Fields),
    _operation("POST", f"{_BOT}/fields", "Declare a custom field", FieldDeclared, FieldBody),
    _operation("DELETE", f"{_BOT}/fields", "Take a custom field's declaration back", Ok, query=FieldQuery),
    _operation("POST", f"{_BOT}/fields/deny", "Deny a custom field", Ok, FieldNameBody),
    _operation("GET", f"{_BOT}/users/{{userId+}}", "Export a user's data", UserData, query=ExportQuery),
    _operation("DELETE", f"{_BOT}/users/{{userId+}}", "Erase a user's data", {200: Erased, 202: ErasureRunning}),
    _operation("GET", f"{_BOT}/erasures", "List the receipts of erasures", Receipts),
)
