"""What the sweep takes, in which order, and when it takes it again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from confab.analysis.waiting import MAX_LEASE, Waiting, in_turn
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _waiting(name: str = "c", **leased: datetime) -> Waiting:
    return Waiting("bot", name, NOW - timedelta(minutes=20), **leased)


def test_given_no_lease_or_one_that_ended_when_asked_then_it_is_due() -> None:
    assert _waiting().is_due(NOW)
    assert _waiting(leased_until=NOW).is_due(NOW)
    assert not _waiting(leased_until=NOW + timedelta(seconds=1)).is_due(NOW)


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=400)))
def test_each_turn_of_a_lease_waits_twice_as_long_up_to_a_day(
    age: timedelta,
) -> None:
    lease = Waiting("bot", "c", NOW - age).next_lease(NOW) - NOW
    assert lease == min(age, MAX_LEASE)


def test_a_conversation_that_nobody_finishes_is_queued_a_dozen_times_a_week() -> None:
    waiting, queued, now = _waiting(), 0, NOW
    while now < NOW + timedelta(days=7):
        if waiting.is_due(now):
            queued += 1
            waiting = Waiting("bot", "c", waiting.since, waiting.next_lease(now))
        now += timedelta(minutes=5)
    assert queued == 13


@given(st.lists(st.integers(0, 8), max_size=5), st.integers(0, 20))
def test_runs_taken_in_turn_are_never_more_than_one_apart(lengths: list[int], most: int) -> None:
    runs = [[_waiting(f"{run}-{number}") for number in range(length)] for run, length in enumerate(lengths)]
    taken = in_turn(runs, most)
    assert len(taken) == min(most, sum(lengths))
    counts = [sum(each.conversation_id.startswith(f"{run}-") for each in taken) for run in range(len(runs))]
    for count, run in zip(counts, runs, strict=True):
        assert [each for each in taken if each in run] == run[:count], "the oldest of a run come first"
        assert count == len(run) or count >= max(counts) - 1
