"""The conversation as a whole: outcome, first bad turn, trend and a summary line.

What that needs of the turns so far is a ``Course``: small however many they are, so that a long conversation goes on
from it without being read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, NamedTuple

from confab.analysis.builtin.acts import CHEER, TROUBLE
from confab.domain.results import ConversationResult

BAD_SCORE: Final = -0.2
TREND_STEP: Final = 0.15
_BAD_ACTS: Final = TROUBLE | {"wants_human", "cancels", "repeats_self"}
_STUCK: Final = frozenset({"deflected", "capability_failure", "incorrect"})
_SAYS_LITTLE: Final = frozenset({"greet", "other"})
MOODS: Final = 32
"""How many means of scores a course keeps: with more user's messages than that, neighbours share one."""
TOPICS: Final = 60
"""How many names of topics a course keeps, the most frequent."""
CONVERSATION_TOPICS: Final = 5


class UserFact(NamedTuple):
    """The values of a user's message that the conversation's result needs."""

    key: str
    score: float
    acts: frozenset[str]
    intent: str


class ReplyFact(NamedTuple):
    """The values of an assistant's message that the conversation's result needs."""

    outcome: str
    handover: bool
    asks: bool


class Moods:
    """The scores of the user's messages in order, as sums of neighbours: exact for the first ``MOODS`` messages.

    Args:
        sums: of neighbouring scores.
        width: how many scores each sum has; the last one may have fewer.
        last: how many scores the last sum has.
    """

    def __init__(self, sums: Iterable[float] = (), width: int = 1, last: int = 0) -> None:
        self.sums = list(sums)
        self.width = width
        self.last = last

    def add(self, score: float) -> None:
        """Add the score of the next message."""
        if self.sums and self.last < self.width:
            self.sums[-1] = round(self.sums[-1] + score, 3)
            self.last += 1
            return
        if len(self.sums) == MOODS:
            self.sums = [round(sum(self.sums[at : at + 2]), 3) for at in range(0, MOODS, 2)]
            self.width *= 2
        self.sums.append(round(score, 3))
        self.last = 1

    @property
    def trend(self) -> str | None:
        """How the second half compares with the first; None for fewer than two messages."""
        if len(self.sums) < 2:
            return None
        half = (len(self.sums) + 1) // 2
        counts = [self.width] * (len(self.sums) - 1) + [self.last]
        step = sum(self.sums[-half:]) / sum(counts[-half:]) - sum(self.sums[:half]) / sum(counts[:half])
        if step > TREND_STEP:
            return "improving"
        return "declining" if step < -TREND_STEP else "steady"


@dataclass(slots=True)
class Course:
    """The turns of a conversation so far, as judging it needs them. Every field is a JSON value.

    Attributes:
        users: how many messages the user wrote.
        escalated: whether the user asked for a person, or was passed on to one.
        wish: the first intent that says something, else the first one.
        bad: the first bad turn: its key, and its number among the user's messages from 1; None for none.
        last: of the user's last message, whether it is bad, pleased, and leaves; None before the first one.
        answer: of the reply to it, its outcome and whether it asks; None while there is none.
        moods: the arguments of ``Moods``.
        topics: how many of the user's messages have each topic, by name.
    """

    users: int = 0
    escalated: bool = False
    wish: str = ""
    bad: Sequence[Any] | None = None
    last: Sequence[bool] | None = None
    answer: Sequence[Any] | None = None
    moods: Sequence[Any] = ((), 1, 0)
    topics: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Course:
        """A course from the JSON values that ``kept`` gave; a new one from none."""
        return cls(**{**stored, "topics": dict(stored.get("topics", {}))})

    @property
    def kept(self) -> dict[str, Any]:
        """The course as JSON values."""
        names = dict(Counter(self.topics).most_common(TOPICS))
        return {**asdict(self), "topics": names}

    def add_user(self, fact: UserFact, topics: Sequence[str]) -> None:
        """Go on with a user's message."""
        self.users += 1
        bad = is_bad(fact)
        if bad and self.bad is None:
            self.bad = (fact.key, self.users)
        pleased = bool(fact.acts & CHEER) or fact.intent in ("end_conversation", "confirm_solved")
        self.last = (bad, pleased, bool(fact.acts & {"gives_up", "cancels"}))
        self.answer = None
        self.escalated = self.escalated or "wants_human" in fact.acts
        if not self.wish or (self.wish in _SAYS_LITTLE and fact.intent not in _SAYS_LITTLE):
            self.wish = fact.intent
        moods = Moods(*self.moods)
        moods.add(fact.score)
        self.moods = (moods.sums, moods.width, moods.last)
        for topic in topics:
            self.topics[topic] = self.topics.get(topic, 0) + 1

    def add_reply(self, fact: ReplyFact) -> None:
        """Go on with an assistant's message."""
        self.answer = (fact.outcome, fact.asks) if self.users else None
        self.escalated = self.escalated or fact.handover

    @property
    def result(self) -> ConversationResult:
        """The judgement of the conversation as it stands."""
        topics = [name for name, _ in Counter(self.topics).most_common(CONVERSATION_TOPICS)]
        outcome, trend = self._outcome, Moods(*self.moods).trend
        return ConversationResult(
            outcome=outcome,
            topics=tuple(topics),
            first_bad_turn=self.bad[0] if self.bad else None,
            trend=trend,
            summary=self._summary(topics, outcome, trend),
        )

    @property
    def _outcome(self) -> str:
        if self.last is None:
            return "open"
        bad, pleased, leaves = self.last
        reply, asks = self.answer or (None, False)
        rules = (
            ("resolved", pleased and not bad),
            ("escalated", self.escalated),
            ("abandoned", leaves and reply is None),
            ("unresolved", leaves),
            ("unresolved", reply is None and bad and self.users > 1),
            ("open", reply is None),
            ("unresolved", reply in _STUCK),
            ("resolved", reply == "fully_resolved"),
            ("unresolved", bad and not asks),
        )
        return next((name for name, holds in rules if holds), "open")

    def _summary(self, topics: Sequence[str], outcome: str, trend: str | None) -> str:
        if not self.users:
            return "No user messages."
        about = f" about {', '.join(topics[:3])}" if topics else ""
        parts = [f"User wants: {self.wish.replace('_', ' ')}{about}.", f"Outcome: {outcome}."]
        if self.bad is not None:
            parts.append(f"Went wrong at user message {self.bad[1]} of {self.users}.")
        if trend in ("improving", "declining"):
            parts.append(f"Mood {trend}.")
        return " ".join(parts)


def is_bad(fact: UserFact) -> bool:
    """Whether a user's turn shows that something went wrong."""
    return fact.score <= BAD_SCORE or (fact.score < 0 and bool(fact.acts & _BAD_ACTS))
