"""A period and the one before it (``GET /v1/insights/overview``)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.deployment import Tenant
from tests.support.scripted import tell
from tests.support.world import World


def _overview(world: World, tenant: Tenant, **query: str) -> dict[str, Any]:
    query = {"chatbotId": tenant.id, **query}
    answer = world.request("GET", "/v1/insights/overview", tenant.admin, query=query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def test_two_periods_of_the_same_length_are_compared(clocked: World) -> None:
    tenant = clocked.tenant()
    for number, days_ago in enumerate((0, 6, 7, 13, 14)):
        tell(clocked, tenant, f"c{number}", "score=0.5", at=clocked.now() - timedelta(days=days_ago))
    found = _overview(clocked, tenant, days="7")
    assert (found["current"]["from"], found["current"]["to"]) == ("2026-02-23", "2026-03-01")
    assert (found["previous"]["from"], found["previous"]["to"]) == ("2026-02-16", "2026-02-22")
    assert found["current"]["conversations"] == found["previous"]["conversations"] == 2
    assert [day["date"] for day in found["days"]] == ["2026-02-23", "2026-03-01"]
    assert sum(day["conversations"] for day in found["days"]) == 2
    assert found["current"]["avgSentiment"] == 0.5


def test_each_day_says_in_which_hours_its_conversations_began(clocked: World) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    for number, hours_ago in enumerate((0, 0, 3, 20)):
        told = ("score=0", ">outcome=other")
        tell(clocked, tenant, f"c{number}", *told, at=now - timedelta(hours=hours_ago, seconds=-1))
    before, today = _overview(clocked, tenant)["days"]
    assert [hour for hour in range(24) for _ in range(today["hours"][hour])] == [9, 12, 12]
    assert [hour for hour in range(24) for _ in range(before["hours"][hour])] == [16]


def test_what_waits_for_its_analysis_is_counted_apart(clocked: World) -> None:
    tenant = clocked.tenant()
    message = {"id": "m", "role": "user", "content": "hello"}
    assert clocked.capture(tenant.ingest, {"conversationId": "a", "messages": [message]}).status == 200
    waiting = _overview(clocked, tenant)
    assert (waiting["waiting"], waiting["current"]["conversations"]) == (1, 0)
    clocked.analyse_queued()
    counted = _overview(clocked, tenant)
    assert (counted["waiting"], counted["current"]["conversations"]) == (0, 1)


@pytest.mark.parametrize("days", ["0", "183", "x"])
def test_a_length_that_is_not_served_is_refused(clocked: World, days: str) -> None:
    tenant = clocked.tenant()
    query = {"chatbotId": tenant.id, "days": days}
    answer = clocked.request("GET", "/v1/insights/overview", tenant.admin, query=query)
    assert answer.status == 400
    assert "days" in str(answer.body)
