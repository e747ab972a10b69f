"""Rounds: what the clock starts for the rules of every chatbot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from confab.domain.rules import Rule
from confab.platform.errors import TimeOver, Unavailable
from confab.rules.rounds import Rounds
from confab.rules.store import RuleStore

START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class _Done:
    told: int = 1
    errors: dict[str, Exception] = field(default_factory=dict)


class _Chatbots:
    """Three chatbots; what is done for them is noted."""

    archived_at = None

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.now = START
        self.time = 99
        self.failing: dict[str, Exception] = {}

    def chatbots(self) -> list[str]:
        return ["c", "a", "b"]

    def all(self, _: str) -> Sequence[Rule]:
        return []

    def work(self, chatbot_id: str, _: Sequence[Rule]) -> _Done:
        self.seen.append(chatbot_id)
        self.time -= 1
        if chatbot_id in self.failing:
            raise self.failing[chatbot_id]
        return _Done()

    def go(self) -> Any:
        chatbot = cast(Any, lambda name: None if name == "b" and self.failing.get("gone") else self)
        store = cast(RuleStore, self)
        rounds = Rounds(store, chatbot, {"told": self.work}, has_time=lambda: self.time > 0, now=lambda: self.now)
        return rounds()


def test_each_round_begins_with_another_chatbot_and_comes_to_all() -> None:
    bots = _Chatbots()
    for number in range(3):
        bots.now = START + number * timedelta(minutes=5)
        assert bots.go().chatbots == 3
    assert sorted("".join(bots.seen[each : each + 3]) for each in (0, 3, 6)) == ["abc", "bca", "cab"]


def test_an_error_of_one_chatbot_leaves_the_others() -> None:
    bots = _Chatbots()
    bots.failing["a"] = error = Unavailable("busy")
    done = bots.go()
    assert (sorted(bots.seen), done.errors, done.told) == (["a", "b", "c"], {("a", ""): error}, {"told": 2})


def test_a_round_that_runs_out_of_time_says_how_many_are_left() -> None:
    bots = _Chatbots()
    bots.time = 2
    assert (bots.go().left, len(bots.seen)) == (1, 2)
    bots = _Chatbots()
    bots.failing = dict.fromkeys("abc", TimeOver("over"))
    assert bots.go().left == 3


def test_a_chatbot_that_is_gone_or_archived_is_passed_over() -> None:
    bots = _Chatbots()
    bots.failing["gone"] = Unavailable("")
    assert bots.go().chatbots == 2
    bots.archived_at = cast(Any, START)
    assert bots.go().chatbots == 0
