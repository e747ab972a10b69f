"""OpenBat's analytics reads (openbat.md, "Dashboard API")."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from confab.domain.labels import LABELS

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.world import World


def _overview(world: World, key: str, **query: str) -> Answer:
    return world.request("GET", "/api/v1/analytics/overview", key, query=query)


def _sentiment(world: World, key: str, **query: str) -> Answer:
    return world.request("GET", "/api/v1/analytics/sentiment", key, query=query)


def _capture(world: World, tenant: Tenant, name: str, *contents: str, at: datetime) -> dict[str, Any]:
    messages = [
        {"id": f"m{n}", "role": "user", "content": content, "sentAt": (at + timedelta(seconds=n)).isoformat()}
        for n, content in enumerate(contents)
    ]
    return world.capture(tenant.ingest, {"conversationId": name, "messages": messages}).body


def test_given_nothing_when_read_then_the_answers_are_empty_but_whole(world: World) -> None:
    tenant = world.tenant()
    assert _overview(world, tenant.admin).body == {
        "totalConversations": 0,
        "totalMessages": 0,
        "avgSentiment": None,
        "sentimentDistribution": dict.fromkeys(LABELS, 0),
        "messagesToday": 0,
    }
    assert _sentiment(world, tenant.admin, chatbotId=tenant.id).body == {
        "sentimentOverTime": [],
        "distribution": dict.fromkeys(LABELS, 0),
        "total": 0,
    }


def test_given_conversations_on_two_days_when_read_then_figures_stand_by_utc_day(clocked: World) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    _capture(clocked, tenant, "a", "thanks, that is perfect!", at=now - timedelta(days=2))
    _capture(clocked, tenant, "b", "this is broken again", "hello", at=now)
    _capture(clocked, tenant, "obprobe_x", "this is broken again", at=now)
    _capture(clocked, tenant, "old", "hello", at=now - timedelta(days=40))
    clocked.analyse_queued()
    overview = _overview(clocked, tenant.admin, chatbotId=tenant.id).body
    assert (overview["totalConversations"], overview["totalMessages"], overview["messagesToday"]) == (3, 4, 2)
    assert sum(overview["sentimentDistribution"].values()) == 4
    over_time = _sentiment(clocked, tenant.admin, chatbotId=tenant.id).body
    assert [(row["date"], row["count"]) for row in over_time["sentimentOverTime"]] == [
        ("2026-02-27", 1),
        ("2026-03-01", 2),
    ]
    assert over_time["total"] == 3
    assert over_time["sentimentOverTime"][0]["avgScore"] > 0.2
    assert len(_sentiment(clocked, tenant.admin, chatbotId=tenant.id, days="2").body["sentimentOverTime"]) == 1
    assert len(_sentiment(clocked, tenant.admin, chatbotId=tenant.id, days="365").body["sentimentOverTime"]) == 3


def test_given_bad_parameters_or_another_tenant_when_read_then_the_error_says_so(world: World) -> None:
    tenant, other = world.tenant(), world.tenant()
    assert _sentiment(world, tenant.admin).status == 400
    for days in ("0", "366", "x"):
        assert _sentiment(world, tenant.admin, chatbotId=tenant.id, days=days).body["details"][0]["path"] == "days"
    assert _sentiment(world, tenant.admin, chatbotId=other.id).status == 404
    assert _overview(world, tenant.admin, chatbotId=other.id).status == 404
    assert _overview(world, tenant.ingest).status == 403
