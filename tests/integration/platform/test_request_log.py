"""The functions' own request log: which key, from where as a mark, and with what answer; in one line a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring

from tests.support.answers import Answer
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.lambda_events import http_event
from tests.support.world import World

UNKNOWN = "ob_live_" + "0" * 32
ADDRESS = "203.0.113.77"
BODY = {"conversationId": "c", "messages": [{"id": "m", "role": "user", "content": "hello"}]}

Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    yield World(engine, Clock(), settings={"log_salt": "0f1e2d3c"})


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Logged:
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _asked(world: World, key: str | None, address: str = ADDRESS, method: str = "POST") -> Answer:
    event = http_event(method, "/api/v1/capture", key, BODY)
    event["routeKey"] = event["requestContext"]["routeKey"] = "POST /api/v1/capture"
    event["rawPath"] = "/api/v1/capture"
    event["requestContext"]["http"]["sourceIp"] = address
    return world.call("capture", event)


def _tenant(world: World, logged: Logged) -> Tenant:
    tenant = world.tenant()
    logged()
    return tenant


def test_a_requests_log_line_names_route_status_key_and_address_mark(world: World, logged: Logged) -> None:
    tenant = _tenant(world, logged)
    answer = _asked(world, tenant.ingest)
    (line,) = logged()
    (key,) = [
        key for key in admin_wiring.administration(world.deployment).keys(tenant.workspace_id) if key.name == "ingest"
    ]
    assert line["requestId"] == answer.headers["x-request-id"]
    assert (line["route"], line["status"], line["keyId"]) == ("POST /api/v1/capture", 200, key.id)
    assert len(line["address"]) == 16
    assert line["Captured"] == [1.0]
    assert ADDRESS not in json.dumps(line)


def test_a_request_without_counts_has_its_log_line(world: World, logged: Logged) -> None:
    tenant = _tenant(world, logged)
    assert world.list_page(tenant.admin).status == 200
    (line,) = logged()
    assert line["status"] == 200
    assert "_aws" not in line


def test_a_refused_request_costs_one_short_log_line(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.tenant()
    capsys.readouterr()
    for _ in range(20):
        assert _asked(world, UNKNOWN).status == 401
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 20
    assert max(map(len, lines)) < 600
    line = json.loads(lines[-1])
    assert (line["Refused"], line["Errors401"]) == ([1.0], [1.0])
    assert "keyId" not in line
    assert [group["Dimensions"] for group in line["_aws"]["CloudWatchMetrics"]] == [[["service"]], [[]]]


def test_an_addresss_mark_is_the_same_on_one_day_alone(world: World, logged: Logged) -> None:
    tenant = _tenant(world, logged)

    def mark(address: str = ADDRESS, key: str = tenant.ingest) -> str:
        _asked(world, key, address)
        (line,) = logged()
        return str(line["address"])

    first = mark()
    assert mark(key=UNKNOWN) == first
    assert mark("203.0.113.78") != first
    assert world.clock is not None
    world.clock.advance(days=1)
    assert mark() != first


def test_without_a_salt_nothing_stands_for_the_address(engine: Engine, logged: Logged) -> None:
    unsalted = World(engine, Clock())
    tenant = _tenant(unsalted, logged)
    _asked(unsalted, tenant.ingest)
    (line,) = logged()
    assert "address" not in line
    assert ADDRESS not in json.dumps(line)


def test_given_an_admin_key_over_its_limit_when_refused_then_the_line_names_it(world: World, logged: Logged) -> None:
    tenant = world.tenant()
    issued = admin_wiring.administration(world.deployment).create_key(
        tenant.workspace_id, "slow", chatbot_id=tenant.id, daily_quota=1
    )
    _asked(world, issued.secret)
    logged()
    assert _asked(world, issued.secret).status == 429
    (line,) = logged()
    assert (line["status"], line["keyId"], line["Refused"]) == (429, issued.key.id, [1.0])
