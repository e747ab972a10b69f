"""The custom field schema (docs/admin.md, "Custom fields"), and that capture's warnings follow it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.dialects.fields import iso
from confab.domain.chatbot import Chatbot
from confab.platform.credentials import ADMINISTER

from tests.support.deployment import Tenant
from tests.support.lambda_events import http_event
from tests.support.openbat import assert_error
from tests.support.world import World

ROUTES = [("GET", ""), ("POST", ""), ("DELETE", ""), ("POST", "/deny")]
MESSAGE = {"role": "user", "content": "hello"}


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


def _ask(world: World, tenant: Tenant, method: str, path: str = "", body: Any = None, **event: Any) -> Any:
    answer = world.admin(tenant.admin, method, f"/chatbots/{tenant.id}/fields{path}", body, **event)
    assert answer.status == 200, answer.body
    return answer.body


def _warnings(world: World, tenant: Tenant, conversation: str = "c", **custom: Any) -> list[str]:
    """The warnings of a capture, once warm functions know the schema."""
    assert world.clock is not None
    world.clock.advance(seconds=61)
    answer = world.capture(tenant.ingest, {"conversationId": conversation, "messages": [MESSAGE], "custom": custom})
    assert answer.status == 200, answer.body
    warnings: list[str] = answer.body["warnings"]
    return warnings


def test_an_undeclared_field_is_discovered_with_its_type(clocked: World) -> None:
    tenant = clocked.tenant()
    assert _ask(clocked, tenant, "GET") == {"declared": [], "discovered": [], "denied": []}
    assert _warnings(clocked, tenant, seats=4) == ["Custom field 'seats' not in schema"]
    first = iso(clocked.now())
    _warnings(clocked, tenant, seats="x")
    found = {"name": "seats", "type": "number", "first_seen_at": first}
    assert _ask(clocked, tenant, "GET")["discovered"] == [found]


def test_given_a_discovered_field_when_accepted_then_it_is_declared_with_its_type(clocked: World) -> None:
    tenant = clocked.tenant()
    _warnings(clocked, tenant, seats=4)
    field = {"name": "seats", "type": "number", "required": False}
    assert _ask(clocked, tenant, "POST", body={"name": "seats"}) == {"ok": True, "field": field}
    assert _ask(clocked, tenant, "GET") == {"declared": [field], "discovered": [], "denied": []}
    assert _warnings(clocked, tenant, seats=5) == []
    assert _warnings(clocked, tenant, seats="x") == ["Custom field 'seats' expected number, got string"]


def test_a_denied_field_is_stored_with_a_warning_and_not_discovered(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    _warnings(clocked, tenant, noise=1)
    assert _ask(clocked, tenant, "POST", "/deny", {"name": "noise"}) == {"ok": True}
    assert _warnings(clocked, tenant, noise=2) == ["Custom field 'noise' not in schema"]
    assert _ask(clocked, tenant, "GET") == {"declared": [], "discovered": [], "denied": ["noise"]}
    row = clocked.list_page(tenant.admin).body["conversations"][0]
    assert clocked.read(tenant.admin, row["id"]).body["custom"] == {"noise": 2}


def test_the_last_declaration_denial_or_removal_of_a_field_counts(clocked: World) -> None:
    tenant = clocked.tenant()
    _ask(clocked, tenant, "POST", body={"name": "plan", "type": "string", "required": True})
    field = {"name": "plan", "type": "number", "required": False}
    _ask(clocked, tenant, "POST", body={"name": "plan", "type": "number"})
    assert _ask(clocked, tenant, "GET")["declared"] == [field]
    _ask(clocked, tenant, "POST", "/deny", {"name": "plan"})
    assert _ask(clocked, tenant, "GET") == {"declared": [], "discovered": [], "denied": ["plan"]}
    _ask(clocked, tenant, "POST", body={"name": "plan", "type": "number"})
    assert _ask(clocked, tenant, "GET") == {"declared": [field], "discovered": [], "denied": []}
    assert _ask(clocked, tenant, "DELETE", query={"name": "plan"}) == {"ok": True}
    assert _warnings(clocked, tenant, plan=1) == ["Custom field 'plan' not in schema"]
    assert [found["name"] for found in _ask(clocked, tenant, "GET")["discovered"]] == ["plan"]


def test_a_missing_required_field_is_warned_of_until_the_conversation_has_it(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    _ask(clocked, tenant, "POST", body={"name": "plan", "type": "string", "required": True})
    missing = ["Custom field 'plan' is required and missing"]
    assert _warnings(clocked, tenant) == missing
    assert _warnings(clocked, tenant, plan="pro") == []
    assert _warnings(clocked, tenant) == [], "the conversation has it from before"
    assert _warnings(clocked, tenant, "other") == missing
    assert _warnings(clocked, tenant, "third", plan=7) == ["Custom field 'plan' expected string, got number"]


def test_a_field_with_an_odd_name_is_declared_and_removed(world: World, tenant: Tenant) -> None:
    for name in ("a/b", "ü %2F?&", "x" * 128):
        assert _ask(world, tenant, "POST", body={"name": name, "type": "string"})["field"]["name"] == name
        _ask(world, tenant, "DELETE", query={"name": name})
    assert _ask(world, tenant, "GET")["declared"] == []


REFUSED = [
    pytest.param("", {}, "name", id="no name"),
    pytest.param("", {"name": "", "type": "string"}, "name", id="empty name"),
    pytest.param("", {"name": "x" * 129, "type": "string"}, "name", id="name of 129"),
    pytest.param("", {"name": "a", "type": "date"}, "type", id="no such type"),
    pytest.param("", {"name": "never-seen"}, "type", id="no type and not discovered"),
    pytest.param("", {"name": "a", "type": "string", "required": "yes"}, "required", id="required a string"),
    pytest.param("/deny", {}, "name", id="deny without a name"),
]


@pytest.mark.parametrize(("path", "body", "fault"), REFUSED)
def test_given_a_body_against_the_rules_when_sent_then_400_names_the_field(
    world: World, tenant: Tenant, path: str, body: dict[str, Any], fault: str
) -> None:
    answer = world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/fields{path}", body)
    assert_error(answer, 400, "invalid_request")
    assert [detail["path"] for detail in answer.body["details"]] == [fault]


def _full(chatbot: Chatbot) -> Chatbot:
    names = [f"f{number}" for number in range(200)]
    return replace(chatbot, fields=dict.fromkeys(names, "string"), denied=frozenset(f"d{name}" for name in names))


def test_given_200_fields_when_one_more_is_declared_or_denied_then_400(world: World) -> None:
    tenant = world.tenant()
    where = f"/chatbots/{tenant.id}/fields"
    admin_wiring.configure(world.deployment).change(None, tenant.id, "field.declare", _full)
    for path in ("", "/deny"):
        answer = world.admin(tenant.admin, "POST", where + path, {"name": "x", "type": "string"})
        assert_error(answer, 400, "invalid_request")
        assert "200" in answer.body["error"]
    assert world.admin(tenant.admin, "POST", where, {"name": "f7", "type": "number"}).status == 200


def test_removing_an_unknown_field_is_a_404_and_one_without_a_name_a_400(world: World, tenant: Tenant) -> None:
    path = f"/chatbots/{tenant.id}/fields"
    assert_error(world.admin(tenant.admin, "DELETE", path, query={"name": "nothing"}), 404, "not_found")
    assert_error(world.admin(tenant.admin, "DELETE", path), 400, "invalid_request")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_given_keys_that_may_not_or_other_tenants_when_called_then_401_403_404(
    world: World, tenant: Tenant, method: str, path: str
) -> None:
    body, query = {"name": "x", "type": "string"}, {"name": "x"}
    where = f"/chatbots/{tenant.id}/fields{path}"
    assert_error(world.admin(None, method, where, body, query=query), 401, "unauthorized")
    refused = world.admin(world.key(tenant, "api"), method, where, body, query=query)
    assert_error(refused, 403, "forbidden")
    assert ADMINISTER in refused.body["error"]
    assert_error(world.admin(world.tenant().admin, method, where, body, query=query), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("PATCH", ""), ("GET", "/deny")])
def test_given_another_method_when_called_then_405(world: World, tenant: Tenant, method: str, path: str) -> None:
    event = http_event(method, f"/api/v1/chatbots/{tenant.id}/fields{path}", tenant.admin)
    assert_error(world.call("reading", event), 405, "method_not_allowed")


def test_the_audit_log_names_the_field_and_its_change(fresh: World) -> None:
    tenant = fresh.tenant()
    _ask(fresh, tenant, "POST", body={"name": "seats", "type": "number", "required": True})
    _ask(fresh, tenant, "POST", "/deny", {"name": "seats"})
    _ask(fresh, tenant, "POST", "/deny", {"name": "seats"})
    rows = fresh.admin(tenant.admin, "GET", "/audit", query={"limit": "2"}).body["entries"]
    assert [(row["action"], row["object_id"], row["chatbot_id"], row["changed"]) for row in rows] == [
        ("field.deny", "seats", tenant.id, ["denied", "fields.seats", "required"]),
        ("field.declare", "seats", tenant.id, ["fields.seats", "required"]),
    ]
