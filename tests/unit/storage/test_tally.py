"""How the statistics of a chatbot are spread: by whom a writer meets, in any fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.refusals import CONDITION, CONFLICT
from confab.storage.table import ConditionFailed, TransactionRefused
from confab.storage.tally import MAX_SPREAD, MEMORY, SPREAD, Tally, spread_key
from confab.storage.values import Item, Key
from confab.storage.writes import Action, Change

ROW: list[Action] = [Change((keys.conversation("bot", "c"), keys.HEAD))]
ADDS = {"ALL": {"messages": 1}}
MEETS = ("None", CONFLICT)


class Shelf:
    """A table that refuses the transactions that it is told to refuse, and keeps the item of the spread."""

    def __init__(self) -> None:
        self.spread = 1
        self.refusals: list[Sequence[str]] = []
        self.written: list[str] = []
        self.reads = 0

    def transact(self, actions: Sequence[Action]) -> None:
        if self.refusals:
            raise TransactionRefused(self.refusals.pop(0))
        self.written.append(actions[-1].key[0])  # type: ignore[union-attr]

    def get(self, key: Key, **_: Any) -> Item | None:
        assert key == spread_key("bot")
        self.reads += 1
        return None if self.spread == 1 else {"pk": key[0], "sk": key[1], SPREAD: self.spread}

    def change(self, change: Change) -> None:
        if change.below[SPREAD] <= self.spread:
            raise ConditionFailed
        self.spread = change.sets[SPREAD]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def _writer(shelf: Shelf) -> Tally:
    """One that always draws the last shard."""
    return Tally(shelf, sleep=lambda _: None, choose=lambda below: below - 1)  # type: ignore[arg-type]


def _write(tally: Tally, shelf: Shelf, *refusals: Sequence[str], times: int = 1) -> None:
    shelf.refusals = list(refusals)
    for _ in range(times):
        tally.commit("bot", ROW, ADDS)


def test_a_writer_whom_nobody_meets_keeps_to_its_shard_and_reads_the_spread_once(shelf: Shelf) -> None:
    _write(_writer(shelf), shelf, times=5)
    assert shelf.written == [keys.statistics("bot")] * 5
    assert (shelf.spread, shelf.reads) == (1, 1)


def test_a_writer_that_meets_another_once_in_a_while_leaves_the_spread_alone(shelf: Shelf) -> None:
    tally = _writer(shelf)
    for _ in range(4):
        _write(tally, shelf, MEETS, times=MEMORY)
    assert shelf.spread == 1


@pytest.mark.parametrize("between", [0, 1, MEMORY - 1])
def test_a_writer_that_meets_another_twice_soon_doubles_the_spread(shelf: Shelf, between: int) -> None:
    tally = _writer(shelf)
    _write(tally, shelf, MEETS)
    if between > 1:
        _write(tally, shelf, times=between - 1)
    _write(tally, shelf, MEETS)
    assert shelf.spread == 2
    assert shelf.written[-1] == keys.statistics("bot", 1)


def test_two_writers_that_meet_both_double_the_spread_once(shelf: Shelf) -> None:
    one, other = _writer(shelf), _writer(shelf)
    for tally in (one, other, one, other):
        _write(tally, shelf, MEETS)
    assert shelf.spread == 2
    assert shelf.written[-2:] == [keys.statistics("bot", 1)] * 2


def test_a_writer_that_knows_an_old_spread_learns_the_new_one_at_its_first_meeting(shelf: Shelf) -> None:
    tally = _writer(shelf)
    _write(tally, shelf)
    shelf.spread = 16
    _write(tally, shelf, MEETS)
    assert shelf.spread == 16
    assert shelf.written[-1] == keys.statistics("bot", 15)


def test_the_spread_ends_at_its_bound_whoever_meets_whom(shelf: Shelf) -> None:
    tally = _writer(shelf)
    for _ in range(4):
        _write(tally, shelf, *[MEETS] * 8)
    assert shelf.spread == MAX_SPREAD


def test_a_busy_row_is_no_reason_for_more_shards(shelf: Shelf) -> None:
    _write(_writer(shelf), shelf, *[(CONFLICT, "None")] * 5)
    assert (shelf.spread, shelf.reads) == (1, 1)


def test_items_that_stay_busy_end_as_unavailable(shelf: Shelf) -> None:
    shelf.refusals = [MEETS] * 100
    with pytest.raises(Unavailable):
        _writer(shelf).commit("bot", ROW, ADDS)
    assert shelf.written == []


def test_a_condition_that_does_not_hold_names_the_action_and_is_not_tried_again(shelf: Shelf) -> None:
    shelf.refusals = [(CONDITION, CONFLICT), MEETS]
    with pytest.raises(ConditionFailed) as failed:
        _writer(shelf).commit("bot", ROW, ADDS)
    assert (failed.value.numbers, len(shelf.refusals)) == ([0], 1)
