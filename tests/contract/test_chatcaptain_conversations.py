"""ChatCaptain's conversations (chatcaptain.md, "Conversations"): every operation, its answer and its errors."""

from __future__ import annotations

from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import CAPTURE

from tests.support.chatcaptain import UNKNOWN_ID, assert_error, handle, handle_body, new_conversation
from tests.support.deployment import Tenant
from tests.support.world import World

CONVERSATION_KEYS = {
    "id",
    "contactId",
    "archived",
    "channelId",
    "channelType",
    "chatbotId",
    "idToken",
    "language",
    "operatorId",
    "photoUrl",
    "sessionCount",
    "tags",
    "unread",
    "variables",
    "lastBlock",
    "lastButton",
    "created",
    "updated",
    "providerId",
    "name",
    "lastMessage",
    "environment",
    "messageCount",
}
OPERATIONS = [
    ("GET", "", None, "chatbots.conversations.list"),
    ("POST", "", new_conversation(), "chatbots.conversations.create"),
    ("GET", "/find", None, "chatbots.conversations.list"),
    ("GET", "/{id}", None, "chatbots.conversations.get"),
    ("PATCH", "/{id}", {"name": "x"}, "chatbots.conversations.edit"),
    ("DELETE", "/{id}", None, "chatbots.conversations.edit"),
    ("POST", "/handle", handle_body(), "chatbots.messages.handle"),
    ("POST", "/event", {**handle_body(), "event": "user_typing"}, "chatbots.events.handle"),
    ("POST", "/payload", {"conversationId": UNKNOWN_ID}, "chatbots.step-payload.handle"),
    ("POST", "/custom-event", {"conversationId": UNKNOWN_ID, "event": "e"}, "chatbots.events.handle"),
    ("POST", "/{id}/custom-event", {"event": "e"}, "chatbots.events.handle"),
    ("GET", "/{id}/messages", None, "chatbots.messages.list"),
    (
        "POST",
        "/{id}/messages",
        {"disableSending": True, "message": {"content": "x"}},
        "chatbots.messages.create",
    ),
    ("GET", "/{id}/messages/m", None, "chatbots.messages.get"),
    ("PATCH", "/{id}/messages/m", {"message": {"status": "read"}}, "chatbots.messages.edit"),
]
QUERY = {"channelId": "site", "providerId": "p1"}


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


@pytest.mark.parametrize(("method", "path", "body", "permission"), OPERATIONS)
def test_given_no_key_a_poor_key_or_another_tenants_when_called_then_401_403_or_404(
    world: World, tenant: Tenant, method: str, path: str, body: Any, permission: str
) -> None:
    where = path.format(id=UNKNOWN_ID)
    assert_error(world.manage(None, method, tenant.id, where, body), 401, "Unauthorized")
    poor = (
        admin_wiring.administration(world.deployment)
        .create_key(tenant.workspace_id, "poor", chatbot_id=tenant.id, permissions=[CAPTURE])
        .secret
    )
    refused = world.manage(poor, method, tenant.id, where, body, query=QUERY)
    assert_error(refused, 403, "Forbidden")
    assert refused.body["message"].startswith("Insufficient permissions.")
    assert permission in refused.body["message"]
    exact = (
        admin_wiring.administration(world.deployment)
        .create_key(tenant.workspace_id, "exact", chatbot_id=tenant.id, permissions=[permission])
        .secret
    )
    allowed = world.manage(exact, method, tenant.id, where, body, query=QUERY)
    assert allowed.status in (200, 201, 404), allowed.body
    stranger = world.tenant()
    for key in (stranger.admin, exact):
        other = tenant.id if key == stranger.admin else stranger.id
        foreign = world.manage(key, method, other, where, body, query=QUERY)
        unknown = world.manage(key, method, UNKNOWN_ID, where, body, query=QUERY)
        assert_error(foreign, 404, "Not Found")
        assert foreign.body["message"] == unknown.body["message"]


def test_given_a_key_in_the_dialects_header_when_called_then_it_is_taken(world: World, tenant: Tenant) -> None:
    path = f"/v1/chatbots/{tenant.id}/conversations"
    for headers in ({"x-chatcaptain-key": tenant.admin}, {"x-openbat-key": tenant.admin}):
        assert world.request("GET", path, None, headers=headers).status == 200


def test_given_a_new_conversation_when_created_then_201_with_every_field(world: World, tenant: Tenant) -> None:
    body = new_conversation(
        providerId="made", tags=["vip"], variables={"cart": {"items": [1, 2.5]}}, photoUrl="https://e.com/a.png"
    )
    answer = world.manage(tenant.admin, "POST", tenant.id, "", {"chatbotId": tenant.id, **body})
    assert answer.status == 201
    assert answer.body.keys() == {"conversation"}
    made = answer.body["conversation"]
    assert made.keys() == CONVERSATION_KEYS
    assert made["chatbotId"] == tenant.id
    assert made.items() >= body["conversation"].items()
    assert (made["archived"], made["unread"], made["sessionCount"], made["messageCount"]) == (False, False, 1, 0)
    assert made["created"].endswith("Z")
    for path, query in ((f"/{made['id']}", {}), ("/find", {"channelId": "site", "providerId": "made"})):
        found = world.manage(tenant.admin, "GET", tenant.id, path, query=query)
        assert found.status == 200
        assert found.body == answer.body


def test_creating_a_conversation_that_the_channel_has_returns_it(world: World, tenant: Tenant) -> None:
    body = new_conversation(providerId="twice")
    first = world.manage(tenant.admin, "POST", tenant.id, "", body).body
    again = world.manage(tenant.admin, "POST", tenant.id, "", new_conversation(providerId="twice", name="Other"))
    assert again.status == 201
    assert again.body["conversation"] == first["conversation"]
    assert "given back" in again.body["error"]


def test_given_no_provider_id_when_created_twice_then_there_are_two(world: World, tenant: Tenant) -> None:
    ids = {
        world.manage(tenant.admin, "POST", tenant.id, "", new_conversation()).body["conversation"]["id"]
        for _ in range(2)
    }
    assert len(ids) == 2


REFUSED = [
    pytest.param({}, ["conversation"], id="nothing"),
    pytest.param({"conversation": {}}, [f"conversation.{n}" for n in ("contactId", "channelId", "name")], id="empty"),
    pytest.param(new_conversation(language="de"), ["conversation.language"], id="language in lower case"),
    pytest.param(new_conversation(channelType="fax"), ["conversation.channelType"], id="unknown channel type"),
    pytest.param(
        new_conversation(environment="x", name=1), ["conversation.name", "conversation.environment"], id="two"
    ),
    pytest.param(new_conversation(tags="vip"), ["conversation.tags"], id="tags a string"),
    pytest.param(new_conversation(variables={"a": "x" * 17_000}), ["conversation.variables"], id="variables of 17 KB"),
    pytest.param({**new_conversation(), "chatbotId": UNKNOWN_ID}, ["chatbotId"], id="another chatbot"),
]


@pytest.mark.parametrize(("body", "lines"), REFUSED)
def test_given_a_body_against_the_rules_when_created_then_400_has_one_line_a_fault(
    world: World, tenant: Tenant, body: Any, lines: list[str]
) -> None:
    answer = world.manage(tenant.admin, "POST", tenant.id, "", body)
    assert_error(answer, 400, "Bad Request")
    for line in lines:
        assert any(said.startswith(f"{line}:") for said in answer.body["message"]), answer.body["message"]


@pytest.mark.parametrize("raw", ["", "hello", "[]", '{"conversation": '])
def test_given_no_json_object_when_created_then_400(world: World, tenant: Tenant, raw: str) -> None:
    answer = world.manage(tenant.admin, "POST", tenant.id, "", None, raw=raw)
    assert_error(answer, 400, "Bad Request")


def test_given_unknown_ids_when_read_changed_or_deleted_then_404(world: World, tenant: Tenant) -> None:
    for odd in (UNKNOWN_ID, "x", "HEAD", UNKNOWN_ID.replace("5", "A")):
        assert_error(world.manage(tenant.admin, "GET", tenant.id, f"/{odd}"), 404, "Not Found")
        assert_error(world.manage(tenant.admin, "PATCH", tenant.id, f"/{odd}", {"name": "x"}), 404, "Not Found")
        assert_error(world.manage(tenant.admin, "DELETE", tenant.id, f"/{odd}"), 404, "Not Found")
    missing = world.manage(tenant.admin, "GET", tenant.id, "/find", query={"channelId": "site", "providerId": "none"})
    assert_error(missing, 404, "Not Found")
    incomplete = world.manage(tenant.admin, "GET", tenant.id, "/find", query={"channelId": "site"})
    assert_error(incomplete, 400, "Bad Request")
    assert incomplete.body["message"] == ["providerId: is required"]


def test_given_a_conversation_of_a_neighbour_in_the_workspace_when_read_then_404(world: World, tenant: Tenant) -> None:
    admin = admin_wiring.administration(world.deployment)
    neighbour = admin.create_chatbot(tenant.workspace_id, "Neighbour").id
    made = handle(world, tenant).body["conversation"]["id"]
    assert_error(world.manage(tenant.admin, "GET", neighbour, f"/{made}"), 404, "Not Found")
    assert world.manage(tenant.admin, "GET", neighbour).body == {"conversations": []}


def test_a_patch_wrapped_or_bare_changes_only_its_fields(world: World, tenant: Tenant) -> None:
    made = world.manage(tenant.admin, "POST", tenant.id, "", new_conversation(operatorId="o1")).body["conversation"]
    changes = {
        "name": "Bea",
        "language": "DE",
        "archived": True,
        "unread": True,
        "tags": ["a", "b"],
        "variables": {"step": 3},
        "photoUrl": "https://e.com/b.png",
        "contactId": "c2",
    }
    for body in ({"conversation": changes}, {"operatorId": None}):
        answer = world.manage(tenant.admin, "PATCH", tenant.id, f"/{made['id']}", body)
        assert answer.status == 200
    after = answer.body["conversation"]
    assert after == {**made, **changes, "operatorId": None, "updated": after["updated"]}
    assert after["updated"] > made["updated"]
    assert world.manage(tenant.admin, "GET", tenant.id, f"/{made['id']}").body["conversation"] == after


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({}, "conversation"),
        ({"conversation": {"id": "x"}}, "conversation"),
        ({"name": ""}, "conversation"),
        ({"conversation": {"archived": "yes"}}, "conversation.archived"),
        ({"conversation": {"name": "x"}, "chatbotId": UNKNOWN_ID}, "chatbotId"),
    ],
)
def test_given_a_patch_against_the_rules_when_sent_then_400(world: World, tenant: Tenant, body: Any, line: str) -> None:
    made = handle(world, tenant).body["conversation"]["id"]
    answer = world.manage(tenant.admin, "PATCH", tenant.id, f"/{made}", body)
    assert_error(answer, 400, "Bad Request")
    assert answer.body["message"][0].startswith(f"{line}:")


def test_given_a_conversation_when_deleted_then_it_is_gone_for_all(world: World) -> None:
    tenant = world.tenant()
    made = handle(world, tenant).body["conversation"]["id"]
    answer = world.manage(tenant.admin, "DELETE", tenant.id, f"/{made}")
    assert (answer.status, answer.body) == (200, {"deleted": True})
    assert_error(world.manage(tenant.admin, "GET", tenant.id, f"/{made}"), 404, "Not Found")
    assert_error(world.manage(tenant.admin, "DELETE", tenant.id, f"/{made}"), 404, "Not Found")
    assert world.manage(tenant.admin, "GET", tenant.id).body == {"conversations": []}
    assert world.items(tenant.id, made) == []


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"cursor": "x"}, {"cursor": "a.b"}]
)
def test_given_a_bad_page_when_listed_then_400_names_the_parameter(
    world: World, tenant: Tenant, query: dict[str, str]
) -> None:
    answer = world.manage(tenant.admin, "GET", tenant.id, query=query)
    assert_error(answer, 400, "Bad Request")
    assert answer.body["message"][0].startswith(next(iter(query)))


def test_given_a_cursor_of_another_list_when_used_then_400(world: World) -> None:
    tenant, other = world.tenant(), world.tenant()
    for provider in ("a", "b"):
        for owner in (tenant, other):
            handle(world, owner, provider=provider, contact={"id": "same"})
    cursor = world.manage(tenant.admin, "GET", tenant.id, query={"limit": "1", "contactId": "same"}).body["nextCursor"]
    good = {"limit": "1", "contactId": "same", "cursor": cursor}
    assert world.manage(tenant.admin, "GET", tenant.id, query=good).status == 200
    assert_error(world.manage(other.admin, "GET", other.id, query=good), 400, "Bad Request")
    bad = ({"cursor": cursor}, {"contactId": "other", "cursor": cursor}, {**good, "cursor": "A" + cursor[1:]})
    for query in (*bad, {**good, "cursor": cursor[:-2] + "AA"}):
        assert_error(world.manage(tenant.admin, "GET", tenant.id, query=query), 400, "Bad Request")


def test_given_another_method_when_called_then_405_names_those_that_are_taken(world: World, tenant: Tenant) -> None:
    answer = world.manage(tenant.admin, "PUT", tenant.id)
    assert_error(answer, 405, "Method Not Allowed")
    assert answer.headers["allow"] == "GET, POST"
