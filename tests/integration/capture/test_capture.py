"""Capture through its handler: what is stored, what is answered, what is read back."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from confab.admin import wiring as admin_wiring

from tests.support.deployment import Tenant
from tests.support.real_data import care_conversations, chunks
from tests.support.world import World


def _turn(number: int, **extra: object) -> dict[str, object]:
    return {"id": f"m{number}", "role": "user" if number % 2 else "assistant", "content": f"text {number}", **extra}


def test_given_two_messages_when_captured_then_they_are_stored_and_read_back(world: World) -> None:
    tenant = world.tenant()
    answer = world.capture(
        tenant.ingest,
        {
            "conversationId": "c1",
            "messages": [_turn(1, sentAt="2026-01-02T03:04:05.678Z"), _turn(2)],
            "user": {"id": "u1", "name": "Ann", "mrr": 12.5},
        },
    )
    assert answer.status == 200
    assert answer.body["ok"] is True
    assert answer.body["messagesStored"] == 2
    assert answer.body["analysisQueued"] is True
    assert answer.body["warnings"] == []
    assert answer.body["results"] == [{"id": "m1", "status": "stored"}, {"id": "m2", "status": "stored"}]
    assert answer.headers["x-request-id"].startswith("req-")
    world.analyse_queued()
    read = world.read(tenant.admin, answer.body["conversationId"]).body
    assert [m["content"] for m in read["messages"]] == ["text 1", "text 2"]
    assert read["messages"][0]["created_at"] == "2026-01-02T03:04:05.678Z"
    assert read["messages"][0]["user_sentiments"][0]["text_chunk"]
    assert read["user"] == {"id": "u1", "name": "Ann", "mrr": 12.5}
    assert "user_sentiments" not in read["messages"][1]


def test_repeated_messages_are_duplicates_and_changed_ones_conflicts(
    world: World,
) -> None:
    tenant = world.tenant()
    world.capture(tenant.ingest, {"conversationId": "c", "messages": [_turn(1), _turn(2)]})
    body = {"conversationId": "c", "messages": [_turn(1), {**_turn(2), "content": "other"}, _turn(3), _turn(3)]}
    answer = world.capture(tenant.ingest, body).body
    assert [result["status"] for result in answer["results"]] == ["duplicate", "conflict", "stored", "duplicate"]
    assert answer["messagesStored"] == 1
    read = world.read(tenant.admin, answer["conversationId"]).body
    assert [m["content"] for m in read["messages"]] == ["text 1", "text 2", "text 3"]


def test_a_partly_stored_request_keeps_its_order_when_it_is_repeated(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    turns = [_turn(number) for number in range(1, 5)]
    for stored in (turns[1], turns[3]):
        clocked.capture(tenant.ingest, {"conversationId": "c", "messages": [stored]})
        clocked.clock.advance(minutes=1)
    answer = clocked.capture(tenant.ingest, {"conversationId": "c", "messages": turns}).body
    assert [result["status"] for result in answer["results"]] == ["stored", "duplicate", "stored", "duplicate"]
    clocked.analyse_queued()
    read = clocked.read(tenant.admin, answer["conversationId"]).body
    assert [message["content"] for message in read["messages"]] == ["text 1", "text 2", "text 3", "text 4"]
    assert clocked.capture(tenant.ingest, {"conversationId": "c", "messages": turns}).body["messagesStored"] == 0
    assert clocked.read(tenant.admin, answer["conversationId"]).body["messages"] == read["messages"]


def test_given_no_id_but_a_time_when_sent_twice_then_it_is_stored_once(world: World) -> None:
    tenant = world.tenant()
    message = {"role": "user", "content": "hello", "sentAt": "2026-01-01T00:00:00Z"}
    first = world.capture(tenant.ingest, {"conversationId": "c", "messages": [message]}).body
    again = world.capture(tenant.ingest, {"conversationId": "c", "messages": [message]}).body
    later = {**message, "sentAt": "2026-01-01T00:00:01Z"}
    third = world.capture(tenant.ingest, {"conversationId": "c", "messages": [later]}).body
    assert [first["messagesStored"], again["messagesStored"], third["messagesStored"]] == [1, 0, 1]


def test_given_a_long_message_with_tools_when_captured_then_it_reads_back_unchanged(world: World) -> None:
    tenant = world.tenant()
    content = "".join(random.Random(1).choices("abcdefghij äöü€😀\n", k=32_000))
    message = {
        "id": "x" * 256,
        "role": "assistant",
        "content": content,
        "tools": [{"name": "lookup", "input": {"order": 7}, "output": [1, None, "ok"]}],
        "reasoning": "because",
    }
    answer = world.capture(tenant.ingest, {"conversationId": "c" * 256, "messages": [message]})
    assert answer.body["messagesStored"] == 1
    read = world.read(tenant.admin, answer.body["conversationId"]).body["messages"][0]
    assert read["content"] == content
    assert read["external_message_id"] == "x" * 256
    assert read["tools"] == message["tools"]
    assert read["reasoning"] == "because"


def test_given_an_id_of_256_wide_characters_when_sent_twice_then_it_is_one_message(world: World) -> None:
    tenant = world.tenant()
    body = {"conversationId": "c", "messages": [{"id": "😀" * 256, "role": "user", "content": "hi"}]}
    assert world.capture(tenant.ingest, body).body["messagesStored"] == 1
    again = world.capture(tenant.ingest, body).body
    assert again["results"] == [{"id": "😀" * 256, "status": "duplicate"}]


def test_sixteen_clients_that_capture_the_same_hundred_store_a_hundred(
    world: World,
) -> None:
    tenant = world.tenant()
    body = {"conversationId": "storm", "messages": [_turn(number) for number in range(100)]}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: world.capture_directly(tenant, body), range(16)))
    assert sum(answer["messagesStored"] for answer in answers) == 100
    conversation = answers[0]["conversationId"]
    stored = [item for item in world.items(tenant.id, conversation) if item["sk"].startswith("MSG#")]
    assert len(stored) == 100
    world.analyse_queued()
    assert world.list_page(tenant.admin).body["conversations"][0]["message_count"] == 100


def test_the_newest_value_of_each_metadata_field_wins(
    world: World,
) -> None:
    tenant = world.tenant()
    for body in (
        {"userId": "old", "metadata": {"plan": "free", "seats": 1}},
        {"user": {"id": "new", "email": "a@example.com"}, "userId": "ignored", "custom": {"seats": 2}},
        {"organization": {"name": "Org"}, "session": {"pageUrl": "https://example.com/x"}},
    ):
        answer = world.capture(tenant.ingest, {"conversationId": "c", "messages": [_turn(1)], **body})
    read = world.read(tenant.admin, answer.body["conversationId"]).body
    assert read["user"] == {"id": "new", "email": "a@example.com"}
    assert read["custom"] == {"plan": "free", "seats": 2}
    assert read["organization"] == {"name": "Org"}
    assert read["session"] == {"pageUrl": "https://example.com/x"}


def test_fields_against_the_schema_are_stored_with_warnings(world: World) -> None:
    tenant = world.tenant()
    admin_wiring.field_schema(world.deployment).declare(tenant.id, "seats", "number")
    custom = {"seats": "two", "seat_colour": "red"}
    answer = world.capture(tenant.ingest, {"conversationId": "c", "messages": [_turn(1)], "custom": custom}).body
    assert answer["warnings"] == [
        "Custom field 'seats' expected number, got string",
        "Custom field 'seat_colour' not in schema",
    ]
    assert world.read(tenant.admin, answer["conversationId"]).body["custom"] == custom
    assert world.deployment.credentials.discovered_fields(tenant.id) == {"seat_colour": "string"}


def test_a_full_row_stores_messages_and_warns_of_the_metadata(
    world: World,
) -> None:
    tenant = world.tenant()
    for number in range(14):
        custom = {f"field {number} {index}": "x" * 1900 for index in range(17)}
        messages = [
            {"id": f"m{number}", "role": "user", "content": "hi"},
            {"role": "assistant", "content": f"{number}"},
        ]
        answer = world.capture(tenant.ingest, {"conversationId": "c", "messages": messages, "custom": custom})
        assert answer.status == 200
        assert answer.body["messagesStored"] == 2
    assert answer.body["warnings"][-1].startswith("The conversation's metadata has reached 400 KB")
    read = world.read(tenant.admin, answer.body["conversationId"]).body
    assert len(read["messages"]) == 28
    plain = {"conversationId": "c", "messages": [{"id": "last", "role": "user", "content": "hi"}], "custom": custom}
    assert world.capture(tenant.ingest, plain).body["messagesStored"] == 1


@pytest.mark.long
def test_real_conversations_captured_twice_at_once_are_stored_once(
    fresh: World,
) -> None:
    conversations = care_conversations()[: None if "CONFAB_ALL_DATA" in os.environ else 150]
    if not conversations:
        pytest.skip("the real conversations are not beside this checkout")
    world = fresh
    tenant = world.tenant()
    bodies = [_care_body(row, row["messages"]) for row in conversations]
    first = _send_all(world, tenant, bodies)
    sent = sum(len(row["messages"]) for row in conversations)
    assert sum(answer["messagesStored"] for answer in first) == sent
    again = [_care_body(row, part) for row in conversations for part in chunks(row["messages"], 1)]
    random.Random(7).shuffle(again)
    assert sum(answer["messagesStored"] for answer in _send_all(world, tenant, again)) == 0
    world.analyse_queued()
    ids = {row["conversationId"]: answer["conversationId"] for row, answer in zip(conversations, first, strict=True)}
    for row in conversations:
        read = world.read(tenant.admin, ids[row["conversationId"]]).body
        assert [(m["external_message_id"], m["role"], m["content"]) for m in read["messages"]] == [
            (m["id"], m["role"], m["content"]) for m in row["messages"]
        ]
        assert all(
            m["created_at"] == s["sentAt"]
            for m, s in zip(read["messages"], row["messages"], strict=True)
            if s.get("sentAt")
        )
        # What the analyzer cannot judge, in a language that it does not read, has a result that says so.
        path = f"/v1/insights/conversations/{ids[row['conversationId']]}/analysis"
        assert all(each["result"] for each in world.request("GET", path, tenant.admin).body["messages"])
        assert not read["analysis_pending"]
    counts = _listed_counts(world, tenant)
    assert counts == {row["conversationId"]: len(row["messages"]) for row in conversations}
    assert world.statistics(tenant.id)["TOTAL"] == {"conversations": len(conversations), "messages": sent}


def _care_body(row: dict, messages: list[dict]) -> dict:
    kept = ("id", "role", "content", "sentAt")
    return {
        "conversationId": row["conversationId"],
        "messages": [{name: m[name] for name in kept if m.get(name)} for m in messages],
        "user": {"id": row["user"]},
        "organization": {"id": row["organization"], "name": row["organization"]},
    }


def _send_all(world: World, tenant: Tenant, bodies: list[dict]) -> list[dict]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda body: world.capture_directly(tenant, body), bodies))


def _listed_counts(world: World, tenant: Tenant) -> dict[str, int]:
    counts: dict[str, int] = {}
    page, total = 1, 1
    while len(counts) < total:
        body = world.list_page(tenant.admin, chatbotId=tenant.id, page=str(page), limit="100").body
        assert body["conversations"], "the list ended before its total"
        times = [row["last_message_at"] for row in body["conversations"]]
        assert times == sorted(times, reverse=True)
        counts.update({row["external_conversation_id"]: row["message_count"] for row in body["conversations"]})
        page, total = page + 1, body["total"]
    return counts
