"""Conversations are read by the ids that their callers gave them, as well as by Confab's."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.world import World

MESSAGE = {"role": "user", "content": "Where is my order?", "id": "m1"}


def _capture(world: World, key: str, own: str) -> str:
    body = {"conversationId": own, "messages": [MESSAGE]}
    return str(world.request("POST", "/v1/capture", key, body).body["conversationId"])


def _read(world: World, key: str, named: str) -> Answer:
    return world.request("GET", f"/api/v1/conversations/{named}", key)


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


@pytest.mark.parametrize("own", ["hello-1", "wa:+49 170 1", "00000000-0000-4000-8000-00000000000a", "é ü", "x" * 200])
def test_a_conversation_is_read_by_either_id(world: World, tenant: Tenant, own: str) -> None:
    conversation = _capture(world, tenant.ingest, own)
    named = own.replace(" ", "%20")
    for key in (tenant.admin, world.key(tenant, "read")):
        assert [_read(world, key, each).body["id"] for each in (named, conversation)] == [conversation] * 2
        analysis = world.request("GET", f"/v1/insights/conversations/{named}/analysis", key)
        assert analysis.body["id"] == conversation


def test_an_id_that_was_never_sent_is_not_found(world: World, tenant: Tenant) -> None:
    for named in ("nobody", str(uuid4()), "%20"):
        assert_error(_read(world, tenant.admin, named), 404, "not_found")
        again = world.request("POST", f"/v1/insights/conversations/{named}/reanalyse", tenant.admin)
        assert_error(again, 404, "not_found")


def test_the_id_of_a_conversation_of_another_workspace_is_not_found(world: World, tenant: Tenant) -> None:
    _capture(world, world.tenant().ingest, "theirs")
    assert_error(_read(world, tenant.admin, "theirs"), 404, "not_found")


def test_a_conversation_is_judged_again_by_its_own_id(world: World, tenant: Tenant) -> None:
    _capture(world, tenant.ingest, "again-1")
    assert world.request("POST", "/v1/insights/conversations/again-1/reanalyse", tenant.admin).status == 202


def test_an_id_that_two_chatbots_have_is_refused_with_what_to_do(world: World) -> None:
    tenant = world.tenant()
    made = world.request("POST", "/api/v1/chatbots", tenant.admin, {"name": "Second"}).body
    first, second = (_capture(world, key, "same") for key in (tenant.ingest, made["apiKey"]))
    assert first != second
    answer = _read(world, tenant.admin, "same")
    assert_error(answer, 400, "invalid_request")
    assert "chatbotId" in answer.body["error"]
    named = world.request("GET", "/api/v1/conversations/same", tenant.admin, query={"chatbotId": tenant.id})
    assert named.body["id"] == first
    assert [_read(world, tenant.admin, each).body["id"] for each in (first, second)] == [first, second]
    assert _read(world, world.key(tenant, "read"), "same").body["id"] == first
