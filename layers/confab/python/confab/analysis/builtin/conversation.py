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
UNEASY_SCORE: Final = -0.1
TREND_STEP: Final = 0.15
_BAD_ACTS: Final = TROUBLE | {"wants_human", "cancels", "repeats_self"}
_STUCK: Final = frozenset({"deflected", "capability_failure", "incorrect"})
_NO_ANSWER: Final = frozenset({"pending", "deflected", "capability_failure"})
_SURE: Final = frozenset({"solved", "lauds"})
_SAYS_LITTLE: Final = frozenset({"greet", "other", "thank", "confirm", "end_conversation", "decline", "ask_help"})
MOODS: Final = 32
"""How many means of scores a course keeps: with more user's messages than that, neighbours share one."""
TOPICS: Final = 60
"""How many names of topics a course keeps, the most frequent."""
CONVERSATION_TOPICS: Final = 5


class UserFact(NamedTuple):
    """The values of a user's message that the conversation's result needs."""

    key: str
    score: float | None
    acts: frozenset[str]
    intent: str
    need: str = ""
    asks: bool = False


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
        replied: whether the assistant has answered at all.
        upset: whether something was wrong already before the assistant's first message.
        need: what the user wants in their own words (``needs.need_of``), of the message that gave ``wish``.
        before: the outcome of the reply before the user's last message; "" while there is none.
        sure: whether the user's last message says that it is solved, not only thanks.
        memory: what the estimate of satisfaction needs of the turns so far (``satisfaction.Memory``).
    """

    users: int = 0
    escalated: bool = False
    wish: str = ""
    bad: Sequence[Any] | None = None
    last: Sequence[bool] | None = None
    answer: Sequence[Any] | None = None
    moods: Sequence[Any] = ((), 1, 0)
    topics: dict[str, int] = field(default_factory=dict)
    replied: bool = False
    upset: bool = False
    need: str = ""
    before: str = ""
    sure: bool = False
    memory: Sequence[float] = ()

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
        if not self.replied:
            self.upset = self.upset or (fact.score is not None and fact.score <= BAD_SCORE)
        elif bad and self.bad is None:
            self.bad = (fact.key, self.users)
        pleased = bool(fact.acts & CHEER and not fact.acts & TROUBLE) or fact.intent in (
            "end_conversation",
            "confirm_solved",
            "thank",
            "confirm",
        )
        leaves = "gives_up" in fact.acts or ("cancels" in fact.acts and bad and not fact.asks)
        self.last = (bad, pleased and self.replied and not fact.asks, leaves)
        self.sure = bool(fact.acts & _SURE)
        self.before = self.answer[0] if self.answer is not None else self.before if self.replied else ""
        self.answer = None
        self.escalated = self.escalated or "wants_human" in fact.acts
        if not self.wish or (self.wish in _SAYS_LITTLE and fact.intent not in _SAYS_LITTLE):
            self.wish, self.need = fact.intent, fact.need
        if fact.score is not None:
            self._add_mood(fact.score)
        for topic in topics:
            self.topics[topic] = self.topics.get(topic, 0) + 1

    def _add_mood(self, score: float) -> None:
        moods = Moods(*self.moods)
        moods.add(score)
        self.moods = (moods.sums, moods.width, moods.last)

    def add_reply(self, fact: ReplyFact) -> None:
        """Go on with an assistant's message."""
        self.answer = (fact.outcome, fact.asks) if self.users else None
        self.replied = self.replied or self.users > 0
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
            arrived_upset=self.upset,
            state=self._state(outcome),
            trend=trend,
            headline=self.need,
            summary=self._summary(topics, outcome, trend),
        )

    @property
    def _outcome(self) -> str:
        if self.last is None or not self.replied:
            return "escalated" if self.escalated and self.last is not None and self.users > 1 else "open"
        bad, pleased, leaves = self.last
        reply, asks = self.answer or (None, False)
        content = pleased and not bad and (self.sure or self.before not in _NO_ANSWER)
        rules = (
            ("resolved", content and reply not in (_STUCK if self.sure else _STUCK | {"pending"})),
            ("escalated", self.escalated),
            ("abandoned", leaves and reply is None),
            ("unresolved", leaves),
            ("unresolved", reply is None and bad),
            ("open", reply is None),
            ("unresolved", reply in _STUCK),
            ("resolved", reply == "fully_resolved" and not asks),
            ("unresolved", bad and not asks and self.users > 1 and reply == "other"),
        )
        return next((name for name, holds in rules if holds), "open")

    def _state(self, outcome: str) -> str | None:
        """Whose turn it is, one of ``domain.results.STATES``."""
        if self.last is None:
            return None
        reply, asks = self.answer or (None, False)
        rules = (
            ("solved", outcome == "resolved"),
            ("gave_up", outcome == "abandoned" or (self.replied and self.last[2])),
            ("unanswered", reply is None and not self.last[1]),
            ("waiting_for_user", asks),
            ("waiting_for_answer", reply == "pending"),
        )
        return next((name for name, holds in rules if holds), "answered")

    def _summary(self, topics: Sequence[str], outcome: str, trend: str | None) -> str:
        if not self.users:
            return "No user messages."
        parts = [_led(self.wish, self.need, topics), _ENDS[self._state(outcome) or "answered"]]
        if outcome in ("unresolved", "escalated"):
            parts.append(
                "Not resolved." if outcome == "unresolved" else "The user asked for, or was passed on to, a person."
            )
        if self.upset:
            parts.append("Arrived upset.")
        if self.bad is not None:
            parts.append(f"Went wrong at user message {self.bad[1]} of {self.users}.")
        if trend in ("improving", "declining"):
            parts.append(f"Mood {trend}.")
        return " ".join(parts)


_ENDS: Final[Mapping[str, str]] = {
    "solved": "The user says, or was told, that it is done.",
    "gave_up": "The user gave up.",
    "unanswered": "No reply yet.",
    "waiting_for_user": "The assistant asked back.",
    "waiting_for_answer": "An answer was promised.",
    "answered": "Answered; no sign yet that it helped.",
}
_LEADS: Final[Mapping[str, str]] = {
    "report_problem": "Reports a problem",
    "chase_answer": "Waits for an answer",
    "complain": "Complains",
    "correct_assistant": "Corrects the assistant",
    "how_to": "Asks how to do something",
    "ask_information": "Asks",
    "ask_help": "Asks for help",
    "account_access": "Needs access to an account",
    "request_refund": "Wants a refund",
    "cancel_account": "Wants to leave",
    "cancel_order": "Wants to cancel",
    "speak_to_human": "Wants to talk to a person",
    "give_feedback": "Gives feedback",
    "feature_request": "Wishes for a feature",
    "billing_question": "Asks about a bill",
    "ask_price": "Asks for a price",
    "track_order": "Asks where an order is",
    "return_item": "Wants to return something",
    "make_booking": "Wants to book",
    "change_booking": "Wants to change a booking",
    "update_details": "Wants to change details",
    "buy": "Wants to buy",
    "find": "Looks for something",
    "get_directions": "Asks where something is",
}
_QUIET: Final = frozenset(
    {"thank", "confirm", "decline", "greet", "end_conversation", "other", "give_information", "confirm_solved"}
)


def _led(wish: str, need: str, topics: Sequence[str]) -> str:
    """What the user wants: the kind of it and their own words, or else the topics."""
    lead = _LEADS.get(wish, "Writes" if wish in _QUIET else f"Wants to {wish.replace('_', ' ')}")
    if need:
        return f"{lead}: “{need}”{'' if need.endswith(('?', '!', '…')) else '.'}"
    return f"{lead} about {', '.join(topics[:3])}." if topics else f"{lead}."


def is_bad(fact: UserFact) -> bool:
    """Whether a user's turn shows that something went wrong."""
    if fact.score is None:
        return False
    return fact.score <= BAD_SCORE or (fact.score <= UNEASY_SCORE and bool(fact.acts & _BAD_ACTS))
