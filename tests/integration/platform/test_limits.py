"""A key at its limit: refused in every dialect before anything is written, for next to nothing."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import ROLES

from tests.integration.admin.test_archive import CHATCAPTAIN_WRITES, INKEEP_WRITES, OPENBAT_WRITES, Call
from tests.support.answers import Answer
from tests.support.calls import calls_of
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.openbat import assert_error
from tests.support.world import World

NOON = datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)
WRITES: dict[str, Call] = {**OPENBAT_WRITES, **INKEEP_WRITES, **CHATCAPTAIN_WRITES}
MESSAGE = {"conversationId": "c", "messages": [{"id": "m", "role": "user", "content": "hello"}]}


@pytest.fixture(scope="module")
def noon(engine: Engine) -> World:
    """A world whose clock stands still, so that a window that is used up stays so."""
    return World(engine, Clock(NOON))


@pytest.fixture(scope="module")
def tenant(noon: World) -> Tenant:
    return noon.tenant()


def _key(world: World, tenant: Tenant, **limits: Any) -> str:
    issued = admin_wiring.administration(world.deployment).create_key(
        tenant.workspace_id, "limited", chatbot_id=tenant.id, permissions=ROLES["api"], **limits
    )
    return issued.secret


def _items(world: World) -> list[dict[str, Any]]:
    """All that the table holds, but for what counts requests, refused ones among them."""
    pages = world.dynamodb.get_paginator("scan").paginate(
        TableName=world.deployment.settings.table, ConsistentRead=True
    )
    return [item for item in pages.search("Items[]") if not item["pk"]["S"].startswith(("RATE#", "HEALTH#"))]


@pytest.mark.parametrize("name", list(WRITES))
def test_a_write_over_the_keys_limit_is_a_429_and_changes_nothing(noon: World, tenant: Tenant, name: str) -> None:
    key = _key(noon, tenant, plan="free", daily_quota=1)
    # Any route counts; this one is refused with a 403 only after it was counted.
    assert noon.list_page(key).status == 200
    before = _items(noon)
    answer = WRITES[name](noon, tenant, key)
    assert answer.status == 429, answer.body
    assert answer.headers["retry-after"] == str(43_200 - 20)
    assert answer.headers["ratelimit"].startswith('"day";r=0;t=43180')
    says = "This key may make 1 requests a day (UTC)."
    if name in OPENBAT_WRITES:
        assert_error(answer, 429, "rate_limited", success="success" if name == "track" else "ok")
        assert answer.body["error"] == says
    elif name in INKEEP_WRITES:
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.body["status"], answer.body["code"]) == (429, "too_many_requests")
        assert answer.body["detail"] == answer.body["error"]["message"] == says
    else:
        assert (answer.body["statusCode"], answer.body["error"]) == (429, "Too Many Requests")
        assert answer.body["message"] == says
    assert _items(noon) == before
    assert noon.queued() == noon.queued(noon.delivery_url) == []


@pytest.mark.parametrize("limit", [{"rate_per_minute": 2}, {"burst": 2}, {"burst": 40}, {"daily_quota": 2}], ids=str)
def test_given_a_used_up_window_when_requests_go_on_then_they_call_nobody(
    noon: World, tenant: Tenant, limit: dict[str, int]
) -> None:
    key = _key(noon, tenant, plan="unlimited", **limit)
    (most,) = limit.values()
    assert [noon.list_page(key).status for _ in range(most)] == [200] * most
    assert noon.capture(key, MESSAGE).status == 429, "another function asks once"
    with calls_of(noon) as calls:
        assert {noon.capture(key, MESSAGE).status for _ in range(20)} == {429}
    assert calls == []


def _large(number: int) -> dict[str, Any]:
    """A capture of 1.2 MB that packs to next to nothing, and has fewer characters than bytes."""
    messages = [{"id": f"m{number}-{each}", "role": "user", "content": "é" * 30_000} for each in range(20)]
    return {"conversationId": "large", "messages": messages}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("limit", ["bytes_per_minute", "bytes_per_day"])
def test_a_used_byte_quota_is_a_429_and_reading_goes_on(noon: World, limit: str, packed: bool) -> None:
    tenant = noon.tenant()
    key = _key(noon, tenant, plan="unlimited", **{limit: 5_000_000})

    def sent(number: int) -> Answer:
        text = json.dumps(_large(number), ensure_ascii=False)
        if not packed:
            return noon.capture(key, None, raw=text)
        return noon.capture(key, None, base64_body=gzip.compress(text.encode()), headers={"content-encoding": "gzip"})

    assert [sent(number).status for number in range(4)] == [200] * 4
    before = _items(noon)
    answer = sent(4)
    assert_error(answer, 429, "rate_limited")
    assert answer.body["error"].startswith("This key may send 5000000 bytes a ")
    assert answer.headers["retry-after"] == ("40" if limit == "bytes_per_minute" else "43180")
    assert answer.headers["ratelimit-policy"].endswith(';qu="content-bytes"')
    assert _items(noon) == before
    assert noon.list_page(key).status == 200


def test_the_standard_plan_makes_no_call_for_a_small_bodys_bytes(noon: World) -> None:
    tenant = noon.tenant()
    with calls_of(noon) as calls:
        assert noon.capture(tenant.ingest, MESSAGE).status == 200
    leases = [call for call in calls if "RATE#" in str(call)]
    assert len(leases) == 2, "one of the day, one of the minute"


def test_given_a_rotated_key_when_used_then_it_goes_on_with_what_it_had_used(noon: World, tenant: Tenant) -> None:
    administration = admin_wiring.administration(noon.deployment)
    issued = administration.create_key(
        tenant.workspace_id, "rotated", chatbot_id=tenant.id, permissions=ROLES["api"], daily_quota=3
    )
    assert [noon.list_page(issued.secret).status for _ in range(2)] == [200] * 2
    secret = administration.rotate_key(tenant.workspace_id, issued.key.id).secret
    assert [noon.list_page(secret).status for _ in range(2)] == [200, 429]


def test_given_a_key_without_a_plan_when_the_deployment_has_another_then_that_holds(engine: Engine) -> None:
    world = World(engine, Clock(NOON), {"default_plan": "free"})
    tenant = world.tenant()
    answers = [world.list_page(tenant.admin) for _ in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert answers[0].headers["ratelimit-policy"].split(", ") == [
        '"day";q=1000;w=86400',
        '"minute";q=60;w=60',
        '"day-bytes";q=200000000;w=86400;qu="content-bytes"',
        '"minute-bytes";q=20000000;w=60;qu="content-bytes"',
        '"second";q=10;w=1',
    ]
    assert answers[-1].body["error"] == "This key may make 10 requests a second."
    assert answers[-1].headers["retry-after"] == "1"


def test_given_no_valid_key_when_answered_then_no_limits_are_told(noon: World, tenant: Tenant) -> None:
    assert "ratelimit" in noon.list_page(tenant.admin).headers
    refused = noon.list_page("ob_live_" + "0" * 32)
    assert refused.status == 401
    assert "ratelimit" not in refused.headers
