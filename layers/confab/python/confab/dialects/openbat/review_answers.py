"""The answer of a review (docs/insights.md): types that hold the builder, and that the document is made from."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import Count, Score, Share, Time, Uuid


class ReviewedChatbot(TypedDict):
    """The chatbot that a review is of."""

    id: Uuid
    name: str


class ComparedFigure(TypedDict):
    """A figure of a window and of the one before."""

    value: float | None
    previous: float | None
    change: float | None
    sample: Count


class ReviewTotals(TypedDict):
    """The figures of a review."""

    conversations: ComparedFigure
    messages: ComparedFigure
    avgSentiment: ComparedFigure
    negativeRate: ComparedFigure
    resolutionRate: ComparedFigure
    escalationRate: ComparedFigure
    unansweredRate: ComparedFigure
    feedbackNegativeRate: ComparedFigure


class ReviewedOutcome(TypedDict):
    """How often conversations ended in one way."""

    outcome: str
    count: Count
    previous: Count


class ReviewedFlag(TypedDict):
    """In how many conversations a flag was raised."""

    flag: str
    count: Count
    previous: Count


class ReviewedIssue(TypedDict):
    """How many replies had a behaviour that can be improved."""

    behaviour: str
    count: Count
    previous: Count


class ReviewedTopic(TypedDict):
    """A topic of a window."""

    id: str
    name: str
    conversations: Count
    previous: Count
    resolutionRate: Share | None
    opportunity: float


class NewTopic(TypedDict):
    """A topic that was found for the first time."""

    id: str
    name: str
    conversations: Count


class ReviewedTopicName(TypedDict):
    """A topic by its name."""

    id: str
    name: str


class BadTurn(TypedDict):
    """The message of the user at which a conversation went wrong."""

    id: Uuid
    externalId: str | None
    text: NotRequired[str]
    reasoning: NotRequired[str | None]


class BadReply(TypedDict):
    """The assistant's answer to such a message."""

    id: Uuid
    behaviour: str | None
    outcome: str | None
    text: NotRequired[str]


class ReviewExample(TypedDict):
    """A conversation that went wrong."""

    id: Uuid
    externalId: str | None
    startedAt: Time | None
    outcome: str | None
    avgSentiment: Score | None
    topics: list[ReviewedTopicName]
    flags: list[str]
    firstBadTurn: BadTurn | None
    reply: BadReply | None


Review = TypedDict(
    "Review",
    {
        "chatbot": ReviewedChatbot,
        "from": Time,
        "to": Time,
        "previousFrom": Time,
        "basis": Annotated[str, Field(json_schema_extra={"enum": ["conversations", "days"]})],
        "totals": ReviewTotals,
        "outcomes": list[ReviewedOutcome],
        "flags": list[ReviewedFlag],
        "issues": list[ReviewedIssue],
        "topics": list[ReviewedTopic],
        "newTopics": list[NewTopic],
        "examples": list[ReviewExample],
    },
)
"""What happened in a window of time, against the one before it."""
