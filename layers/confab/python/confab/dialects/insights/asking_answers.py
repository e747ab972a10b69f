"""The answers of what is asked of the facts: types that hold the builders, and that the document is made from.

``asOf`` says up to when what was stored is in an answer; null where nothing is.
"""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import Count, Time, Uuid
from confab.dialects.insights.answers import FoundConversation
from confab.dialects.insights.judgements import TopicName

Reason = Annotated[
    str, Field(json_schema_extra={"enum": ["unanswered", "negative_feedback", "not_confident", "unresolved"]})
]


class SqlColumn(TypedDict):
    """A column by its name and DuckDB's type."""

    name: str
    type: str


class SqlRows(TypedDict):
    """The rows of a statement, each a list of values in the order of the columns."""

    columns: list[SqlColumn]
    rows: list[list[Any]]
    count: Count
    truncated: bool
    asOf: Time | None


class GapExample(TypedDict):
    """A question that was not answered."""

    question: str
    answer: str | None
    conversationId: Uuid
    askedAt: Time
    reason: Reason


class ContentGap(TypedDict):
    """The questions of a subject that were not answered."""

    subject: TopicName | None
    users: Count
    questions: Count
    conversations: Count
    asked: Count
    reasons: dict[str, int]
    lastAskedAt: Time
    examples: list[GapExample]


ContentGaps = TypedDict(
    "ContentGaps",
    {
        "from": Time,
        "to": Time,
        "questions": Count,
        "unanswered": Count,
        "gaps": list[ContentGap],
        "asOf": Time | None,
    },
)
"""The gaps of a period, those that most users have first."""


class TextMatch(TypedDict):
    """The first message with one of the words, and what stands around it."""

    messageId: str
    snippet: str


class MatchedConversation(FoundConversation):
    """A conversation without its messages, and where the words are."""

    match: TextMatch | None


class MatchedConversations(TypedDict):
    """A page of a search, the latest conversations first; ``remaining`` counts this page and what follows."""

    conversations: list[MatchedConversation]
    remaining: Count
    asOf: Time | None
    nextCursor: NotRequired[str]
