"""What a conversation contributes to the statistics.

Statistics are sums over conversations. Each conversation remembers what it has contributed, so that the next commit
adds only the difference: redelivery, edits and deletes leave every sum exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date

from confab.domain.conversation import PROBE, Conversation
from confab.domain.insight import MessageInsight
from confab.domain.labels import label_of
from confab.domain.message import USER, Message

TOTAL = "TOTAL"
ALL_TIME = "ALL"
DAY = "DAY#"

Counters = Mapping[str, int]
Contribution = Mapping[str, Counters]
"""Counters by statistic: ``TOTAL`` for lists, ``ALL`` and ``DAY#<UTC date>`` for analytics."""


def milli(score: float) -> int:
    """A score in thousandths, so that sums of scores are exact."""
    return round(score * 1000)


def contribution_of(
    conversation: Conversation, messages: Iterable[Message], insights: Mapping[str, MessageInsight]
) -> dict[str, dict[str, int]]:
    """All that this conversation adds to the statistics of its chatbot.

    ``TOTAL`` counts conversations and messages for lists; a probe counts there alone and stays out of the days
    (openbat.md, field ``kind``).
    """
    counts: dict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    counts[TOTAL]["conversations"] = 1
    days: set[str] = set()
    for message in messages:
        counts[TOTAL]["messages"] += 1
        if conversation.kind == PROBE:
            continue
        day = day_statistic(message.created_at.astimezone(UTC).date())
        days.add(day)
        for statistic in (ALL_TIME, day):
            _count_message(counts[statistic], message, insights.get(message.key))
    if days:
        counts[ALL_TIME]["conversations"] += 1
        counts[min(days)]["conversations"] += 1
    return {statistic: {name: n for name, n in counters.items() if n} for statistic, counters in counts.items()}


def day_statistic(day: date) -> str:
    """The name of a day's statistic."""
    return f"{DAY}{day.isoformat()}"


def _count_message(counters: defaultdict[str, int], message: Message, insight: MessageInsight | None) -> None:
    counters["messages"] += 1
    if message.role == USER and insight is not None and insight.score is not None:
        counters["sentimentSum"] += milli(insight.score)
        counters["sentimentCount"] += 1
        counters[label_counter(label_of(insight.score))] += 1


def label_counter(label: str) -> str:
    """The name of the counter of a sentiment label."""
    return f"label:{label}"


def mean_sentiment(counters: Counters) -> float | None:
    """The mean score behind some counters, -1 to 1; None when nothing was analysed."""
    count = counters.get("sentimentCount", 0)
    return counters.get("sentimentSum", 0) / count / 1000 if count else None


def difference(new: Contribution, old: Contribution) -> dict[str, dict[str, int]]:
    """What must be added to the statistics to go from the old contribution to the new one; zeros left out."""
    changes: dict[str, dict[str, int]] = {}
    for statistic in sorted(new.keys() | old.keys()):
        before, after = old.get(statistic, {}), new.get(statistic, {})
        changed = {
            counter: after.get(counter, 0) - before.get(counter, 0)
            for counter in sorted(before.keys() | after.keys())
            if after.get(counter, 0) != before.get(counter, 0)
        }
        if changed:
            changes[statistic] = changed
    return changes
