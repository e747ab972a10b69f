"""OpenBat's list of conversations in a period (openbat.md: ``from``, ``to``)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.scripted import Scripted
from tests.support.world import World

START = datetime(2026, 2, 1, tzinfo=UTC)
HOURS = 40


@pytest.fixture(scope="module")
def listed(engine: Any) -> tuple[World, Tenant]:
    """Forty conversations, one an hour; every third one is not counted yet, every fifth one is a probe."""
    world = World(engine)
    tenant = world.tenant()
    for hour in range(HOURS):
        at = (START + timedelta(hours=hour)).isoformat()
        messages = [{"id": "m", "role": "user", "content": "score=0", "sentAt": at}]
        kind = "organic" if hour % 5 else "probe"
        body = {"conversationId": str(hour), "messages": messages, "kind": kind}
        conversation = world.capture_directly(tenant, body)["conversationId"]
        if hour % 3:
            world.analyse_with(Scripted())(tenant.id, conversation)
    return world, tenant


def _hour(number: int) -> str:
    return (START + timedelta(hours=number)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(("first", "length", "limit"), [(0, 40, 15), (7, 11, 4), (38, 9, 1), (39, 1, 20)])
def test_a_period_lists_its_conversations_newest_first_with_their_number(
    listed: tuple[World, Tenant], first: int, length: int, limit: int
) -> None:
    world, tenant = listed
    expected = [str(hour) for hour in range(first, min(first + length, HOURS))][::-1]
    found: list[str] = []
    for page in range(1, len(expected) // limit + 2):
        query = {"from": _hour(first), "to": _hour(first + length), "page": str(page), "limit": str(limit)}
        body = world.list_page(tenant.admin, chatbotId=tenant.id, **query).body
        assert body["total"] == len(expected)
        found += [row["external_conversation_id"] for row in body["conversations"]]
    assert found == expected


def test_given_one_bound_or_days_when_listed_then_they_hold_too(listed: tuple[World, Tenant]) -> None:
    world, tenant = listed
    totals = {
        "": HOURS,
        "from=2026-02-02": HOURS - 24,
        "to=2026-02-01": 24,
        "to=1969-01-01": 0,
        "from=2026-02-01T12:00:00.0001Z&to=2026-02-01T12:00:00.0002Z": 0,
        f"from={_hour(30)}": 10,
    }
    for query, total in totals.items():
        asked = dict(part.split("=") for part in query.split("&") if part)
        assert world.list_page(tenant.admin, **asked).body["total"] == total, query


@pytest.mark.parametrize(
    ("path", "query"),
    [("from", {"from": "x"}), ("to", {"to": "2026-13-01"}), ("to", {"from": "2026-02-02", "to": "2026-02-01"})],
)
def test_given_a_bad_period_when_listed_then_the_error_names_it(
    listed: tuple[World, Tenant], path: str, query: dict[str, str]
) -> None:
    world, tenant = listed
    answer = world.list_page(tenant.admin, **query)
    assert_error(answer, 400, "invalid_request")
    assert answer.body["details"][0]["path"] == path
