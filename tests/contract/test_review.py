"""Reviews as ``GET /api/v1/review`` answers them (docs/insights.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from confab.domain.identity import message_uuid
from confab.reading.search_index import SearchIndex
from confab.reports.windows import ReadWindows, Window
from confab.storage import wiring as storage_wiring

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.scripted import tell
from tests.support.world import World

BAD = ("score=-0.75&topics=Refunds&flags=churn_risk&ends=unresolved", ">behaviour=dodging&outcome=deflected")
GOOD = ("score=0.5&topics=Delivery&ends=resolved", ">behaviour=helpful&outcome=fully_resolved")


def _review(world: World, key: str | None, **query: str) -> Answer:
    return world.request("GET", "/api/v1/review", key, query=query)


def _of(world: World, tenant: Tenant, minutes: int) -> dict[str, Any]:
    answer = _review(world, tenant.admin, chatbotId=tenant.id, windowMinutes=str(minutes))
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def test_a_window_is_compared_with_the_one_before_to_the_minute(clocked: World) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    tell(clocked, tenant, "now", *BAD, at=now - timedelta(minutes=59))
    for number in range(3):
        tell(clocked, tenant, f"before {number}", *GOOD, at=now - timedelta(minutes=61 + number))
    body = _of(clocked, tenant, 60)
    assert (body["from"], body["to"], body["basis"]) == (
        "2026-03-01T11:00:00Z",
        "2026-03-01T12:00:00Z",
        "conversations",
    )
    assert body["totals"]["conversations"] == {"value": 1.0, "previous": 3.0, "change": -2.0, "sample": 1}
    assert body["totals"]["avgSentiment"] == {"value": -0.75, "previous": 0.5, "change": -1.25, "sample": 1}
    assert body["totals"]["resolutionRate"] == {"value": 0.0, "previous": 1.0, "change": -1.0, "sample": 1}
    assert body["totals"]["unansweredRate"] == {"value": 1.0, "previous": 0.0, "change": 1.0, "sample": 1}
    assert body["totals"]["feedbackNegativeRate"] == {"value": None, "previous": None, "change": None, "sample": 0}
    assert body["flags"] == [{"flag": "churn_risk", "count": 1, "previous": 0}]
    assert body["issues"] == [{"behaviour": "dodging", "count": 1, "previous": 0}]
    assert body["outcomes"] == [
        {"outcome": "unresolved", "count": 1, "previous": 0},
        {"outcome": "resolved", "count": 0, "previous": 3},
    ]
    refund = {"id": "refund", "name": "Refunds", "conversations": 1, "previous": 0, "resolutionRate": 0.0}
    assert body["topics"] == [{**refund, "opportunity": 1.0}]


def test_an_example_shows_the_turn_at_which_it_went_wrong_and_the_answer_to_it(clocked: World) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    conversation = tell(clocked, tenant, "c-1", *BAD, at=now - timedelta(minutes=5))
    tell(clocked, tenant, "c-2", *GOOD, at=now - timedelta(minutes=4))
    [example] = _of(clocked, tenant, 60)["examples"]
    assert example == {
        "id": conversation,
        "externalId": "c-1",
        "startedAt": "2026-03-01T11:55:00Z",
        "outcome": "unresolved",
        "avgSentiment": -0.75,
        "topics": [{"id": "refund", "name": "Refunds"}],
        "flags": ["churn_risk"],
        "firstBadTurn": {
            "id": message_uuid(conversation, "i:m0"),
            "externalId": "m0",
            "text": BAD[0],
            "reasoning": "told so",
        },
        "reply": {
            "id": message_uuid(conversation, "i:m1"),
            "behaviour": "dodging",
            "outcome": "deflected",
            "text": BAD[1].removeprefix(">"),
        },
    }


def test_topics_that_were_never_found_before_are_new(clocked: World) -> None:
    tenant = clocked.tenant()
    tell(clocked, tenant, "old", *GOOD, at=clocked.now())
    clocked.sleep(2 * 86_400)
    tell(clocked, tenant, "known", *GOOD, at=clocked.now() - timedelta(minutes=2))
    tell(clocked, tenant, "new", *BAD, at=clocked.now() - timedelta(minutes=1))
    assert _of(clocked, tenant, 1440)["newTopics"] == [{"id": "refund", "name": "Refunds", "conversations": 1}]


def test_too_many_conversations_are_counted_by_whole_days(clocked: World) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    for number in range(3):
        tell(clocked, tenant, f"today {number}", *BAD, at=now - timedelta(hours=number))
    tell(clocked, tenant, "yesterday", *GOOD, at=now - timedelta(days=1))
    table = clocked.deployment.table
    read = ReadWindows(SearchIndex(table), storage_wiring.statistics(clocked.deployment), most=2)
    window = Window(now - timedelta(hours=20), now + timedelta(minutes=1))
    last, before = read.pair(tenant.id, window, window.before)
    assert (last.exact, last.window.since.isoformat()) == (False, "2026-03-01T00:00:00+00:00")
    assert (last.counters["conversations"], before.counters["conversations"]) == (3, 1)
    # Topics are counted by week: this one has the conversation of yesterday only where the week has.
    assert last.topics["refund"]["conversations"] == 3
    assert len(last.conversations) == 3


def test_an_empty_window_has_no_figures_and_no_examples(clocked: World) -> None:
    tenant = clocked.tenant()
    body = _of(clocked, tenant, 43_200)
    assert body["totals"]["conversations"] == {"value": 0.0, "previous": 0.0, "change": 0.0, "sample": 0}
    assert (body["examples"], body["topics"], body["flags"]) == ([], [], [])


def test_wrong_windows_and_other_tenants_are_refused(world: World) -> None:
    tenant, other = world.tenant(), world.tenant()
    for minutes in ("0", "43201", "x"):
        assert_error(_review(world, tenant.admin, chatbotId=tenant.id, windowMinutes=minutes), 400, "invalid_request")
    assert_error(_review(world, other.admin, chatbotId=tenant.id), 404, "not_found")
    assert_error(_review(world, tenant.admin), 400, "invalid_request")
    assert_error(_review(world, tenant.ingest), 403, "forbidden")
    assert _review(world, world.key(tenant, "read")).status == 200
