"""OpenBat's analytics reads: shapes, and figures that equal a plain recomputation (openbat.md, "Dashboard API")."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.domain.labels import LABELS, label_of

from tests.support.world import Answer, Tenant, World, care_conversations, http_event


def _overview(world: World, key: str, **query: str) -> Answer:
    return world.call("insights", http_event("GET", "/api/v1/analytics/overview", key, query=query))


def _sentiment(world: World, key: str, **query: str) -> Answer:
    return world.call("insights", http_event("GET", "/api/v1/analytics/sentiment", key, query=query))


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


def test_given_real_conversations_when_read_then_figures_equal_a_plain_recomputation(fresh: World) -> None:
    conversations = list(care_conversations())[:120]
    if not conversations:
        pytest.skip("the real conversations are not beside this checkout")
    tenant = fresh.tenant()
    start = datetime.now(UTC).replace(hour=0, minute=0, second=1, microsecond=0) - timedelta(days=20)
    scores: defaultdict[str, list[float]] = defaultdict(list)
    ids = []
    for number, row in enumerate(conversations):
        day = start + timedelta(days=number % 20)
        messages = [
            {"id": m["id"], "role": m["role"], "content": m["content"], "sentAt": day.isoformat()}
            for m in row["messages"]
        ]
        body = {"conversationId": row["conversationId"], "messages": messages}
        ids.append((fresh.capture_beside(tenant, body)["conversationId"], day.date().isoformat()))
    fresh.analyse_queued()
    for conversation, day in ids:
        transcript = fresh.composition.conversations.load(tenant.id, conversation)
        scores[day] += _scores(transcript)
    everything = [score for found in scores.values() for score in found]
    overview = _overview(fresh, tenant.admin).body
    assert overview["totalConversations"] == len(conversations)
    assert overview["totalMessages"] == sum(len(row["messages"]) for row in conversations)
    assert overview["avgSentiment"] == pytest.approx(sum(everything) / len(everything), abs=1e-4)
    assert overview["sentimentDistribution"] == dict.fromkeys(LABELS, 0) | Counter(map(label_of, everything))
    over_time = _sentiment(fresh, tenant.admin, chatbotId=tenant.id).body
    assert {row["date"]: row["count"] for row in over_time["sentimentOverTime"]} == {
        day: len(found) for day, found in scores.items() if found
    }
    for row in over_time["sentimentOverTime"]:
        assert row["avgScore"] == pytest.approx(sum(scores[row["date"]]) / row["count"], abs=1e-4)


def _scores(items: list[dict[str, Any]]) -> list[float]:
    from confab.storage.results import read_insights

    return [insight.score for insight in read_insights(items)[0].values() if insight.score is not None]
