"""Topics, flags and outcomes as ``/v1/insights`` answers them (docs/insights.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from confab.domain.labels import LABELS
from confab.domain.results import BEHAVIOURS, CONVERSATION_OUTCOMES, FLAGS, MESSAGE_OUTCOMES

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.scripted import tell
from tests.support.world import World


def _read(world: World, key: str | None, what: str, **query: str) -> Answer:
    return world.request("GET", f"/v1/insights/{what}", key, query=query)


def _of(world: World, tenant: Tenant, what: str, **query: str) -> dict[str, Any]:
    answer = _read(world, tenant.admin, what, chatbotId=tenant.id, **query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def test_given_nothing_when_read_then_the_answers_are_empty_but_whole(clocked: World) -> None:
    tenant = clocked.tenant()
    assert _of(clocked, tenant, "topics") == {
        "weeks": ["2026-W06", "2026-W07", "2026-W08", "2026-W09"],
        "topics": [],
        "total": 0,
    }
    nothing = {"conversations": 0, "messages": 0, "conversationRate": None, "messageRate": None, "overTime": []}
    bounds = {"from": "2026-01-31", "to": "2026-03-01"}
    assert _of(clocked, tenant, "flags") == {
        **bounds,
        "conversations": 0,
        "messages": 0,
        "flags": [{"flag": flag, **nothing} for flag in FLAGS],
    }
    none = {"messages": 0, "rate": None, "overTime": []}
    assert _of(clocked, tenant, "outcomes") == {
        **bounds,
        "conversations": 0,
        "resolutionRate": None,
        "outcomes": [
            {"outcome": outcome, "conversations": 0, "rate": None, "overTime": []} for outcome in CONVERSATION_OUTCOMES
        ],
        "replies": {
            "messages": 0,
            "resolutionRate": None,
            "outcomes": [{"outcome": outcome, **none} for outcome in MESSAGE_OUTCOMES],
            "behaviours": [{"behaviour": behaviour, **none} for behaviour in BEHAVIOURS],
        },
    }


def _deliveries_and_refunds(clocked: World, tenant: Tenant) -> list[str]:
    """Conversations about deliveries, mostly resolved, and about refunds, which are not; the ids of the latter."""
    now = clocked.now()
    for number in range(5):
        ends = "unresolved" if number < 2 else "resolved"
        at = now - timedelta(days=number)
        tell(clocked, tenant, f"d{number}", f"topics=delivery&score=0.5&ends={ends}", at=at)
    lost = ("topics=refund,delivery&score=-0.75", ">outcome=other", "ends=escalated")
    refunds = [
        tell(clocked, tenant, f"r{number}", *lost, at=at)
        for number, at in enumerate(now - timedelta(weeks=2, hours=hours) for hours in range(4))
    ]
    tell(clocked, tenant, "open", "topics=refund&ends=open", at=now - timedelta(weeks=1))
    tell(clocked, tenant, "old", "topics=password&ends=abandoned", at=now - timedelta(weeks=4))
    return refunds


def test_unresolved_topics_come_first_with_their_newest_conversations(clocked: World) -> None:
    tenant = clocked.tenant()
    refunds = _deliveries_and_refunds(clocked, tenant)
    answer = _of(clocked, tenant, "topics")
    assert answer["total"] == 2
    delivery, refund = answer["topics"]
    assert (delivery["id"], delivery["opportunity"], delivery["resolutionRate"]) == ("delivery", 6.0, 0.3333)
    assert delivery["trend"] == {
        "direction": "steady",
        "weeks": [
            {"week": "2026-W06", "conversations": 0},
            {"week": "2026-W07", "conversations": 4},
            {"week": "2026-W08", "conversations": 0},
            {"week": "2026-W09", "conversations": 5},
        ],
    }
    samples = refund.pop("samples")
    assert refund == {
        "id": "refund",
        "name": "refund",
        "declared": False,
        "parent": None,
        "conversations": 5,
        "messages": 5,
        "avgSentiment": -0.6,
        "sentimentDistribution": dict.fromkeys(LABELS, 0) | {"Very Negative": 4, "Neutral": 1},
        "outcomes": dict.fromkeys(CONVERSATION_OUTCOMES, 0) | {"escalated": 4, "open": 1},
        "resolutionRate": 0.0,
        "opportunity": 5.0,
        "trend": {
            "direction": "falling",
            "weeks": [
                {"week": "2026-W06", "conversations": 0},
                {"week": "2026-W07", "conversations": 4},
                {"week": "2026-W08", "conversations": 1},
                {"week": "2026-W09", "conversations": 0},
            ],
        },
    }
    assert [sample["externalId"] for sample in samples] == ["open", "r0", "r1"]
    assert samples[1] == {
        "id": refunds[0],
        "externalId": "r0",
        "startedAt": "2026-02-15T12:00:00.000Z",
        "avgSentiment": -0.375,
        "outcome": "escalated",
    }
    assert [topic["id"] for topic in _of(clocked, tenant, "topics", limit="1")["topics"]] == ["delivery"]
    assert _of(clocked, tenant, "topics", weeks="1")["topics"][0]["trend"]["direction"] is None
    assert _of(clocked, tenant, "topics", weeks="5")["total"] == 3


def test_declared_topics_have_their_present_names_below_their_parents(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    path = f"/chatbots/{tenant.id}/topics"
    money = clocked.admin(tenant.admin, "POST", path, {"name": "Money"}).body["topic"]
    refund = clocked.admin(tenant.admin, "POST", path, {"name": "Refunds", "parentId": money["id"]}).body["topic"]
    tell(clocked, tenant, "1", "topics=refunds&ends=escalated", at=clocked.now())
    clocked.admin(tenant.admin, "PATCH", f"{path}/{refund['id']}", {"name": "Money back"})
    assert clocked.clock is not None
    clocked.clock.advance(seconds=61)
    (topic,) = _of(clocked, tenant, "topics")["topics"]
    assert (topic["id"], topic["name"], topic["declared"]) == (refund["id"], "Money back", True)
    assert topic["parent"] == {"id": money["id"], "name": "Money"}


def test_given_flags_when_read_then_messages_and_conversations_are_counted_by_day(clocked: World) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    churn = "flags=churn_risk&score=-1"
    tell(clocked, tenant, "a", churn, f"{churn}&flags=churn_risk,vip", "score=0", at=now - timedelta(days=1))
    tell(clocked, tenant, "b", churn, at=now)
    tell(clocked, tenant, "c", "score=0", at=now)
    tell(clocked, tenant, "old", churn, at=now - timedelta(days=30))
    answer = _of(clocked, tenant, "flags")
    assert (answer["conversations"], answer["messages"]) == (3, 5)
    assert [flag["flag"] for flag in answer["flags"]] == [*FLAGS, "vip"]
    assert answer["flags"][0] == {
        "flag": "churn_risk",
        "conversations": 2,
        "messages": 3,
        "conversationRate": 0.6667,
        "messageRate": 0.6,
        "overTime": [
            {"date": "2026-02-28", "conversations": 1, "messages": 2},
            {"date": "2026-03-01", "conversations": 1, "messages": 1},
        ],
    }
    assert _of(clocked, tenant, "flags", days="1")["flags"][0]["messages"] == 1
    assert _of(clocked, tenant, "flags", days="31")["flags"][0]["messages"] == 4


def test_given_outcomes_when_read_then_conversations_and_replies_have_their_rates(clocked: World) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    for number, ends in enumerate(["resolved", "escalated", "abandoned", "open"]):
        tell(clocked, tenant, f"c{number}", f"ends={ends}", at=now - timedelta(days=number % 2))
    for number, outcome in enumerate(["fully_resolved", "partially_resolved", "deflected", "other"]):
        reply = f">outcome={outcome}&behaviour=helpful"
        tell(clocked, tenant, f"r{number}", "ends=open", reply, at=now)
    tell(clocked, tenant, "unjudged", "score=0", at=now)
    answer = _of(clocked, tenant, "outcomes")
    assert answer["conversations"] == 9
    assert answer["resolutionRate"] == 0.3333
    by_outcome = {each["outcome"]: each for each in answer["outcomes"]}
    assert by_outcome["resolved"] == {
        "outcome": "resolved",
        "conversations": 1,
        "rate": 0.125,
        "overTime": [{"date": "2026-03-01", "conversations": 1}],
    }
    assert by_outcome["open"]["overTime"] == [
        {"date": "2026-02-28", "conversations": 1},
        {"date": "2026-03-01", "conversations": 4},
    ]
    replies = answer["replies"]
    assert (replies["messages"], replies["resolutionRate"]) == (4, 0.5)
    assert replies["outcomes"][0] == {
        "outcome": "fully_resolved",
        "messages": 1,
        "rate": 0.25,
        "overTime": [{"date": "2026-03-01", "messages": 1}],
    }
    helpful = next(each for each in replies["behaviours"] if each["behaviour"] == "helpful")
    assert (helpful["messages"], helpful["rate"]) == (4, 1.0)


@pytest.mark.parametrize("what", ["topics", "flags", "outcomes"])
def test_given_a_probe_or_another_tenant_when_read_then_neither_counts(world: World, what: str) -> None:
    tenant, other, empty = world.tenant(), world.tenant(), world.tenant()
    told = "topics=refund&flags=churn_risk&score=-1&ends=unresolved"
    tell(world, tenant, "obprobe_1", told, at=world.now())
    tell(world, other, "1", told, at=world.now())
    assert _of(world, tenant, what) == _of(world, empty, what)


@pytest.mark.parametrize(
    ("what", "path", "wrong"),
    [
        ("topics", "weeks", ("0", "53", "x")),
        ("topics", "limit", ("0", "101")),
        ("flags", "days", ("0", "366", "1.5")),
        ("outcomes", "days", ("0", "366", "x")),
    ],
)
def test_given_a_parameter_out_of_bounds_when_read_then_the_error_names_it(
    world: World, what: str, path: str, wrong: tuple[str, ...]
) -> None:
    tenant = world.tenant()
    for value in wrong:
        answer = _read(world, tenant.admin, what, chatbotId=tenant.id, **{path: value})
        assert_error(answer, 400, "invalid_request")
        assert answer.body["details"][0]["path"] == path


@pytest.mark.parametrize("what", ["topics", "flags", "outcomes"])
def test_reading_figures_needs_the_right_and_reaches_own_chatbots_only(world: World, what: str) -> None:
    tenant, other = world.tenant(), world.tenant()
    reader = world.key(tenant, "read")
    assert _read(world, reader, what).status == 200
    assert _read(world, reader, what, chatbotId=tenant.id).status == 200
    unnamed = _read(world, tenant.admin, what)
    assert_error(unnamed, 400, "invalid_request")
    assert unnamed.body["details"][0]["path"] == "chatbotId"
    for stranger in (other.id, "x", "*"):
        assert_error(_read(world, reader, what, chatbotId=stranger), 404, "not_found")
        assert_error(_read(world, tenant.admin, what, chatbotId=stranger), 404, "not_found")
    assert_error(_read(world, tenant.ingest, what), 403, "forbidden")
    assert_error(_read(world, None, what), 401, "unauthorized")
    assert_error(world.request("POST", f"/v1/insights/{what}", reader), 405, "method_not_allowed")
