"""Where the columns of the query language's views come from: SELECTs over the facts' views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from confab.query.targets import quoted
from confab.query.views import BOOLEAN, CONVERSATIONS, EVENTS, FEEDBACK, JSON, LIST, TEXT, THREADS, View

_ORIGIN: Final = {
    "projectId": "project_id",
    "integrationId": "integration_id",
    "properties": "properties",
    "userProperties": "user_properties",
}
_SOURCES: Final[Mapping[str, Mapping[str, str]]] = {
    CONVERSATIONS.name: {
        **_ORIGIN,
        "id": "id",
        "userMessageCount": "user_messages",
        "firstMessageTime": "first_message_at",
        "type": "type",
    },
    EVENTS.name: {
        **_ORIGIN,
        "id": "id",
        "messageId": "message_id",
        "conversationId": "shown_conversation_id",
        "createdAt": "created_at",
        "eventType": "entity_type",
        "type": "type",
        "searchQuery": "search_query",
    },
    FEEDBACK.name: {
        **_ORIGIN,
        "id": "id",
        "type": "type",
        "messageId": "message_id",
        "createdAt": "created_at",
        "updatedAt": "updated_at",
        "reasons": "reasons",
        "sources": "sources",
        "details": "details",
        "conversationId": "shown_conversation_id",
    },
    THREADS.name: {
        **_ORIGIN,
        "id": "id",
        "messageIds": "message_ids",
        "messagesCount": "messages",
        "question": "question",
        "questionLength": "question_length",
        "answer": "answer",
        "isOnTopic": "is_on_topic",
        "isClear": "is_clear",
        "isAnswerConfident": "is_answer_confident",
        "subject": "subject",
        "category": "category",
        "languages": "languages",
        "sentiment": "sentiment",
        "questionType": "question_type",
        "firstMessageTime": "first_message_at",
        "lastMessageTime": "last_message_at",
        "lastUpdated": "updated_at",
        "hasPositiveFeedback": "positive_feedback > 0",
        "hasNegativeFeedback": "negative_feedback > 0",
        "conversationIds": "conversation_ids",
        "isInitialQuestionAnswer": "is_initial",
    },
}
"""The expressions of columns, by view; a column that no analyzer fills has none, and is empty."""
_EMPTY: Final = {
    TEXT: "CAST(NULL AS VARCHAR)",
    JSON: "CAST(NULL AS VARCHAR)",
    BOOLEAN: "CAST(NULL AS BOOLEAN)",
    # Engines name the type of lists differently.
    LIST: "CASE WHEN FALSE THEN message_ids END",
}
"""Nothing, by what a column would hold."""
_KEPT: Final = {
    CONVERSATIONS.name: "kind = 'organic'",
    THREADS.name: "kind = 'organic'",
    FEEDBACK.name: "kind = 'organic' AND counts",
    EVENTS.name: "TRUE",
}
"""Which rows are in a view: probes are in no analytics, and of a person's feedback on a message the last one counts."""


def source_of(view: View, workspace_id: str, *, relation: str = "") -> str:
    """A SELECT of a view's rows with the language's columns.

    Args:
        workspace_id: what stands as ``organizationId``.
        relation: what is selected from; the facts' view of the same name when empty.
    """
    sources = {**_SOURCES[view.name], "organizationId": quoted(workspace_id)}
    columns = ", ".join(f'{sources.get(name) or _EMPTY[kind]} AS "{name}"' for name, kind in view.columns.items())
    return f"SELECT {columns} FROM {relation or view.name} WHERE {_KEPT[view.name]}"
