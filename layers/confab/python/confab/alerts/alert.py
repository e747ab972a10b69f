"""What an alert watches, and how it judges what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from operator import ge, gt, le, lt
from typing import Any, Final

from confab.domain.metrics import METRICS, Figure, Metric

WINDOWS: Final[Mapping[str, timedelta]] = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "1w": timedelta(weeks=1),
}
ABSOLUTE: Final = "absolute"
PREVIOUS_WINDOW: Final = "vs_previous_window"
SEVEN_DAYS: Final = "vs_7d_mean"
CHANGES: Final = (ABSOLUTE, PREVIOUS_WINDOW, SEVEN_DAYS)
OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {">": gt, ">=": ge, "<": lt, "<=": le}
IGNORE: Final = "ignore"
NOTIFY: Final = "notify"
MIN_HISTORY: Final = timedelta(days=3)
"""How long a chatbot must have had conversations before its mean of seven days says something."""

CHANCE: Final = 2
"""How many roots of a number chance changes it by, seldom by more."""
_LITTLE: Final = "there is too little to judge"

OK: Final = "ok"
WARNING: Final = "warning"
ALERT: Final = "alert"
NO_DATA: Final = "no_data"
ERROR: Final = "error"
UNKNOWN: Final = "unknown"
STATES: Final = (UNKNOWN, OK, WARNING, ALERT, NO_DATA, ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What an alert watches.

    Attributes:
        metric: a name of ``domain.metrics.METRICS``.
        about: the flag or the topic that the metric is about; empty where it is about all.
        window: a name of ``WINDOWS``.
        operator: how the value stands to the line that it must not cross.
        alert, warning: the lines; without a warning there is one.
        change: what is compared with the lines: the value, or how it differs from another one.
        minimum: of how many things a share or a mean must be made; of a number that is compared with another one, how
            large one of the two must be.
        no_data: whether it tells that there is no data.
        renotify: after how long an open alert is told again; None for never.
    """

    metric: str
    about: str = ""
    window: str
    operator: str
    alert: float
    warning: float | None = None
    change: str = ABSOLUTE
    minimum: int = 1
    no_data: str = IGNORE
    renotify: timedelta | None = None

    @property
    def kind(self) -> Metric:
        """How its metric is made."""
        return METRICS[self.metric]

    @property
    def length(self) -> timedelta:
        """Its window's."""
        return WINDOWS[self.window]


def alert_of(settings: Mapping[str, Any]) -> Alert:
    """An alert from the settings of its rule."""
    metric, threshold = settings["metric"], settings["threshold"]
    again = settings.get("renotifyMinutes")
    return Alert(
        metric=metric["name"],
        about=metric.get("flag") or metric.get("topic") or "",
        window=settings["window"],
        operator=threshold["operator"],
        alert=threshold["alert"],
        warning=threshold.get("warning"),
        change=threshold.get("change", ABSOLUTE),
        minimum=threshold.get("minimum", 1),
        no_data=settings.get("noData", IGNORE),
        renotify=None if again is None else timedelta(minutes=again),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an evaluation found.

    Attributes:
        state: one of ``STATES``; ``UNKNOWN`` where nothing can be judged, which leaves an alert as it is.
        figure: of the window; None where it could not be made.
        base: what the figure is compared with; None for nothing.
        compared: what was held against the lines; None where nothing was.
        reason: why nothing was judged; empty otherwise.
    """

    state: str
    figure: Figure | None = None
    base: float | None = None
    compared: float | None = None
    reason: str = ""


def judged(alert: Alert, figure: Figure | None, base: Figure | None = None) -> Reading:
    """Judge the figure of a window.

    A change of a number is a share of what it is compared with (0.5 is half as much again), and counts only where it is
    larger than chance makes it, about twice the root of the number. A change of a share or a mean is the difference.

    Args:
        figure: None where there is no such figure yet.
        base: what it is compared with; None where that is not known.
    """
    if figure is None:
        return Reading(state=UNKNOWN, reason="the window has no figures yet")
    if not alert.kind.counts and figure.sample < alert.minimum:
        # Nothing at all is no data; a little leaves an alert as it is.
        return Reading(state=UNKNOWN if figure.sample else NO_DATA, figure=figure, reason=_LITTLE)
    if figure.value is None:
        return Reading(state=NO_DATA, figure=figure, reason=_LITTLE)
    if alert.change == ABSOLUTE:
        return Reading(state=_crossed(alert, figure.value), figure=figure, compared=figure.value)
    if base is None or base.value is None:
        return Reading(state=UNKNOWN, figure=figure, reason="there is nothing to compare it with yet")
    return _changed(alert, figure, figure.value, base.value)


def _changed(alert: Alert, figure: Figure, value: float, base: float) -> Reading:
    if not alert.kind.counts:
        change = value - base
        return Reading(state=_crossed(alert, change), figure=figure, base=base, compared=change)
    if base <= 0 < value:
        return Reading(state=UNKNOWN, figure=figure, base=base, reason="what it is compared with is zero")
    change = (value - base) / base if base else 0.0
    if max(value, base) < alert.minimum:
        return Reading(state=OK, figure=figure, base=base, compared=change, reason=_LITTLE)
    if abs(value - base) <= CHANCE * sqrt(max(value, base)):
        return Reading(state=OK, figure=figure, base=base, compared=change, reason="chance may make the change")
    return Reading(state=_crossed(alert, change), figure=figure, base=base, compared=change)


def _crossed(alert: Alert, compared: float) -> str:
    """Which line a value is beyond."""
    crosses = OPERATORS[alert.operator]
    if crosses(compared, alert.alert):
        return ALERT
    return WARNING if alert.warning is not None and crosses(compared, alert.warning) else OK
