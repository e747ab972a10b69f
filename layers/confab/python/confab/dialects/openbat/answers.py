"""OpenBat's answers (openbat.md): types that hold the builders, and that the document is made from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import (
    ConversationKind,
    Count,
    CustomFields,
    Day,
    Distribution,
    EventBody,
    Score,
    ShownOrganization,
    ShownSession,
    ShownUser,
    Time,
    Uuid,
)
from confab.dialects.openbat.capture import MESSAGES
from confab.dialects.openbat.track import MESSAGES as TRACKED

VerdictStatus = Annotated[str, Field(json_schema_extra={"enum": ["stored", "duplicate", "replaced", "conflict"]})]


class Verdict(TypedDict):
    """What became of one message."""

    id: str
    status: VerdictStatus


class Captured(TypedDict):
    """The answer of a capture: every message that is ``stored``, ``replaced`` or ``duplicate`` is durable."""

    ok: Literal[True]
    conversationId: Uuid
    messagesStored: Count
    analysisQueued: bool
    warnings: list[str]
    results: Annotated[list[Verdict], Field(min_length=1, max_length=MESSAGES)]


class Tracked(TypedDict):
    """The answer of a track."""

    success: Literal[True]
    conversationId: str
    warnings: list[str]
    results: Annotated[list[Verdict], Field(min_length=1, max_length=TRACKED)]


class ConversationRow(TypedDict):
    """A conversation, without its messages."""

    id: Uuid
    chatbot_id: Uuid
    external_conversation_id: str | None
    external_user_id: str | None
    message_count: Count
    first_message_at: Time | None
    last_message_at: Time | None
    created_at: Time
    conversation_id_inferred: NotRequired[bool]


class ChatbotName(TypedDict):
    """The chatbot of a listed conversation."""

    name: str


class ListedConversation(ConversationRow):
    """A conversation in a list."""

    chatbots: ChatbotName


class ConversationPage(TypedDict):
    """A page of conversations, the latest first."""

    conversations: list[ListedConversation]
    total: Count
    page: Annotated[int, Field(ge=1)]
    limit: Annotated[int, Field(ge=1, le=100)]
    nextCursor: NotRequired[str]


class MessageStatus(TypedDict):
    """How far the analysis of one message has come."""

    id: Uuid
    externalId: str | None
    status: Annotated[str, Field(json_schema_extra={"enum": ["complete", "pending", "failed", "skipped"]})]


class AnalysisStatus(TypedDict):
    """How far the analysis of a conversation has come; ``found`` is false where the key reaches no such one."""

    found: bool
    id: Uuid | None
    allComplete: bool
    anyFailed: bool
    error: str | None
    messages: list[MessageStatus]
    nextCursor: NotRequired[str]


class ChunkSentiment(TypedDict):
    """The sentiment of one stretch of a message."""

    score: Score
    text_chunk: str
    reasoning: str


class Intent(TypedDict):
    """What the user wanted."""

    intent: str


class Flag(TypedDict):
    """Something to know about a message."""

    flag: str


class Outcome(TypedDict):
    """What an answer came to."""

    outcome: str


class Issue(TypedDict):
    """Something to improve about an answer."""

    issue: str


class UsedTool(TypedDict):
    """A tool that the assistant called, or what it answered; ``id`` joins the two where they came apart."""

    id: NotRequired[str]
    name: NotRequired[str]
    input: NotRequired[Any]
    output: NotRequired[Any]
    error: NotRequired[bool]


class Attachment(TypedDict):
    """What is kept of a picture, a sound, a file, a place, a reaction; ``digest`` stands for bytes that are not."""

    type: str
    name: NotRequired[str]
    url: NotRequired[str]
    mimeType: NotRequired[str]
    id: NotRequired[str]
    digest: NotRequired[str]
    latitude: NotRequired[float]
    longitude: NotRequired[float]


class ModelCall(TypedDict):
    """The call of a model that made a message."""

    model: NotRequired[str]
    inputTokens: NotRequired[Count]
    outputTokens: NotRequired[Count]
    durationMs: NotRequired[Count]
    service: NotRequired[str]


class TranscriptMessage(TypedDict):
    """A message; what is there of its analysis depends on its role."""

    id: Uuid
    role: str
    content: str | None
    external_message_id: str | None
    created_at: Time
    tools: NotRequired[list[UsedTool]]
    attachments: NotRequired[list[Attachment]]
    reasoning: NotRequired[str]
    call: NotRequired[ModelCall]
    agent: NotRequired[bool]
    user_sentiments: NotRequired[list[ChunkSentiment]]
    user_intents: NotRequired[Annotated[list[Intent], Field(max_length=1)]]
    user_flags: NotRequired[list[Flag]]
    assistant_outcomes: NotRequired[Annotated[list[Outcome], Field(max_length=1)]]
    assistant_issues: NotRequired[Annotated[list[Issue], Field(max_length=1)]]


class TranscriptEvent(EventBody):
    """What happened around the messages."""

    id: str
    event: str
    created_at: Time


class ConversationDetail(ConversationRow):
    """A conversation with its messages, without the cursor."""

    kind: ConversationKind
    user: ShownUser
    organization: ShownOrganization
    session: ShownSession
    custom: CustomFields
    analysis_pending: bool
    analysis_failed: str | None
    messages: list[TranscriptMessage]
    events: list[TranscriptEvent]


class Transcript(ConversationDetail):
    """A conversation with its messages, or a page of it."""

    nextCursor: NotRequired[str]


class Overview(TypedDict):
    """The figures of all time."""

    totalConversations: Count
    totalMessages: Count
    avgSentiment: Score | None
    sentimentDistribution: Distribution
    messagesToday: Count


class DaySentiment(TypedDict):
    """The sentiment of a UTC day."""

    date: Day
    avgScore: Score
    count: Annotated[int, Field(ge=1)]


class SentimentOverTime(TypedDict):
    """The sentiment by day."""

    sentimentOverTime: list[DaySentiment]
    distribution: Distribution
    total: Count


class ReconcileSummary(TypedDict):
    """The conversations of a manifest by outcome."""

    conversations: Count
    match: Count
    different: Count
    missing: Count
    unverifiable: Count


class ReconciledConversation(TypedDict):
    """A conversation of a manifest against what is stored; at most 1,000 ids of each kind are named."""

    conversationId: str
    status: Annotated[str, Field(json_schema_extra={"enum": ["match", "different", "missing", "unverifiable"]})]
    missing: list[str]
    changed: list[str]
    unknown: list[str]
    unverifiable: list[str]
    stored: Count


class Reconciled(TypedDict):
    """The outcome of a reconciliation."""

    ok: bool
    summary: ReconcileSummary
    conversations: list[ReconciledConversation]
