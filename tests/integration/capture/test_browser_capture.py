"""Capture with a browser's key: messages are added to what browsers began, and nothing is changed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from confab.domain.identity import conversation_id, web_conversation_id

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.world import World

ASK: dict[str, Any] = {"id": "q1", "role": "user", "content": "Where is my parcel?"}
REPLY: dict[str, Any] = {"id": "a1", "role": "assistant", "content": "On its way."}
THANKS: dict[str, Any] = {"role": "user", "content": "Thank you!"}


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


@pytest.fixture(scope="module")
def web(world: World, tenant: Tenant) -> str:
    return world.key(tenant, "web", "WEB")


def _capture(world: World, key: str, identifier: str, *messages: dict[str, Any], **more: Any) -> Answer:
    return world.capture(key, {"conversationId": identifier, "messages": list(messages), **more})


def _verdicts(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [result["status"] for result in answer.body["results"]]


def _row(world: World, tenant: Tenant, identifier: str) -> dict[str, Any]:
    items = world.items(tenant.id, web_conversation_id(tenant.id, identifier))
    return next(item for item in items if item["sk"] == "HEAD")


def test_a_browser_with_a_random_id_adds_turns_and_reads_them(world: World, tenant: Tenant, web: str) -> None:
    identifier = str(uuid.uuid4())
    assert _verdicts(_capture(world, web, identifier, ASK, user={"id": "ann"})) == ["stored"]
    assert _verdicts(_capture(world, web, identifier, REPLY, THANKS)) == ["stored", "stored"]
    assert _verdicts(_capture(world, web, identifier, REPLY, THANKS)) == ["duplicate", "duplicate"]
    read = world.inkeep(web, "GET", f"/conversations/{identifier}").body
    assert [message["content"] for message in read["messages"]] == [each["content"] for each in (ASK, REPLY, THANKS)]
    assert _row(world, tenant, identifier)["web"] is True
    assert world.read(world.key(tenant, "read"), web_conversation_id(tenant.id, identifier)).status == 200


def test_a_browsers_other_version_of_a_stored_message_is_a_conflict(world: World, tenant: Tenant, web: str) -> None:
    identifier = str(uuid.uuid4())
    first = {"user": {"id": "ann", "email": "ann@example.com"}, "custom": {"page": "/a"}, "session": {"country": "DE"}}
    _verdicts(_capture(world, web, identifier, ASK, {**REPLY, "final": False}, **first))
    before = _row(world, tenant, identifier)
    other = {"user": {"id": "bob", "name": "Bob"}, "custom": {"page": "/b", "cart": 3}, "session": {"country": None}}
    edited = [{**ASK, "content": "edited"}, {**REPLY, "content": "On its way. It comes on Monday."}]
    assert _verdicts(_capture(world, web, identifier, *edited, **other)) == ["conflict", "conflict"]
    assert _verdicts(_capture(world, web, identifier, THANKS, user={"id": None})) == ["stored"]
    read = world.inkeep(web, "GET", f"/conversations/{identifier}").body
    assert [message["content"] for message in read["messages"]] == [each["content"] for each in (ASK, REPLY, THANKS)]
    after = _row(world, tenant, identifier)
    said = ("user.", "custom.", "session.")
    assert {name: after[name] for name in after if name.startswith(said)} == {
        **{name: before[name] for name in before if name.startswith(said)},
        "custom.cart": 3,
    }


def test_a_guessable_id_needs_the_whole_history(world: World, tenant: Tenant, web: str) -> None:
    assert _verdicts(_capture(world, web, "visitor-1", ASK, REPLY)) == ["stored", "stored"]
    assert _verdicts(_capture(world, web, "visitor-1", ASK, REPLY)) == ["duplicate", "duplicate"]
    before = world.items(tenant.id, web_conversation_id(tenant.id, "visitor-1"))
    for guess in ([THANKS], [ASK], [REPLY], [{**ASK, "id": "x"}], [ASK, {**REPLY, "content": "Lost."}], [ASK, THANKS]):
        assert_error(_capture(world, web, "visitor-1", *guess, user={"id": "eve"}), 403, "forbidden")
    assert world.items(tenant.id, web_conversation_id(tenant.id, "visitor-1")) == before
    assert _verdicts(_capture(world, web, "visitor-1", ASK, REPLY, THANKS)) == ["duplicate", "duplicate", "stored"]
    assert _verdicts(_capture(world, web, "visitor-1", ASK, REPLY, THANKS, THANKS))[-1] == "stored"


def test_a_browser_takes_no_message_of_a_server_away(world: World, tenant: Tenant, web: str) -> None:
    forged = {**ASK, "content": "forged"}
    for identifier, order in (("wa:+491", (web, tenant.ingest)), ("wa:+492", (tenant.ingest, web))):
        for key in order:
            assert _verdicts(_capture(world, key, identifier, ASK if key == tenant.ingest else forged)) == ["stored"]
        items = world.items(tenant.id, conversation_id(tenant.id, identifier))
        assert [item["text"] for item in items if item["sk"].startswith("MSG#")] == [ASK["content"]]
        assert not [item for item in items if "web" in item]


def test_a_browser_neither_learns_nor_adds_fields(world: World) -> None:
    tenant = world.tenant()
    web = world.key(tenant, "web", "WEB")
    fields = f"/chatbots/{tenant.id}/fields"
    declared = {"name": "secret-tier", "type": "number", "required": True}
    assert world.admin(tenant.admin, "POST", fields, declared).status == 200
    custom = {"secret-tier": "gold", "other": 1}
    for key, warned in ((web, False), (tenant.ingest, True)):
        answer = _capture(world, key, str(uuid.uuid4()), ASK)
        assert ("secret-tier" in str(answer.body)) is warned
        answer = _capture(world, key, str(uuid.uuid4()), ASK, custom=custom)
        assert bool(answer.body["warnings"]) is warned
        discovered = world.admin(tenant.admin, "GET", fields).body["discovered"]
        assert [each["name"] for each in discovered] == (["other"] if warned else [])


def test_given_a_browsers_key_when_it_tracks_then_it_is_refused(world: World, web: str) -> None:
    body = {"conversationId": str(uuid.uuid4()), "messages": [{"role": "user", "content": "hi"}]}
    answer = world.track(web, body)
    assert (answer.status, answer.body["code"]) == (403, "forbidden")


def test_a_browser_begins_an_erased_conversation_again_as_its_own(world: World, tenant: Tenant, web: str) -> None:
    _verdicts(_capture(world, web, "visitor-2", ASK, REPLY))
    assert world.inkeep(world.key(tenant, "api"), "DELETE", "/conversations/visitor-2").status == 200
    assert _verdicts(_capture(world, web, "visitor-2", THANKS)) == ["stored"]
    assert _row(world, tenant, "visitor-2")["web"] is True


def test_whoever_knows_the_beginning_of_a_shared_chat_may_add_to_it(world: World, tenant: Tenant, web: str) -> None:
    history = [{"id": each["id"], "role": each["role"], "content": each["content"]} for each in (ASK, REPLY)]
    shared = {"type": "openai", "id": "visitor-3", "messages": history, "visibility": "public"}
    _verdicts(_capture(world, web, "visitor-3", ASK, REPLY))
    assert world.send_history(web, shared).status == 200
    assert world.inkeep(web, "GET", "/conversations/visitor-3").status == 200
    assert_error(_capture(world, web, "visitor-3", THANKS), 403, "forbidden")
    assert _verdicts(_capture(world, web, "visitor-3", ASK, THANKS)) == ["duplicate", "stored"]
    judged = {"type": "positive", "messageId": "a1"}
    assert world.inkeep(web, "POST", "/feedback", judged).status == 200
