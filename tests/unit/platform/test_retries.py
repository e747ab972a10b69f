"""Work that is tried again waits for a random time, longer each round, and never past the request's deadline."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import pytest
from confab.platform.deadline import MAX_ATTEMPT, Deadline
from confab.platform.errors import Unavailable
from confab.platform.retries import Retries

RETRIES = Retries(6, first=0.1, cap=0.5)


def longest(low: float, high: float) -> float:
    assert low == 0
    return high


def test_pauses_double_up_to_the_cap_and_the_last_round_does_not_wait() -> None:
    slept: list[float] = []
    for pause in RETRIES.pauses(slept.append, longest):
        pause()
    assert slept == [0.1, 0.2, 0.4, 0.5, 0.5]


def test_a_wait_is_drawn_between_nothing_and_the_bound() -> None:
    slept: list[float] = []
    for pause in islice(RETRIES.pauses(slept.append, lambda low, high: low + (high - low) / 4), 2):
        pause()
    assert slept == [0.025, 0.05]


def test_waits_differ_and_stay_below_the_bound() -> None:
    slept: list[float] = []
    for _ in range(100):
        next(RETRIES.pauses(slept.append))()
    assert len(set(slept)) > 1
    assert all(0 <= wait <= 0.1 for wait in slept)


def test_rounds_without_pauses_do_not_wait_and_only_the_last_says_so() -> None:
    slept: list[float] = []
    assert [pause.last for pause in RETRIES.pauses(slept.append, longest)] == [False] * 5 + [True]
    assert slept == []


def test_given_many_rounds_when_the_bound_would_overflow_then_it_stays_the_cap() -> None:
    waits = [pause.longest for pause in Retries(1000, first=1, cap=30).pauses(lambda _: None)]
    assert max(waits) == 30


def test_a_request_without_time_ends_before_the_wait() -> None:
    slept: list[float] = []
    deadline = Deadline(monotonic=lambda: 7.0, sleep=slept.append)
    pauses = RETRIES.pauses(deadline.sleep, longest)
    left = timedelta(seconds=MAX_ATTEMPT + 0.15)
    with deadline.of(left // timedelta(milliseconds=1)):
        next(pauses)()
        with pytest.raises(Unavailable):
            next(pauses)()
    assert slept == [0.1]
