"""OpenBat's answers (``confab.dialects.openbat``)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from confab.dialects.openbat.capture import MESSAGES
from confab.dialects.openbat.track import MESSAGES as TRACKED
from pydantic import Field

from openapi.answers.parts import (
    Count,
    CustomFields,
    Day,
    Distribution,
    EventBody,
    Score,
    Shape,
    ShownOrganization,
    ShownSession,
    ShownUser,
    Time,
    Uuid,
    absent,
)


class Verdict(Shape):
    """What became of one message."""

    id: str
    status: Literal["stored", "duplicate", "replaced", "conflict"]


class Captured(Shape):
    """The answer of a capture: every message that is ``stored``, ``replaced`` or ``duplicate`` is durable."""

    ok: Literal[True]
    conversationId: Uuid
    messagesStored: Count
    analysisQueued: bool
    warnings: list[str]
    results: Annotated[list[Verdict], Field(min_length=1, max_length=MESSAGES)]


class Tracked(Shape):
    """The answer of a track."""

    success: Literal[True]
    conversationId: str
    warnings: list[str]
    results: Annotated[list[Verdict], Field(min_length=1, max_length=TRACKED)]


class _Row(Shape):
    id: Uuid
    chatbot_id: Uuid
    external_conversation_id: str | None
    external_user_id: str | None
    message_count: Count
    first_message_at: Time | None
    last_message_at: Time | None
    created_at: Time


class ChatbotName(Shape):
    """The chatbot of a listed conversation."""

    name: str


class ListedConversation(_Row):
    """A conversation in a list."""

    chatbots: ChatbotName


class ConversationPage(Shape):
    """A page of conversations, the latest first."""

    conversations: list[ListedConversation]
    total: Count
    page: Annotated[int, Field(ge=1)]
    limit: Annotated[int, Field(ge=1, le=100)]
    nextCursor: str = absent()


class ChunkSentiment(Shape):
    """The sentiment of one stretch of a message."""

    score: Score
    text_chunk: str
    reasoning: str


class Intent(Shape):
    """What the user wanted."""

    intent: str


class Flag(Shape):
    """Something to know about a message."""

    flag: str


class Outcome(Shape):
    """What an answer came to."""

    outcome: str


class Issue(Shape):
    """Something to mend about an answer."""

    issue: str


class UsedTool(Shape):
    """A tool that the assistant called, or what it answered; ``id`` joins the two where they came apart."""

    id: str = absent()
    name: str = absent()
    input: Any = absent()
    output: Any = absent()
    error: bool = absent()


class Attachment(Shape):
    """What is kept of a picture, a sound, a file, a place, a reaction; ``digest`` stands for bytes that are not."""

    type: str
    name: str = absent()
    url: str = absent()
    mimeType: str = absent()
    id: str = absent()
    digest: str = absent()
    latitude: float = absent()
    longitude: float = absent()


class TranscriptMessage(Shape):
    """A message; what is there of its analysis depends on its role."""

    id: Uuid
    role: str
    content: str | None
    external_message_id: str | None
    created_at: Time
    tools: list[UsedTool] = absent()
    attachments: list[Attachment] = absent()
    reasoning: str = absent()
    agent: bool = absent()
    user_sentiments: list[ChunkSentiment] = absent()
    user_intents: Annotated[list[Intent], Field(max_length=1)] = absent()
    user_flags: list[Flag] = absent()
    assistant_outcomes: Annotated[list[Outcome], Field(max_length=1)] = absent()
    assistant_issues: Annotated[list[Issue], Field(max_length=1)] = absent()


class TranscriptEvent(EventBody):
    """What happened around the messages."""

    id: str
    event: str
    created_at: Time


class Transcript(_Row):
    """A conversation with its messages."""

    kind: Literal["organic", "probe"]
    user: ShownUser
    organization: ShownOrganization
    session: ShownSession
    custom: CustomFields
    analysis_pending: bool
    analysis_failed: str | None
    messages: list[TranscriptMessage]
    events: list[TranscriptEvent]
    nextCursor: str = absent()


class Overview(Shape):
    """The figures of all time."""

    totalConversations: Count
    totalMessages: Count
    avgSentiment: Score | None
    sentimentDistribution: Distribution
    messagesToday: Count


class DaySentiment(Shape):
    """The sentiment of a UTC day."""

    date: Day
    avgScore: Score
    count: Annotated[int, Field(ge=1)]


class SentimentOverTime(Shape):
    """The sentiment by day."""

    sentimentOverTime: list[DaySentiment]
    distribution: Distribution
    total: Count
