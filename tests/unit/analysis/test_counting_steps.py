"""The way from one counted state to another, in steps of any size."""

from __future__ import annotations

from collections import Counter

from confab.domain.statistics import ALL_TIME, KEPT_PREFIX, TOTAL, Contribution
from confab.storage.counting import NOTHING, CountingState, Step, leave, read_counted, read_standing, state_item, step
from confab.storage.tally import changes, read_counters
from hypothesis import given
from hypothesis import strategies as st

PLACE = ("b", "00000000-0000-5000-8000-000000000002")
SEARCH_TERMS = st.frozensets(st.tuples(st.sampled_from(["topic", "user"]), st.sampled_from("abcd")))
COUNTERS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 5), min_size=1)
CONTRIBUTIONS = st.dictionaries(st.sampled_from([TOTAL, ALL_TIME, "DAY#1", "ORG#1", "TOPIC#1#a"]), COUNTERS)
STATES = st.builds(CountingState, CONTRIBUTIONS, SEARCH_TERMS, st.sampled_from(["1", "2"]))

Sums = Counter[tuple[str, str]]


def _flat(contribution: Contribution) -> Sums:
    return Counter({(name, c): n for name, counters in contribution.items() for c, n in counters.items()})


def _apply(sums: Sums, part: Step) -> None:
    sums.update(_flat(part.adds))


def _left(sums: Sums) -> dict[tuple[str, str], int]:
    return {place: n for place, n in sums.items() if n}


@given(STATES, STATES, st.integers(1, 4))
def test_each_step_leaves_a_state_that_is_what_the_statistics_have(
    before: CountingState, wanted: CountingState, room: int
) -> None:
    at, sums = before, _flat(before.contribution)
    for _ in range(6):
        part = step(at, wanted, room)
        assert len(part.adds) <= room
        _apply(sums, part)
        at = part.after
        assert _left(sums) == _left(_flat(at.contribution))
        assert at.search_terms == wanted.search_terms
        if part.done:
            break
    assert at == wanted


@given(STATES, st.integers(1, 4))
def test_a_state_left_in_steps_leaves_nothing_in_the_statistics(before: CountingState, room: int) -> None:
    at, sums, done = before, _flat(before.contribution), False
    while not done:
        part = leave(at, room, keeping=False)
        _apply(sums, part)
        at, done = part.after, part.done
        assert done or at.search_terms == before.search_terms, "whoever continues must know the entries"
    assert (at, _left(sums)) == (NOTHING, {})


@given(STATES, st.integers(1, 4))
def test_figures_kept_when_a_state_is_left_stay_and_are_noted(before: CountingState, room: int) -> None:
    at, sums, done = before, _flat(before.contribution), False
    while not done:
        part = leave(at, room, keeping=True)
        _apply(sums, part)
        at, done = part.after, part.done
    figures = _flat(before.figures.contribution)
    noted = {(KEPT_PREFIX + name, counter): n for (name, counter), n in figures.items()}
    assert _left(sums) == _left(figures) | noted


@given(CONTRIBUTIONS, st.integers(0, 63))
def test_changes_of_statistics_are_read_from_the_shard_they_went_to(adds: Contribution, shard: int) -> None:
    found: Sums = Counter()
    for change in changes("b", adds, shard):
        item = {"pk": change.key[0], "sk": change.key[1], **change.adds}
        for name, counters in read_counters(item).items():
            name = "ORG#1" if item["pk"].startswith("ORG#") else name
            found.update({(name, counter): n for counter, n in counters.items()})
    assert _left(found) == _left(_flat(adds))


@given(STATES, STATES)
def test_the_row_says_which_state_of_a_partition_is_in_force(one: CountingState, other: CountingState) -> None:
    items = [state_item(PLACE, 7, "t1", one), state_item(PLACE, 6, "t2", other)]
    standing = read_standing({"counted": items[1]["sk"]}, items)
    assert (standing.counted, standing.left) == (other, {items[0]["sk"]: one})
    assert read_standing({"counted": items[0]["sk"]}, items).left == {}
    assert read_standing({}, items).counted == NOTHING
    former = {**items[0], "sk": "COUNTED"}
    assert read_standing({}, [former]).counted == read_counted(former) == one
