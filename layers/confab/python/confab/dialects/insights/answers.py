"""The answers of Confab's own reads: types that hold the builders, and that the document is made from."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import (
    ConversationOutcome,
    Count,
    Day,
    Distribution,
    Label,
    Score,
    Share,
    State,
    Time,
    Trend,
    Uuid,
)
from confab.dialects.insights.judgements import AssistantJudgement, Judge, TopicName, Turn, UserJudgement
from confab.dialects.scores.answers import Correction

ExportedFile = Annotated[str, Field(description="The file, in the format that was asked for.")]
Week = Annotated[str, Field(pattern=r"^\d{4}-W\d{2}$")]


class OutcomeCounts(TypedDict):
    """Conversations by outcome."""

    resolved: Count
    unresolved: Count
    escalated: Count
    abandoned: Count
    open: Count


class Summary(TypedDict):
    """Volume, mood and outcomes of some conversations."""

    conversations: Count
    messages: Count
    avgSentiment: Score | None
    sentimentDistribution: Distribution
    outcomes: OutcomeCounts
    resolutionRate: Share | None


class WeekCount(TypedDict):
    """The conversations of an ISO week."""

    week: Week
    conversations: Count


class TopicTrend(TypedDict):
    """Where a topic goes."""

    direction: Annotated[str, Field(json_schema_extra={"enum": ["rising", "steady", "falling"]})] | None
    weeks: list[WeekCount]


class Sample(TypedDict):
    """A conversation to look at."""

    id: Uuid
    externalId: str | None
    startedAt: Time | None
    avgSentiment: Score | None
    outcome: ConversationOutcome | None


class RankedTopic(Summary):
    """A topic with its figures."""

    id: str
    name: str
    declared: bool
    parent: TopicName | None
    opportunity: float | None
    trend: TopicTrend
    samples: list[Sample]


class Topics(TypedDict):
    """The topics by what could be improved."""

    weeks: list[Week]
    topics: list[RankedTopic]
    total: Count


class FlagDay(TypedDict):
    """A day on which a flag was raised."""

    date: Day
    conversations: Count
    messages: Count


class FlagFigures(TypedDict):
    """How often a flag was raised."""

    flag: str
    conversations: Count
    messages: Count
    conversationRate: Share | None
    messageRate: Share | None
    overTime: list[FlagDay]


Period = TypedDict("Period", {"from": Day, "to": Day})
"""Days, both inclusive."""


class Flags(Period):
    """The flags of a period."""

    conversations: Count
    messages: Count
    flags: list[FlagFigures]


class ConversationDay(TypedDict):
    """Conversations of a day."""

    date: Day
    conversations: Count


class MessageDay(TypedDict):
    """Messages of a day."""

    date: Day
    messages: Count


class FeedbackCounts(TypedDict):
    """Feedback by kind."""

    positive: Count
    negative: Count


class PeriodSummary(Period, Summary):
    """The figures of a period."""

    notAnalysed: Count
    feedback: FeedbackCounts


class DaySummary(Summary):
    """The figures of a day that has any, and how many conversations began in each of its hours."""

    date: Day
    hours: list[Count]


class PeriodOverview(TypedDict):
    """The figures of a period, of the one before it, and of each of its days."""

    current: PeriodSummary
    previous: PeriodSummary
    days: list[DaySummary]
    waiting: Count


class OutcomeFigures(TypedDict):
    """How often conversations ended so."""

    outcome: str
    conversations: Count
    rate: Share | None
    overTime: list[ConversationDay]


class ReplyFigures(TypedDict):
    """How often the assistant's messages came to this."""

    outcome: str
    messages: Count
    rate: Share | None
    overTime: list[MessageDay]


class BehaviourFigures(TypedDict):
    """How often the assistant behaved so."""

    behaviour: str
    messages: Count
    rate: Share | None
    overTime: list[MessageDay]


class Replies(TypedDict):
    """What the assistant's messages came to."""

    messages: Count
    resolutionRate: Share | None
    outcomes: list[ReplyFigures]
    behaviours: list[BehaviourFigures]


class Outcomes(Period):
    """The outcomes of a period."""

    conversations: Count
    resolutionRate: Share | None
    outcomes: list[OutcomeFigures]
    replies: Replies


class KnownUser(TypedDict):
    """A user, as far as known."""

    id: str | None
    name: str | None
    email: str | None
    plan: str | None


class KnownOrganization(TypedDict):
    """An organization, as far as known."""

    id: str | None
    name: str | None
    plan: str | None


class Channel(TypedDict):
    """Where a conversation runs."""

    id: str
    name: str | None


class FoundConversation(TypedDict):
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
    headline: str | None
    topics: list[TopicName]
    flags: list[str]
    analysisPending: bool
    analysisFailed: str | None
    browser: NotRequired[Literal[True]]


class FoundConversations(TypedDict):
    """A page of a search, the latest conversations first."""

    conversations: list[FoundConversation]
    nextCursor: NotRequired[str]


class JudgedMessage(Turn):
    """A message and what was found in it."""

    role: str
    createdAt: Time
    result: UserJudgement | AssistantJudgement | None
    feedback: FeedbackCounts
    corrections: list[Correction]


class AnalysisDetail(Judge):
    """What was found in a conversation, without the cursor."""

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
    arrivedUpset: bool | None
    state: State | None
    trend: Trend | None
    headline: str
    summary: str
    corrections: list[Correction]
    messages: list[JudgedMessage]


class ConversationAnalysis(AnalysisDetail):
    """What was found in a conversation, or in a page of it."""

    nextCursor: NotRequired[str]


class JudgedAgain(TypedDict):
    """A conversation that waits for being judged again."""

    id: Uuid
    analysisPending: Literal[True]


class FlagCount(TypedDict):
    """How often a flag was raised."""

    flag: str
    conversations: Count
    messages: Count


class PersonFigures(Summary):
    """What users and organizations have alike."""

    id: str
    name: str | None
    plan: str | None
    lastSeenAt: Time | None
    flags: list[FlagCount]
    feedback: FeedbackCounts


class UserFigures(PersonFigures):
    """A user."""

    email: str | None


class OrganizationFigures(PersonFigures):
    """An organization."""


class CountedPage(TypedDict):
    """How many there are, where that was counted: at least so many, where counting stopped at ``countTo``."""

    total: NotRequired[Count]
    totalIsAtLeast: NotRequired[Literal[True]]
    nextCursor: NotRequired[str]


class Users(CountedPage):
    """A page of users, the last seen first."""

    users: list[UserFigures]


class Organizations(CountedPage):
    """A page of organizations, the last seen first."""

    organizations: list[OrganizationFigures]
