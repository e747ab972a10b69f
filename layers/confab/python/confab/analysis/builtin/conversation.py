"""The conversation as a whole: outcome, first bad turn, trend and a summary line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from confab.analysis.builtin.acts import CHEER, TROUBLE
from confab.domain.results import ConversationResult

BAD_SCORE: Final = -0.2
TREND_STEP: Final = 0.15
_BAD_ACTS: Final = TROUBLE | {"wants_human", "cancels", "repeats_self"}
_STUCK: Final = frozenset({"deflected", "capability_failure", "incorrect"})


class UserFact(NamedTuple):
    """The values of a user's message that the conversation's result needs."""

    key: str
    at: int
    score: float
    acts: frozenset[str]
    intent: str


class ReplyFact(NamedTuple):
    """The values of an assistant's message that the conversation's result needs."""

    key: str
    at: int
    outcome: str
    handover: bool
    asks: bool


def judge_conversation(
    users: Sequence[UserFact], replies: Sequence[ReplyFact], topics: Sequence[str]
) -> ConversationResult:
    """Judge a conversation by its judged messages, both in transcript order."""
    outcome = _outcome(users, replies)
    bad = next((fact for fact in users if is_bad(fact)), None)
    trend = _trend([fact.score for fact in users])
    return ConversationResult(
        outcome=outcome,
        topics=tuple(topics),
        first_bad_turn=bad.key if bad else None,
        trend=trend,
        summary=_summary(users, topics, outcome, bad, trend),
    )


def is_bad(fact: UserFact) -> bool:
    """Whether a user's turn shows that something went wrong."""
    return fact.score <= BAD_SCORE or (fact.score < 0 and bool(fact.acts & _BAD_ACTS))


def _outcome(users: Sequence[UserFact], replies: Sequence[ReplyFact]) -> str:
    if not users:
        return "open"
    last = users[-1]
    bad = is_bad(last)
    pleased = bool(last.acts & CHEER) or last.intent in ("end_conversation", "confirm_solved")
    escalated = any("wants_human" in fact.acts for fact in users) or any(fact.handover for fact in replies)
    leaves = bool(last.acts & {"gives_up", "cancels"})
    answer = replies[-1] if replies and replies[-1].at > last.at else None
    rules = (
        ("resolved", pleased and not bad),
        ("escalated", escalated),
        ("abandoned", leaves and answer is None),
        ("unresolved", leaves),
        ("unresolved", answer is None and bad and len(users) > 1),
        ("open", answer is None),
        ("unresolved", answer is not None and answer.outcome in _STUCK),
        ("resolved", answer is not None and answer.outcome == "fully_resolved"),
        ("unresolved", answer is not None and bad and not answer.asks),
    )
    return next((name for name, holds in rules if holds), "open")


def _trend(scores: Sequence[float]) -> str | None:
    if len(scores) < 2:
        return None
    half = (len(scores) + 1) // 2
    early, late = scores[:half], scores[-half:]
    step = sum(late) / half - sum(early) / half
    if step > TREND_STEP:
        return "improving"
    return "declining" if step < -TREND_STEP else "steady"


def _summary(
    users: Sequence[UserFact], topics: Sequence[str], outcome: str, bad: UserFact | None, trend: str | None
) -> str:
    if not users:
        return "No user messages."
    first = next((fact.intent for fact in users if fact.intent not in ("greet", "other")), users[0].intent)
    about = f" about {', '.join(topics[:3])}" if topics else ""
    parts = [f"User wants: {first.replace('_', ' ')}{about}.", f"Outcome: {outcome}."]
    if bad is not None:
        place = [fact.key for fact in users].index(bad.key) + 1
        parts.append(f"Went wrong at user message {place} of {len(users)}.")
    if trend in ("improving", "declining"):
        parts.append(f"Mood {trend}.")
    return " ".join(parts)
