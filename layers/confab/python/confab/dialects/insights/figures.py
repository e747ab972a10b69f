"""The answers about topics, flags and outcomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final

from confab.dialects.fields import iso
from confab.dialects.figures import distribution, mean, rounded, share
from confab.domain.conversation import Conversation
from confab.domain.insight import BEHAVIOURS, CONVERSATION_OUTCOMES, FLAGS, MESSAGE_OUTCOMES
from confab.domain.statistics import (
    Counters,
    behaviour_counter,
    flag_counter,
    flagged_counter,
    outcome_counter,
    reply_counter,
    resolution_rate,
)
from confab.reading.figures import Period
from confab.reading.ranking import TopicFigures
from confab.reading.topics import Ranking

RESOLVING: Final = ("fully_resolved", "partially_resolved")
"""Outcomes of replies that count as resolved (openbat.md, "Resolution rate")."""


def topics_answer(ranking: Ranking) -> dict[str, Any]:
    """The answer of the topics."""
    return {
        "weeks": list(ranking.weeks),
        "topics": [
            {**_topic(each, ranking.weeks), "samples": [_sample(row) for row in ranking.samples[each.topic.id]]}
            for each in ranking.topics
        ],
        "total": ranking.total,
    }


def _topic(figures: TopicFigures, weeks: Collection[str]) -> dict[str, Any]:
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
    }


def summary(counters: Counters) -> dict[str, Any]:
    """Volume, mood and outcomes of some conversations."""
    return {
        "conversations": counters.get("conversations", 0),
        "messages": counters.get("messages", 0),
        "avgSentiment": mean(counters),
        "sentimentDistribution": distribution(counters),
        "outcomes": _outcomes(counters),
        "resolutionRate": rounded(resolution_rate(counters)),
    }


def _sample(row: Conversation) -> dict[str, Any]:
    return {
        "id": row.id,
        "externalId": row.external_id,
        "startedAt": iso(row.first_message_at),
        "avgSentiment": rounded(row.sentiment),
        "outcome": row.outcome,
    }


def _outcomes(counters: Counters) -> dict[str, int]:
    """The conversations by outcome, all of the vocabulary."""
    return {outcome: counters.get(outcome_counter(outcome), 0) for outcome in CONVERSATION_OUTCOMES}


def flags_answer(period: Period) -> dict[str, Any]:
    """The answer of the flags: those of the vocabulary, then others that were raised."""
    total = period.total
    conversations, messages = total.get("conversations", 0), total.get("sentimentCount", 0)
    flags = []
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


def outcomes_answer(period: Period) -> dict[str, Any]:
    """The answer of the outcomes: how conversations ended, and what the assistant's messages came to."""
    total = period.total
    replies = {outcome: total.get(reply_counter(outcome), 0) for outcome in MESSAGE_OUTCOMES}
    answered = sum(replies.values())
    behaviours = named(BEHAVIOURS, total, behaviour_counter)

    def by_word(
        words: Collection[str], counter_of: Callable[[str], str], word_name: str, unit: str
    ) -> list[dict[str, Any]]:
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


def _bounds(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def named(vocabulary: Collection[str], total: Counters, counter_of: Callable[[str], str]) -> list[str]:
    """The words of a vocabulary, then others that were counted."""
    prefix = counter_of("")
    counted = {name.removeprefix(prefix) for name, number in total.items() if name.startswith(prefix) and number}
    return [*vocabulary, *sorted(counted.difference(vocabulary))]


def _series(by_day: Mapping[date, Counters], shown: Mapping[str, str]) -> list[dict[str, Any]]:
    """Some counters by day, under other names; days on which all are zero are left out."""
    series = []
    for day, counters in by_day.items():
        figures = {name: counters.get(counter, 0) for name, counter in shown.items()}
        if any(figures.values()):
            series.append({"date": day.isoformat(), **figures})
    return series
