"""Real conversations: every figure that is read equals a plain recomputation over what was sent."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.analysis.builtin import BuiltinAnalyzer

from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.real_data import care_conversations
from tests.support.recomputed import Recomputed, Talk
from tests.support.world import World

pytestmark = pytest.mark.long

NOW = datetime(2026, 3, 11, 18, tzinfo=UTC)
CONVERSATIONS = None if "CONFAB_ALL_DATA" in os.environ else 60
GAP = timedelta(hours=5)
"""Between two messages, so that many conversations last over midnight, and some over the end of a week."""


@pytest.fixture(scope="module")
def told(engine: Any) -> tuple[World, Tenant, Recomputed]:
    """The real conversations, spread over five weeks, as the service has them and as they are recomputed."""
    rows = list(care_conversations())[:CONVERSATIONS]
    if not rows:
        pytest.skip("the real conversations are not beside this checkout")
    world, analyzer = World(engine, Clock(NOW)), BuiltinAnalyzer()
    tenant, recomputed = world.tenant(), Recomputed(analyzer, NOW.date())
    analyse = world.analyse_with(analyzer)
    for number, row in enumerate(rows):
        body = _body(row, NOW - timedelta(days=number % 35, minutes=7 * number))
        conversation = world.capture_directly(tenant, body)["conversationId"]
        analyse(tenant.id, conversation)
        recomputed.add(conversation, body)
    return world, tenant, recomputed


def _body(row: dict[str, Any], last: datetime) -> dict[str, Any]:
    began = last - GAP * (len(row["messages"]) - 1)
    return {
        "conversationId": row["conversationId"],
        "messages": [
            {**{name: message[name] for name in ("id", "role", "content")}, "sentAt": (began + GAP * n).isoformat()}
            for n, message in enumerate(row["messages"])
        ],
        "user": {"id": row["user"]},
        "organization": {"id": row["organization"]},
    }


def _read(told: tuple[World, Tenant, Recomputed], path: str, **query: str) -> dict[str, Any]:
    world, tenant, _ = told
    answer = world.request("GET", path, tenant.admin, query={"chatbotId": tenant.id, **query})
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def _all(told: tuple[World, Tenant, Recomputed], what: str, **query: str) -> list[dict[str, Any]]:
    """The rows of all pages."""
    rows = []
    while True:
        body = _read(told, f"/v1/insights/{what}", limit="100", **query)
        rows += body[what]
        if "nextCursor" not in body:
            return rows
        query["cursor"] = body["nextCursor"]


def test_analytics_of_real_conversations_equal_a_recomputation(
    told: tuple[World, Tenant, Recomputed],
) -> None:
    recomputed = told[2]
    assert _read(told, "/api/v1/analytics/overview") == recomputed.overview()
    for days in ("1", "10", "365"):
        assert _read(told, "/api/v1/analytics/sentiment", days=days) == recomputed.sentiment(int(days))
        assert _read(told, "/v1/insights/flags", days=days) == recomputed.flags(int(days))
        assert _read(told, "/v1/insights/outcomes", days=days) == recomputed.outcomes(int(days))


@pytest.mark.parametrize("weeks", ["1", "4", "52"])
def test_topics_of_real_conversations_equal_a_recomputation(told: tuple[World, Tenant, Recomputed], weeks: str) -> None:
    answer = _read(told, "/v1/insights/topics", weeks=weeks, limit="100")
    for topic in answer["topics"]:
        topic["samples"] = [sample["id"] for sample in topic["samples"]]
    assert answer == told[2].topics(int(weeks), 100)


@pytest.mark.parametrize("group", ["user", "organization"])
def test_people_of_real_conversations_equal_a_recomputation(told: tuple[World, Tenant, Recomputed], group: str) -> None:
    rows = _all(told, f"{group}s")
    people = {row.pop("id"): row for row in rows}
    for profile in ("name", "email", "plan"):
        assert {row.pop(profile, None) for row in rows} == {None}
    assert [row["lastSeenAt"] for row in rows] == sorted((row["lastSeenAt"] for row in rows), reverse=True)
    assert people == told[2].people(lambda talk: str(getattr(talk, group)))


SEARCHES: list[tuple[dict[str, str], Callable[[Talk], bool]]] = [
    ({}, lambda talk: True),
    ({"outcome": "open"}, lambda talk: talk.outcome == "open"),
    ({"outcome": "unresolved"}, lambda talk: talk.outcome == "unresolved"),
    ({"label": "Negative"}, lambda talk: talk.label == "Negative"),
    ({"flag": "frustrated_user"}, lambda talk: "frustrated_user" in talk.flags),
    ({"topic": "account"}, lambda talk: "account" in talk.topics),
    ({"organization": "TeamYouTube"}, lambda talk: talk.organization == "TeamYouTube"),
    ({"text": "AN"}, lambda talk: "an" in talk.user.casefold()),
    ({"from": "2026-03-01", "to": "2026-03-07"}, lambda talk: "2026-03-01" <= talk.began.isoformat() < "2026-03-08"),
    ({"topic": "account", "outcome": "open"}, lambda talk: "account" in talk.topics and talk.outcome == "open"),
]


@pytest.mark.parametrize(("query", "admits"), SEARCHES, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_a_search_of_real_conversations_finds_what_a_plain_filter_finds(
    told: tuple[World, Tenant, Recomputed], query: dict[str, str], admits: Callable[[Talk], bool]
) -> None:
    rows = _all(told, "conversations", **query)
    if "text" in query:
        # The conversation's own ids hold letters too.
        rows = [row for row in rows if "an" in row["user"]["id"].casefold()]
    assert [row["id"] for row in rows] == told[2].search(admits)
