"""Messages as items: they read back unchanged, at the fewest write units, within the table's limits."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest
from confab.domain.message import Message
from confab.domain.results import Analysis, ChunkSentiment, ConversationResult, MessageResult
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.messages import MAX_ITEM, WRITE_UNIT, item_size, message_items, read_messages
from confab.storage.results import analysis_items, read_conversation_result, read_message_results
from confab.storage.values import from_attributes, to_attributes
from confab.storage.writes import Change
from hypothesis import given
from hypothesis import strategies as st

PK = "CONV#00000000-0000-4000-8000-000000000001#00000000-0000-5000-8000-000000000002"
NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
PROSE = "I have been waiting for my order since last week and nobody could tell me where it is. "
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=5,
)


def _message(content: str, **extras: object) -> Message:
    return Message(
        key="i:m1", role="user", content=content, created_at=NOW, stored_at=NOW, external_id="m1", extras=extras
    )


@given(st.text(max_size=3000), st.dictionaries(st.text(min_size=1), JSON_VALUES, max_size=2))
def test_given_any_message_when_stored_and_read_then_it_is_the_same(content: str, extras: dict) -> None:
    message = _message(content, **extras)
    assert read_messages(message_items(PK, message, b"w")) == [message]


def test_given_prose_of_a_kilobyte_when_stored_then_it_costs_one_write_unit() -> None:
    (item,) = message_items(PK, _message((PROSE * 20)[:1024]), b"writer")
    assert item_size(item) <= WRITE_UNIT
    assert "z" in item


def test_given_text_that_does_not_shrink_when_stored_then_it_stays_plain() -> None:
    noise = "".join(chr(random.Random(5).randrange(0x4E00, 0x9FFF)) for _ in range(1500))
    short = message_items(PK, _message("short"), b"w")
    assert "text" in short[0]
    items = message_items(PK, _message(noise), b"w")
    assert read_messages(items)[0].content == noise


def test_given_a_message_of_two_megabytes_when_stored_then_no_item_passes_the_limit() -> None:
    noise = "".join(random.Random(4).choices([chr(code) for code in range(0x4E00, 0x9FFF)], k=700_000))
    items = message_items(PK, _message(noise), b"w")
    assert len(items) > 2
    assert max(map(item_size, items)) <= MAX_ITEM
    shuffled = random.Random(1).sample(items, len(items))
    assert read_messages(shuffled)[0].content == noise


@given(st.dictionaries(st.text(min_size=1), JSON_VALUES | st.binary(), max_size=5))
def test_given_any_item_when_turned_into_attributes_and_back_then_it_is_the_same(item: dict) -> None:
    assert from_attributes(to_attributes(item)) == item


def test_given_a_value_the_table_does_not_know_when_converted_then_it_is_refused() -> None:
    with pytest.raises(TypeError, match="datetime"):
        to_attributes({"at": NOW})


@given(st.datetimes(timezones=st.just(UTC)))
def test_given_any_time_when_kept_as_a_number_then_it_is_the_same(time: datetime) -> None:
    assert from_micros(to_micros(time)) == time


def test_given_two_times_when_kept_as_index_keys_then_their_order_stays() -> None:
    times = [datetime(year, 1, 1, tzinfo=UTC) for year in (1999, 2026, 9000)]
    assert sorted(map(index_time, times)) == [index_time(time) for time in times]


def test_a_written_change_escapes_names_and_conditions_on_absence() -> None:
    change = Change(("p", "s"), sets={"name": 1}, defaults={"at": 2}, adds={"n": 3}, removes=["old"])
    change.equals = {"version": 4, "pendingSince": None}
    assert change.parameters() == {
        "Key": {"pk": {"S": "p"}, "sk": {"S": "s"}},
        "UpdateExpression": "SET #0 = :0, #1 = if_not_exists(#1, :1) ADD #2 :2 REMOVE #3",
        "ExpressionAttributeNames": {
            "#0": "name",
            "#1": "at",
            "#2": "n",
            "#3": "old",
            "#4": "version",
            "#5": "pendingSince",
        },
        "ExpressionAttributeValues": {":0": {"N": "1"}, ":1": {"N": "2"}, ":2": {"N": "3"}, ":3": {"N": "4"}},
        "ConditionExpression": "#4 = :3 AND attribute_not_exists(#5)",
    }


def _analysis(message_results: list[MessageResult], summary: str = "") -> Analysis:
    overall = ConversationResult(outcome="open", topics=["refund"], summary=summary)
    return Analysis(messages=message_results, conversation=overall, provider="p", model="m", version="1")


def test_given_results_of_two_versions_when_read_then_the_later_one_counts() -> None:
    first = [MessageResult(key="a", score=0.5, flags=["urgent_request"]), MessageResult(key="b", score=0.0)]
    second = [
        MessageResult(key="a", score=-0.5, sentiments=[ChunkSentiment(score=-0.5, text_chunk="x", reasoning="y")])
    ]
    items = [
        *analysis_items(PK, 10, _analysis(second, "late"), {"a": "d2"}),
        *analysis_items(PK, 9, _analysis(first, "early"), {"a": "d1", "b": "d1"}),
    ]
    message_results, digests = read_message_results(items)
    assert message_results["a"] == second[0]
    assert message_results["b"].score == 0.0
    assert digests == {"a": "d2", "b": "d1"}
    assert read_conversation_result(items).summary == "late"


def test_given_many_long_results_when_stored_then_every_item_stays_within_the_limit() -> None:
    noise = random.Random(2)
    chunk = ChunkSentiment(
        score=0.1, text_chunk="".join(map(chr, noise.choices(range(0x4E00, 0x9FFF), k=5000))), reasoning="r"
    )
    message_results = [MessageResult(key=str(number), score=0.1, sentiments=[chunk] * 3) for number in range(200)]
    items = analysis_items(PK, 1, _analysis(message_results), {str(number): "d" for number in range(200)})
    assert len(items) > 1
    assert max(map(item_size, items)) <= MAX_ITEM
    read, _ = read_message_results(items)
    assert len(read) == 200
    assert all(result.sentiments[0].text_chunk in chunk.text_chunk for result in read.values())
    assert json.dumps(sorted(read)) == json.dumps(sorted(str(number) for number in range(200)))
