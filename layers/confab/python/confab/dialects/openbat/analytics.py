"""OpenBat's analytics reads (openbat.md, "Dashboard API")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from confab.domain.labels import LABELS
from confab.domain.statistics import Counters, label_counter, mean_sentiment
from confab.usecases.measure import Overview


def overview_answer(overview: Overview) -> dict[str, Any]:
    """The answer of the overview."""
    return {
        "totalConversations": overview.all_time.get("conversations", 0),
        "totalMessages": overview.all_time.get("messages", 0),
        "avgSentiment": _mean(overview.all_time),
        "sentimentDistribution": _distribution(overview.all_time),
        "messagesToday": overview.today.get("messages", 0),
    }


def sentiment_answer(days: Mapping[date, Counters]) -> dict[str, Any]:
    """The answer of sentiment over time: days on which something was analysed, and their sums."""
    analysed = {day: counters for day, counters in days.items() if counters.get("sentimentCount", 0)}
    total: Counter[str] = Counter()
    for counters in analysed.values():
        total.update(counters)
    return {
        "sentimentOverTime": [
            {"date": day.isoformat(), "avgScore": _mean(counters), "count": counters["sentimentCount"]}
            for day, counters in analysed.items()
        ],
        "distribution": _distribution(total),
        "total": total["sentimentCount"],
    }


def _mean(counters: Counters) -> float | None:
    mean = mean_sentiment(counters)
    return None if mean is None else round(mean, 4)


def _distribution(counters: Counters) -> dict[str, int]:
    return {label: counters.get(label_counter(label), 0) for label in LABELS}
