"""The five sentiment labels and their cut-offs (openbat.md, "Dashboard API")."""

from __future__ import annotations

from typing import Final

VERY_POSITIVE: Final = "Very Positive"
POSITIVE: Final = "Positive"
NEUTRAL: Final = "Neutral"
NEGATIVE: Final = "Negative"
VERY_NEGATIVE: Final = "Very Negative"
NOT_JUDGED: Final = "Not judged"
"""What people read of a message without a score; it is none of the labels, and nothing counts it as one."""

LABELS: Final = (VERY_POSITIVE, POSITIVE, NEUTRAL, NEGATIVE, VERY_NEGATIVE)


def milli(score: float) -> int:
    """A score in thousandths, so that sums of scores are exact."""
    return round(score * 1000)


def label_of(score: float) -> str:
    """The label of a sentiment score between -1 and 1."""
    if score >= 0.6:
        return VERY_POSITIVE
    if score >= 0.2:
        return POSITIVE
    if score > -0.2:
        return NEUTRAL
    if score > -0.6:
        return NEGATIVE
    return VERY_NEGATIVE
