"""A request's time: nothing begins, and nothing waits, that would end after the function."""

from __future__ import annotations

import pytest
from confab.platform.deadline import MAX_ATTEMPT, SPARED, Deadline
from confab.platform.errors import Unavailable


class _Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_a_wait_beyond_the_deadline_is_refused_at_once() -> None:
    clock = _Clock()
    deadline = Deadline(clock, clock.sleep)
    with deadline.of(20_000):
        deadline.sleep(10)
        with pytest.raises(Unavailable, match="time"):
            deadline.sleep(10)
        assert clock.seconds == 1010
        deadline.sleep(20 - 10 - MAX_ATTEMPT)


def test_work_in_pieces_stops_before_the_deadline() -> None:
    clock = _Clock()
    deadline = Deadline(clock, clock.sleep)
    assert deadline.has_time()
    with deadline.of(20_000):
        assert deadline.has_time()
        clock.sleep(20 - MAX_ATTEMPT - SPARED)
        assert not deadline.has_time()


def test_given_no_request_when_something_waits_then_it_waits() -> None:
    clock = _Clock()
    deadline = Deadline(clock, clock.sleep)
    with deadline.of(1):
        pass
    deadline.sleep(100)
    assert clock.seconds == 1100
