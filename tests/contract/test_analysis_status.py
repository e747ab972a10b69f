"""Awaiting an analysis: ``GET /api/v1/conversations/{id}/analysis-status``."""

from __future__ import annotations

from typing import Any

from confab.domain.identity import conversation_id, message_uuid

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.scripted import Scripted
from tests.support.world import World

NO_CONVERSATION = {
    "found": False,
    "id": None,
    "allComplete": False,
    "anyFailed": False,
    "error": None,
    "messages": [],
}
SAID = (("m-1", "user", "score=0"), ("m-2", "user", "   "), ("m-3", "assistant", ">behaviour=helpful"))


def _status(world: World, key: str | None, name: str, **query: str) -> Answer:
    return world.request("GET", f"/api/v1/conversations/{name}/analysis-status", key, query=query)


def _say(world: World, tenant: Tenant, conversation: str) -> str:
    messages = [{"id": name, "role": role, "content": content} for name, role, content in SAID]
    body: dict[str, Any] = {"conversationId": conversation, "messages": messages}
    captured: str = world.capture_directly(tenant, body)["conversationId"]
    return captured


def _words(answer: Answer) -> list[str]:
    return [message["status"] for message in answer.body["messages"]]


def test_a_client_awaits_an_analysis_by_our_id_or_by_its_own(world: World) -> None:
    tenant = world.tenant()
    key, ours = world.key(tenant, "read"), _say(world, tenant, "chat 1")
    waiting = _status(world, key, ours)
    assert (waiting.status, waiting.body["found"], waiting.body["allComplete"]) == (200, True, False)
    assert _words(waiting) == ["pending", "skipped", "pending"]
    world.analyse_with(Scripted())(tenant.id, ours)
    for name in (ours, "chat 1"):
        assert _status(world, key, name).body == {
            "found": True,
            "id": ours,
            "allComplete": True,
            "anyFailed": False,
            "error": None,
            "messages": [
                {"id": message_uuid(ours, f"i:{name}"), "externalId": name, "status": status}
                for name, status in (("m-1", "complete"), ("m-2", "skipped"), ("m-3", "complete"))
            ],
        }


def test_an_analysis_that_gave_up_has_failed_and_is_not_complete(world: World) -> None:
    tenant = world.tenant()
    ours = _say(world, tenant, "c")
    world.analyse_with(None).give_up(tenant.id, ours, "ValueError")
    answer = _status(world, tenant.admin, ours)
    assert (answer.body["allComplete"], answer.body["anyFailed"], answer.body["error"]) == (False, True, "ValueError")
    assert _words(answer) == ["failed", "skipped", "failed"]


def test_a_callers_id_that_looks_like_ours_is_found(world: World) -> None:
    tenant = world.tenant()
    theirs = "6f1d0f2e-6a50-4c0e-9f0e-0d7f3c1c2b1a"
    ours = _say(world, tenant, theirs)
    assert ours == conversation_id(tenant.id, theirs) != theirs
    assert _status(world, world.key(tenant, "read"), theirs).body["id"] == ours


def test_pages_of_the_messages_say_how_the_whole_conversation_stands(world: World) -> None:
    tenant = world.tenant()
    ours = _say(world, tenant, "c")
    world.analyse_with(Scripted())(tenant.id, ours)
    first = _status(world, tenant.admin, ours, limit="2")
    rest = _status(world, tenant.admin, ours, limit="2", cursor=first.body["nextCursor"])
    assert (_words(first), _words(rest)) == (["complete", "skipped"], ["complete"])
    assert first.body["allComplete"] and rest.body["allComplete"] and "nextCursor" not in rest.body


def test_what_a_key_does_not_reach_is_not_found(world: World) -> None:
    tenant, other = world.tenant(), world.tenant()
    ours = _say(world, tenant, "c")
    for name in (ours, "c", "nothing"):
        assert _status(world, other.admin, name, chatbotId=other.id).body == NO_CONVERSATION
    assert _status(world, tenant.admin, ours, chatbotId=tenant.id).body["found"]
    assert_error(_status(world, other.admin, ours, chatbotId=tenant.id), 404, "not_found")
    assert_error(_status(world, tenant.ingest, ours), 403, "forbidden")
    assert_error(_status(world, None, ours), 401, "unauthorized")


def test_a_key_of_a_workspace_names_the_chatbot_whose_id_it_sends(world: World) -> None:
    tenant = world.tenant()
    ours = _say(world, tenant, "c")
    assert _status(world, tenant.admin, ours).body["found"]
    assert _status(world, tenant.admin, "c", chatbotId=tenant.id).body["id"] == ours
    assert _status(world, tenant.admin, "c").body["id"] == ours
    made = world.request("POST", "/api/v1/chatbots", tenant.admin, {"name": "Second"}).body
    body = {"conversationId": "c", "messages": [{"role": "user", "content": "Hello."}]}
    assert world.request("POST", "/v1/capture", made["apiKey"], body).status == 200
    assert_error(_status(world, tenant.admin, "c"), 400, "invalid_request")
