"""The answers of Confab's own reads (``confab.dialects.insights``)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from openapi.answers.parts import (
    ConversationOutcome,
    Count,
    Day,
    Distribution,
    Label,
    Score,
    Shape,
    Share,
    Time,
    Trend,
    Uuid,
    absent,
)

Week = Annotated[str, Field(pattern=r"^\d{4}-W\d{2}$")]


class OutcomeCounts(Shape):
    """Conversations by outcome."""

    resolved: Count
    unresolved: Count
    escalated: Count
    abandoned: Count
    open: Count


class _Summary(Shape):
    conversations: Count
    messages: Count
    avgSentiment: Score | None
    sentimentDistribution: Distribution
    outcomes: OutcomeCounts
    resolutionRate: Share | None


class TopicName(Shape):
    """A topic by id and name."""

    id: str
    name: str


class WeekCount(Shape):
    """The conversations of an ISO week."""

    week: Week
    conversations: Count


class TopicTrend(Shape):
    """Where a topic goes."""

    direction: Literal["rising", "steady", "falling"] | None
    weeks: list[WeekCount]


class Sample(Shape):
    """A conversation to look at."""

    id: Uuid
    externalId: str | None
    startedAt: Time | None
    avgSentiment: Score | None
    outcome: ConversationOutcome | None


class RankedTopic(_Summary):
    """A topic with its figures."""

    id: str
    name: str
    declared: bool
    parent: TopicName | None
    opportunity: float | None
    trend: TopicTrend
    samples: list[Sample]


class Topics(Shape):
    """The topics by what they offer to mend."""

    weeks: list[Week]
    topics: list[RankedTopic]
    total: Count


class FlagDay(Shape):
    """A day on which a flag was raised."""

    date: Day
    conversations: Count
    messages: Count


class FlagFigures(Shape):
    """How often a flag was raised."""

    flag: str
    conversations: Count
    messages: Count
    conversationRate: Share | None
    messageRate: Share | None
    overTime: list[FlagDay]


class _Period(Shape):
    from_: Annotated[Day, Field(alias="from")]
    to: Day


class Flags(_Period):
    """The flags of a period."""

    conversations: Count
    messages: Count
    flags: list[FlagFigures]


class ConversationDay(Shape):
    """Conversations of a day."""

    date: Day
    conversations: Count


class MessageDay(Shape):
    """Messages of a day."""

    date: Day
    messages: Count


class OutcomeFigures(Shape):
    """How often conversations ended so."""

    outcome: str
    conversations: Count
    rate: Share | None
    overTime: list[ConversationDay]


class ReplyFigures(Shape):
    """How often the assistant's messages came to this."""

    outcome: str
    messages: Count
    rate: Share | None
    overTime: list[MessageDay]


class BehaviourFigures(Shape):
    """How often the assistant behaved so."""

    behaviour: str
    messages: Count
    rate: Share | None
    overTime: list[MessageDay]


class Replies(Shape):
    """What the assistant's messages came to."""

    messages: Count
    resolutionRate: Share | None
    outcomes: list[ReplyFigures]
    behaviours: list[BehaviourFigures]


class Outcomes(_Period):
    """The outcomes of a period."""

    conversations: Count
    resolutionRate: Share | None
    outcomes: list[OutcomeFigures]
    replies: Replies


class KnownUser(Shape):
    """A user, as far as known."""

    id: str | None
    name: str | None
    email: str | None
    plan: str | None


class KnownOrganization(Shape):
    """An organization, as far as known."""

    id: str | None
    name: str | None
    plan: str | None


class Channel(Shape):
    """Where a conversation runs."""

    id: str
    name: str | None


class FoundConversation(Shape):
    """A conversation without its messages."""

    id: Uuid
    chatbotId: Uuid
    externalId: str | None
    dialect: str
    user: KnownUser | None
    organization: KnownOrganization | None
    channel: Channel | None
    startedAt: Time | None
    lastMessageAt: Time | None
    createdAt: Time
    messages: Count
    avgSentiment: Score | None
    label: Label | None
    outcome: ConversationOutcome | None
    topics: list[TopicName]
    flags: list[str]
    analysisPending: bool
    analysisFailed: str | None
    browser: Literal[True] = absent()


class FoundConversations(Shape):
    """A page of a search, the latest conversations first."""

    conversations: list[FoundConversation]
    nextCursor: str = absent()


class _Judge(Shape):
    provider: str | None
    model: str | None
    version: str | None
    note: str | None


class Turn(Shape):
    """A message by its ids."""

    id: Uuid
    externalId: str | None


class ChunkJudgement(Shape):
    """The sentiment of one stretch of a message."""

    score: Score
    textChunk: str
    reasoning: str


class UserJudgement(_Judge):
    """What was found in a user's message."""

    score: Score | None
    label: Label | None
    reasoning: str
    sentiments: list[ChunkJudgement]
    intent: str | None
    topics: list[TopicName]
    flags: list[str]
    language: str | None


class AssistantJudgement(_Judge):
    """What was found in an assistant's message."""

    behaviour: str | None
    outcome: str | None


class JudgedMessage(Turn):
    """A message and what was found in it."""

    role: str
    createdAt: Time
    result: UserJudgement | AssistantJudgement | None


class ConversationAnalysis(_Judge):
    """What was found in a conversation."""

    id: Uuid
    chatbotId: Uuid
    externalId: str | None
    analysisPending: bool
    analysisFailed: str | None
    avgSentiment: Score | None
    label: Label | None
    outcome: ConversationOutcome | None
    topics: list[TopicName]
    flags: list[str]
    firstBadTurn: Turn | None
    trend: Trend | None
    summary: str
    messages: list[JudgedMessage]
    nextCursor: str = absent()


class FlagCount(Shape):
    """How often a flag was raised."""

    flag: str
    conversations: Count
    messages: Count


class FeedbackCounts(Shape):
    """Feedback by kind."""

    positive: Count
    negative: Count


class _Person(_Summary):
    id: str
    name: str | None
    plan: str | None
    lastSeenAt: Time | None
    flags: list[FlagCount]
    feedback: FeedbackCounts


class UserFigures(_Person):
    """A user."""

    email: str | None


class OrganizationFigures(_Person):
    """An organization."""


class Users(Shape):
    """A page of users, the last seen first."""

    users: list[UserFigures]
    nextCursor: str = absent()


class Organizations(Shape):
    """A page of organizations, the last seen first."""

    organizations: list[OrganizationFigures]
    nextCursor: str = absent()
