"""The way from one counted state to another, in steps of any size."""

from __future__ import annotations

from confab.storage.counting import Counted, entry_key, step
from confab.storage.keys import COUNTED
from confab.storage.writes import Change, Delete, Put
from hypothesis import given
from hypothesis import strategies as st

PLACE = ("b", "00000000-0000-5000-8000-000000000002")
FACETS = st.frozensets(st.tuples(st.sampled_from(["topic", "flag"]), st.sampled_from("abcd")))
COUNTERS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 5), min_size=1)
CONTRIBUTIONS = st.dictionaries(st.sampled_from(["TOTAL", "DAY#1", "USER#1"]), COUNTERS)
STATES = st.builds(Counted, CONTRIBUTIONS, FACETS, st.sampled_from(["1", "2"]))


@given(STATES, STATES, st.integers(2, 100))
def test_entries_agree_with_the_mark_after_each_step(before: Counted, wanted: Counted, room: int) -> None:
    at, mark = before, None
    entries = {entry_key(PLACE, facet, before.time) for facet in before.facets}
    while True:
        part = step(PLACE, at, mark, wanted, room)
        assert len(part.actions) <= room
        for action in part.actions:
            if isinstance(action, Put) and action.item["sk"] != COUNTED:
                entries.add((action.item["pk"], action.item["sk"]))
            elif isinstance(action, Delete) and action.key[1] != COUNTED:
                entries.remove(action.key)
        at, mark = part.after, part.mark
        assert entries == {entry_key(PLACE, facet, at.time) for facet in at.facets}
        if part.done:
            break
    assert (at.contribution, at.facets) == (wanted.contribution, wanted.facets)
    assert not at.facets or at.time == wanted.time


@given(STATES, STATES)
def test_statistics_changed_in_steps_changed_by_the_difference(before: Counted, wanted: Counted) -> None:
    sums = {(name, counter): n for name, counters in before.contribution.items() for counter, n in counters.items()}
    at, mark, done = before, None, False
    while not done:
        part = step(PLACE, at, mark, wanted, 3)
        for change in (action for action in part.actions if isinstance(action, Change)):
            name = "USER#1" if change.key[0].startswith("USER#") else change.key[1].rpartition("#")[0]
            for counter, amount in change.adds.items():
                sums[name, counter] = sums.get((name, counter), 0) + amount
        at, mark, done = part.after, part.mark, part.done
    left = {place: n for place, n in sums.items() if n}
    assert left == {(name, c): n for name, counters in wanted.contribution.items() for c, n in counters.items()}
