"""Responder and analyzer through the administration (docs/admin.md): shapes, errors, and secrets that stay secret."""

from __future__ import annotations

import re
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import ADMINISTER

from tests.support.deployment import Tenant
from tests.support.lambda_events import http_event
from tests.support.openbat import assert_error
from tests.support.world import World

URL = "https://bot.example.com/confab"
ROUTES = [
    ("GET", "/responder"),
    ("POST", "/responder"),
    ("DELETE", "/responder"),
    ("POST", "/responder/rotate-secret"),
    ("GET", "/analyzer"),
    ("PATCH", "/analyzer"),
]


def _ask(world: World, tenant: Tenant, method: str, path: str, body: Any = None) -> Any:
    answer = world.admin(tenant.admin, method, f"/chatbots/{tenant.id}{path}", body)
    assert answer.status == 200, answer.body
    return answer.body


def test_a_responders_secret_is_shown_only_when_it_is_new(
    world: World,
) -> None:
    tenant = world.tenant()
    assert_error(world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}/responder"), 404, "not_found")
    made = _ask(world, tenant, "POST", "/responder", {"url": URL})
    row = {"url": URL, "enabled": True, "secret_rotated_at": None}
    assert made == {"ok": True, "responder": row, "secret": made["secret"]}
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/=]+", made["secret"])
    changed = _ask(world, tenant, "POST", "/responder", {"url": f"{URL}/2", "enabled": False})
    assert changed == {"ok": True, "responder": {**row, "url": f"{URL}/2", "enabled": False}}
    assert _ask(world, tenant, "GET", "/responder") == changed["responder"]
    rotated = _ask(world, tenant, "POST", "/responder/rotate-secret")
    assert rotated["secret"] != made["secret"]
    assert rotated["responder"]["secret_rotated_at"]
    stored = admin_wiring.responders(world.deployment).show(tenant.id)
    assert stored is not None
    assert (stored.secret, stored.previous_secret) == (rotated["secret"], made["secret"])
    assert _ask(world, tenant, "DELETE", "/responder") == {"ok": True}
    assert admin_wiring.responders(world.deployment).show(tenant.id) is None
    assert_error(world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/responder/rotate-secret"), 404, "not_found")


def test_neither_chatbot_nor_audit_log_has_the_responders_secret(world: World) -> None:
    tenant = world.tenant()
    secret = _ask(world, tenant, "POST", "/responder", {"url": URL})["secret"]
    row = _ask(world, tenant, "PATCH", "", {"settings": {"a": 1}})
    assert row["settings"] == {"a": 1}
    entries = world.admin(tenant.admin, "GET", "/audit").body["entries"]
    assert entries[1]["action"] == "responder.set"
    assert entries[1]["changed"] == ["settings.responder"]
    for answer in (row, entries, world.admin(tenant.admin, "GET", "/chatbots").body):
        assert secret not in str(answer)
        assert URL not in str(answer)
    assert _ask(world, tenant, "GET", "/responder")["url"] == URL, "a patch of settings leaves the responder"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param({}, "url", id="no url"),
        pytest.param({"url": 7}, "url", id="a number"),
        pytest.param({"url": "https://x/" + "x" * 2048}, "url", id="too long"),
        pytest.param({"url": "http://bot.example.com"}, "url", id="http"),
        pytest.param({"url": "https://user:pass@bot.example.com"}, "url", id="with a password"),
        pytest.param({"url": "ftp://bot.example.com"}, "url", id="ftp"),
        pytest.param({"url": "https://[x"}, "url", id="no URL at all"),
        pytest.param({"url": "https://169.254.169.254/latest/meta-data"}, "url", id="link-local"),
        pytest.param({"url": "https://10.1.2.3/"}, "url", id="private"),
        pytest.param({"url": "https://db.internal/"}, "url", id="a name that is never public"),
        pytest.param({"url": "https://bot.example.com:0/"}, "url", id="port 0"),
        pytest.param({"url": URL, "enabled": "no"}, "enabled", id="enabled a string"),
    ],
)
def test_given_a_responder_against_the_rules_when_set_then_400_names_the_field(
    world: World, body: dict[str, Any], fault: str
) -> None:
    tenant = world.tenant()
    answer = world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/responder", body)
    assert_error(answer, 400, "invalid_request")
    assert [detail["path"] for detail in answer.body["details"]] == [fault]


def test_analyzer_settings_are_merged_and_shown_with_todays_cost(world: World) -> None:
    tenant = world.tenant()
    nothing = {"analyzer": {}, "today": {"spentUsd": 0, "calls": 0, "tokens": 0}}
    assert _ask(world, tenant, "GET", "/analyzer") == nothing
    _ask(world, tenant, "PATCH", "/analyzer", {"provider": "builtin", "dailyBudgetUsd": 2})
    changed = _ask(world, tenant, "PATCH", "/analyzer", {"dailyBudgetUsd": 3})
    assert changed["analyzer"] == {"provider": "builtin", "dailyBudgetUsd": 3}
    assert _ask(world, tenant, "GET", "")["settings"]["analyzer"] == changed["analyzer"]
    assert _ask(world, tenant, "PATCH", "/analyzer", {"provider": None, "dailyBudgetUsd": None}) == nothing
    assert _ask(world, tenant, "GET", "")["settings"] == {}


@pytest.mark.parametrize(
    ("body", "fault"),
    [({"provider": "x"}, "provider"), ({"dailyBudgetUsd": -1}, "dailyBudgetUsd"), ({"colour": "red"}, "colour")],
)
def test_wrong_analyzer_settings_are_a_400_that_names_the_field(world: World, body: dict[str, Any], fault: str) -> None:
    tenant = world.tenant()
    answer = world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}/analyzer", body)
    assert_error(answer, 400, "invalid_request")
    assert [detail["path"] for detail in answer.body["details"]] == [fault]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_given_keys_that_may_not_or_other_tenants_when_called_then_401_403_404(
    world: World, method: str, path: str
) -> None:
    tenant = world.tenant()
    _ask(world, tenant, "POST", "/responder", {"url": URL})
    body = {"url": "https://evil.example.com"} if "responder" in path else {"provider": "builtin"}
    where = f"/chatbots/{tenant.id}{path}"
    assert_error(world.admin(None, method, where, body), 401, "unauthorized")
    refused = world.admin(world.key(tenant, "api"), method, where, body)
    assert_error(refused, 403, "forbidden")
    assert ADMINISTER in refused.body["error"]
    assert_error(world.admin(world.tenant().admin, method, where, body), 404, "not_found")
    assert _ask(world, tenant, "GET", "/responder")["url"] == URL


@pytest.mark.parametrize("path", ["/responder", "/responder/rotate-secret", "/analyzer"])
def test_given_another_method_when_called_then_405(world: World, path: str) -> None:
    tenant = world.tenant()
    event = http_event("PUT", f"/api/v1/chatbots/{tenant.id}{path}", tenant.admin)
    assert_error(world.call("reading", event), 405, "method_not_allowed")
