"""The figures that alerts watch, of their windows and of what those are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from confab.alerts.alert import MIN_HISTORY, PREVIOUS_WINDOW, SEVEN_DAYS, Alert
from confab.alerts.snapshot_store import SnapshotStore
from confab.alerts.snapshots import DAY, counted_between
from confab.domain.metrics import FAILED_ANALYSES, REFUSED_CAPTURES, TOPIC_CONVERSATIONS, Figure
from confab.domain.statistics import Counters, added
from confab.reports.windows import ReadWindows, Window
from confab.storage.health import HealthStore
from confab.storage.statistics import StatisticsStore

OF_HEALTH: Final = {"analysis_failed": FAILED_ANALYSES, "capture_rejected": REFUSED_CAPTURES}
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSources:
    """What figures of alerts are read from.

    Attributes:
        windows: reads the conversations of a window, where no snapshot says what was counted in it.
    """

    statistics: StatisticsStore
    snapshots: SnapshotStore
    health: HealthStore
    windows: ReadWindows


class Measure:
    """The figures of one chatbot at one time; what several alerts need is read once.

    Args:
        sources: what figures are read from.
        chatbot_id: the chatbot.
        now: the time.
        alerts: all that will be asked for.
    """

    def __init__(self, sources: AlertSources, chatbot_id: str, now: datetime, alerts: Sequence[Alert]) -> None:
        self._sources = sources
        self._chatbot_id = chatbot_id
        self._now = now
        reach = max((_reach(alert) for alert in alerts), default=DAY)
        self.days: Mapping[date, Counters] = sources.statistics.days(chatbot_id, (now - reach).date() - DAY, now.date())
        self._known: dict[tuple[str, timedelta, timedelta], Mapping[str, int] | None] = {}

    def figure(self, alert: Alert) -> Figure | None:
        """The figure of an alert's window, which ends now; None while there is none."""
        return self._of(alert, self._now - alert.length, self._now)

    def base(self, alert: Alert) -> Figure | None:
        """What that is compared with; None for nothing, or while there is none."""
        begin = self._now - alert.length
        if alert.change == PREVIOUS_WINDOW:
            return self._of(alert, begin - alert.length, begin)
        return self._mean(alert, begin) if alert.change == SEVEN_DAYS else None

    def _mean(self, alert: Alert, begin: datetime) -> Figure | None:
        """The mean of the seven days before: of whole UTC days, or for what has no days of those before the window."""
        today = self._now.date()
        days = [day for day in self.days if today - WEEK <= day < today and self.days[day].get("conversations", 0) > 0]
        if not days or today - min(days) < MIN_HISTORY:
            return None
        lasted = today - min(days)
        if not _of_days(alert):
            whole = self._of(alert, begin - lasted, begin)
            return None if whole is None else _scaled(whole, alert.length / lasted)
        figure = alert.kind.of(added(self.days[day] for day in days), alert.about)
        return _scaled(figure, alert.length / lasted) if alert.kind.counts else figure

    def _of(self, alert: Alert, since: datetime, until: datetime) -> Figure | None:
        counters = self._counters(alert, since, until)
        return None if counters is None else alert.kind.of(counters, alert.about)

    def _counters(self, alert: Alert, since: datetime, until: datetime) -> Mapping[str, int] | None:
        if alert.metric in OF_HEALTH:
            # A slot that began before the window and ends in it is not in it; the one that runs is.
            return self._sources.health.between(self._chatbot_id, since, until)
        if alert.kind.about == "topic":
            found = self._sources.windows.about(self._chatbot_id, alert.about, Window(since, until))
            return {TOPIC_CONVERSATIONS: found}
        place = ("", self._now - since, self._now - until)
        if place not in self._known:
            self._known[place] = self._counted(since, until)
        return self._known[place]

    def _counted(self, since: datetime, until: datetime) -> Mapping[str, int] | None:
        snapshots, length = self._sources.snapshots, until - since
        start = snapshots.at(self._chatbot_id, since, length)
        end = None if until == self._now else snapshots.at(self._chatbot_id, until, length)
        if start is not None and (until == self._now or end is not None):
            return counted_between(self.days, start, end)
        read = self._sources.windows.exact(self._chatbot_id, Window(since, until))
        if read is not None:
            return read.counters
        return self._of_whole_days(Window(since, until)) if length >= WEEK else None

    def _of_whole_days(self, window: Window) -> Mapping[str, int]:
        """The counters of the UTC days nearest to a window, for one that is too long to wait for its first note."""
        first, end = window.whole_days.since.date(), window.whole_days.until.date()
        return added(counters for day, counters in self.days.items() if first <= day < end)


def _of_days(alert: Alert) -> bool:
    """Whether the counters of days have what an alert watches."""
    return alert.metric not in OF_HEALTH and alert.kind.about != "topic"


def _reach(alert: Alert) -> timedelta:
    """How far back the counters of days are needed."""
    back = alert.length * (2 if alert.change == PREVIOUS_WINDOW else 1)
    return max(back, WEEK) if alert.change == SEVEN_DAYS else back


def _scaled(figure: Figure, factor: float) -> Figure:
    return Figure(None if figure.value is None else figure.value * factor, figure.sample)
