"""Figures as analytics answers show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, overload

from confab.domain.labels import LABELS
from confab.domain.statistics import Counters, label_counter, mean_sentiment

if TYPE_CHECKING:
    from confab.dialects.answers import Distribution

PLACES: Final = 4


def mean(counters: Counters) -> float | None:
    """The mean sentiment; None when nothing was analysed."""
    return rounded(mean_sentiment(counters))


def distribution(counters: Counters) -> Distribution:
    """The messages by sentiment label, all five labels."""
    return cast("Distribution", {label: counters.get(label_counter(label), 0) for label in LABELS})


def share(part: int, whole: int) -> float | None:
    """A part of a whole, 0 to 1; None of nothing."""
    return round(part / whole, PLACES) if whole else None


@overload
def rounded(figure: float) -> float: ...


@overload
def rounded(figure: float | None) -> float | None: ...


def rounded(figure: float | None) -> float | None:
    """A figure as it is shown; None stays None."""
    return None if figure is None else round(figure, PLACES)
