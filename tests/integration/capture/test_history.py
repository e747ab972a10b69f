"""Logging whole conversations: what is stored, what it costs, and what the other dialects see of it."""

from __future__ import annotations

import itertools
import os
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from confab.domain.identity import conversation_id
from confab.platform.errors import Unavailable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.meter import Meter
from tests.support.deployment import Tenant
from tests.support.real_data import care_conversations
from tests.support.world import World

CARE_SAMPLE = int(os.environ.get("CONFAB_TEST_CARE_CONVERSATIONS", "60"))


def _message(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": f"m{number}", "role": "assistant" if number % 2 else "user", "content": f"text {number}", **changes}


def _body(*messages: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"type": "openai", "id": "c", "messages": list(messages), **changes}


def _texts(answer: dict[str, Any]) -> list[str]:
    return [message["content"] for message in answer["messages"]]


def _stored(world: World, tenant: Tenant, external_id: str = "c") -> list[dict[str, Any]]:
    items = world.items(tenant.id, conversation_id(tenant.id, external_id))
    return [item for item in items if item["sk"].startswith("MSG#")]


def test_a_repeated_history_writes_and_moves_nothing(world: World) -> None:
    tenant = world.tenant()
    body = _body(*map(_message, range(10)), properties={"a": 1}, externalId="e")
    first = world.send_history_directly(tenant, body)
    world.queued()
    meter = Meter(world.dynamodb)
    assert world.send_history_directly(tenant, body) == first
    assert meter.calls == {"Query": 1}
    assert world.queued() == []


def test_an_edited_reordered_or_shortened_history_reads_as_the_latest(world: World) -> None:
    tenant = world.tenant()
    first = world.send_history_directly(tenant, _body(*map(_message, range(4))))
    edited = world.send_history_directly(
        tenant, _body(_message(0), _message(1, content="new"), _message(2), _message(3))
    )
    assert _texts(edited) == ["text 0", "new", "text 2", "text 3"]
    assert edited["messages"][1]["createdAt"] == first["messages"][1]["createdAt"]
    assert edited["messages"][1]["updatedAt"] > first["messages"][1]["updatedAt"]
    assert edited["updatedAt"] > first["updatedAt"]
    reordered = world.send_history_directly(tenant, _body(_message(3), _message(0)))
    assert _texts(reordered) == ["text 3", "text 0", "new", "text 2"]
    key = world.key(tenant, "api")
    assert _texts(world.inkeep(key, "GET", "/conversations/c").body) == _texts(reordered)
    read = world.read(tenant.admin, conversation_id(tenant.id, "c")).body
    assert [message["content"] for message in read["messages"]] == _texts(reordered)


def test_the_statistics_know_only_the_new_text_of_an_edited_message(world: World) -> None:
    tenant = world.tenant()
    world.send_history_directly(tenant, _body(_message(0, content="I hate this, it is awful")))
    world.analyse_queued()
    world.send_history_directly(tenant, _body(_message(0, content="I love this, it is great")))
    world.analyse_queued()
    days = {name: counters for name, counters in world.statistics(tenant.id).items() if name.startswith("DAY#")}
    (day,) = days.values()
    assert day["messages"] == 1
    assert day["sentimentSum"] > 0
    read = world.read(tenant.admin, conversation_id(tenant.id, "c")).body
    assert read["messages"][0]["user_sentiments"][0]["score"] > 0


def test_messages_without_ids_keep_theirs_while_the_history_grows(world: World) -> None:
    tenant = world.tenant()
    texts = ["hi", "hello", "hi", "hi", "bye"]
    ids: list[str] = []
    for upto in (1, 2, 3, 3, 4, 5, 5):
        answer = world.send_history_directly(
            tenant, _body(*({"role": "user", "content": text} for text in texts[:upto]))
        )
        assert _texts(answer) == texts[:upto]
        new = [message["id"] for message in answer["messages"]]
        assert new[: len(ids)] == ids
        ids = new
    assert len(set(ids)) == 5


def test_a_history_without_an_id_continues_by_the_servers_id(world: World) -> None:
    tenant = world.tenant()
    first = world.send_history_directly(tenant, {"type": "openai", "messages": [_message(0)]})
    again = world.send_history_directly(tenant, _body(_message(0), _message(1), id=first["id"]))
    assert again["id"] == first["id"]
    assert _texts(again) == ["text 0", "text 1"]
    assert again["createdAt"] == first["createdAt"]
    other = world.send_history_directly(tenant, {"type": "openai", "messages": [_message(0)]})
    assert other["id"] != first["id"]


def test_metadata_that_was_not_sent_stays_and_null_removes_it(
    world: World,
) -> None:
    tenant = world.tenant()
    fields = {"tags": ["a"], "visibility": "private", "externalUrl": "u", "properties": {"p": 1}}
    world.send_history_directly(
        tenant, _body(_message(0), **fields, userProperties={"userId": 7, "email": "a@example.com"})
    )
    answer = world.send_history_directly(tenant, _body(_message(0), visibility=None, properties={"q": [2]}))
    assert answer["tags"] == ["a"]
    assert answer["visibility"] is None
    assert answer["properties"] == {"q": [2]}
    assert answer["externalUrl"] == "u"
    read = world.read(tenant.admin, conversation_id(tenant.id, "c")).body
    assert read["user"] == {"id": "7", "email": "a@example.com"}
    assert read["messages"][0].keys() & {"inkeep", "links"} == set()


def test_properties_larger_than_an_item_come_back_and_can_shrink(world: World) -> None:
    tenant = world.tenant()
    noise = {str(n): random.Random(n).randbytes(900).hex() for n in range(800)}
    assert world.send_history_directly(tenant, _body(_message(0), properties=noise))["properties"] == noise
    read = world.inkeep(world.key(tenant, "api"), "GET", "/conversations/c").body
    assert read["properties"] == noise
    world.send_history_directly(tenant, _body(_message(0), properties={"a": 1}))
    items = world.items(tenant.id, conversation_id(tenant.id, "c"))
    assert not [item for item in items if item["sk"].startswith("BLOB#")]


def test_a_thousand_messages_are_stored_and_one_more_is_one_transaction(
    world: World,
) -> None:
    tenant = world.tenant()
    messages = [_message(number) for number in range(1000)]
    answer = world.send_history_directly(tenant, _body(*messages))
    assert _texts(answer) == [message["content"] for message in messages]
    meter = Meter(world.dynamodb)
    world.send_history_directly(tenant, _body(*messages, _message(1000)))
    assert meter.calls["TransactWriteItems"] == 1
    assert sum(meter.calls.values()) <= 5
    assert meter.table_units <= 6
    assert len(_stored(world, tenant)) == 1001


def test_growing_histories_of_eight_clients_have_each_message_once(
    world: World,
) -> None:
    tenant = world.tenant()
    messages = [_message(number) for number in range(8)]
    plain = [{"role": "user", "content": f"plain {number}"} for number in range(4)]
    bodies = [_body(*messages[:upto], *plain) for upto in range(1, 9)]

    def send(body: dict[str, Any]) -> None:
        for _ in range(20):
            try:
                world.send_history_directly(tenant, body)
                return
            except Unavailable:
                continue
        raise AssertionError("never came through")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, bodies))
    answer = world.send_history_directly(tenant, bodies[-1])
    assert sorted(_texts(answer)) == sorted(message["content"] for message in messages + plain)
    assert _texts(answer)[:8] == [message["content"] for message in messages]


def test_captures_and_histories_at_once_lose_and_double_nothing(world: World) -> None:
    tenant = world.tenant()

    def capture(number: int) -> None:
        world.capture_directly(tenant, {"conversationId": "c", "messages": [_message(number)]})

    def log(number: int) -> None:
        for _ in range(20):
            try:
                world.send_history_directly(tenant, _body(*(_message(n) for n in range(number + 1))))
                return
            except Unavailable:
                continue

    with ThreadPoolExecutor(8) as pool:
        work = [pool.submit(log if number % 2 else capture, number) for number in range(16)]
        for each in work:
            each.result()
    world.analyse_queued()
    world.analyse_queued()
    assert sorted(item["sk"] for item in _stored(world, tenant)) == sorted(f"MSG#i:m{n}" for n in range(16))
    assert world.list_page(tenant.admin).body["conversations"][0]["message_count"] == 16


def test_a_captured_conversation_has_this_dialects_shape(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    message = {"id": "a", "role": "assistant", "content": "yes", "tools": [{"name": "look", "input": {"x": 1}}]}
    captured = world.capture(
        key,
        {
            "conversationId": "cap/1",
            "messages": [_message(0), {**message, "reasoning": "because"}],
            "user": {"id": "u1"},
            "custom": {"plan": "pro"},
        },
    ).body
    by_own = world.inkeep(key, "GET", f"/conversations/{captured['conversationId']}").body
    by_callers = world.inkeep(key, "GET", "/conversations/cap%2F1").body
    assert by_own == by_callers
    assert by_own["id"] == "cap/1"
    assert by_own["type"] == "openai"
    assert (by_own["properties"], by_own["userProperties"]) == ({"plan": "pro"}, {"id": "u1"})
    assert by_own["messages"][1]["tool_calls"][0]["function"] == {"name": "look", "arguments": '{"x": 1}'}
    listed = world.inkeep(key, "GET", "/conversations").body
    assert listed["conversations"] == [by_own]
    continued = world.send_history(key, _body(*by_own["messages"], _message(9), id="cap/1")).body
    assert _texts(continued) == ["text 0", "yes", "text 9"]
    assert world.inkeep(key, "POST", "/feedback", {"type": "positive", "messageId": "a"}).status == 200


def test_the_next_history_queues_what_the_queue_refused(clocked: World) -> None:
    tenant = clocked.tenant()
    queue = clocked.deployment.analysis_queue
    url, queue._url = queue._url, f"{queue._url}-gone"
    clocked.send_history_directly(tenant, _body(_message(0)))
    queue._url = url
    assert clocked.clock is not None
    clocked.clock.advance(seconds=1)
    clocked.send_history_directly(tenant, _body(_message(0), _message(1)))
    assert len(clocked.queued()) == 1


def test_a_full_row_stores_a_historys_messages(world: World) -> None:
    tenant = world.tenant()
    world.send_history_directly(tenant, _body(_message(0)))
    key = (f"CONV#{tenant.id}#{conversation_id(tenant.id, 'c')}", "HEAD")
    row = world.table.get(key)
    assert row is not None
    room = 400 * 1024 - sum(len(str(name)) + len(str(value)) for name, value in row.items()) - 60
    world.table.put({**row, "custom.x": "x" * room})
    answer = world.send_history_directly(tenant, _body(_message(0), _message(1), userProperties={"userId": "u" * 256}))
    assert _texts(answer) == ["text 0", "text 1"]


POSTED = st.lists(
    st.tuples(st.sampled_from([None, "1", "2", "3", "4"]), st.sampled_from("abc")), min_size=1, max_size=6
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts=st.lists(st.tuples(POSTED, st.booleans()), min_size=1, max_size=5))
def test_the_table_holds_what_was_answered_to_any_histories(
    world: World, posts: list[tuple[list[tuple[str | None, str]], bool]]
) -> None:
    tenant = world.tenant()
    for post, again in posts:
        body = _body(*({"role": "user", "content": t, **({"id": i} if i else {})} for i, t in post))
        answer = world.send_history_directly(tenant, body)
        if again:
            assert world.send_history_directly(tenant, body) == answer
        ids = [message["id"] for message in answer["messages"]]
        assert len(ids) == len(set(ids)) == len(_stored(world, tenant))
        read = world.inkeep(world.key(tenant, "read"), "GET", "/conversations/c").body
        assert read == answer


def test_both_dialects_read_real_histories_back(fresh: World) -> None:
    conversations = care_conversations()[:CARE_SAMPLE]
    if not conversations:
        pytest.skip("the real conversations are not beside this checkout")
    tenant = fresh.tenant()
    key = fresh.key(tenant, "api")

    def log(row: dict[str, Any]) -> None:
        messages = [_care_message(message) for message in row["messages"]]
        for upto in range(1, len(messages) + 1):
            fresh.send_history_directly(tenant, _care_body(row, messages[:upto]))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(log, conversations))
    fresh.analyse_queued()
    for row in conversations:
        expected = [(m["id"], m["role"], m["content"]) for m in row["messages"]]
        mine = fresh.inkeep(key, "GET", f"/conversations/{row['conversationId']}").body
        assert [(m["id"], m["role"], m["content"]) for m in mine["messages"]] == expected
        theirs = fresh.read(key, conversation_id(tenant.id, row["conversationId"])).body
        assert [(m["external_message_id"], m["role"], m["content"]) for m in theirs["messages"]] == expected
        assert theirs["user"]["id"] == row["user"]
        assert not theirs["analysis_pending"]
    messages = sum(len(row["messages"]) for row in conversations)
    assert fresh.statistics(tenant.id)["TOTAL"] == {"conversations": len(conversations), "messages": messages}
    listed = list(itertools.chain.from_iterable(_pages(fresh, key)))
    assert sorted(listed) == sorted(row["conversationId"] for row in conversations)


def _pages(world: World, key: str) -> Any:
    offset, total = 0, 1
    while offset < total:
        body = world.inkeep(key, "GET", "/conversations", query={"limit": "100", "offset": str(offset)}).body
        yield [row["id"] for row in body["conversations"]]
        offset, total = offset + body["count"], body["total"]


def _care_message(message: dict[str, Any]) -> dict[str, Any]:
    sent = {name: message[name] for name in ("id", "role", "content")}
    return {**sent, **({"createdAt": message["sentAt"]} if message.get("sentAt") else {})}


def _care_body(row: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    user = {"userId": row["user"], "organization": row["organization"]}
    return _body(*messages, id=row["conversationId"], userProperties=user)


def test_given_a_text_in_several_items_when_it_is_edited_then_nothing_of_it_stays(clocked: World) -> None:
    tenant = clocked.tenant()
    long = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=700_000))

    def parts() -> list[str]:
        items = clocked.items(tenant.id, conversation_id(tenant.id, "c"))
        return [item["sk"] for item in items if item["sk"].startswith("PART#")]

    for text in (long, long[::-1], "short"):
        body = {"type": "openai", "id": "c", "messages": [{"id": "m1", "role": "user", "content": text}]}
        assert clocked.send_history(tenant.ingest, body).status == 200
        clocked.clock.advance(minutes=20)
        clocked.analyse_queued()
        assert len(parts()) == (0 if text == "short" else 2)
        assert clocked.read(tenant.admin, conversation_id(tenant.id, "c")).body["messages"][0]["content"] == text
