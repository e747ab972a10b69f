"""A conversation's partition in the domain's words: what its row, its fields, its feedback and its events say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.domain.feedback import Event
from confab.domain.message import USER, Message
from confab.storage import keys
from confab.storage.blobs import blob_items
from confab.storage.clocks import to_micros
from confab.storage.feedback_items import event_items, feedback_place
from confab.storage.messages import message_items
from confab.storage.partition import NOTHING_STORED, ConversationPartition
from confab.storage.partition_reader import read_partition
from confab.storage.row import NO_ROW, ConversationRow
from confab.storage.row_updates import RowFields
from confab.storage.transcripts import WHOLE, Span
from confab.storage.values import Item
from confab.storage.visibility import NO_RETENTION, Visibility

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACE = ("bot", "8d7e5c1a-0000-4000-8000-000000000001")
PK = keys.conversation(*PLACE)
HEAD: Item = {
    "pk": PK,
    "sk": keys.HEAD,
    "dialect": "inkeep",
    "kind": "organic",
    "createdAt": to_micros(NOON),
    "activeAt": to_micros(NOON),
    "log.title": "Delivery",
    "user.id": "ann",
}


def _feedback(name: str, message_id: str) -> Item:
    times = dict.fromkeys(("at", "up", "st"), to_micros(NOON))
    base = {"pk": PK, "sk": keys.feedback_item(name), "id": name, "kind": "positive", "mid": message_id, **times}
    return blob_items(base, {"details": name})[0]


def _message(number: int, **index: str) -> list[Item]:
    at = NOON + timedelta(minutes=number)
    message = Message(key=f"i:m{number}", role=USER, content=f"text {number}", created_at=at, stored_at=at)
    return message_items(PK, message, b"w", index)


def _event(name: str, minutes: int) -> list[Item]:
    at = NOON + timedelta(minutes=minutes)
    event = Event(id=name, name="opened", entity="conversation", subject="c", created_at=at, body={})
    return event_items(PK, event, at)


def _partition(*items: Item, span: Span = WHOLE, visibility: Visibility = NO_RETENTION) -> ConversationPartition:
    return read_partition(sorted(items, key=lambda item: item["sk"]), span, visibility)


def _full(span: Span = WHOLE, visibility: Visibility = NO_RETENTION, **row: Any) -> ConversationPartition:
    properties = blob_items({"pk": PK, "sk": keys.PROPERTIES}, {"tags": ["a"], "userProperties": {"id": "ann"}})
    messages = [*_message(1, g2pk="found"), *_message(2)]
    events = [*_event("z", 1), *_event("a", 2)]
    return _partition(
        {**HEAD, **row}, *properties, *messages, *events, _feedback("f", "m1"), span=span, visibility=visibility
    )


def test_a_whole_partition_has_all_that_belongs_to_the_conversation() -> None:
    partition = _full()
    assert partition.readable
    assert (partition.place, partition.conversation.history_fields) == (PLACE, {"title": "Delivery"})
    assert [message.content for message in partition.messages] == ["text 1", "text 2"]
    assert (partition.message_count, partition.more) == (2, False)
    assert partition.properties == {"tags": ["a"], "userProperties": {"id": "ann"}}
    assert partition.unindexed == {"i:m2"}
    assert [event.id for event in partition.events] == ["z", "a"]
    event = partition.event("a")
    assert event is not None
    assert event.created_at == NOON + timedelta(minutes=2)
    assert partition.event("b") is None


def test_a_part_has_the_messages_that_were_asked_for_besides_the_page() -> None:
    place = feedback_place(PLACE, "f").name
    partition = _full(Span(after=(to_micros(NOON + timedelta(minutes=1)), 10**18, 0, ""), judged=frozenset({place})))
    assert [message.key for message in partition.messages] == ["i:m2"]
    assert partition.further["m1"].content == "text 1"
    feedback = partition.feedback(place)
    assert feedback is not None
    assert feedback.body == {"details": "f"}


def test_feedback_and_events_follow_one_another_by_their_places() -> None:
    partition = _full()
    places = [place for place, _ in partition.given_after("")]
    assert places == sorted(places)
    assert len(places) == 3
    assert [place for place, _ in partition.given_after(places[1])] == places[2:]


def test_large_fields_about_a_former_user_are_not_given() -> None:
    assert _full(formerUser=True).properties == {"tags": ["a"]}


@pytest.mark.parametrize("row", [{"erasing": 1}, {"erasing": 1, "expired": True}])
def test_a_conversation_that_is_being_erased_is_not_readable(row: dict[str, Any]) -> None:
    assert not _full(**row).readable


def test_a_conversation_whose_retention_has_passed_is_not_readable() -> None:
    day_later = Visibility(lambda _: timedelta(hours=1), lambda: NOON + timedelta(days=1))
    assert _full(visibility=day_later).expired
    assert not _full(visibility=day_later).readable


def test_nothing_stored_has_no_row() -> None:
    assert not NOTHING_STORED.row
    assert not NOTHING_STORED.readable
    assert (NOTHING_STORED.messages, NOTHING_STORED.properties, NOTHING_STORED.events) == ((), {}, [])


def test_a_row_answers_in_domain_types() -> None:
    row = ConversationRow({**HEAD, "lastAt": to_micros(NOON + timedelta(hours=1)), "pendingSince": 1, "web": True})
    assert (row.begun, row.waits, row.web, row.erasing, row.expiring, row.counted) == (True, True, True, *[False] * 3)
    assert (row.began_at, row.last_alive_at) == (NOON, NOON + timedelta(hours=1))
    assert row.counted_at is None
    assert row.changed_by({"user": {"id": "ben"}})
    assert not row.changed_by({"user": {"id": "ann"}})
    assert (NO_ROW.begun, NO_ROW.began_at, NO_ROW.last_alive_at) == (False, None, None)


def test_fields_become_attributes_of_the_row() -> None:
    fields = RowFields(managed={"unread": True, "tags": ["x"]}, updated_at=NOON, contact_id="c", web=True)
    expected = {"c.unread": True, "cj.tags": '["x"]', "updatedAt": to_micros(NOON), "user.id": "c", "web": True}
    assert fields.attributes == expected
    assert RowFields().attributes == {}
