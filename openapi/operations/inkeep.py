"""Inkeep's operations."""

from __future__ import annotations

from typing import Any, Final

from confab.dialects.inkeep.models import (
    ConversationEvent,
    FeedbackBody,
    FeedbackQuery,
    ListQuery,
    MessageEvent,
    OpenAIConversation,
    SearchEvent,
    SupportConversation,
)
from confab.dialects.pages import TranscriptQuery
from confab.platform import credentials as may
from pydantic import BaseModel

from openapi.answers.inkeep import (
    Deleted,
    FeedbackEntry,
    FeedbackPage,
    GivenFeedback,
    LoggedConversation,
    LoggedConversations,
    LoggedEvent,
)
from openapi.operation import INKEEP, Operation

_CONVERSATION: Final = (OpenAIConversation, SupportConversation)
_EVENT: Final = (MessageEvent, ConversationEvent, SearchEvent)


def _write(route: str, summary: str, permission: str, answer: Any, bodies: tuple[type[BaseModel], ...]) -> Operation:
    return Operation("POST", route, summary, INKEEP, permission, {200: answer}, bodies, repeatable=True)


def _read(route: str, summary: str, permission: str, answer: Any, query: type[BaseModel] | None = None) -> Operation:
    return Operation("GET", route, summary, INKEEP, permission, {200: answer}, query=query)


def _delete(route: str, summary: str, permission: str) -> Operation:
    return Operation("DELETE", route, summary, INKEEP, permission, {200: Deleted})


OPERATIONS: Final = (
    _write("/conversations", "Log a conversation", may.LOG_CONVERSATION, LoggedConversation, _CONVERSATION),
    _read("/conversations", "List conversations", may.LIST_CONVERSATIONS, LoggedConversations, ListQuery),
    _read("/conversations/{id+}", "Read a conversation", may.GET_CONVERSATION, LoggedConversation, TranscriptQuery),
    _delete("/conversations/{id+}", "Delete a conversation", may.DELETE_CONVERSATION),
    _read(
        "/conversations/external/{id+}",
        "Read a conversation by its external id",
        may.LIST_CONVERSATIONS,
        LoggedConversation,
    ),
    _write("/feedback", "Give feedback", may.SUBMIT_FEEDBACK, GivenFeedback, (FeedbackBody,)),
    _read("/feedback", "List feedback", may.READ_FEEDBACK, FeedbackPage, FeedbackQuery),
    _read("/feedback/{id+}", "Read feedback", may.READ_FEEDBACK, FeedbackEntry),
    _delete("/feedback/{id+}", "Take feedback back", may.DELETE_FEEDBACK),
    _write("/events", "Log an event", may.LOG_EVENT, LoggedEvent, _EVENT),
)
