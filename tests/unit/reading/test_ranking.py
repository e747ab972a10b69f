"""Where topics are heading, and which come first."""

from __future__ import annotations

import pytest
from confab.domain.topics import Topic
from confab.reading.ranking import FALLING, RISING, STEADY, TopicFigures, direction_of, ranked
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("weekly", "days", "direction"),
    [
        ([5], 7, None),
        ([0, 0], 7, STEADY),
        ([0, 1], 7, STEADY),
        ([0, 2], 7, RISING),
        ([10, 13], 7, STEADY),
        ([10, 20], 7, RISING),
        ([100, 120], 7, STEADY),
        ([100, 130], 7, RISING),
        ([7, 0], 1, STEADY),
        ([70, 0], 1, FALLING),
        ([70, 10], 1, STEADY),
        ([10, 10, 99, 2, 2], 7, FALLING),
    ],
)
def test_only_differences_beyond_chance_have_a_direction(weekly: list[int], days: int, direction: str | None) -> None:
    assert direction_of(weekly, days) == direction


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=52))
def test_given_whole_weeks_when_turned_round_then_rising_turns_to_falling_and_back(weekly: list[int]) -> None:
    opposite = {RISING: FALLING, FALLING: RISING, STEADY: STEADY}
    direction = direction_of(weekly, 7)
    assert direction is not None
    assert direction_of(weekly[::-1], 7) == opposite[direction]


def _topic(name: str, conversations: int, **outcomes: int) -> TopicFigures:
    counters = {"conversations": conversations, **{f"outcome:{outcome}": n for outcome, n in outcomes.items()}}
    return TopicFigures(topic=Topic(name, name), declared=False, counters=counters, weekly=[], direction=None)


def test_given_topics_when_ranked_then_volume_and_unresolved_share_decide_together() -> None:
    few_bad = _topic("a", 10, unresolved=1)
    many_mixed = _topic("b", 100, resolved=80, escalated=15, abandoned=5, open=40)
    many_good = _topic("c", 1000, resolved=100)
    unjudged = _topic("d", 1000, open=9)
    assert [each.opportunity for each in (few_bad, many_mixed, many_good)] == [10, pytest.approx(20), 0]
    assert ranked([unjudged, many_good, few_bad, many_mixed]) == [many_mixed, few_bad, many_good, unjudged]
