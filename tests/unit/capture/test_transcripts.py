"""A part of a transcript is what sorting and cutting the whole would give, and no more of it is kept."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from confab.domain.message import ASSISTANT, SYSTEM, TICK, USER, Message, transcript_order
from confab.storage.messages import message_items
from confab.storage.partition_reader import read_partition
from confab.storage.transcripts import Order, Span, order_of, read_order, written_order
from confab.storage.values import Item
from confab.storage.visibility import NO_RETENTION

START = datetime(2026, 3, 1, tzinfo=UTC)


def _messages(count: int, length: int = 10) -> list[Message]:
    """Messages of which many have equal times, under keys whose order is not that of the transcript."""
    chance = random.Random(count)
    return [
        Message(
            key=f"i:{chance.randrange(10**9):09d}",
            role=chance.choice((SYSTEM, USER, ASSISTANT)),
            content="".join(chance.choices("abcdefgh", k=length)),
            created_at=START + timedelta(seconds=chance.randrange(count // 3 + 1)),
            stored_at=START + TICK * chance.randrange(count),
        )
        for _ in range(count)
    ]


def _items(messages: list[Message]) -> list[Item]:
    items = [item for message in messages for item in message_items("p", message, b"w")]
    return sorted(items, key=lambda item: item["sk"])


@pytest.mark.parametrize("limit", [1, 2, 7, 100, None])
def test_pages_of_a_part_at_a_time_are_the_whole_transcript(limit: int | None) -> None:
    messages = _messages(100)
    items, after = _items(messages), None
    read: list[str] = []
    while True:
        part = read_partition(items, Span(after=after, limit=limit, room=3_000), NO_RETENTION)
        assert part.message_count == 100
        read += [message.key for message in part.messages]
        if not part.more:
            break
        after = order_of(part.messages[-1])
    assert read == [message.key for message in sorted(messages, key=transcript_order)]


def test_a_part_takes_no_more_room_than_there_is() -> None:
    messages = _messages(200, length=1_000)
    part = read_partition(_items(messages), Span(room=20_000), NO_RETENTION)
    assert sum(len(message.content) for message in part.messages) <= 20_000
    assert part.more


def test_texts_that_take_more_room_than_they_do_packed_make_a_part_shorter() -> None:
    messages = [
        Message(key=f"i:{n}", role=USER, content="a" * 100_000, created_at=START + TICK * n, stored_at=START)
        for n in range(20)
    ]
    part = read_partition(_items(messages), Span(room=300_000), NO_RETENTION)
    assert [message.key for message in part.messages] == [f"i:{n}" for n in range(3)]
    assert part.more


def test_a_message_of_many_parts_that_is_not_wanted_brings_no_parts() -> None:
    large = Message(key="i:z", role=USER, content=_messages(1, 2_000_000)[0].content, created_at=START, stored_at=START)
    small = Message(key="i:a", role=USER, content="hello", created_at=START - TICK, stored_at=START)
    items = _items([large, small])
    first = read_partition(items, Span(limit=1), NO_RETENTION)
    assert [message.content for message in first.messages] == ["hello"]
    second = read_partition(items, Span(after=order_of(small), limit=1, last=True), NO_RETENTION)
    assert [message.content for message in second.messages] == [large.content]
    assert second.last == second.messages[0]


@pytest.mark.parametrize("order", [(1, 2, 0, "i:x"), (-5, 10**18, 3, "a.b")])
def test_a_place_comes_back_from_a_cursor(order: Order) -> None:
    assert read_order(written_order(order)) == order


def test_a_place_that_names_a_time_alone_is_before_all_of_that_time() -> None:
    assert read_order(["00000000000000000007", "i:x"]) < (7, 0, 0, "")
