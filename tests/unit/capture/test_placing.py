"""The place of messages in time, and the order of a transcript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from confab.domain.message import TICK, Draft, Message, transcript_order
from confab.domain.placing import Neighbour, far_ahead, in_order_sent, place_in_time
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _draft(seconds: int | None = None) -> Draft:
    return Draft(role="user", content="x", sent_at=None if seconds is None else NOW + timedelta(seconds=seconds))


def test_given_no_times_when_placed_then_they_follow_one_another_from_the_arrival() -> None:
    times = place_in_time([_draft(), _draft(), _draft()], NOW)
    assert times == [NOW, NOW + timedelta(microseconds=1), NOW + timedelta(microseconds=2)]


def test_given_a_message_without_time_when_placed_then_it_follows_its_predecessor() -> None:
    times = place_in_time([_draft(-100), _draft(), _draft(-50)], NOW)
    assert times == sorted(times)
    assert times[1] - times[0] == timedelta(microseconds=1)


@given(st.lists(st.booleans()), st.integers(-1000, 1000))
def test_given_times_in_order_when_placed_then_the_order_of_the_request_stays(timed: list[bool], start: int) -> None:
    drafts = [_draft(start + second if known else None) for second, known in enumerate(timed)]
    times = place_in_time(drafts, NOW)
    assert len(times) == len(drafts)
    assert times == sorted(times)


def test_given_equal_times_when_ordered_then_the_first_to_arrive_comes_first() -> None:
    first = Message(key="i:b", role="assistant", content="Hello!", created_at=NOW, stored_at=NOW)
    second = Message(key="i:a", role="user", content="hi", created_at=NOW, stored_at=NOW + TICK)
    assert sorted([second, first], key=transcript_order) == [first, second]


def test_of_equal_times_and_arrivals_the_user_comes_before_the_assistant() -> None:
    def message(role: str) -> Message:
        return Message(key=f"i:{role}", role=role, content="x", created_at=NOW, stored_at=NOW)

    ordered = sorted([message("assistant"), message("user"), message("system")], key=transcript_order)
    assert [m.role for m in ordered] == ["system", "user", "assistant"]


def _user(seconds: float, role: str = "user") -> Draft:
    return Draft(role=role, content="x", sent_at=NOW + timedelta(seconds=seconds))


def _bot(seconds: float) -> Draft:
    return _user(seconds, "assistant")


def _order(drafts: list[Draft]) -> list[int]:
    """The indexes of the messages in the order in which they are read."""
    times = place_in_time(drafts, NOW)
    return sorted(range(len(drafts)), key=lambda index: (times[index], index))


@pytest.mark.parametrize("ahead", [1, 180, 600, 601, 10**8])
def test_given_a_time_ahead_of_the_arrival_then_the_arrival_counts(ahead: int) -> None:
    assert place_in_time([_user(ahead)], NOW) == [NOW]
    assert far_ahead([_user(ahead)], NOW) == ([0] if ahead > 600 else [])


@pytest.mark.parametrize("skew", [-540, -180, -20, 0, 20, 180, 540])
@pytest.mark.parametrize("since", [1, 60, 3600])
def test_turns_sent_together_keep_their_order_if_a_clock_is_off(skew: int, since: int) -> None:
    turns = [d for at in (0, 10, 20) for d in (_user(at - 30 - since + skew), _bot(at - 25 - since))]
    assert _order(turns) == [0, 1, 2, 3, 4, 5]
    assert _order([_bot(-40 - since), *turns]) == [0, 1, 2, 3, 4, 5, 6]
    assert _order(turns[:2]) == [0, 1]


@given(st.permutations([_user(-60), _bot(-55), _user(-50), _bot(-45), _user(-40), _bot(-35)]))
def test_given_a_shuffled_request_then_it_is_ordered_by_time_or_as_sent(drafts: list[Draft]) -> None:
    times = place_in_time(drafts, NOW)
    by_time = [draft.sent_at for draft in drafts]
    assert times in (by_time, sorted(times))


def test_given_a_request_that_is_newest_first_then_it_is_ordered_by_time() -> None:
    turns = [_user(-60), _bot(-55), _user(-50), _bot(-45)]
    assert _order(turns[::-1]) == [3, 2, 1, 0]
    assert _order([_bot(-55), _user(-60)]) == [1, 0]


@given(stored=st.lists(st.booleans(), min_size=1), later=st.integers(1, 10**9))
def test_a_partly_stored_request_is_completed_in_the_order_sent(stored: list[bool], later: int) -> None:
    first = place_in_time([_draft() for _ in stored], NOW)
    again = place_in_time([_draft() for _ in stored], NOW + TICK * later)
    neighbours = in_order_sent(
        [
            Neighbour(old if there else new, old if there else new, timed=False, new=not there)
            for old, new, there in zip(first, again, stored, strict=True)
        ]
    )
    placed = [neighbour.time for neighbour in neighbours]
    assert placed == sorted(set(placed))
    assert [time for time, there in zip(placed, stored, strict=True) if there] == [
        time for time, there in zip(first, stored, strict=True) if there
    ]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=8))
def test_messages_with_equal_times_are_placed_in_the_order_sent(
    sent: list[tuple[int, bool]],
) -> None:
    sent.sort(key=lambda each: each[0])
    neighbours = [
        Neighbour(NOW + timedelta(seconds=at), NOW + TICK * index + timedelta(hours=new), timed=True, new=new)
        for index, (at, new) in enumerate(sent)
    ]
    placed = [(neighbour.time, neighbour.arrived) for neighbour in in_order_sent(neighbours)]
    assert placed == sorted(set(placed))


def test_a_new_message_stays_in_place_if_nothing_is_stored_after_it() -> None:
    old = Neighbour(NOW - timedelta(hours=1), NOW - timedelta(hours=1), timed=False, new=False)
    new, after = Neighbour(NOW, NOW, timed=False, new=True), Neighbour(NOW + TICK, NOW + TICK, timed=False, new=False)
    assert in_order_sent([new, after]) == [new, after]
    assert in_order_sent([old, new]) == [old, new]
    assert in_order_sent([new]) == [new]
