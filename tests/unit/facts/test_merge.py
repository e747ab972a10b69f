"""Merging: what is due, what goes, and what stays readable meanwhile."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from confab.facts.files import FactFile, month_files
from confab.facts.merge import MANY, Merged, MergeTails
from confab.facts.tails import TAIL_LIFE, Tails
from confab.platform.errors import Unavailable

from tests.unit.facts.test_reading import BOT, Scene, row


class Merging(Scene):
    """A scene whose tails are merged."""

    has_time = True

    def merge(self) -> Merged:
        merged = MergeTails(
            self.files, self.writer, self.folder / "merge", has_time=lambda: self.has_time, now=lambda: self.now
        )()
        assert not merged.errors
        return merged

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def present(self) -> list[FactFile]:
        return self.files.of_chatbot("conversations", BOT)


@pytest.fixture
def scene(tmp_path: Path) -> Merging:
    return Merging(tmp_path)


def test_a_tail_is_merged_when_it_is_old(scene: Merging) -> None:
    scene.tail(row("a", 1, 1))
    scene.later(minutes=24)
    assert scene.merge().merged == 0
    scene.later(minutes=1)
    assert scene.merge().merged == 1
    assert scene.read() == [("a", 1)]


def test_many_tails_are_merged_once_no_older_one_can_come(scene: Merging) -> None:
    for number in range(MANY + 1):
        scene.tail(row(str(number), 1, number))
    assert scene.merge().merged == 0
    scene.later(minutes=5)
    scene.tail(row("young", 1, 7))
    assert scene.merge().merged == 1
    month = month_files(scene.present)
    assert (month.base is not None, len(month.tails), len(month.replaced)) == (True, 1, MANY + 1)
    assert len(scene.read()) == MANY + 2


def test_what_was_replaced_stays_as_long_as_somebody_may_read_it(scene: Merging) -> None:
    scene.tail(row("a", 1, 1))
    scene.later(minutes=25)
    scene.merge()
    scene.later(minutes=4)
    assert scene.merge().removed == 0
    scene.later(minutes=1)
    assert scene.merge().removed == 1
    assert [file.is_base for file in scene.present] == [True]


def test_of_a_month_in_which_all_was_removed_nothing_is_left(scene: Merging) -> None:
    scene.base(row("a", 1, 1))
    scene.later(minutes=1)
    scene.tail(row("a", 2))
    for _ in range(3):
        assert scene.read() == []
        scene.later(minutes=25)
        scene.merge()
    assert scene.present == []


def test_a_conversation_that_comes_after_the_month_was_empty_is_kept(scene: Merging) -> None:
    scene.base(row("a", 1, 1))
    scene.later(minutes=1)
    scene.tail(row("a", 2))
    scene.later(minutes=25)
    scene.merge()
    scene.later(minutes=1)
    scene.tail(row("b", 3, 3))
    for _ in range(3):
        scene.later(minutes=25)
        scene.merge()
        assert scene.read() == [("b", 3)]
    assert len(scene.present) == 1


def test_two_that_merge_at_a_time_do_no_harm(scene: Merging) -> None:
    scene.base(row("a", 1, 1), row("b", 1, 1))
    scene.later(minutes=1)
    scene.tail(row("a", 2))
    scene.tail(row("c", 2, 2))
    scene.later(minutes=30)

    def other() -> None:
        scene.later(seconds=1)
        scene.merge()

    scene.bucket.before_next_get = other
    scene.merge()
    assert scene.read() == [("b", 1), ("c", 2)]
    scene.later(minutes=30)
    scene.merge()
    assert scene.read() == [("b", 1), ("c", 2)]
    assert len(scene.present) == 1


def test_a_base_of_files_that_were_removed_meanwhile_does_not_stay(scene: Merging) -> None:
    scene.tail(row("a", 1, 1))
    scene.later(minutes=25)
    put = scene.bucket.put_object

    def purged_before(**given: object) -> object:
        scene.bucket.objects.clear()
        return put(**given)  # type: ignore[arg-type]

    scene.bucket.put_object = purged_before  # type: ignore[method-assign, assignment]
    scene.merge()
    assert scene.present == []


def test_a_month_that_cannot_be_read_leaves_the_others(scene: Merging) -> None:
    scene.tail(row("a", 1, 1))
    broken = scene.tail(row("b", 1, 1), month="2026-10")
    scene.bucket.objects[broken].content = b"no file"
    scene.later(minutes=25)
    merge = MergeTails(scene.files, scene.writer, scene.folder / "m", has_time=lambda: True, now=lambda: scene.now)
    done = merge()
    assert (done.merged, list(done.errors)) == (1, [("conversations", BOT, "2026-10")])


def test_without_time_what_is_due_waits(scene: Merging) -> None:
    scene.tail(row("a", 1, 1))
    scene.later(minutes=25)
    scene.has_time = False
    assert (scene.merge().waiting, scene.merge().merged) == (1, 0)


def test_a_tail_that_took_too_long_is_not_stored(scene: Merging) -> None:
    def new_id() -> str:
        from confab.platform.ids import timed_id

        return timed_id(scene.now, random.getrandbits(62))

    tails = Tails(scene.files, scene.writer, scene.folder / "tails", new_id=new_id, now=lambda: scene.now)
    common = {"chatbot_id": BOT, "month": "2026-11", "deleted": False}
    with tails.begin() as tail:
        tail.add([("conversations", {**common, **row("a", 1, 1)})])
        scene.now += TAIL_LIFE + timedelta(seconds=1)
        with pytest.raises(Unavailable):
            tail.store()
    assert scene.present == []
    assert list((scene.folder / "tails").iterdir()) == []
