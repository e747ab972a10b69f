"""Counters as they were: by two of them, what was counted in between, to the minutes at which they were noted.

The statistics have counters of days. An alert's window begins and ends inside of days, so each evaluation notes the
counters of the running day and of the day before, and a later one subtracts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from confab.domain.statistics import Counters

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The counters of the day of a time, and of the day before, as they were then."""

    at: datetime
    days: Mapping[date, Counters]


def counted_between(days: Mapping[date, Counters], start: Snapshot, end: Snapshot | None = None) -> dict[str, int]:
    """What was counted between two snapshots, for the days from the one before the first snapshot on.

    A message counts on its own day, so a late analysis counts for the window in which it is made while its message is
    of that day or of the day before.

    Args:
        days: the counters of days as they are now.
        end: the later snapshot; None for now.
    """
    total: Counter[str] = Counter()
    for day, now in days.items():
        if day < start.at.date() - DAY or (end is not None and day > end.at.date()):
            continue
        total.update(end.days[day] if end is not None and day in end.days else now)
        total.subtract(start.days.get(day, {}))
    return dict(total)
