"""The answers about topics, flags and outcomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from confab.dialects.fields import iso
from confab.dialects.figures import distribution, mean, rounded, share
from confab.domain.conversation import Conversation
from confab.domain.feedback import KINDS
from confab.domain.results import BEHAVIOURS, CONVERSATION_OUTCOMES, FLAGS, MESSAGE_OUTCOMES
from confab.domain.statistics import (
    NOT_ANALYSED,
    Counters,
    behaviour_counter,
    feedback_counter,
    flag_counter,
    flagged_counter,
    hour_counter,
    outcome_counter,
    reply_counter,
    resolution_rate,
)
from confab.reading.figures import Period
from confab.reading.ranking import TopicFigures
from confab.reading.topics import Ranking

if TYPE_CHECKING:
    from confab.dialects.insights import answers

RESOLVING: Final = ("fully_resolved", "partially_resolved")
"""Outcomes of replies that count as resolved (openbat.md, "Resolution rate")."""


def topics_answer(ranking: Ranking) -> answers.Topics:
    """The answer of the topics."""
    return {
        "weeks": list(ranking.weeks),
        "topics": [
            _topic(each, ranking.weeks, [_sample(row) for row in ranking.samples[each.topic.id]])
            for each in ranking.topics
        ],
        "total": ranking.total,
    }


def _topic(figures: TopicFigures, weeks: Collection[str], samples: list[answers.Sample]) -> answers.RankedTopic:
    counters = figures.counters
    return {
        "id": figures.topic.id,
        "name": figures.topic.name,
        "declared": figures.declared,
        "parent": None if figures.parent is None else {"id": figures.parent.id, "name": figures.parent.name},
        **summary(counters),
        "opportunity": rounded(figures.opportunity),
        "trend": {
            "direction": figures.direction,
            "weeks": [
                {"week": week, "conversations": number} for week, number in zip(weeks, figures.weekly, strict=True)
            ],
        },
        "samples": samples,
    }


def summary(counters: Counters) -> answers.Summary:
    """Volume, mood and outcomes of some conversations."""
    return {
        "conversations": counters.get("conversations", 0),
        "messages": counters.get("messages", 0),
        "avgSentiment": mean(counters),
        "sentimentDistribution": distribution(counters),
        "outcomes": _outcomes(counters),
        "resolutionRate": rounded(resolution_rate(counters)),
    }


def overview_answer(period: Period, waiting: int) -> answers.PeriodOverview:
    """The answer of the overview.

    Args:
        period: two periods of one length, the later one being the one that is asked for.
        waiting: how many conversations the statistics have not counted yet.
    """
    days = (period.last - period.first).days + 1
    middle = period.first + timedelta(days=days // 2)
    now = {day: counters for day, counters in period.by_day.items() if day >= middle}
    before = {day: counters for day, counters in period.by_day.items() if day < middle}
    return {
        "current": _period(Period(middle, period.last, now)),
        "previous": _period(Period(period.first, middle - timedelta(days=1), before)),
        "days": [_day(day, counters) for day, counters in now.items()],
        "waiting": waiting,
    }


def _day(day: date, counters: Counters) -> answers.DaySummary:
    hours = [counters.get(hour_counter(hour), 0) for hour in range(24)]
    return {"date": day.isoformat(), **summary(counters), "hours": hours}


def _period(period: Period) -> answers.PeriodSummary:
    total = period.total
    feedback = {kind: total.get(feedback_counter(kind), 0) for kind in KINDS}
    return {
        **_bounds(period),
        **summary(total),
        "notAnalysed": total.get(NOT_ANALYSED, 0),
        "feedback": cast("answers.FeedbackCounts", feedback),
    }


def _sample(row: Conversation) -> answers.Sample:
    return {
        "id": row.id,
        "externalId": row.external_id,
        "startedAt": iso(row.first_message_at),
        "avgSentiment": rounded(row.sentiment),
        "outcome": row.outcome,
    }


def _outcomes(counters: Counters) -> answers.OutcomeCounts:
    """The conversations by outcome, all of the vocabulary."""
    counts = {outcome: counters.get(outcome_counter(outcome), 0) for outcome in CONVERSATION_OUTCOMES}
    return cast("answers.OutcomeCounts", counts)


def flags_answer(period: Period) -> answers.Flags:
    """The answer of the flags: those of the vocabulary, then others that were raised."""
    total = period.total
    conversations, messages = total.get("conversations", 0), total.get("sentimentCount", 0)
    flags: list[answers.FlagFigures] = []
    for flag in named(FLAGS, total, flag_counter):
        in_conversations, in_messages = flagged_counter(flag), flag_counter(flag)
        flags.append(
            {
                "flag": flag,
                "conversations": total.get(in_conversations, 0),
                "messages": total.get(in_messages, 0),
                "conversationRate": share(total.get(in_conversations, 0), conversations),
                "messageRate": share(total.get(in_messages, 0), messages),
                "overTime": _series(period.by_day, {"conversations": in_conversations, "messages": in_messages}),
            }
        )
    return {**_bounds(period), "conversations": conversations, "messages": messages, "flags": flags}


def outcomes_answer(period: Period) -> answers.Outcomes:
    """The answer of the outcomes: how conversations ended, and what the assistant's messages came to."""
    total = period.total
    replies = {outcome: total.get(reply_counter(outcome), 0) for outcome in MESSAGE_OUTCOMES}
    answered = sum(replies.values())
    behaviours = named(BEHAVIOURS, total, behaviour_counter)

    def by_word(words: Collection[str], counter_of: Callable[[str], str], word_name: str, unit: str) -> list[Any]:
        """How often each word of a vocabulary was given, its share of all of them, and the same by day."""
        counts = {word: total.get(counter_of(word), 0) for word in words}
        whole = sum(counts.values())
        return [
            {
                word_name: word,
                unit: count,
                "rate": share(count, whole),
                "overTime": _series(period.by_day, {unit: counter_of(word)}),
            }
            for word, count in counts.items()
        ]

    return {
        **_bounds(period),
        "conversations": total.get("conversations", 0),
        "resolutionRate": rounded(resolution_rate(total)),
        "outcomes": by_word(CONVERSATION_OUTCOMES, outcome_counter, "outcome", "conversations"),
        "replies": {
            "messages": answered,
            "resolutionRate": share(sum(replies[outcome] for outcome in RESOLVING), answered),
            "outcomes": by_word(MESSAGE_OUTCOMES, reply_counter, "outcome", "messages"),
            "behaviours": by_word(behaviours, behaviour_counter, "behaviour", "messages"),
        },
    }


def _bounds(period: Period) -> answers.Period:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def named(vocabulary: Collection[str], total: Counters, counter_of: Callable[[str], str]) -> list[str]:
    """The words of a vocabulary, then others that were counted."""
    prefix = counter_of("")
    counted = {name.removeprefix(prefix) for name, number in total.items() if name.startswith(prefix) and number}
    return [*vocabulary, *sorted(counted.difference(vocabulary))]


def _series(by_day: Mapping[date, Counters], shown: Mapping[str, str]) -> list[Any]:
    """Some counters by day, under other names; days on which all are zero are left out."""
    series = []
    for day, counters in by_day.items():
        figures = {name: counters.get(counter, 0) for name, counter in shown.items()}
        if any(figures.values()):
            series.append({"date": day.isoformat(), **figures})
    return series
