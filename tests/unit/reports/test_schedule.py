"""When reports are due, and which days they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from confab.reports.schedule import DAILY, WEEKLY, Schedule, zone_of
from confab.reports.windows import DAY, Window

BERLIN = zone_of("Europe/Berlin")
HOUR = timedelta(hours=1)


def _dues(schedule: Schedule, since: datetime, days: int) -> list[datetime]:
    """The due times that somebody sees who looks every five minutes."""
    seen: dict[date, datetime] = {}
    for number in range(days * 288):
        day, due = schedule.last_due(since + number * timedelta(minutes=5))
        seen.setdefault(day, due)
    return list(seen.values())[1:]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "UTC"])
def test_a_daily_report_is_due_once_a_day_at_the_hour_of_the_wall_clock(zone: str) -> None:
    schedule = Schedule(every=DAILY, hour=9, zone=zone_of(zone))
    # Both changes of the clocks of the north and of the south are in it.
    for start in (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)):
        local = [due.astimezone(schedule.zone) for due in _dues(schedule, start, 45)]
        assert {each.hour for each in local} == {9}
        assert [each.date() for each in local] == [local[0].date() + number * DAY for number in range(len(local))]
        assert len(local) >= 44


def test_an_hour_that_the_clock_leaves_out_or_has_twice_is_due_once() -> None:
    schedule = Schedule(every=DAILY, hour=2, zone=BERLIN)
    spring = _dues(schedule, datetime(2026, 3, 27, tzinfo=UTC), 4)
    assert [due.isoformat()[5:16] for due in spring] == ["03-27T01:00", "03-28T01:00", "03-29T01:00", "03-30T00:00"]
    autumn = _dues(schedule, datetime(2026, 10, 23, 12, tzinfo=UTC), 3)
    assert [due.isoformat()[5:16] for due in autumn] == ["10-24T00:00", "10-25T00:00", "10-26T01:00"]


def test_a_weekly_report_is_due_on_its_day_and_is_about_the_seven_days_before() -> None:
    schedule = Schedule(every=WEEKLY, weekday=0, hour=8, zone=BERLIN)
    day, due = schedule.last_due(datetime(2026, 3, 31, 12, tzinfo=UTC))
    assert (day, due) == (date(2026, 3, 30), datetime(2026, 3, 30, 6, tzinfo=UTC))
    window, before = schedule.windows(day)
    # The clocks went forward on the 29th: that week has an hour less.
    assert window.until - window.since == 7 * DAY - HOUR
    assert before.until == window.since and before.until - before.since == 7 * DAY
    assert window.since.astimezone(BERLIN).isoformat() == "2026-03-23T00:00:00+01:00"


@pytest.mark.parametrize("name", ["", "Berlin", "../etc/passwd", "/etc/localtime", "Europe/Nowhere", "Europe", "a\0b"])
def test_a_name_that_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="IANA"):
        zone_of(name)


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-03-01T00:00", "2026-03-02T00:00", ("2026-03-01", "2026-03-02")),
        ("2026-02-28T23:00", "2026-03-01T23:00", ("2026-03-01", "2026-03-02")),
        ("2026-02-28T11:00", "2026-03-01T11:00", ("2026-02-28", "2026-03-01")),
        ("2026-03-28T23:00", "2026-03-29T22:00", ("2026-03-29", "2026-03-30")),
        ("2026-03-01T10:00", "2026-03-01T10:15", ("2026-03-01", "2026-03-02")),
        ("2026-03-22T23:00", "2026-03-29T22:00", ("2026-03-23", "2026-03-30")),
    ],
)
def test_the_whole_days_of_a_window_are_the_nearest_ones(since: str, until: str, days: tuple[str, str]) -> None:
    window = Window(*(datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (since, until)))
    whole = window.whole_days
    assert (whole.since.date().isoformat(), whole.until.date().isoformat()) == days
    assert whole.since.time() == whole.until.time() == datetime.min.time()
