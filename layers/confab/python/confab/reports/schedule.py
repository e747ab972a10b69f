"""When a report is due, by the clock on somebody's wall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from confab.reports.windows import Window

DAILY: Final = "day"
WEEKLY: Final = "week"
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a report is due.

    Attributes:
        every: ``DAILY`` or ``WEEKLY``.
        weekday: of a weekly one; 0 is Monday.
        hour: of the wall clock, 0 to 23. One that the clock leaves out in spring is due an hour later; of one that it
            has twice in autumn the first is meant.
        zone: whose clock.
    """

    every: str
    weekday: int = 0
    hour: int
    zone: ZoneInfo

    @property
    def days(self) -> int:
        """How many days a report is about."""
        return 1 if self.every == DAILY else 7

    def last_due(self, now: datetime) -> tuple[date, datetime]:
        """When it was due last, or is now: the day on the wall's calendar, and the time (UTC)."""
        day = now.astimezone(self.zone).date()
        while True:
            due = self._at(day, self.hour)
            if due <= now and (self.every == DAILY or day.weekday() == self.weekday):
                return day, due
            day -= timedelta(days=1)

    def windows(self, day: date) -> tuple[Window, Window]:
        """What the report of a day is about: whole days of the wall's calendar before it; and as many before those."""
        begins = [self._at(day - timedelta(days=back * self.days), 0) for back in (2, 1, 0)]
        return Window(begins[1], begins[2]), Window(begins[0], begins[1])

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self.zone).astimezone(UTC)


def zone_of(name: str) -> ZoneInfo:
    """A zone by its name in the IANA database.

    Raises:
        ValueError: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a zone of the IANA database, as in Europe/Berlin") from None


def schedule_of(settings: Mapping[str, Any]) -> Schedule:
    """A schedule from the settings of a report's rule."""
    said = settings["schedule"]
    return Schedule(
        every=said["every"],
        weekday=WEEKDAYS.index(said.get("weekday", WEEKDAYS[0])),
        hour=said["hour"],
        zone=zone_of(said["timezone"]),
    )
