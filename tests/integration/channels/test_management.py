"""Conversations of channels in the table: side by side, by contact and channel, through every dialect, and erased."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from confab.channels import wiring as channels_wiring
from confab.erasure import conversation_wiring

from tests.support.chatcaptain import handle, handle_body, handle_directly, new_conversation
from tests.support.deployment import Tenant
from tests.support.world import World


def _list(world: World, tenant: Tenant, **query: str) -> list[dict[str, Any]]:
    """All pages of a list, each no larger than asked for."""
    rows: list[dict[str, Any]] = []
    while True:
        answer = world.manage(tenant.admin, "GET", tenant.id, query=query)
        assert answer.status == 200, answer.body
        assert len(answer.body["conversations"]) <= int(query.get("limit", "50"))
        rows += answer.body["conversations"]
        if "nextCursor" not in answer.body:
            return rows
        query = {**query, "cursor": answer.body["nextCursor"]}


def _entries(world: World) -> list[str]:
    """The keys of all entries by contact and channel in the table."""
    name = world.deployment.settings.table
    items = world.dynamodb.get_paginator("scan").paginate(TableName=name).search("Items[]")
    return [item["pk"]["S"] for item in items if item["pk"]["S"].startswith(("CONTACT#", "CHANNEL#"))]


def test_sixteen_channels_open_one_conversation_with_each_message_once(
    fresh: World,
) -> None:
    tenant = fresh.tenant()
    bodies = [handle_body(text=f"text {n % 8}", providerMessageId=f"in-{n % 8}") for n in range(16)]
    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(lambda body: handle_directly(fresh, tenant, body), bodies))
    assert len({handled.conversation.id for handled in done}) == 1
    assert sum(not handled.duplicate for handled in done) == 8
    (row,) = _list(fresh, tenant)
    assert (row["messageCount"], row["sessionCount"], row["unread"]) == (8, 1, True)
    assert len(_entries(fresh)) == 2, "one by contact, one by channel"
    fresh.analyse_queued()
    assert fresh.list_page(tenant.admin).body["conversations"][0]["message_count"] == 8


def test_given_sixteen_channels_when_a_day_has_passed_then_one_session_begins(clocked: World) -> None:
    tenant = clocked.tenant()
    assert clocked.clock is not None
    handle(clocked, tenant)
    clocked.clock.advance(hours=25)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: handle_directly(clocked, tenant, handle_body(text=f"{n}")), range(16)))
    (row,) = _list(clocked, tenant)
    assert (row["sessionCount"], row["messageCount"]) == (2, 17)


def test_given_patches_of_different_fields_side_by_side_then_all_stay(world: World) -> None:
    tenant = world.tenant()
    conversation = handle(world, tenant).body["conversation"]["id"]
    changes: list[dict[str, Any]] = [
        {"name": "Bea"},
        {"archived": True},
        {"unread": False},
        {"tags": ["x"]},
        {"operatorId": "o1"},
        {"variables": {"a": 1}},
        {"language": "FR"},
        {"photoUrl": "https://e.com/a.png"},
    ]
    manage = channels_wiring.change_conversations(world.deployment)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda fields: manage.patch(tenant.id, conversation, fields, None), changes))
    after = world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}").body["conversation"]
    for change in changes:
        assert after.items() >= change.items()


def test_each_filter_lists_its_own_conversations_newest_first(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    assert clocked.clock is not None
    wanted: dict[tuple[str, str], list[str]] = {}
    choice = random.Random(3)
    for number in range(40):
        clocked.clock.advance(seconds=choice.choice([0, 5, 300]))
        contact, channel = f"c{number % 3}", f"ch{number % 2}"
        body = handle_body(f"p{number}", channelId=channel, contact={"id": contact})
        wanted.setdefault((contact, channel), []).append(handle(clocked, tenant, body).body["conversation"]["id"])
    handle(clocked, clocked.tenant(), handle_body("p1", channelId="ch0", contact={"id": "c0"}))
    for limit in ("3", "50"):
        for contact in ("c0", "c1", "c2", None):
            for channel in ("ch0", "ch1", None):
                query = {**({"contactId": contact} if contact else {}), **({"channelId": channel} if channel else {})}
                rows = _list(clocked, tenant, limit=limit, **query)
                ids = {
                    i
                    for (c, ch), found in wanted.items()
                    for i in found
                    if contact in (c, None) and channel in (ch, None)
                }
                assert len(rows) == len(ids)
                assert {row["id"] for row in rows} == ids
                times = [row["updated"] for row in rows]
                assert times == sorted(times, reverse=True)


def test_a_changed_conversation_moves_to_the_front_of_every_list(clocked: World) -> None:
    tenant = clocked.tenant()
    assert clocked.clock is not None
    ids = []
    for number in range(6):
        clocked.clock.advance(minutes=5)
        body = handle_body(f"p{number}", contact={"id": "same"})
        ids.append(handle(clocked, tenant, body).body["conversation"]["id"])
    clocked.analyse_queued()
    clocked.clock.advance(minutes=5)
    clocked.manage(tenant.admin, "PATCH", tenant.id, f"/{ids[0]}", {"tags": ["x"]})
    clocked.clock.advance(minutes=5)
    handle(clocked, tenant, handle_body("p1", contact={"id": "same"}))
    clocked.analyse_queued()
    expected = [ids[1], ids[0], *reversed(ids[2:])]
    for query in ({}, {"contactId": "same"}, {"channelId": "site"}):
        assert [row["id"] for row in _list(clocked, tenant, limit="2", **query)] == expected
    assert len(_entries(clocked)) == 12


def test_given_another_contact_when_patched_then_the_conversation_moves_to_it(world: World) -> None:
    tenant = world.tenant()
    made = world.manage(tenant.admin, "POST", tenant.id, "", new_conversation()).body["conversation"]["id"]
    world.manage(tenant.admin, "PATCH", tenant.id, f"/{made}", {"contactId": "c2"})
    assert _list(world, tenant, contactId="c1") == []
    assert [row["id"] for row in _list(world, tenant, contactId="c2")] == [made]
    handle_directly(world, tenant, handle_body("other"))
    assert [row["id"] for row in _list(world, tenant, contactId="c2", channelId="site")] == [made]


def test_a_captured_conversation_can_be_managed(
    fresh: World,
) -> None:
    tenant = fresh.tenant()
    message = {"id": "m1", "role": "user", "content": "I love it"}
    body = {"conversationId": "ext", "messages": [message], "user": {"id": "u1", "name": "Ann"}}
    made = fresh.capture(tenant.ingest, body).body["conversationId"]
    fresh.analyse_queued()
    one = fresh.manage(tenant.admin, "GET", tenant.id, f"/{made}").body["conversation"]
    assert one["lastMessage"] == {"text": "I love it"}
    assert (one["contactId"], one["name"], one["messageCount"]) == ("u1", "Ann", 1)
    assert one["sentiment"] > 0
    assert [row["id"] for row in _list(fresh, tenant)] == [made]
    assert [row["id"] for row in _list(fresh, tenant, contactId="u1")] == [made]
    (shown,) = fresh.manage(tenant.admin, "GET", tenant.id, f"/{made}/messages").body["messages"]
    assert (shown["sender"], shown["providerMessageId"]) == ("user", "m1")
    written = {"disableSending": True, "message": {"content": "thanks", "sender": "bot"}}
    assert fresh.manage(tenant.admin, "POST", tenant.id, f"/{made}/messages", written).status == 201
    assert fresh.manage(tenant.admin, "PATCH", tenant.id, f"/{made}", {"tags": ["x"]}).status == 200
    assert fresh.capture(tenant.ingest, body).body["results"] == [{"id": "m1", "status": "duplicate"}]
    assert fresh.manage(tenant.admin, "DELETE", tenant.id, f"/{made}").body == {"deleted": True}
    assert fresh.items(tenant.id, made) == []
    assert _entries(fresh) == []


def test_the_other_dialects_list_read_and_delete_a_channels_conversation(
    fresh: World,
) -> None:
    tenant = fresh.tenant()
    made = handle(fresh, tenant, text="hello", providerMessageId="in-1").body["conversation"]["id"]
    fresh.analyse_queued()
    (row,) = fresh.list_page(tenant.admin).body["conversations"]
    assert (row["id"], row["message_count"], row["external_user_id"]) == (made, 1, "p1")
    key = fresh.key(tenant, "api")
    shown = fresh.inkeep(key, "GET", f"/conversations/{made}")
    assert shown.status == 200, shown.body
    assert [message["content"] for message in shown.body["messages"]] == ["hello"]
    assert fresh.inkeep(key, "DELETE", f"/conversations/{made}").status == 200
    assert fresh.items(tenant.id, made) == []
    assert _entries(fresh) == []
    assert fresh.statistics(tenant.id) == {}


def test_a_deleted_conversation_leaves_no_item_and_no_number(fresh: World) -> None:
    tenant = fresh.tenant()
    made = handle(fresh, tenant, text="x" * 30_000).body["conversation"]["id"]
    other = handle(fresh, tenant, provider="other").body["conversation"]["id"]
    fresh.analyse_queued()
    for number in range(120):
        handle_directly(fresh, tenant, handle_body(text=f"text {number}"))
    fresh.manage(
        tenant.admin, "POST", tenant.id, f"/{made}/custom-event", {"event": "vip", "payload": {"a": "b" * 900}}
    )
    fresh.manage(tenant.admin, "PATCH", tenant.id, f"/{made}", {"contactId": "c9"})
    fresh.analyse_queued()
    assert fresh.manage(tenant.admin, "DELETE", tenant.id, f"/{made}").status == 200
    assert fresh.items(tenant.id, made) == []
    assert [row["id"] for row in _list(fresh, tenant)] == [other]
    assert len(_entries(fresh)) == 2
    assert fresh.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 1}


def test_handles_during_a_deletion_leave_a_whole_conversation(
    fresh: World,
) -> None:
    tenant = fresh.tenant()

    def chat(client: int) -> None:
        for number in range(15):
            handle_directly(
                fresh, tenant, handle_body(text=f"{client}-{number}", providerMessageId=f"{client}-{number}")
            )

    made = handle(fresh, tenant).body["conversation"]["id"]
    with ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(chat, client) for client in range(4)]
        for _ in range(5):
            conversation_wiring.erase(fresh.deployment)(tenant.id, made)
        for client in clients:
            client.result()
    fresh.analyse_queued()
    items = fresh.items(tenant.id, made)
    messages = [item for item in items if item["sk"].startswith("MSG#")]
    if items:
        row = fresh.manage(tenant.admin, "GET", tenant.id, f"/{made}").body["conversation"]
        assert row["messageCount"] == len(messages)
        assert row["channelId"] == "site"
        assert len(_entries(fresh)) == 2
        assert fresh.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": len(messages)}
    conversation_wiring.erase(fresh.deployment)(tenant.id, made)
    assert fresh.items(tenant.id, made) == []
    assert _entries(fresh) == []
    assert fresh.statistics(tenant.id) == {}
