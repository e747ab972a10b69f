"""The place of messages in time, and the order of a transcript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from confab.domain.message import TICK, Draft, Message, in_order_sent, place_in_time, transcript_order
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


def test_given_equal_times_when_ordered_then_the_user_comes_before_the_assistant() -> None:
    def message(role: str) -> Message:
        return Message(key=f"i:{role}", role=role, content="x", created_at=NOW, stored_at=NOW)

    ordered = sorted([message("assistant"), message("user"), message("system")], key=transcript_order)
    assert [m.role for m in ordered] == ["system", "user", "assistant"]


@given(stored=st.lists(st.booleans(), min_size=1), later=st.integers(1, 10**9))
def test_given_a_part_of_a_request_stored_when_the_rest_comes_later_then_all_stand_in_the_order_sent(
    stored: list[bool], later: int
) -> None:
    first = place_in_time([_draft() for _ in stored], NOW)
    again = place_in_time([_draft() for _ in stored], NOW + TICK * later)
    placed = in_order_sent(again, [time if there else None for time, there in zip(first, stored, strict=True)])
    assert placed == sorted(set(placed))
    assert [time for time, there in zip(placed, stored, strict=True) if there] == [
        time for time, there in zip(first, stored, strict=True) if there
    ]


def test_given_nothing_stored_after_it_when_placed_then_a_new_message_stays_where_it_is() -> None:
    old, new = NOW - timedelta(hours=1), NOW
    assert in_order_sent([new, new + TICK], [old, None]) == [old, new + TICK]
    assert in_order_sent([new], [None]) == [new]
