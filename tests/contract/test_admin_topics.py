"""Declared topics (docs/admin.md, "Topics"): ids that never change, and what an analysis makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from confab.admin import wiring as admin_wiring
from confab.domain.topics import Topic
from confab.platform.credentials import ADMINISTER

from tests.support.deployment import Tenant
from tests.support.lambda_events import http_event
from tests.support.openbat import assert_error
from tests.support.world import World

ROUTES = [("GET", ""), ("POST", ""), ("PATCH", "/billing"), ("DELETE", "/billing")]


def _ask(world: World, tenant: Tenant, method: str, path: str = "", body: Any = None) -> Any:
    answer = world.admin(tenant.admin, method, f"/chatbots/{tenant.id}/topics{path}", body)
    assert answer.status == 200, answer.body
    return answer.body


def _declare(world: World, tenant: Tenant, name: str, **more: Any) -> str:
    made: str = _ask(world, tenant, "POST", body={"name": name, **more})["topic"]["id"]
    return made


def _refused(world: World, tenant: Tenant, method: str, path: str, body: Any) -> list[str]:
    answer = world.admin(tenant.admin, method, f"/chatbots/{tenant.id}/topics{path}", body)
    assert_error(answer, 400, "invalid_request")
    return [detail["path"] for detail in answer.body["details"]]


def test_given_topics_when_declared_then_they_are_listed_in_order(world: World) -> None:
    tenant = world.tenant()
    assert _ask(world, tenant, "GET") == []
    made = _ask(world, tenant, "POST", body={"name": " Money back ", "phrases": ["refund", "charge back"]})
    topic = {"id": "money", "name": "Money back", "phrases": ["refund", "charge back"], "parent_id": None}
    assert made == {"ok": True, "topic": topic}
    below = {"id": "partial", "name": "Partial", "phrases": [], "parent_id": "money"}
    assert _ask(world, tenant, "POST", body={"name": "Partial", "parentId": "money"})["topic"] == below
    assert _ask(world, tenant, "GET") == [topic, below]


def test_a_renamed_topic_keeps_its_id_and_frees_its_words(world: World) -> None:
    tenant = world.tenant()
    _declare(world, tenant, "Billing", phrases=["invoice"])
    renamed = _ask(world, tenant, "PATCH", "/billing", {"name": "Payments"})
    assert renamed == {"id": "billing", "name": "Payments", "phrases": ["invoice"], "parent_id": None}
    assert _declare(world, tenant, "Billing") == "billing-2"
    assert [topic["name"] for topic in _ask(world, tenant, "GET")] == ["Payments", "Billing"]


def test_given_a_tree_when_its_middle_is_removed_then_what_was_below_goes_up(world: World) -> None:
    tenant = world.tenant()
    _declare(world, tenant, "A")
    _declare(world, tenant, "B", parentId="a")
    _declare(world, tenant, "C", parentId="b")
    assert _ask(world, tenant, "DELETE", "/b") == {"ok": True}
    assert [(topic["id"], topic["parent_id"]) for topic in _ask(world, tenant, "GET")] == [("a", None), ("c", "a")]
    assert _ask(world, tenant, "PATCH", "/c", {"phrases": ["see"]})["parent_id"] == "a"
    assert _ask(world, tenant, "PATCH", "/c", {"parentId": None}) == {
        "id": "c",
        "name": "C",
        "phrases": ["see"],
        "parent_id": None,
    }


def test_given_a_name_that_is_not_ascii_when_declared_then_its_id_works_in_paths(world: World) -> None:
    tenant = world.tenant()
    made = _declare(world, tenant, "Rückgabe möglich")
    assert _ask(world, tenant, "PATCH", f"/{made}", {"name": "Retoure"})["id"] == made
    assert _ask(world, tenant, "DELETE", f"/{quote(made)}") == {"ok": True}
    assert _ask(world, tenant, "GET") == []


REFUSED = [
    pytest.param({}, "name", id="no name"),
    pytest.param({"name": "  "}, "name", id="blank"),
    pytest.param({"name": "x" * 65}, "name", id="name of 65"),
    pytest.param({"name": "?!"}, "name", id="no letter"),
    pytest.param({"name": "BILLING"}, "name", id="the name of another"),
    pytest.param({"name": "X", "phrases": ["x"] * 51}, "phrases", id="51 phrases"),
    pytest.param({"name": "X", "phrases": [""]}, "phrases.0", id="an empty phrase"),
    pytest.param({"name": "X", "phrases": "x"}, "phrases", id="phrases a string"),
    pytest.param({"name": "X", "parentId": "nothing"}, "parentId", id="no such parent"),
]


@pytest.mark.parametrize(("body", "fault"), REFUSED)
def test_given_a_body_against_the_rules_when_declared_then_400_names_the_field(
    world: World, body: dict[str, Any], fault: str
) -> None:
    tenant = world.tenant()
    _declare(world, tenant, "Billing")
    assert _refused(world, tenant, "POST", "", body) == [fault]
    assert len(_ask(world, tenant, "GET")) == 1


@pytest.mark.parametrize("parent", ["a", "b", "c"])
def test_given_a_tree_when_a_topic_is_put_below_itself_then_400(world: World, parent: str) -> None:
    tenant = world.tenant()
    _declare(world, tenant, "A")
    _declare(world, tenant, "B", parentId="a")
    _declare(world, tenant, "C", parentId="b")
    assert _refused(world, tenant, "PATCH", "/a", {"parentId": parent}) == ["parentId"]


@pytest.mark.parametrize(("topics", "phrases", "fault"), [(100, 0, "name"), (11, 40, "phrases")])
def test_given_as_many_topics_as_there_may_be_when_one_more_is_declared_then_400(
    world: World, topics: int, phrases: int, fault: str
) -> None:
    tenant = world.tenant()
    full = tuple(Topic(f"t{number}", f"T{number}", (f"{number:064}",) * phrases) for number in range(topics))
    admin_wiring.configure(world.deployment).change(
        None, tenant.id, "topic.create", lambda bot: replace(bot, topics=full)
    )
    assert _refused(world, tenant, "POST", "", {"name": "x", "phrases": ["y" * 64] * phrases}) == [fault]
    assert _ask(world, tenant, "PATCH", "/t1", {"name": "Other"})["id"] == "t1"


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_given_keys_that_may_not_or_other_tenants_when_called_then_401_403_404(
    world: World, method: str, path: str
) -> None:
    tenant = world.tenant()
    _declare(world, tenant, "Billing")
    where = f"/chatbots/{tenant.id}/topics{path}"
    assert_error(world.admin(None, method, where, {"name": "x"}), 401, "unauthorized")
    refused = world.admin(world.key(tenant, "api"), method, where, {"name": "x"})
    assert_error(refused, 403, "forbidden")
    assert ADMINISTER in refused.body["error"]
    assert_error(world.admin(world.tenant().admin, method, where, {"name": "x"}), 404, "not_found")
    if path:
        assert_error(world.admin(tenant.admin, method, where + "-2", {"name": "x"}), 404, "not_found")
    assert [topic["name"] for topic in _ask(world, tenant, "GET")] == ["Billing"]


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("GET", "/billing")])
def test_given_another_method_when_called_then_405(world: World, method: str, path: str) -> None:
    tenant = world.tenant()
    event = http_event(method, f"/api/v1/chatbots/{tenant.id}/topics{path}", tenant.admin)
    assert_error(world.call("reading", event), 405, "method_not_allowed")


def test_a_phrase_counts_under_its_topics_id_whatever_the_name(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    _declare(clocked, tenant, "Money back", phrases=["reimbursement"])
    assert clocked.clock is not None
    for name in ("Money back", "Refunds"):
        _ask(clocked, tenant, "PATCH", "/money", {"name": name})
        clocked.clock.advance(seconds=61)
        message = {"role": "user", "content": "I am still waiting for my reimbursement."}
        clocked.capture(tenant.ingest, {"conversationId": name, "messages": [message]})
        assert clocked.analyse_queued() == []
    event = http_event("GET", "/v1/insights/topics", tenant.admin, query={"chatbotId": tenant.id})
    ranked = clocked.call("reading", event).body["topics"]
    assert ("money", "Refunds", 2) in [(topic["id"], topic["name"], topic["messages"]) for topic in ranked]
