"""Conversations as ``GET /v1/insights/conversations/export`` hands them out (docs/data.md)."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.domain.identity import conversation_id
from confab.reading import export

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.scripted import Scripted, tell
from tests.support.world import World

START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)
COUNT = 12
ALL = COUNT + 1


@pytest.fixture(scope="module")
def shelf(engine: Any) -> tuple[World, Tenant]:
    world = World(engine)
    tenant = world.tenant()
    for number in range(COUNT):
        told = [
            f"score={(number - 6) / 6}&topics=refund&ends={'resolved' if number < 4 else 'escalated'}",
            ">outcome=other",
        ]
        user = {"id": f"u{number % 4}", "name": f"=Ann {number}"}
        tell(world, tenant, f"talk-{number}", *told, "score=0.5", at=START + timedelta(hours=4 * number), user=user)
    messages = [
        {"id": "k0", "role": "user", "content": "score=-1&ends=resolved", "createdAt": START.isoformat()},
        {"id": "k1", "role": "assistant", "content": "outcome=other", "createdAt": START.isoformat()},
    ]
    history = {"type": "openai", "id": "logged", "messages": messages}
    assert world.send_history(tenant.ingest, history).status == 200
    for kind in ("negative", "positive"):
        feedback = {"type": kind, "messageId": "k1", "userProperties": {"userId": kind}}
        assert world.inkeep(tenant.ingest, "POST", "/feedback", feedback).status == 200
    world.analyse_with(Scripted())(tenant.id, conversation_id(tenant.id, "logged"))
    tell(world, tenant, "obprobe_1", "score=0", at=START)
    return world, tenant


def _export(shelf: tuple[World, Tenant], **query: str) -> Answer:
    world, tenant = shelf
    answer = world.request(
        "GET", "/v1/insights/conversations/export", tenant.admin, query={"chatbotId": tenant.id, **query}
    )
    assert answer.status == 200, answer.body
    return answer


def _rows(answer: Answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.body, newline=""), strict=True))


def _listed(shelf: tuple[World, Tenant], **query: str) -> list[str]:
    world, tenant = shelf
    answer = world.request(
        "GET", "/v1/insights/conversations", tenant.admin, query={"chatbotId": tenant.id, "limit": "100", **query}
    )
    return [row["id"] for row in answer.body["conversations"]]


FILTERS: list[dict[str, str]] = [
    {},
    {"user": "u1"},
    {"outcome": "resolved"},
    {"label": "Positive", "topic": "refund"},
    {"text": "nobody"},
]


@pytest.mark.parametrize("query", FILTERS, ids=str)
def test_an_export_has_what_the_list_has_in_its_order(shelf: tuple[World, Tenant], query: dict[str, str]) -> None:
    wanted = _listed(shelf, **query)
    assert [row["id"] for row in _rows(_export(shelf, **query))] == wanted
    lines = _export(shelf, format="jsonl", **query).body.splitlines()
    assert [json.loads(line)["id"] for line in lines] == wanted
    assert len(_export(shelf, format="openai", **query).body.splitlines()) == len(wanted)


def test_the_rows_of_an_export_add_up_to_the_figures_of_the_dashboard(shelf: tuple[World, Tenant]) -> None:
    world, tenant = shelf
    rows = _rows(_export(shelf))
    overview = world.request("GET", "/v1/insights/overview", tenant.admin, query={"chatbotId": tenant.id, "days": "30"})
    current = overview.body["current"]
    assert current["conversations"] == len(rows) == ALL
    assert current["messages"] == sum(int(row["messages"]) for row in rows)
    assert current["feedback"] == {
        "positive": sum(int(row["feedbackPositive"]) for row in rows),
        "negative": sum(int(row["feedbackNegative"]) for row in rows),
    }
    outcomes = Counter(row["outcome"] for row in rows)
    assert {name: count for name, count in current["outcomes"].items() if count} == outcomes
    labels = current["sentimentDistribution"]
    assert labels == {label: sum(int(row[f"messages{label.replace(' ', '')}"]) for row in rows) for label in labels}
    scored = sum(int(row["scoredMessages"]) for row in rows)
    total = sum(float(row["avgSentiment"]) * int(row["scoredMessages"]) for row in rows)
    assert current["avgSentiment"] == pytest.approx(total / scored, abs=5e-5)


def test_json_lines_hold_whole_conversations(shelf: tuple[World, Tenant]) -> None:
    (line,) = (json.loads(each) for each in _export(shelf, format="jsonl", text="talk-3").body.splitlines())
    assert [message["id"] for message in line["messages"]] == ["m0", "m1", "m2"]
    assert line["messages"][0]["result"]["score"] == -0.5
    assert line["user"] == {"id": "u3", "name": "=Ann 3"}
    assert (line["externalId"], line["outcome"], line["topics"]) == (
        "talk-3",
        "resolved",
        [{"id": "refund", "name": "refund"}],
    )


def test_json_lines_hold_the_feedback_of_each_message(shelf: tuple[World, Tenant]) -> None:
    (line,) = (json.loads(each) for each in _export(shelf, format="jsonl", dialect="inkeep").body.splitlines())
    assert sorted((given["kind"], given["messageId"]) for given in line["feedback"]) == [
        ("negative", "k1"),
        ("positive", "k1"),
    ]


def test_a_file_has_a_name_and_no_cell_runs(shelf: tuple[World, Tenant]) -> None:
    answer = _export(shelf)
    assert answer.headers["content-disposition"] == 'attachment; filename="conversations.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert {row["user.name"][:2] for row in _rows(answer)} == {"'=", ""}


def test_an_export_beyond_one_answer_is_refused_with_the_way_out(
    shelf: tuple[World, Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, tenant = shelf
    monkeypatch.setattr(export, "MAX_DIRECT", 2_000)
    query = {"chatbotId": tenant.id}
    answer = world.request("GET", "/v1/insights/conversations/export", tenant.admin, query=query)
    assert_error(answer, 422, "export_too_large")
    assert f"/api/v1/chatbots/{tenant.id}/exports" in answer.body["error"]


@pytest.mark.parametrize(("name", "value"), [("format", "xls"), ("label", "Grumpy"), ("from", "yesterday")])
def test_a_query_that_is_not_understood_is_refused(shelf: tuple[World, Tenant], name: str, value: str) -> None:
    world, tenant = shelf
    query = {"chatbotId": tenant.id, name: value}
    assert_error(
        world.request("GET", "/v1/insights/conversations/export", tenant.admin, query=query), 400, "invalid_request"
    )


def test_only_a_key_that_reads_the_chatbot_exports_it(shelf: tuple[World, Tenant]) -> None:
    world, tenant = shelf
    stranger, query = world.tenant("Other"), {"chatbotId": tenant.id}
    path = "/v1/insights/conversations/export"
    assert_error(world.request("GET", path, stranger.admin, query=query), 404, "not_found")
    assert_error(world.request("GET", path, tenant.ingest, query=query), 403, "forbidden")
    assert_error(world.request("GET", path, None, query=query), 401, "unauthorized")
