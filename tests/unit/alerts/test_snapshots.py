"""What was counted between two notes of the counters."""

from __future__ import annotations

from datetime import UTC, date, datetime

from confab.alerts.snapshots import Snapshot, counted_between


def _day(number: int) -> date:
    return date(2026, 3, number)


def _note(day: int, hour: int, **counters: int) -> Snapshot:
    """A note of a time; ``before`` and ``now`` are how many conversations the two days had."""
    days = {_day(day - 1): {"conversations": counters["before"]}, _day(day): {"conversations": counters["now"]}}
    return Snapshot(datetime(2026, 3, day, hour, tzinfo=UTC), days)


DAYS = {_day(number): {"conversations": 10 * number} for number in range(1, 11)}


def test_a_window_within_a_day_is_the_difference() -> None:
    assert counted_between(DAYS, _note(10, 9, before=90, now=60)) == {"conversations": 40}


def test_a_late_analysis_of_the_day_before_counts_when_it_is_made() -> None:
    assert counted_between(DAYS, _note(10, 9, before=85, now=60)) == {"conversations": 45}


def test_a_window_over_midnight_has_parts_of_both_days() -> None:
    assert counted_between(DAYS, _note(9, 23, before=80, now=70)) == {"conversations": 20 + 100}


def test_a_week_has_its_days_and_the_rest_of_the_day_in_which_it_began() -> None:
    assert counted_between(DAYS, _note(3, 12, before=20, now=10)) == {
        "conversations": 20 + 40 + 50 + 60 + 70 + 80 + 190
    }


def test_a_window_that_ended_has_nothing_of_what_was_counted_later() -> None:
    start, end = _note(8, 12, before=70, now=30), _note(9, 12, before=80, now=45)
    assert counted_between(DAYS, start, end) == {"conversations": 50 + 45}


def test_what_was_taken_back_is_taken_off() -> None:
    assert counted_between(DAYS, _note(10, 9, before=90, now=103)) == {"conversations": -3}
