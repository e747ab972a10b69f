"""Metrics: what alerts watch and reports compare, each a figure of some counters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from confab.domain.feedback import NEGATIVE, POSITIVE
from confab.domain.labels import NEGATIVE as NEGATIVE_LABEL
from confab.domain.labels import VERY_NEGATIVE
from confab.domain.results import CONVERSATION_OUTCOMES, MESSAGE_OUTCOMES, OPEN, RESOLVED
from confab.domain.statistics import (
    Counters,
    feedback_counter,
    flagged_counter,
    label_counter,
    mean_sentiment,
    outcome_counter,
    reply_counter,
)

ESCALATED: Final = "escalated"
UNANSWERED: Final = ("deflected", "capability_failure", "incorrect")
"""Outcomes of replies that give the user no answer."""
TOPIC_CONVERSATIONS: Final = "topicConversations"
"""The counter of the conversations of the one topic that a metric is about."""
FAILED_ANALYSES: Final = "failedAnalyses"
REFUSED_CAPTURES: Final = "refusedCaptures"
"""Counters of what did not work (``storage.health``)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of a metric.

    Attributes:
        value: None where there is nothing to make it of.
        sample: how many things it was made of: conversations, messages, replies or pieces of feedback.
    """

    value: float | None
    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """How a metric is made.

    Attributes:
        of: its figure, by counters and what the metric is about: a flag's name; empty where it is about all.
        counts: whether it is a number of things, which grows with the window; else it is a share or a mean.
        unit: what its sample counts, for people.
        about: what it must name: ``flag`` or ``topic``; None for nothing.
    """

    of: Callable[[Counters, str], Figure]
    unit: str
    counts: bool = False
    about: str | None = None


def _count(counter: str) -> Callable[[Counters, str], Figure]:
    def of(counters: Counters, _about: str) -> Figure:
        number = max(counters.get(counter, 0), 0)
        return Figure(float(number), number)

    return of


def _share(counters: Counters, parts: list[str], whole: list[str]) -> Figure:
    """A share of some counters; a window's counters may have lost more than they got, which counts as none."""
    part, total = (sum(max(counters.get(name, 0), 0) for name in names) for names in (parts, whole))
    return Figure(min(part / total, 1.0) if total else None, total)


def _mean_sentiment(counters: Counters, _about: str) -> Figure:
    sample = max(counters.get("sentimentCount", 0), 0)
    mean = mean_sentiment(counters) if sample else None
    return Figure(None if mean is None else min(max(mean, -1.0), 1.0), sample)


def _of_messages(counters: Counters, _about: str) -> Figure:
    return _share(counters, [label_counter(NEGATIVE_LABEL), label_counter(VERY_NEGATIVE)], ["sentimentCount"])


def _ended_as(outcome: str) -> Callable[[Counters, str], Figure]:
    ended = [outcome_counter(each) for each in CONVERSATION_OUTCOMES if each != OPEN]
    return lambda counters, _about: _share(counters, [outcome_counter(outcome)], ended)


def _unanswered(counters: Counters, _about: str) -> Figure:
    return _share(counters, list(map(reply_counter, UNANSWERED)), list(map(reply_counter, MESSAGE_OUTCOMES)))


def _flagged(counters: Counters, about: str) -> Figure:
    return _share(counters, [flagged_counter(about)], ["conversations"])


def _disliked(counters: Counters, _about: str) -> Figure:
    return _share(counters, [feedback_counter(NEGATIVE)], [feedback_counter(NEGATIVE), feedback_counter(POSITIVE)])


METRICS: Final[Mapping[str, Metric]] = {
    "conversations": Metric(of=_count("conversations"), unit="conversations", counts=True),
    "messages": Metric(of=_count("messages"), unit="messages", counts=True),
    "avg_sentiment": Metric(of=_mean_sentiment, unit="messages of users"),
    "negative_rate": Metric(of=_of_messages, unit="messages of users"),
    "resolution_rate": Metric(of=_ended_as(RESOLVED), unit="conversations that ended"),
    "escalation_rate": Metric(of=_ended_as(ESCALATED), unit="conversations that ended"),
    "flag_rate": Metric(of=_flagged, unit="conversations", about="flag"),
    "unanswered_rate": Metric(of=_unanswered, unit="replies"),
    "feedback_negative_rate": Metric(of=_disliked, unit="pieces of feedback"),
    "topic_count": Metric(of=_count(TOPIC_CONVERSATIONS), unit="conversations", counts=True, about="topic"),
    "analysis_failed": Metric(of=_count(FAILED_ANALYSES), unit="analyses", counts=True),
    "capture_rejected": Metric(of=_count(REFUSED_CAPTURES), unit="captures", counts=True),
}
"""The metrics by name, in the order in which people read them."""
COMPARED: Final = (
    "conversations",
    "messages",
    "avg_sentiment",
    "negative_rate",
    "resolution_rate",
    "escalation_rate",
    "unanswered_rate",
    "feedback_negative_rate",
)
"""What a report compares with the period before."""
