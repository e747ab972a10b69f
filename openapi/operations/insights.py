"""Confab's own reads."""

from __future__ import annotations

from typing import Any, Final

from confab.dialects.insights.queries import PageQuery, PeriodQuery, Query, SearchQuery, TopicsQuery
from confab.dialects.pages import TranscriptQuery
from confab.platform.credentials import READ
from pydantic import BaseModel

from openapi.answers.insights import (
    ConversationAnalysis,
    Flags,
    FoundConversations,
    OrganizationFigures,
    Organizations,
    Outcomes,
    Topics,
    UserFigures,
    Users,
)
from openapi.operation import INSIGHTS, Operation


def _read(route: str, summary: str, answer: Any, query: type[BaseModel] | None) -> Operation:
    return Operation("GET", f"/v1/insights/{route}", summary, INSIGHTS, READ, {200: answer}, query=query)


OPERATIONS: Final = (
    _read("topics", "Topics by what they offer to mend", Topics, TopicsQuery),
    _read("flags", "Flags by day", Flags, PeriodQuery),
    _read("outcomes", "Outcomes by day", Outcomes, PeriodQuery),
    _read("conversations", "Find conversations", FoundConversations, SearchQuery),
    _read(
        "conversations/{id}/analysis", "Read what was found in a conversation", ConversationAnalysis, TranscriptQuery
    ),
    _read("users", "List users", Users, PageQuery),
    _read("users/{id+}", "Read a user", UserFigures, Query),
    _read("organizations", "List organizations", Organizations, PageQuery),
    _read("organizations/{id+}", "Read an organization", OrganizationFigures, Query),
)
