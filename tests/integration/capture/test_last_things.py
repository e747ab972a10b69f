"""What is last follows the transcript's time, and what is sent again changes nothing at all; in every dialect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.domain.identity import channel_conversation_id
from confab.storage.clocks import to_micros
from confab.storage.conversation_row import ACTIVE

from tests.support.chatcaptain import handle, handle_body, handle_directly, new_conversation
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.interleaving import overtaken
from tests.support.world import World

OLD, MIDDLE, NEW = (f"2026-03-01T{hour}:00:00.000Z" for hour in ("09", "10", "11"))


def _button(text: str, label: str) -> dict[str, Any]:
    return {"text": text, "selectedButton": {"label": label, "payload": label}}


def _managed(world: World, tenant: Tenant, conversation: str) -> dict[str, Any]:
    one = world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}").body["conversation"]
    rows = world.manage(tenant.admin, "GET", tenant.id).body["conversations"]
    (row,) = (row for row in rows if row["id"] == conversation)
    same = ("lastMessage", "lastButton", "updated", "messageCount")
    assert {name: row[name] for name in same} == {name: one[name] for name in same}
    return {**{name: one[name] for name in same}, "place": [row["id"] for row in rows].index(conversation)}


def _later(world: World, **spans: float) -> None:
    assert isinstance(world.clock, Clock)
    world.clock.advance(**spans)


@pytest.mark.parametrize("analysed", [False, True], ids=["at once", "analysed"])
@pytest.mark.parametrize("way", ["handle", "messages"])
def test_an_older_channel_message_that_arrives_late_moves_only_the_count(
    clocked: World, way: str, analysed: bool
) -> None:
    tenant = clocked.tenant()

    def say(content: Any, sent: str) -> None:
        if way == "handle":
            assert handle(clocked, tenant, handle_body(message=content, sent=sent)).status == 201
            return
        body = {"disableSending": True, "message": {"content": content, "sender": "user", "created": sent}}
        assert clocked.manage(tenant.admin, "POST", tenant.id, f"/{made}/messages", body).status == 201

    first = handle(clocked, tenant, handle_body(message=_button("new", "B"), sent=NEW))
    made = first.body["conversation"]["id"]
    handle(clocked, tenant, handle_body("p2", sent="2026-03-01T11:30:00Z"))
    before = _managed(clocked, tenant, made)
    assert (before["updated"], before["lastMessage"]["text"], before["place"]) == (NEW, "new", 1)
    if analysed:
        clocked.analyse_queued()
    _later(clocked, hours=1)
    say(_button("old", "A"), OLD)
    for _ in range(2):
        assert _managed(clocked, tenant, made) == {**before, "messageCount": 2}
        shown = clocked.read(tenant.admin, made).body
        assert (shown["first_message_at"], shown["last_message_at"]) == (OLD, NEW)
        for query in ({}, {"contactId": "p1"}, {"channelId": "site"}):
            rows = clocked.manage(tenant.admin, "GET", tenant.id, query=query).body["conversations"]
            assert [row["updated"] for row in rows if row["id"] == made] == [NEW]
        clocked.analyse_queued()
    say({"text": "newest"}, "2026-03-01T11:45:00Z")
    after = _managed(clocked, tenant, made)
    assert (after["lastMessage"], after["lastButton"]["id"], after["place"]) == ({"text": "newest"}, "B", 0)


def test_a_late_button_is_the_last_button_but_not_the_last_message(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    made = ""
    for content, sent in ((_button("one", "A"), OLD), ({"text": "three"}, NEW), (_button("two", "B"), MIDDLE)):
        made = handle(clocked, tenant, handle_body(message=content, sent=sent)).body["conversation"]["id"]
    for _ in range(2):
        shown = _managed(clocked, tenant, made)
        assert (shown["lastMessage"], shown["lastButton"]["id"]) == ({"text": "three"}, "B")
        clocked.analyse_queued()


def test_an_older_message_is_the_last_of_a_conversation_without_one(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    body = new_conversation(providerId="p1")
    made = clocked.manage(tenant.admin, "POST", tenant.id, "", body).body["conversation"]["id"]
    assert handle(clocked, tenant, handle_body(sent=OLD)).body["conversation"]["id"] == made
    shown = clocked.read(tenant.admin, made).body
    assert (shown["first_message_at"], shown["last_message_at"]) == (OLD, OLD)
    assert _managed(clocked, tenant, made)["lastMessage"] == {"text": "hello"}


@pytest.mark.parametrize("identified", [True, False], ids=["ids", "times"])
def test_lists_keep_the_last_message_and_know_a_late_first_one(clocked: World, identified: bool) -> None:
    tenant = clocked.tenant()

    def capture(name: str, sent: str) -> None:
        message = {"role": "user", "content": f"at {sent}", "sentAt": sent, **({"id": sent} if identified else {})}
        assert clocked.capture(tenant.ingest, {"conversationId": name, "messages": [message]}).status == 200

    capture("a", NEW)
    capture("b", "2026-03-01T11:30:00Z")
    capture("a", MIDDLE)
    capture("a", OLD)
    for _ in range(2):
        rows = clocked.list_page(tenant.admin).body["conversations"]
        assert [row["external_conversation_id"] for row in rows] == ["b", "a"]
        assert (rows[1]["first_message_at"], rows[1]["last_message_at"]) == (OLD, NEW)
        listed = clocked.inkeep(clocked.key(tenant, "api"), "GET", "/conversations").body["conversations"]
        assert [row["id"] for row in listed] == ["b", "a"]
        clocked.analyse_queued()


def _capture(world: World, tenant: Tenant, **more: Any) -> None:
    messages = [{"id": f"m{n}", "role": "user", "content": f"hello {n}"} for n in range(2)]
    world.capture_directly(tenant, {"conversationId": "c", "messages": messages, "user": {"id": "ann"}, **more})


def _aligned(world: World, tenant: Tenant) -> None:
    messages = [{"role": role, "content": f"hello {role}"} for role in ("user", "assistant")]
    world.track_directly(tenant, {"conversationId": "c", "messages": messages, "metadata": {"a": 1}})


def _send_history(world: World, tenant: Tenant) -> None:
    messages = [{"id": f"m{n}", "role": "user", "content": f"hello {n}"} for n in range(2)]
    body = {"type": "openai", "id": "c", "messages": messages, "userProperties": {"userId": "ann", "name": None}}
    world.send_history_directly(tenant, body)


def _handle(world: World, tenant: Tenant, **contact: Any) -> None:
    body = handle_body(providerMessageId="in-1", contact={"id": "ann", "name": "Ann", "email": None, **contact})
    handle_directly(world, tenant, {**body, "message": _button("hi", "A")})


def _write(world: World, tenant: Tenant) -> None:
    _handle(world, tenant)
    place = channel_conversation_id(tenant.id, "site", "p1")
    body = {"disableSending": True, "message": {"content": "answer", "providerMessageId": "out-1"}}
    assert world.manage(tenant.admin, "POST", tenant.id, f"/{place}/messages", body).status == 201


@pytest.mark.parametrize("send", [_capture, _aligned, _send_history, _handle, _write])
def test_given_what_is_known_when_it_is_sent_again_then_nothing_at_all_changes(
    clocked: World, send: Callable[[World, Tenant], None]
) -> None:
    tenant = clocked.tenant()

    def everything() -> list[dict[str, Any]]:
        pages = clocked.dynamodb.get_paginator("scan").paginate(TableName=clocked.deployment.settings.table)
        items = [item for page in pages for item in page["Items"] if not item["pk"]["S"].startswith("RATE#")]
        return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    send(clocked, tenant)
    place = channel_conversation_id(tenant.id, "site", "p1")
    if send in (_handle, _write):
        clocked.manage(tenant.admin, "PATCH", tenant.id, f"/{place}", {"unread": False})
    before = everything()
    _later(clocked, hours=30)
    send(clocked, tenant)
    assert everything() == before
    clocked.analyse_queued()
    before = everything()
    _later(clocked, hours=30)
    send(clocked, tenant)
    assert everything() == before
    assert clocked.queued() == []


def test_new_metadata_alone_counts_as_activity(clocked: World) -> None:
    tenant = clocked.tenant()

    def active() -> int:
        (row,) = (item for item in clocked.items(tenant.id, place) if item["sk"] == "HEAD")
        return int(row[ACTIVE])

    place = ""
    for change in ({"custom": {"a": 1}}, {"custom": {"a": None}}, {"session": {"device": "phone"}}, {"userId": "bob"}):
        _later(clocked, hours=1)
        messages = [{"id": "m", "role": "user", "content": "hello"}]
        place = clocked.capture_directly(tenant, {"conversationId": "c", "messages": messages, **change})[
            "conversationId"
        ]
        assert active() == to_micros(clocked.now())
    _handle(clocked, tenant)
    _later(clocked, hours=1)
    _handle(clocked, tenant, name="Ann Lee")
    place = channel_conversation_id(tenant.id, "site", "p1")
    assert active() == to_micros(clocked.now())
    updated = clocked.manage(tenant.admin, "GET", tenant.id, f"/{place}").body["conversation"]["updated"]
    assert updated == clocked.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_another_address_of_the_caller_alone_changes_nothing(clocked: World) -> None:
    tenant = clocked.tenant()
    admin_wiring.privacy(clocked.deployment).change(tenant.id, lambda known: replace(known, keep_client=True))
    body = {"conversationId": "c", "messages": [{"id": "m", "role": "user", "content": "hello"}]}
    made = clocked.capture(tenant.ingest, body, headers={"x-forwarded-for": "192.0.2.1"}).body["conversationId"]
    before = clocked.items(tenant.id, made)
    _later(clocked, hours=1)
    clocked.capture(tenant.ingest, body, headers={"x-forwarded-for": "192.0.2.2"})
    assert clocked.items(tenant.id, made) == before


@pytest.mark.parametrize("orders", [(OLD, NEW), (NEW, OLD)], ids=["older overtaken", "newer overtaken"])
@pytest.mark.parametrize("running", [False, True], ids=["first", "running"])
def test_given_another_message_before_any_call_then_the_last_in_time_is_the_last(
    clocked: World, orders: tuple[str, str], running: bool
) -> None:
    def say(tenant: Tenant, sent: str) -> None:
        handle_directly(clocked, tenant, {**handle_body(sent=sent), "message": _button(f"at {sent}", sent)})

    for position in count():
        tenant = clocked.tenant()
        if running:
            say(tenant, MIDDLE)
        requests = (partial(say, tenant, orders[1]), partial(say, tenant, orders[0]))
        if not overtaken(clocked.dynamodb, position, *requests):
            break
        place = channel_conversation_id(tenant.id, "site", "p1")
        shown = _managed(clocked, tenant, place)
        assert (shown["lastMessage"]["text"], shown["lastButton"]["id"]) == (f"at {NEW}", NEW)
        times = clocked.read(tenant.admin, place).body
        assert (times["first_message_at"], times["last_message_at"]) == (OLD, NEW)
    assert position > 1
