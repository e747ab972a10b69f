"""Ids of topics: the same words make the same topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from confab.analysis.builtin.topics import phrase_key
from confab.analysis.topics import ChatbotTopics
from confab.domain.topics import MAX_FOUND, MAX_ID, Topic, main_topics, topic_id
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Shelf:
    """A topic store in memory."""

    def __init__(self, *topics: Topic) -> None:
        self.topics = {topic.id: topic for topic in topics}
        self.writes = 0

    def found(self, _: str) -> list[Topic]:
        return list(self.topics.values())

    def add(self, _: str, topics: Sequence[Topic], now: datetime) -> None:
        for topic in topics:
            self.topics.setdefault(topic.id, replace(topic, seen_at=now))

    def seen_again(self, _: str, topic_ids: Iterable[str], now: datetime) -> None:
        for topic in topic_ids:
            self.writes += 1
            self.topics[topic] = replace(self.topics[topic], seen_at=now)

    def remove(self, _: str, topic_ids: Iterable[str]) -> None:
        for topic in topic_ids:
            del self.topics[topic]


def _topics(shelf: Shelf, *declared: Topic, now: Callable[[], datetime] = lambda: NOW) -> ChatbotTopics:
    return ChatbotTopics(shelf, lambda _: declared, now=now)  # type: ignore[arg-type]


def _id(name: str) -> str:
    return topic_id(phrase_key(name).split())


def test_given_other_forms_of_the_same_words_when_named_then_it_is_one_topic() -> None:
    assert _id("refund") == _id("Refunds") == _id("refunded") == "refund"
    assert _id("order delivery") == _id("Deliveries, orders") == "delivery-order"


@given(st.text(max_size=200))
def test_given_any_name_when_made_an_id_then_it_can_be_a_part_of_a_key(name: str) -> None:
    made = _id(name)
    assert len(made) <= MAX_ID
    assert "#" not in made


def test_new_names_are_noted_once_and_keep_their_first_form() -> None:
    shelf = Shelf()
    topics = _topics(shelf)
    assert topics.ids("bot", ["Late deliveries", "refund"]) == {"Late deliveries": "delivery-late", "refund": "refund"}
    assert topics.ids("bot", ["late delivery"]) == {"late delivery": "delivery-late"}
    assert shelf.topics["delivery-late"].name == "Late deliveries"
    assert topics.names("bot") == {"delivery-late": "Late deliveries", "refund": "refund"}


def test_given_an_operators_topic_when_named_then_its_own_id_counts() -> None:
    shelf = Shelf(Topic("refund", "refund"))
    topics = _topics(shelf, Topic("t-1", "Money back", ["refund"]))
    assert topics.ids("bot", ["MONEY BACK", "refund", "?!"]) == {"MONEY BACK": "t-1", "refund": "refund"}
    assert set(shelf.topics) == {"refund"}


def test_names_beyond_the_limit_of_topics_are_left_out() -> None:
    shelf = _full_but_one()
    topics = _topics(shelf)
    assert topics.ids("bot", ["topic1", "apples", "pears"]) == {"topic1": "topic1", "apples": "apple"}
    assert len(shelf.topics) == MAX_FOUND


def _full_but_one() -> Shelf:
    return Shelf(*(Topic(f"topic{number}", f"topic{number}", seen_at=NOW) for number in range(MAX_FOUND - 1)))


def test_new_names_take_the_place_of_topics_out_of_use() -> None:
    shelf, clock = _full_but_one(), [NOW]
    topics = _topics(shelf, now=lambda: clock[0])
    assert topics.ids("bot", ["apples"]) == {"apples": "apple"}
    clock[0] += timedelta(weeks=12)
    in_use = [f"topic{number}" for number in range(3, MAX_FOUND - 1)]
    topics.ids("bot", in_use)
    clock[0] += timedelta(weeks=2)
    assert topics.ids("bot", ["pears", "plums"]) == {"pears": "pear", "plums": "plum"}
    assert len(shelf.topics) == MAX_FOUND
    assert set(in_use) | {"pear", "plum"} <= shelf.topics.keys()
    assert topics.ids("bot", ["cherries", "grapes", "limes"]) == {"cherries": "cherry", "grapes": "grape"}
    assert set(in_use) <= shelf.topics.keys(), "what is in use is not driven out"


def test_a_frequent_topic_is_written_once_a_week() -> None:
    shelf, clock = Shelf(Topic("refund", "Refunds", seen_at=NOW)), [NOW]
    topics = _topics(shelf, now=lambda: clock[0])
    for _ in range(15 * 24):
        clock[0] += timedelta(hours=1)
        assert topics.ids("bot", ["refund"]) == {"refund": "refund"}
    assert shelf.writes == 2


def test_another_functions_topic_is_known_after_a_minute() -> None:
    shelf, clock = Shelf(), [NOW]
    topics = _topics(shelf, now=lambda: clock[0])
    assert topics.found("bot") == []
    shelf.topics["refund"] = Topic("refund", "Refunds")
    assert topics.found("bot") == []
    clock[0] += timedelta(minutes=2)
    assert topics.found("bot") == [Topic("refund", "Refunds")]


def test_the_most_frequent_topics_come_first() -> None:
    assert main_topics({"a": 1, "b": 2, "c": 1, "d": 1, "e": 1, "f": 1}) == ("b", "a", "c", "d", "e")
