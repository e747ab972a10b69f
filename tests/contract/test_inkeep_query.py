"""The query language answers as the official client's validators want (inkeep.md, sections 7 and 8)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import ROLES as KEY_ROLES
from confab.query import ask
from confab.query.job import Bounds

from tests.contract.inkeep_shapes import (
    CODES,
    Problem,
    QueryResults,
    TopSearches,
    WeeklyUsers,
)
from tests.contract.query_shelf import ROWS, Shelf
from tests.support.answers import Answer
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

COUNT = {"type": "aggregation", "aggregation": "count"}


@pytest.fixture(scope="module")
def shelf(engine: Any, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(engine, tmp_path_factory.mktemp("facts"))


@pytest.mark.parametrize(
    ("view", "ids"),
    [
        ("conversations", ["c3", "c2", "c1", "c0"]),
        ("events", ["s4", "s3", "s2", "s1", "e1", "s0"]),
        ("feedback", ["f1"]),
        ("semantic-threads", ["t2", "t1"]),
    ],
)
def test_a_query_without_a_body_gives_every_row_the_newest_first(shelf: Shelf, view: str, ids: list[str]) -> None:
    assert [row["id"] for row in shelf.rows(view)] == ids


def test_answers_say_up_to_when_they_hold(shelf: Shelf) -> None:
    answer = shelf.ask("conversations", {"notes": "n" * 80})
    assert answer.body["asOf"] == answer.headers["x-as-of"]
    for path in ("conversations/export", "property-keys"):
        assert shelf.ask(path, {"field": "properties"}).headers["x-as-of"] == answer.body["asOf"]


def test_a_query_counts_as_ten_requests(shelf: Shelf) -> None:
    administration = admin_wiring.administration(shelf.world.deployment)
    key = administration.create_key(
        shelf.tenant.workspace_id, "k", chatbot_id=shelf.tenant.id, permissions=KEY_ROLES["api"], daily_quota=25
    ).secret
    assert [shelf.ask("conversations", key=key).status for _ in range(2)] == [200, 200]
    refused = shelf.ask("conversations", key=key)
    assert (refused.status, refused.headers["ratelimit"].split(";")[1]) == (429, "r=5")
    assert "25 requests a day (UTC); this one counts as 10" in refused.body["detail"]


def test_columns_have_the_names_and_types_of_the_contract(shelf: Shelf) -> None:
    (row,) = shelf.rows(
        "conversations",
        select=[
            COUNT,
            {"type": "aggregation", "aggregation": "sum"},
            {"type": "aggregation", "aggregation": "avg", "field": "userMessageCount"},
            {"type": "aggregation", "aggregation": "min", "field": "firstMessageTime"},
            {"type": "aggregation", "aggregation": "max", "field": "properties", "path": ["seats"]},
            {"type": "aggregation", "aggregation": "countDistinct", "field": "userProperties", "path": ["userId"]},
            {"type": "aggregation", "aggregation": "countDistinct"},
        ],
    )
    assert row == {
        "count": 4,
        "sum": 10,
        "avg_userMessageCount": 2.5,
        "min_firstMessageTime": 1793529000000,
        "max_properties.seats": 12,
        "countDistinct_userProperties.userId": 4,
        "countDistinct": 4,
    }


def test_groups_by_a_value_inside_of_properties_leave_out_what_is_not_there(shelf: Shelf) -> None:
    rows = shelf.rows(
        "conversations",
        select=[COUNT],
        groupBy=[{"field": "properties", "path": ["plan"]}],
        orderBy=[{"field": "count", "direction": "desc"}],
    )
    assert rows == [
        {"count": 2, "properties.plan": "pro"},
        {"count": 1, "properties.plan": "free"},
        {"count": 1},
    ]


def test_a_hidden_group_is_no_column(shelf: Shelf) -> None:
    rows = shelf.rows("conversations", select=[COUNT], groupBy=[{"field": "type", "includeInSelect": False}])
    assert rows == [{"count": 3}, {"count": 1}]


@pytest.mark.parametrize(
    ("unit", "first"),
    [("hour", "2026-11-01T10:00"), ("day", "2026-11-01"), ("week", "2026-10-26"), ("month", "2026-11")],
)
def test_times_are_cut_to_a_unit(shelf: Shelf, unit: str, first: str) -> None:
    rows = shelf.rows("conversations", select=[{"type": "time", "timeUnit": unit}, COUNT])
    assert rows[0][f"firstMessageTime_{unit}"].startswith(first)
    assert sum(row["count"] for row in rows) == 4


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ({"field": "type", "operator": "eq", "value": "support_ticket"}, "3"),
        ({"field": "type", "operator": "neq", "value": "support_ticket"}, "012"),
        ({"field": "userMessageCount", "operator": "gt", "value": 3}, "3"),
        ({"field": "userMessageCount", "operator": "gte", "value": 3}, "23"),
        ({"field": "userMessageCount", "operator": "lt", "value": 2}, "0"),
        ({"field": "firstMessageTime", "operator": "lte", "value": "2026-11-02T11:30:00+01:00"}, "01"),
        ({"field": "id", "operator": "in", "value": ["c1", "c9"]}, "1"),
        ({"field": "id", "operator": "notIn", "value": ["c1"]}, "023"),
        ({"field": "integrationId", "operator": "isNull"}, "123"),
        ({"field": "integrationId", "operator": "isNotNull"}, "0"),
        ({"field": "properties", "operator": "isNull"}, "3"),
        ({"field": "properties", "operator": "jsonContains", "value": {"plan": "pro"}}, "02"),
        ({"field": "properties", "operator": "jsonContains", "value": {"deep": {"er": [1]}}}, "2"),
        ({"field": "properties", "operator": "jsonContains", "value": {"path": ["plan"], "value": "pro"}}, "02"),
        ({"field": "properties", "operator": "jsonContainedBy", "value": {"plan": "pro", "seats": 3, "x": 1}}, "0"),
        ({"field": "properties", "operator": "jsonHasKey", "value": "deep"}, "2"),
        ({"field": "properties", "operator": "jsonHasAnyKey", "value": ["deep", "seats"]}, "012"),
        ({"field": "properties", "operator": "jsonHasAllKeys", "value": ["plan", "seats"]}, "01"),
        ({"field": "properties", "operator": "gt", "value": {"path": ["seats"], "value": 5}}, "1"),
        ({"field": "properties", "operator": "in", "value": {"path": ["plan"], "value": ["free", "x"]}}, "1"),
        ({"field": "userProperties", "operator": "eq", "value": {"path": ["userId"], "value": "7"}}, "1"),
        ({"field": "id", "operator": "eq", "value": "' OR TRUE --"}, ""),
    ],
)
def test_conditions_let_through_what_they_say(shelf: Shelf, condition: dict[str, Any], ids: str) -> None:
    rows = shelf.rows("conversations", select=[{"type": "field", "field": "id"}], where={"condition": condition})
    assert sorted(row["id"] for row in rows) == [f"c{number}" for number in ids]


def test_conditions_are_joined_and_nested(shelf: Shelf) -> None:
    def one(value: str) -> dict[str, Any]:
        return {"condition": {"field": "id", "operator": "eq", "value": value}}

    nested = {"or": [{"and": [one("c1"), one("c2")]}, {"or": [one("c3")]}, {"and": [one("c0")]}]}
    assert [row["id"] for row in shelf.rows("conversations", where=nested)] == ["c3", "c0"]
    assert len(shelf.rows("conversations", where={})) == 4
    assert shelf.rows("conversations", where={"or": []}) == []


def test_lists_of_objects_and_of_texts_can_be_asked(shelf: Shelf) -> None:
    wrong = {"field": "reasons", "operator": "jsonArrayContainsObject", "value": {"label": "wrong"}}
    assert [row["id"] for row in shelf.rows("feedback", where={"condition": wrong})] == ["f1"]
    english = {"field": "languages", "operator": "arrayContains", "value": "en"}
    assert [row["id"] for row in shelf.rows("semantic-threads", where={"condition": english})] == ["t1"]


def test_properties_of_events_are_texts(shelf: Shelf) -> None:
    rows = shelf.rows("events", where={"condition": {"field": "type", "operator": "eq", "value": "copied"}})
    assert rows[0]["properties"] == {"at": "3", "list": "[1]", "text": "x"}
    assert "searchQuery" not in rows[0]


def test_semantic_threads_are_found_by_their_words(shelf: Shelf) -> None:
    assert [row["id"] for row in shelf.rows("semantic-threads", query="REFUND get")] == ["t1"]
    assert [row["id"] for row in shelf.rows("semantic-threads", query='"a refund"')] == ["t1"]
    assert shelf.rows("semantic-threads", query="refund cost") == []


def test_columns_of_semantic_threads_that_nobody_fills_are_absent(shelf: Shelf) -> None:
    thread = shelf.rows("semantic-threads")[1]
    assert thread["hasNegativeFeedback"] is True and thread["messageIds"] == ["m1"]
    assert not {"isDocumented", "gapSummary", "emotion", "answer"} & thread.keys()


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"select": [{"type": "field", "field": "nothing"}]}, "select.0.field"),
        ({"select": [{"type": "field", "field": "id", "path": ["a"]}]}, "select.0.path"),
        ({"select": [{"type": "aggregation", "aggregation": "sum", "field": "id"}]}, "select.0.field"),
        ({"select": [{"type": "aggregation", "aggregation": "median"}]}, "select.0"),
        ({"select": [{"type": "time", "timeUnit": "day", "field": "id"}]}, "select.0.field"),
        ({"select": [{"type": "time", "timeUnit": "year"}]}, "select.0"),
        ({"select": [{"type": "nothing"}]}, "select.0"),
        ({"groupBy": [{"field": "nothing"}]}, "groupBy.0.field"),
        ({"orderBy": [{"field": "count"}]}, "orderBy.0.field"),
        ({"orderBy": [{"field": "id", "direction": "up"}]}, "orderBy.0.direction"),
        ({"select": [COUNT], "orderBy": [{"field": "id"}]}, "orderBy.0.field"),
        ({"where": {"condition": {"field": "nothing", "operator": "eq"}}}, "where.condition.field"),
        ({"where": {"and": [{"condition": {"field": "id", "operator": "like"}}]}}, "where.and.0.condition.operator"),
        ({"where": {"condition": {"field": "id", "operator": "eq", "value": 3}}}, "where.condition.value"),
        ({"where": {"condition": {"field": "id", "operator": "in", "value": "c1"}}}, "where.condition.value"),
        (
            {"where": {"condition": {"field": "id", "operator": "in", "value": ["c"] * 1001}}},
            "where.condition.value",
        ),
        (
            {"where": {"condition": {"field": "firstMessageTime", "operator": "gt", "value": "soon"}}},
            "where.condition.value",
        ),
        ({"where": {"condition": {"field": "properties", "operator": "eq", "value": 1}}}, "where.condition.value"),
        ({"where": {"condition": {"field": "id", "operator": "jsonHasKey", "value": "x"}}}, "where.condition.operator"),
        ({"notes": "n" * 81}, "notes"),
    ],
)
def test_what_the_view_has_not_is_refused_by_its_place(shelf: Shelf, body: Any, where: str) -> None:
    answer = shelf.ask("conversations", body)
    problem = Problem.model_validate(answer.body)
    assert answer.status == 422 and where in problem.detail, problem.detail
    assert (problem.code, problem.title) == CODES[422]


@pytest.mark.parametrize("path", [*ROWS, *(f"{view}/export" for view in ROWS), "property-keys", "property-values"])
def test_only_keys_of_servers_may_query(shelf: Shelf, path: str) -> None:
    body = {"field": "properties", "key": "plan"}
    for role in ("web", "ingest"):
        assert (
            shelf.ask(path, body, shelf.world.key(shelf.tenant, role, "WEB" if role == "web" else "API")).status == 403
        )
    assert shelf.world.request("POST", f"/query/{path}", None, body).status == 401


@pytest.mark.parametrize("view", ROWS)
def test_a_key_reaches_its_own_chatbots_rows_only(shelf: Shelf, view: str) -> None:
    answer = shelf.ask(view, None, shelf.others_key)
    ids = [row["id"] for row in answer.body["data"]["result"]]
    assert ids == (["theirs"] if view == "conversations" else [])


def test_a_workspaces_key_reaches_all_its_chatbots_and_no_others(shelf: Shelf) -> None:
    rows = shelf.ask("conversations", None, shelf.tenant.admin).body["data"]["result"]
    assert [row["id"] for row in rows] == ["c3", "c2", "c1", "c0"]
    assert {row["organizationId"] for row in rows} == {shelf.tenant.workspace_id}


def test_keys_of_properties_are_texts_in_order(shelf: Shelf) -> None:
    answer = shelf.ask("property-keys", {"field": "properties"})
    assert QueryResults.model_validate(answer.body).results == ["at", "deep", "list", "none", "plan", "seats", "text"]
    answer = shelf.ask("property-keys", {"field": "properties", "views": ["conversations_view"]})
    assert answer.body["results"] == ["deep", "plan", "seats"]


def test_values_of_properties_are_texts_the_most_frequent_first(shelf: Shelf) -> None:
    answer = shelf.ask("property-values", {"field": "properties", "key": "plan", "limit": 100})
    assert QueryResults.model_validate(answer.body).results == ["pro", "free"]
    seats = {"field": "properties", "key": "seats", "views": ["conversations_view"], "limit": 1}
    assert shelf.ask("property-values", seats).body["results"] == ["12"]


def test_a_filter_of_values_may_be_of_one_view(shelf: Shelf) -> None:
    many = {"condition": {"field": "userMessageCount", "operator": "gt", "value": 1}}
    answer = shelf.ask("property-values", {"field": "properties", "key": "plan", "where": many})
    assert answer.body["results"] == ["free", "pro"]
    answer = shelf.ask(
        "property-values", {"field": "properties", "key": "plan", "views": ["events_view"], "where": many}
    )
    assert answer.status == 422


def test_top_searches_count_in_text(shelf: Shelf) -> None:
    answer = shelf.world.request("GET", "/query/top-search-queries", shelf.key, query={"after": "2026-01-01"})
    found = TopSearches.model_validate(answer.body).data
    assert [(each.search_query, each.count) for each in found.result] == [("refund", "3"), ("price", "1")]
    assert found.total == 2
    own = {"after": "2026-11-02T12:00:00Z", "project_id": "p9"}
    answer = shelf.world.request("GET", "/query/top-search-queries", shelf.key, query=own)
    assert answer.body["data"]["result"] == [{"search_query": "refund", "count": "1"}]


def test_users_who_searched_are_counted_by_week_in_text(shelf: Shelf) -> None:
    answer = shelf.world.request("GET", "/query/weekly-search-users", shelf.key)
    found = WeeklyUsers.model_validate(answer.body).data
    assert [(each.week, each.unique_users) for each in found.result] == [("2026-11-02", "3")]


def _csv(answer: Answer) -> list[list[str]]:
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/csv"), answer.body
    return list(csv.reader(io.StringIO(answer.body)))


def test_an_export_has_a_column_for_each_key_of_properties(shelf: Shelf) -> None:
    select = [{"type": "field", "field": name} for name in ("id", "properties")]
    assert _csv(shelf.ask("conversations/export", {"select": select})) == [
        ["id", "properties.plan", "properties.deep", "properties.seats"],
        ["c3", "", "", ""],
        ["c2", "pro", '{"er":[1]}', ""],
        ["c1", "free", "", "12"],
        ["c0", "pro", "", "3"],
    ]


def test_an_export_has_properties_in_one_column_if_that_is_asked_for(shelf: Shelf) -> None:
    select = [{"type": "field", "field": "properties", "mode": "json"}]
    assert _csv(shelf.ask("conversations/export", {"select": select}))[-1] == ['{"plan":"pro","seats":3}']


def test_no_cell_of_an_export_is_a_formula(shelf: Shelf) -> None:
    header, row = _csv(shelf.ask("feedback/export"))
    assert row[header.index("details")] == "'=SUM(A1)"


@pytest.mark.parametrize("view", ROWS)
def test_every_view_can_be_exported(shelf: Shelf, view: str) -> None:
    assert _csv(shelf.ask(f"{view}/export"))[1]


def test_a_large_export_is_at_another_place_for_a_while(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("confab.platform.responses.MAX_ANSWER", 10)
    answer = shelf.ask("conversations/export")
    assert answer.status == 303 and answer.headers["content-type"].startswith("text/csv")
    (key,) = [key for key in shelf.facts.bucket.objects if key.startswith("exports/")]
    assert answer.headers["location"].endswith(key)
    objects = shelf.facts.bucket.objects
    assert objects[key].content.startswith(b"id,")
    now = objects[key].at
    for age, stays in ((15, True), (20, False)):
        objects[key].at = now - timedelta(minutes=age)
        shelf.world.handler("archive")({}, CONTEXT)
        assert (key in objects) is stays, "it is removed once its address works no more"


@pytest.mark.parametrize("bounds", [Bounds(rows=1), Bounds(size=100)])
def test_an_export_that_would_be_cut_is_refused(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, bounds: Bounds) -> None:
    monkeypatch.setattr(ask, "EXPORT", bounds)
    answer = shelf.ask("semantic-threads/export")
    assert answer.status == 422
    assert "more than 200,000 rows or 60 MB" in answer.body["detail"]
    one = {"condition": {"field": "id", "operator": "eq", "value": "t1"}}
    whole = shelf.ask("semantic-threads/export", {"select": [{"type": "field", "field": "id"}], "where": one})
    assert _csv(whole) == [["id"], ["t1"]]


def test_a_deployment_without_copies_says_that_it_serves_no_queries(engine: Any) -> None:
    world = World(engine)
    world.deployment.settings = replace(world.deployment.settings, facts_bucket="")
    key = world.key(world.tenant(), "api")
    answer = world.request("POST", "/query/conversations", key, {})
    assert answer.status == 503 and "QueryEngine" in answer.body["detail"]


@pytest.mark.parametrize(
    "value", ["\0", "a\0b", "\ud83d", "\U0001f600", "'; DROP TABLE x; --", "\\", "%", "x" * 100_000], ids=ascii
)
def test_any_text_can_be_compared_and_searched_for(shelf: Shelf, value: str) -> None:
    for field in ("id", "type"):
        assert (
            shelf.rows("conversations", where={"condition": {"field": field, "operator": "eq", "value": value}}) == []
        )
    for operator, wanted in (("eq", {"path": [value[:100]], "value": value}), ("jsonContains", {value[:100]: [value]})):
        asked = {"condition": {"field": "properties", "operator": operator, "value": wanted}}
        assert shelf.rows("conversations", where=asked) == []
    assert shelf.ask("semantic-threads", {"query": value[:1000]}).status == 200
    assert shelf.ask("property-values", {"field": "properties", "key": value[:256]}).body["results"] == []


@pytest.mark.parametrize(
    "value", [10**30, -(10**30), 10**400, 1e300, 0.1, -0.0, 5e-324], ids=lambda value: str(value)[:9]
)
def test_any_number_can_be_compared(shelf: Shelf, value: float) -> None:
    for operator in ("eq", "gt", "lte"):
        asked = {"condition": {"field": "userMessageCount", "operator": operator, "value": value}}
        assert shelf.ask("conversations", {"where": asked}).status == 200
        inside = {"field": "properties", "operator": operator, "value": {"path": ["seats"], "value": value}}
        assert shelf.ask("conversations", {"where": {"condition": inside}}).status == 200
    contained = {"field": "properties", "operator": "jsonContains", "value": {"seats": value}}
    assert shelf.ask("conversations", {"where": {"condition": contained}}).status == 200
