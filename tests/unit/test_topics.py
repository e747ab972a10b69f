"""Ids of topics: the same words make the same topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from confab.analysis.builtin.topics import phrase_key
from confab.domain.topics import LONGEST_ID, MOST_FOUND, Topic, main_topics, topic_id
from confab.usecases.topics import ChatbotTopics
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Shelf:
    """A topic store in memory."""

    def __init__(self, *topics: Topic) -> None:
        self.topics = {topic.id: topic for topic in topics}

    def found(self, _: str) -> list[Topic]:
        return list(self.topics.values())

    def add(self, _: str, topics: Sequence[Topic], now: datetime) -> None:
        for topic in topics:
            self.topics.setdefault(topic.id, topic)


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
    assert len(made) <= LONGEST_ID
    assert "#" not in made


def test_given_new_names_when_settled_then_they_are_noted_once_and_keep_their_first_name() -> None:
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


def test_given_as_many_topics_as_there_can_be_when_more_are_named_then_they_are_left_out() -> None:
    shelf = Shelf(*(Topic(f"topic{number}", f"topic{number}") for number in range(MOST_FOUND - 1)))
    topics = _topics(shelf)
    assert topics.ids("bot", ["topic1", "apples", "pears"]) == {"topic1": "topic1", "apples": "apple"}
    assert len(shelf.topics) == MOST_FOUND


def test_given_a_topic_that_another_function_found_when_a_minute_has_passed_then_it_is_known() -> None:
    shelf, clock = Shelf(), [NOW]
    topics = _topics(shelf, now=lambda: clock[0])
    assert topics.found("bot") == []
    shelf.topics["refund"] = Topic("refund", "Refunds")
    assert topics.found("bot") == []
    clock[0] += timedelta(minutes=2)
    assert topics.found("bot") == [Topic("refund", "Refunds")]


def test_given_messages_with_topics_when_summed_up_then_the_most_frequent_come_first() -> None:
    assert main_topics([["a"], ["b", "c"], ["b"], [], ["d", "e", "f"]]) == ("b", "a", "c", "d", "e")
