"""Conversations as ``GET /v1/insights/conversations`` finds them (docs/insights.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.erasure import conversation_wiring
from confab.storage import keys
from confab.storage.conversation_row import FOUND
from confab.storage.writes import Change

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.scripted import Scripted, tell
from tests.support.world import World

START = datetime(2026, 2, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Shelf:
    """Twelve conversations of a chatbot, one every six hours, and their ids, the last first."""

    world: World
    tenant: Tenant
    ids: list[str]

    def numbers(self, answer: Answer) -> list[int]:
        """Which of them an answer has."""
        assert answer.status == 200, answer.body
        return [11 - self.ids.index(row["id"]) for row in answer.body["conversations"]]


@pytest.fixture(scope="module")
def shelf(engine: Any) -> Shelf:
    world = World(engine)
    tenant = world.tenant()
    ids = []
    for number in range(12):
        told = f"score={(number - 6) / 6}&topics={'refund' if number % 2 else 'delivery,refund'}"
        told += "&flags=churn_risk" if number % 3 == 0 else ""
        told += f"&ends={'resolved' if number < 4 else 'escalated'}"
        answer = f">behaviour={'dodging' if number % 4 else 'helpful'}&outcome={'deflected' if number > 8 else 'other'}"
        user = {"id": f"u{number % 4}", "name": f"Ann Ünal {number}", "email": f"ann{number}@example.com"}
        organization = {"id": "acme", "name": "Acme"} if number % 2 else {}
        at = START + timedelta(hours=6 * number)
        ids.append(tell(world, tenant, f"Order-{number}", told, answer, at=at, user=user, organization=organization))
    tell(world, tenant, "obprobe_1", "score=0", at=START)
    return Shelf(world, tenant, ids[::-1])


def _search(world: World, key: str | None, chatbot_id: str | None = None, **query: str) -> Answer:
    if chatbot_id is not None:
        query["chatbotId"] = chatbot_id
    return world.request("GET", "/v1/insights/conversations", key, query=query)


def _pages(shelf: Shelf, **query: str) -> Iterator[Answer]:
    while True:
        answer = _search(shelf.world, shelf.tenant.admin, shelf.tenant.id, **query)
        yield answer
        if "nextCursor" not in answer.body:
            return
        query["cursor"] = answer.body["nextCursor"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, range(12)),
        ({"user": "u1"}, [1, 5, 9]),
        ({"organization": "acme"}, [1, 3, 5, 7, 9, 11]),
        ({"topic": "delivery"}, [0, 2, 4, 6, 8, 10]),
        ({"topic": "refund"}, range(12)),
        ({"flag": "churn_risk"}, [0, 3, 6, 9]),
        ({"label": "Very Negative"}, [0, 1, 2]),
        ({"label": "Neutral"}, [5, 6, 7]),
        ({"outcome": "resolved"}, [0, 1, 2, 3]),
        ({"dialect": "openbat"}, range(12)),
        ({"dialect": "inkeep"}, []),
        ({"channel": "site"}, []),
        ({"text": "ünal 1"}, [1, 10, 11]),
        ({"text": "ANN3@EXAMPLE"}, [3]),
        ({"text": "order-1"}, [1, 10, 11]),
        ({"text": "u3"}, [3, 7, 11]),
        ({"from": "2026-02-02"}, range(4, 12)),
        ({"to": "2026-02-01"}, range(4)),
        ({"from": "2026-02-01T06:00:00Z", "to": "2026-02-01T18:00:00Z"}, [1, 2]),
        ({"from": "2026-02-02", "to": "2026-02-02"}, [4, 5, 6, 7]),
        ({"user": "u1", "organization": "acme", "outcome": "escalated"}, [5, 9]),
        ({"flag": "churn_risk", "topic": "delivery", "label": "Very Negative"}, [0]),
        ({"outcome": "escalated", "text": "ann1", "from": "2026-02-03"}, [10, 11]),
        ({"user": "nobody"}, []),
        ({"behaviour": "helpful"}, [0, 4, 8]),
        ({"reply": "deflected"}, [9, 10, 11]),
        ({"reply": "deflected", "behaviour": "dodging", "user": "u1"}, [9]),
        ({"messageLabel": "Very Negative"}, [0, 1, 2]),
        ({"messageLabel": "Very Negative,Negative"}, [0, 1, 2, 3, 4]),
        ({"messageLabel": "Very Negative,Neutral", "behaviour": "helpful"}, [0]),
        ({"feedback": "negative"}, []),
        # The first of February is a Sunday: hours of Sunday from 144 on, of Monday from 0 on.
        ({"hours": "144"}, [0]),
        ({"hours": "6,150,0"}, [1, 4, 5]),
        ({"hours": "6", "from": "2026-02-03"}, []),
    ],
)
def test_a_search_finds_what_has_all_filters_newest_first(
    shelf: Shelf, query: Mapping[str, str], expected: Any
) -> None:
    answer = _search(shelf.world, shelf.tenant.admin, shelf.tenant.id, **query)
    assert shelf.numbers(answer) == sorted(expected, reverse=True)
    assert answer.body.keys() == {"conversations"}
    for limit in ("1", "3"):
        pages = list(_pages(shelf, **query, limit=limit))
        assert [number for page in pages for number in shelf.numbers(page)] == sorted(expected, reverse=True)
        assert all(len(page.body["conversations"]) == int(limit) for page in pages[:-1])


@pytest.mark.parametrize(
    ("query", "expected"),
    [({"behaviour": "helpful"}, [1]), ({"reply": "deflected"}, [0]), ({"feedback": "positive"}, [])],
)
def test_a_row_that_was_analysed_before_rows_said_what_its_messages_are_is_found(
    clocked: World, query: Mapping[str, str], expected: list[int]
) -> None:
    tenant = clocked.tenant()
    told = (">behaviour=dodging&outcome=deflected", ">behaviour=helpful&outcome=other")
    ids = [tell(clocked, tenant, f"c{n}", "score=0", each, at=clocked.now()) for n, each in enumerate(told)]
    for conversation in ids:
        row = Change((keys.conversation(tenant.id, conversation), keys.HEAD), must_exist=True, removes=[FOUND])
        clocked.table.change(row)
    rows = _search(clocked, tenant.admin, tenant.id, **query).body["conversations"]
    assert [ids.index(row["id"]) for row in rows] == expected


def test_feedback_on_one_of_its_messages_finds_the_conversation(clocked: World) -> None:
    tenant = clocked.tenant()
    for name, kind in (("1", "positive"), ("2", "negative"), ("3", None)):
        sent = {"id": f"m{name}", "role": "user", "content": "score=0"}
        clocked.send_history_directly(tenant, {"type": "openai", "id": name, "messages": [sent]})
        if kind is not None:
            given = {"type": kind, "messageId": f"m{name}"}
            assert clocked.inkeep(tenant.ingest, "POST", "/feedback", given).status == 200
    clocked.analyse_queued()
    for kind, expected in (("positive", ["1"]), ("negative", ["2"])):
        rows = _search(clocked, tenant.admin, tenant.id, feedback=kind).body["conversations"]
        assert [row["externalId"] for row in rows] == expected


def test_given_a_conversation_when_found_then_its_row_is_whole(clocked: World) -> None:
    tenant, at = clocked.tenant(), clocked.now()
    user = {"id": 7, "name": "Ann", "plan": "pro"}
    told = ("score=-0.75&topics=Refunds,delivery&flags=churn_risk&ends=escalated", ">outcome=other", "score=0.5")
    handed = {"channelId": "site", "channelName": "web", "providerId": "v1", "message": told[0], "contact": {"id": "c"}}
    first = tell(clocked, tenant, "c-1", *told, at=at - timedelta(minutes=1), user={**user, "id": "7"})
    second = clocked.manage(tenant.admin, "POST", tenant.id, "/handle", handed).body["conversation"]["id"]
    clocked.analyse_with(Scripted())(tenant.id, second)
    by_channel, by_capture = _search(clocked, tenant.admin, tenant.id).body["conversations"]
    assert by_capture == {
        "id": first,
        "chatbotId": tenant.id,
        "externalId": "c-1",
        "dialect": "openbat",
        "user": {"id": "7", "name": "Ann", "email": None, "plan": "pro"},
        "organization": None,
        "channel": None,
        "startedAt": "2026-03-01T11:59:00.000Z",
        "lastMessageAt": "2026-03-01T11:59:02.000Z",
        "createdAt": "2026-03-01T12:00:00.000Z",
        "messages": 3,
        "avgSentiment": -0.125,
        "label": "Neutral",
        "outcome": "escalated",
        "headline": None,
        "topics": [{"id": "refund", "name": "Refunds"}, {"id": "delivery", "name": "delivery"}],
        "flags": ["churn_risk"],
        "analysisPending": False,
        "analysisFailed": None,
    }
    assert by_channel.keys() == by_capture.keys()
    assert (by_channel["id"], by_channel["dialect"]) == (second, "chatcaptain")
    assert by_channel["channel"] == {"id": "site", "name": "web"}
    assert by_channel["user"] == {"id": "c", "name": None, "email": None, "plan": None}
    assert [row["id"] for row in _search(clocked, tenant.admin, tenant.id, channel="site").body["conversations"]] == [
        second
    ]


def test_given_an_erased_conversation_when_searched_then_it_is_not_there(world: World) -> None:
    tenant = world.tenant()
    gone = tell(world, tenant, "1", "topics=refund", at=START, user={"id": "ann"})
    stays = tell(world, tenant, "2", "topics=refund", at=START, user={"id": "ann"})
    conversation_wiring.erase(world.deployment)(tenant.id, gone)
    for query in ({}, {"user": "ann"}, {"topic": "refund"}):
        rows = _search(world, tenant.admin, tenant.id, **query).body["conversations"]
        assert [row["id"] for row in rows] == [stays]


def test_only_the_present_user_finds_the_conversation(
    world: World,
) -> None:
    tenant = world.tenant()
    conversation = tell(world, tenant, "1", "score=0", at=START, user={"id": "anonymous"})
    # Captured, not yet analysed: the entry is still that of the former user.
    message = {"id": "m0", "role": "user", "content": "score=0", "sentAt": START.isoformat()}
    world.capture_directly(tenant, {"conversationId": "1", "messages": [message], "user": {"id": "ann"}})
    assert _search(world, tenant.admin, tenant.id, user="anonymous").body["conversations"] == []
    world.analyse_with(Scripted())(tenant.id, conversation)
    (row,) = _search(world, tenant.admin, tenant.id, user="ann").body["conversations"]
    assert row["id"] == conversation


def test_given_a_cursor_when_it_belongs_to_another_search_then_it_is_refused(shelf: Shelf) -> None:
    world, tenant = shelf.world, shelf.tenant
    other = world.tenant()
    query = {"flag": "churn_risk", "limit": "1"}
    cursor = _search(world, tenant.admin, tenant.id, **query).body["nextCursor"]
    assert _search(world, tenant.admin, tenant.id, **query, cursor=cursor).status == 200
    assert _search(world, tenant.admin, tenant.id, flag="churn_risk", limit="5", cursor=cursor).status == 200
    refused = (
        _search(world, other.admin, other.id, **query, cursor=cursor),
        _search(world, tenant.admin, tenant.id, flag="other", cursor=cursor),
        _search(world, tenant.admin, tenant.id, topic="churn_risk", cursor=cursor),
        _search(world, tenant.admin, tenant.id, **query, text="a", cursor=cursor),
        _search(world, tenant.admin, tenant.id, **query, cursor="x"),
    )
    for answer in refused:
        assert_error(answer, 400, "invalid_request")
        assert answer.body["details"][0]["path"] == "cursor"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("from", {"from": "yesterday"}),
        ("to", {"to": "2026-02-30"}),
        ("to", {"from": "2026-02-02T00:00:00Z", "to": "2026-02-02T00:00:00Z"}),
        ("label", {"label": "Angry"}),
        ("messageLabel", {"messageLabel": "Angry"}),
        ("messageLabel", {"messageLabel": "Negative,Angry"}),
        ("reply", {"reply": "lost"}),
        ("feedback", {"feedback": "loud"}),
        ("hours", {"hours": "168"}),
        ("hours", {"hours": "0168"}),
        ("hours", {"hours": "1,x"}),
        ("hours", {"hours": "9" * 200}),
        ("outcome", {"outcome": "lost"}),
        ("dialect", {"dialect": "english"}),
        ("text", {"text": "x" * 257}),
        ("user", {"user": "x" * 257}),
        ("limit", {"limit": "101"}),
    ],
)
def test_given_a_bad_filter_when_searched_then_the_error_names_it(
    world: World, path: str, query: Mapping[str, str]
) -> None:
    tenant = world.tenant()
    answer = _search(world, tenant.admin, tenant.id, **query)
    assert_error(answer, 400, "invalid_request")
    assert answer.body["details"][0]["path"] == path


def test_searching_needs_the_right_and_reaches_own_chatbots_only(shelf: Shelf) -> None:
    world, tenant = shelf.world, shelf.tenant
    other = world.tenant()
    reader = world.key(tenant, "read")
    assert len(_search(world, reader).body["conversations"]) == 12
    assert_error(_search(world, other.admin, tenant.id), 404, "not_found")
    assert_error(_search(world, tenant.admin), 400, "invalid_request")
    assert_error(_search(world, tenant.ingest, tenant.id), 403, "forbidden")
    assert_error(_search(world, None, tenant.id), 401, "unauthorized")
