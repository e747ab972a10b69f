"""What a conversation contributes to the statistics.

Statistics are sums over conversations. Each conversation remembers what it has contributed, so that the next commit
adds only the difference: redelivery, edits and deletes leave every sum exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC

from confab.domain.conversation import PROBE, Conversation
from confab.domain.insight import MessageInsight
from confab.domain.labels import label_of
from confab.domain.message import USER, Message

TOTAL = "TOTAL"

Counters = Mapping[str, int]
Contribution = Mapping[str, Counters]
"""Counters by statistic: ``TOTAL`` or ``DAY#<UTC date>``."""


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
    first_day: str | None = None
    for message in messages:
        counts[TOTAL]["messages"] += 1
        if conversation.kind == PROBE:
            continue
        day = f"DAY#{message.created_at.astimezone(UTC).date().isoformat()}"
        first_day = min(first_day or day, day)
        _count_message(counts[day], message, insights.get(message.key))
    if first_day is not None:
        counts[first_day]["conversations"] += 1
    return {statistic: dict(counters) for statistic, counters in counts.items()}


def _count_message(counters: defaultdict[str, int], message: Message, insight: MessageInsight | None) -> None:
    counters["messages"] += 1
    if message.role == USER and insight is not None and insight.score is not None:
        counters["sentimentSum"] += milli(insight.score)
        counters["sentimentCount"] += 1
        counters[f"label:{label_of(insight.score)}"] += 1


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
