"""Results of the analysis: plain values, the same for every provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

FLAGS: Final = (
    "churn_risk",
    "frustrated_user",
    "buying_signal",
    "competitor_mention",
    "urgent_request",
    "confused_user",
)
BEHAVIOURS: Final = (
    "hallucinating",
    "dodging",
    "yes_man",
    "over_apologizing",
    "redirecting",
    "verbose",
    "robotic",
    "asking",
    "acknowledged",
    "helpful",
    "other",
)
MESSAGE_OUTCOMES: Final = (
    "fully_resolved",
    "partially_resolved",
    "deflected",
    "capability_failure",
    "incorrect",
    "pending",
    "other",
)
RESOLVED: Final = "resolved"
OPEN: Final = "open"
CONVERSATION_OUTCOMES: Final = (RESOLVED, "unresolved", "escalated", "abandoned", OPEN)
STATES: Final = ("solved", "gave_up", "unanswered", "waiting_for_user", "waiting_for_answer", "answered")
TRENDS: Final = ("improving", "steady", "declining")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSentiment:
    """The sentiment of one stretch of a message, with the evidence it rests on.

    Attributes:
        score: -1 (very negative) to 1 (very positive).
        text_chunk: the stretch itself, cut out of the message unchanged.
        reasoning: one line that names the words or rules behind the score.
    """

    score: float
    text_chunk: str
    reasoning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageResult:
    """The result of one message. User messages carry sentiment, assistant messages behaviour and outcome.

    Attributes:
        key: the message's key in its conversation.
        score: the sentiment of the whole message, -1 to 1; None on messages that are not the user's.
        satisfaction: how satisfied the user seems, on people's scale of 1 to 5; None when nobody estimated that.
        satisfaction_reasoning: what moved that estimate most.
        reasoning: one line for the whole message.
        language: ISO 639-1 code; None when the text does not tell.
    """

    key: str
    score: float | None = None
    satisfaction: float | None = None
    satisfaction_reasoning: str = ""
    sentiments: Sequence[ChunkSentiment] = ()
    reasoning: str = ""
    language: str | None = None
    intent: str | None = None
    topics: Sequence[str] = ()
    flags: Sequence[str] = ()
    behaviour: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationResult:
    """The result of a conversation as a whole.

    Attributes:
        outcome: one of ``CONVERSATION_OUTCOMES``; None when the provider does not judge it.
        first_bad_turn: key of the first user message after a reply that went wrong; None when none did.
        arrived_upset: whether something was wrong already before the first reply; None when nobody judged that.
        state: whose turn it is, one of ``STATES``; None when nobody judged that.
        headline: what the user needs, in at most 90 characters.
        trend: one of ``TRENDS``; None for fewer than two user messages.
    """

    outcome: str | None = None
    topics: Sequence[str] = ()
    first_bad_turn: str | None = None
    arrived_upset: bool | None = None
    state: str | None = None
    trend: str | None = None
    headline: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What judged (the fields of ``Analysis``)."""

    provider: str
    model: str
    version: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The answer of an analyzer for one conversation.

    Attributes:
        messages: one result per message that was to be judged, in transcript order.
        provider, model, version: what judged; stored with every result so that it can be compared and repeated.
        note: why the result is not the provider's own (a fallback), else empty.
        course: JSON values by which the analyzer goes on with more messages of the conversation, without these; small
            however many there are.
    """

    messages: Sequence[MessageResult]
    conversation: ConversationResult
    provider: str
    model: str
    version: str
    note: str = ""
    course: Mapping[str, Any] = field(default_factory=dict)
