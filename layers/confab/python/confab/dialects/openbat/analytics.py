"""OpenBat's analytics reads (openbat.md, "Dashboard API")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from confab.dialects.figures import distribution, mean
from confab.domain.statistics import Counters, added
from confab.reading.figures import Overview

if TYPE_CHECKING:
    from confab.dialects.openbat import answers


def overview_answer(overview: Overview) -> answers.Overview:
    """The answer of the overview."""
    return {
        "totalConversations": overview.all_time.get("conversations", 0),
        "totalMessages": overview.all_time.get("messages", 0),
        "avgSentiment": mean(overview.all_time),
        "sentimentDistribution": distribution(overview.all_time),
        "messagesToday": overview.today.get("messages", 0),
    }


def sentiment_answer(days: Mapping[date, Counters]) -> answers.SentimentOverTime:
    """The answer of sentiment over time: days on which something was analysed, and their sums."""
    analysed = {day: counters for day, counters in days.items() if counters.get("sentimentCount", 0)}
    total = added(analysed.values())
    return {
        "sentimentOverTime": [
            {"date": day.isoformat(), "avgScore": mean(counters) or 0.0, "count": counters["sentimentCount"]}
            for day, counters in analysed.items()
        ],
        "distribution": distribution(total),
        "total": total.get("sentimentCount", 0),
    }
