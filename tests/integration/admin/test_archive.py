"""An archived chatbot: no dialect writes, every dialect reads, and nothing is lost when it is unarchived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.answers import Answer
from tests.support.chatcaptain import handle_body, new_conversation
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.world import World

MESSAGE = {"id": "m", "role": "user", "content": "hello"}
LOG = {"type": "openai", "id": "l", "messages": [MESSAGE]}
EVENT = {"type": "t", "entityType": "conversation", "conversationId": "l"}
Call = Callable[[World, Tenant, str], Answer]


def _manage(method: str, path: str, body: Any) -> Call:
    return lambda world, tenant, key: world.manage(key, method, tenant.id, path, body)


OPENBAT_WRITES: dict[str, Call] = {
    "capture": lambda world, _, key: world.capture(key, {"conversationId": "c", "messages": [MESSAGE]}),
    "track": lambda world, _, key: world.track(key, {"conversationId": "c", "messages": [MESSAGE]}),
}
INKEEP_WRITES: dict[str, Call] = {
    "log": lambda world, _, key: world.send_history(key, LOG),
    "feedback": lambda world, _, key: world.inkeep(key, "POST", "/feedback", {"type": "positive", "messageId": "m"}),
    "event": lambda world, _, key: world.inkeep(key, "POST", "/events", EVENT),
}
NAMED = "/00000000-0000-5000-8000-000000000000"
CHATCAPTAIN_WRITES = {
    "handle": _manage("POST", "/handle", handle_body()),
    "channel event": _manage("POST", "/event", {**handle_body(), "event": "user_seen"}),
    "payload": _manage("POST", "/payload", {"conversationId": NAMED[1:], "stepId": "s"}),
    "custom event": _manage("POST", f"{NAMED}/custom-event", {"event": "e"}),
    "create": _manage("POST", "", new_conversation()),
    "change": _manage("PATCH", NAMED, {"conversation": {"archived": True}}),
    "create message": _manage("POST", f"{NAMED}/messages", {"message": {"content": {"text": "x"}}}),
    "change message": _manage("PATCH", f"{NAMED}/messages/m", {"message": {"read": True}}),
}


def _archive(world: World, tenant: Tenant, archived: bool) -> dict[str, Any]:
    answer = world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"archived": archived})
    assert answer.status == 200, answer.body
    assert world.clock is not None
    world.clock.advance(seconds=61)
    row: dict[str, Any] = answer.body
    return row


def _assert_archived(answer: Answer) -> None:
    assert answer.status == 403, answer.body
    assert "archived" in str(answer.body)


def test_an_archived_chatbot_refuses_writes_in_every_dialect(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    key = clocked.key(tenant, "api")
    row = _archive(clocked, tenant, True)
    assert row["archived_at"]
    before = _items(clocked)
    for name, call in {**OPENBAT_WRITES, **INKEEP_WRITES, **CHATCAPTAIN_WRITES}.items():
        answer = call(clocked, tenant, key)
        _assert_archived(answer)
        if name in OPENBAT_WRITES:
            assert_error(answer, 403, "chatbot_archived", success="success" if name == "track" else "ok")
        elif name in INKEEP_WRITES:
            assert (answer.body["code"], answer.body["status"]) == ("forbidden", 403)
        else:
            assert (answer.body["error"], answer.body["statusCode"]) == ("Forbidden", 403)
    assert _items(clocked) == before


def _items(world: World) -> list[str]:
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.deployment.settings.table)
    return sorted(
        item["pk"]["S"] for item in pages.search("Items[]") if not item["pk"]["S"].startswith(("RATE#", "HEALTH#"))
    )


def test_given_an_archived_chatbot_when_read_then_everything_is_there(clocked: World) -> None:
    tenant = clocked.tenant()
    key = clocked.key(tenant, "api")
    captured = clocked.capture(tenant.ingest, {"conversationId": "c", "messages": [MESSAGE]}).body
    clocked.send_history(key, LOG)
    clocked.analyse_queued()
    _archive(clocked, tenant, True)
    assert clocked.list_page(tenant.admin).body["total"] == 2
    assert clocked.read(tenant.admin, captured["conversationId"]).status == 200
    assert clocked.inkeep(key, "GET", "/conversations/l").status == 200
    assert len(clocked.manage(key, "GET", tenant.id).body["conversations"]) == 2
    assert clocked.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}").body["archived_at"]


def test_given_an_archived_chatbot_when_a_conversation_is_deleted_then_it_goes(clocked: World) -> None:
    tenant = clocked.tenant()
    key = clocked.key(tenant, "api")
    clocked.send_history(key, LOG)
    _archive(clocked, tenant, True)
    assert clocked.inkeep(key, "DELETE", "/conversations/l").status == 200
    assert clocked.list_page(tenant.admin).body["conversations"] == []


def test_given_a_message_that_waits_for_analysis_when_archived_then_it_is_analysed(clocked: World) -> None:
    tenant = clocked.tenant()
    clocked.capture(tenant.ingest, {"conversationId": "c", "messages": [MESSAGE]})
    _archive(clocked, tenant, True)
    assert clocked.analyse_queued() == []
    assert clocked.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 1}


def test_given_an_unarchived_chatbot_when_written_to_then_it_takes_everything_again(clocked: World) -> None:
    tenant = clocked.tenant()
    _archive(clocked, tenant, True)
    row = _archive(clocked, tenant, False)
    assert "archived_at" not in row
    assert clocked.capture(tenant.ingest, {"conversationId": "c", "messages": [MESSAGE]}).body["messagesStored"] == 1


@pytest.mark.parametrize("archived", [True, False])
def test_archiving_twice_keeps_the_first_time_and_one_audit_entry(clocked: World, archived: bool) -> None:
    tenant = clocked.tenant()
    first = _archive(clocked, tenant, archived)
    assert _archive(clocked, tenant, archived) == first
    rows = clocked.admin(tenant.admin, "GET", "/audit").body["entries"]
    assert [row["changed"] for row in rows if row["action"] == "chatbot.update"] == [["archived_at"]] * archived
