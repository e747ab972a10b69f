"""Rules and destinations over HTTP: what operators make, change and are refused."""

from __future__ import annotations

from typing import Any

import pytest
from confab.storage import notice_keys
from confab.storage.writes import Change

from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.world import World

HOOK = {"type": "webhook", "name": "Here", "url": "https://hooks.example.com/confab"}
WHEN = {"conditions": [{"field": "flag", "operator": "=", "value": "churn_risk"}]}
RULE = {"kind": "workflow", "name": "Churn", "when": WHEN}


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


def _rules(world: World, tenant: Tenant, method: str, path: str = "", body: Any = None, **event: Any) -> Any:
    return world.admin(tenant.admin, method, f"/chatbots/{tenant.id}/rules{path}", body, **event)


def _to(world: World, tenant: Tenant, method: str, path: str = "", body: Any = None, **event: Any) -> Any:
    return world.admin(tenant.admin, method, f"/chatbots/{tenant.id}/destinations{path}", body, **event)


def test_a_webhook_shows_its_secret_once(world: World, tenant: Tenant) -> None:
    made = _to(world, tenant, "POST", body=HOOK).body
    assert made["secret"].startswith("whsec_")
    path = f"/{made['destination']['id']}"
    assert _to(world, tenant, "GET", path).body == made["destination"]
    assert made["secret"] not in str(_to(world, tenant, "GET").body)
    changed = _to(world, tenant, "PATCH", path, {"name": "There", "url": "https://hooks.example.com/other"}).body
    assert "secret" not in changed
    assert changed["destination"]["name"] == "There"
    assert _to(world, tenant, "POST", f"{path}/rotate-secret").body["secret"] != made["secret"]
    assert _to(world, tenant, "DELETE", path).body == {"ok": True}
    assert_error(_to(world, tenant, "GET", path), 404, "not_found")


def test_the_address_of_a_slack_webhook_is_not_shown(world: World, tenant: Tenant) -> None:
    url = "https://hooks.slack.com/services/T000/B000/verysecret"
    made = _to(world, tenant, "POST", body={"type": "slack", "name": "Team", "url": url}).body
    assert "secret" not in made
    assert made["destination"]["url"] == "https://hooks.slack.com/services/…cret"
    assert_error(_to(world, tenant, "POST", f"/{made['destination']['id']}/rotate-secret"), 400, "invalid_request")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**HOOK, "url": "https://10.0.0.1/"}, "url"),
        ({**HOOK, "url": "http://hooks.example.com/"}, "url"),
        ({"type": "webhook", "name": "n"}, "url"),
        ({"type": "email", "name": "n"}, "arn"),
        ({"type": "email", "name": "n", "arn": "arn:aws:sns:eu-west-1:1:x"}, "arn"),
        ({**HOOK, "type": "pager"}, "type"),
        ({**HOOK, "name": ""}, "name"),
        ({**HOOK, "type": "slack"}, "url"),
    ],
)
def test_a_destination_that_may_not_be_is_refused_by_the_field(
    world: World, tenant: Tenant, body: dict[str, Any], field: str
) -> None:
    answer = _to(world, tenant, "POST", body=body)
    assert_error(answer, 400, "invalid_request")
    assert [fault["path"] for fault in answer.body["details"]] == [field]


def test_a_chatbot_has_so_many_destinations_and_rules(world: World) -> None:
    tenant = world.tenant()
    # As if others had been made before.
    world.table.change(Change((notice_keys.notified(tenant.id), "COUNT"), adds={"destinations": 18, "rules": 48}))
    for _ in range(2):
        assert _to(world, tenant, "POST", body=HOOK).status == 200
        assert _rules(world, tenant, "POST", body=RULE).status == 200
    assert_error(_to(world, tenant, "POST", body=HOOK), 400, "invalid_request")
    assert_error(_rules(world, tenant, "POST", body=RULE), 400, "invalid_request")
    gone = _rules(world, tenant, "GET").body[0]["id"]
    assert _rules(world, tenant, "DELETE", f"/{gone}").status == 200
    assert _rules(world, tenant, "POST", body=RULE).status == 200


def test_a_rule_is_made_changed_and_removed(world: World, tenant: Tenant) -> None:
    to = _to(world, tenant, "POST", body=HOOK).body["destination"]["id"]
    made = _rules(world, tenant, "POST", body={**RULE, "destinations": [to], "template": "{{user.id}}"}).body["rule"]
    path = f"/{made['id']}"
    assert (made["cadence"], made["cooldownMinutes"], made["on"]) == ("immediate", 1440, "conversation")
    assert _rules(world, tenant, "GET", path).body == made
    renamed = _rules(world, tenant, "PATCH", path, {"name": "Other", "template": None}).body["rule"]
    assert {**renamed, "name": made["name"], "template": made["template"]} == made
    narrowed = _rules(world, tenant, "PATCH", path, {"cadence": "1h"}).body["rule"]
    assert narrowed["since"] > made["since"]
    assert_error(_rules(world, tenant, "PATCH", path, {"kind": "alert"}), 400, "invalid_request")
    assert_error(_rules(world, tenant, "PATCH", path, {"destinations": ["nowhere"]}), 400, "invalid_request")
    _to(world, tenant, "DELETE", f"/{to}")
    assert _rules(world, tenant, "PATCH", path, {"enabled": False}).status == 200
    assert _rules(world, tenant, "DELETE", path).body == {"ok": True}
    assert_error(_rules(world, tenant, "POST", f"{path}/test"), 404, "not_found")


def test_the_same_request_under_one_key_makes_one(world: World) -> None:
    tenant = world.tenant()
    headers = {"idempotency-key": "once"}
    first, again = (_to(world, tenant, "POST", body=HOOK, headers=headers).body for _ in range(2))
    assert first == again
    rules = {
        _rules(world, tenant, "POST", body=RULE, headers={"idempotency-key": "rule"}).body["rule"]["id"]
        for _ in range(2)
    }
    assert len(rules) == len(_rules(world, tenant, "GET").body) == 1


def test_a_key_that_reads_reads_and_changes_nothing(world: World, tenant: Tenant) -> None:
    key = world.key(tenant, "read")
    for path in ("rules", "rules/templates", "destinations", "runs"):
        assert world.admin(key, "GET", f"/chatbots/{tenant.id}/{path}").status == 200
    for path, body in (("rules", RULE), ("destinations", HOOK)):
        assert_error(world.admin(key, "POST", f"/chatbots/{tenant.id}/{path}", body), 403, "forbidden")


def test_each_template_makes_a_rule(world: World) -> None:
    tenant = world.tenant()
    templates = _rules(world, tenant, "GET", "/templates").body
    assert len(templates) >= 9
    for template in templates:
        assert _rules(world, tenant, "POST", body=template["rule"]).status == 200, template
