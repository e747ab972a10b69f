"""Chatbots as OpenBat's dashboard manages them (openbat.md, "Dashboard API"): shapes, errors, tenants."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import ADMINISTER, EVERY_CHATBOT, ROLES

from tests.support.deployment import Tenant
from tests.support.lambda_events import http_event
from tests.support.openbat import assert_error
from tests.support.world import World

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
ROW = {"id", "name", "api_key_prefix", "settings", "created_at"}
ONE = ("GET", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


@pytest.fixture(scope="module")
def other(world: World) -> Tenant:
    return world.tenant("Other")


def _create(world: World, key: str, name: str = "Shop") -> dict[str, Any]:
    answer = world.admin(key, "POST", "/chatbots", {"name": name})
    assert answer.status == 200, answer.body
    made: dict[str, Any] = answer.body
    return made


def _patch(world: World, tenant: Tenant, **body: Any) -> dict[str, Any]:
    answer = world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", body)
    assert answer.status == 200, answer.body
    row: dict[str, Any] = answer.body
    return row


def test_a_new_chatbot_comes_with_a_key_that_captures(world: World) -> None:
    tenant = world.tenant()
    made = _create(world, tenant.admin, "  Shop  ")
    assert made.keys() == {"ok", "chatbot", "apiKey"}
    assert made["ok"] is True
    assert made["chatbot"].keys() == ROW
    assert made["chatbot"]["name"] == "Shop"
    assert made["chatbot"]["settings"] == {}
    assert re.fullmatch(r"ob_live_[0-9a-f]{32}", made["apiKey"])
    assert made["chatbot"]["api_key_prefix"] == made["apiKey"][:14]
    body = {"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}
    assert world.capture(made["apiKey"], body).status == 200
    assert_error(world.list_page(made["apiKey"]), 403, "forbidden")


def test_given_chatbots_when_listed_then_a_bare_array_oldest_first(world: World) -> None:
    tenant = world.tenant()
    made = [_create(world, tenant.admin, name)["chatbot"] for name in ("b", "a")]
    answer = world.admin(tenant.admin, "GET", "/chatbots")
    assert answer.status == 200
    assert isinstance(answer.body, list)
    assert answer.body[0]["id"] == tenant.id
    assert answer.body[0]["api_key_prefix"] is None, "made by the command, without a key"
    assert answer.body[1:] == made
    assert answer.headers["x-request-id"]


def test_given_a_chatbot_when_read_then_it_is_unwrapped(world: World) -> None:
    tenant = world.tenant()
    made = _create(world, tenant.admin)["chatbot"]
    assert world.admin(tenant.admin, "GET", f"/chatbots/{made['id']}").body == made


def test_given_a_patch_when_applied_then_the_settings_are_merged_deeply(world: World) -> None:
    tenant = world.tenant()
    _patch(world, tenant, settings={"widget": {"colour": "red", "size": {"w": 1, "h": 2}}, "list": [1, 2]})
    row = _patch(world, tenant, name="New", settings={"widget": {"size": {"h": 3.5}}, "list": [3], "on": True})
    assert row.keys() == ROW
    assert row["name"] == "New"
    assert row["settings"] == {"widget": {"colour": "red", "size": {"w": 1, "h": 3.5}}, "list": [3], "on": True}
    row = _patch(world, tenant, settings={"widget": {"size": None}, "list": None})
    assert row["settings"] == {"widget": {"colour": "red"}, "on": True}, "null removes"
    assert _patch(world, tenant) == row
    assert world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}").body == row


def test_a_minute_after_a_rotation_only_the_new_key_is_taken(clocked: World) -> None:
    tenant = clocked.tenant()
    made = _create(clocked, tenant.admin)
    path = f"/chatbots/{made['chatbot']['id']}/rotate-key"
    body = {"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}
    assert clocked.capture(made["apiKey"], body).status == 200
    rotated = clocked.admin(tenant.admin, "POST", path).body
    assert rotated.keys() == {"ok", "chatbot", "apiKey"}
    assert rotated["chatbot"] == {**made["chatbot"], "api_key_prefix": rotated["apiKey"][:14]}
    assert clocked.clock is not None
    clocked.clock.advance(seconds=61)
    assert_error(clocked.capture(made["apiKey"], body), 401, "unauthorized")
    assert clocked.capture(rotated["apiKey"], body).status == 200


def test_given_a_chatbot_without_a_key_when_rotated_then_it_gets_one(world: World) -> None:
    tenant = world.tenant()
    first = world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/rotate-key").body
    again = world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/rotate-key").body
    assert first["apiKey"] != again["apiKey"]
    row = world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}").body
    assert row["api_key_prefix"] == again["apiKey"][:14]
    names = [key.name for key in admin_wiring.administration(world.deployment).keys(tenant.workspace_id, tenant.id)]
    assert names == ["ingest", "Helper"], "the second rotation replaced the first one's key"


def test_given_a_chatbot_when_deleted_then_it_is_gone_for_everybody(world: World) -> None:
    tenant = world.tenant()
    made = _create(world, tenant.admin)
    path = f"/chatbots/{made['chatbot']['id']}"
    answer = world.admin(tenant.admin, "DELETE", path)
    assert (answer.status, answer.body) == (200, {"ok": True})
    for method in ONE:
        assert_error(world.admin(tenant.admin, method, path, {"name": "x"}), 404, "not_found")
    assert_error(world.admin(tenant.admin, "POST", f"{path}/rotate-key"), 404, "not_found")
    assert [row["id"] for row in world.admin(tenant.admin, "GET", "/chatbots").body] == [tenant.id]
    body = {"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}
    assert_error(world.capture(made["apiKey"], body), 401, "unauthorized")


CHATBOT_REFUSED = [
    pytest.param({}, "name", id="no name"),
    pytest.param({"name": ""}, "name", id="empty"),
    pytest.param({"name": "   "}, "name", id="blank"),
    pytest.param({"name": "x" * 101}, "name", id="101 characters"),
    pytest.param({"name": 7}, "name", id="a number"),
]
PATCH_REFUSED = [
    *(param for param in CHATBOT_REFUSED if param.id not in ("no name", "empty")),
    pytest.param({"settings": []}, "settings", id="settings a list"),
    pytest.param({"settings": "x"}, "settings", id="settings a string"),
    pytest.param({"settings": {"a": "x" * 16_384}}, "settings", id="settings above 16 KB"),
    pytest.param({"settings": {"a": {"b": {"c": {"d": {"e": 1}}}}}}, None, id="5 levels"),
    pytest.param({"settings": {"a": {"b": {"c": {"d": {"e": {}}}}}}}, "settings", id="6 levels"),
    pytest.param({"settings": {"": 1}}, "settings", id="a setting without a name"),
    pytest.param({"settings": {"x" * 129: 1}}, "settings", id="a setting's name of 129"),
    pytest.param({"settings": {"a": [1e300]}}, "settings", id="a number too large to store"),
    pytest.param({"settings": {"responder": {"url": "https://x.test"}}}, "settings.responder", id="the responder"),
    pytest.param({"settings": {"analyzer": {"provider": "x"}}}, "settings.analyzer.provider", id="no such analyzer"),
    pytest.param({"settings": {"analyzer": []}}, "settings.analyzer", id="analyzer a list"),
    pytest.param({"archived": "yes"}, "archived", id="archived a string"),
]


@pytest.mark.parametrize(("body", "path"), CHATBOT_REFUSED)
def test_given_a_body_against_the_rules_when_created_then_400_names_the_field(
    world: World, tenant: Tenant, body: dict[str, Any], path: str
) -> None:
    answer = world.admin(tenant.admin, "POST", "/chatbots", body)
    assert_error(answer, 400, "invalid_request")
    assert [detail["path"] for detail in answer.body["details"]] == [path]


@pytest.mark.parametrize(("body", "path"), PATCH_REFUSED)
def test_given_a_body_against_the_rules_when_patched_then_400_names_the_field(
    world: World, body: dict[str, Any], path: str | None
) -> None:
    tenant = world.tenant()
    answer = world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", body)
    if path is None:
        assert answer.status == 200, answer.body
        return
    assert_error(answer, 400, "invalid_request")
    assert path in [detail["path"] for detail in answer.body["details"]]
    assert world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}").body["settings"] == {}


def test_given_patches_that_are_small_each_when_merged_above_the_limit_then_400(world: World) -> None:
    tenant = world.tenant()
    for name in "ab":
        _patch(world, tenant, settings={name: "x" * 8000})
    answer = world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"settings": {"c": "x" * 1000}})
    assert_error(answer, 400, "invalid_request")


@pytest.mark.parametrize("raw", ["", "[]", "{"])
def test_given_no_json_object_when_sent_then_400(world: World, tenant: Tenant, raw: str) -> None:
    for method, path in (("POST", "/chatbots"), ("PATCH", f"/chatbots/{tenant.id}")):
        assert_error(world.admin(tenant.admin, method, path, raw=raw), 400, "invalid_request")


ROUTES = [
    ("GET", ""),
    ("POST", ""),
    ("GET", "/{id}"),
    ("PATCH", "/{id}"),
    ("DELETE", "/{id}"),
    ("POST", "/{id}/rotate-key"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_given_no_key_or_one_without_the_permission_when_called_then_401_and_403(
    world: World, tenant: Tenant, method: str, path: str
) -> None:
    where = "/chatbots" + path.format(id=tenant.id)
    assert_error(world.admin(None, method, where, {"name": "x"}), 401, "unauthorized")
    for role in sorted(ROLES.keys() - {"admin"}):
        refused = world.admin(world.key(tenant, role), method, where, {"name": "x"})
        assert_error(refused, 403, "forbidden")
        assert ADMINISTER in refused.body["error"]


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[1]])
def test_given_another_tenants_chatbot_when_called_then_404_as_for_an_unknown_one(
    world: World, tenant: Tenant, other: Tenant, method: str, path: str
) -> None:
    errors = set()
    for chatbot in (other.id, UNKNOWN, "x", "BOT%23", "x" * 3000):
        answer = world.admin(tenant.admin, method, "/chatbots" + path.format(id=chatbot), {"name": "x"})
        assert_error(answer, 404, "not_found")
        errors.add(answer.body["error"])
    assert len(errors) == 1
    assert world.admin(other.admin, "GET", f"/chatbots/{other.id}").body["name"] == "Other"


def test_given_two_tenants_when_they_list_then_each_sees_its_own(world: World, tenant: Tenant, other: Tenant) -> None:
    listed = {row["id"] for row in world.admin(other.admin, "GET", "/chatbots").body}
    assert other.id in listed
    assert tenant.id not in listed


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "", "GET, POST"), ("PUT", "/{id}", "DELETE, GET, PATCH"), ("GET", "/{id}/rotate-key", "POST")],
)
def test_given_another_method_when_called_then_405_says_which(
    world: World, tenant: Tenant, method: str, path: str, allowed: str
) -> None:
    event = http_event(method, "/api/v1/chatbots" + path.format(id=tenant.id), tenant.admin)
    answer = world.call("reading", event)
    assert_error(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_a_key_of_one_chatbot_administers_that_one_alone(world: World) -> None:
    tenant = world.tenant()
    second = _create(world, tenant.admin)["chatbot"]["id"]
    key = world.key(tenant, "admin")
    assert [row["id"] for row in world.admin(key, "GET", "/chatbots").body] == [tenant.id]
    assert world.admin(key, "PATCH", f"/chatbots/{tenant.id}", {"name": "Mine"}).body["name"] == "Mine"
    assert_error(world.admin(key, "POST", "/chatbots", {"name": "x"}), 403, "forbidden")
    for method in ONE:
        assert_error(world.admin(key, method, f"/chatbots/{second}", {"name": "x"}), 404, "not_found")
    assert_error(world.admin(key, "POST", f"/chatbots/{second}/rotate-key"), 404, "not_found")


def test_given_a_key_that_may_only_administer_when_it_would_grant_more_then_403(world: World) -> None:
    tenant = world.tenant()
    narrow = admin_wiring.administration(world.deployment).create_key(
        tenant.workspace_id, "narrow", chatbot_id=EVERY_CHATBOT, permissions=[ADMINISTER]
    )
    made = _create(world, tenant.admin)["chatbot"]
    for method, path in (("POST", "/chatbots"), ("POST", f"/chatbots/{made['id']}/rotate-key")):
        refused = world.admin(narrow.secret, method, path, {"name": "x"})
        assert_error(refused, 403, "forbidden")
        assert "messages.capture" in refused.body["error"]
    assert world.admin(tenant.admin, "GET", f"/chatbots/{made['id']}").body == made


def test_given_an_expired_admin_key_when_used_then_401(clocked: World) -> None:
    tenant = clocked.tenant()
    short = admin_wiring.administration(clocked.deployment).create_key(
        tenant.workspace_id, "s", permissions=ROLES["admin"], expires_at=clocked.now() + timedelta(minutes=1)
    )
    assert clocked.clock is not None
    clocked.clock.advance(minutes=2)
    assert_error(clocked.admin(short.secret, "GET", "/chatbots"), 401, "unauthorized")
