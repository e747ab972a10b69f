"""SQL of people, content gaps and the search in messages, as the API answers them (docs/query.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import Answer
from tests.support.clock import Clock
from tests.support.facts_shelf import FactsShelf
from tests.support.openbat import assert_error
from tests.support.scripted import tell
from tests.support.world import World

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLANS = ("pro", "free", "pro", "free")
COUNTRIES = ("DE", "DE", "FR", None)
TEXTS = (
    [("user", "Where is my REFUND?"), ("assistant", "It comes tomorrow.")],
    [("user", "I want a refund"), ("assistant", "Of course: 100% of it, it's ours.")],
    [("user", "How much?"), ("assistant", "x" * 400 + " ten euros " + "y" * 400)],
    [("user", "hello")],
)


class Shelf:
    """Four conversations of a chatbot, one a day, each in the table and in the facts."""

    def __init__(self, engine: Any, folder: Path) -> None:
        self.world = World(engine, Clock(NOW))
        self.tenant, self.other = self.world.tenant(), self.world.tenant("Other")
        self.facts = FactsShelf(self.world, folder)
        self.ids = [self._conversation(number) for number in range(4)]
        self.facts.put("conversations", self.tenant.id, {"id": "probe", "kind": "probe"})
        self.facts.put("conversations", self.other.id, {"id": "theirs", "outcome": "resolved", "country": "DE"})
        self.facts.put("messages", self.other.id, {"id": "m", "conversation_id": "theirs", "content": "my refund"})
        self._threads()

    def _conversation(self, number: int) -> str:
        bot, at = self.tenant.id, NOW - timedelta(days=4 - number)
        id_ = tell(self.world, self.tenant, f"c{number}", "score=0&topics=refund", at=at)
        self.facts.put(
            "conversations",
            bot,
            {
                "conversation_id": id_,
                "id": f"c{number}",
                "first_message_at": at,
                "plan": PLANS[number],
                "country": COUNTRIES[number],
                "messages": len(TEXTS[number]),
                "sentiment": number / 4 - 0.5,
                "outcome": "resolved" if number % 2 else "open",
                "topics": ["refund"] if number < 2 else [],
                "custom": {"tier/no": number, "name": f"it's {number}"},
                "negative_feedback": int(number == 1),
                "positive_feedback": 0,
            },
        )
        said = [
            {"id": f"m{number}{place}", "conversation_id": id_, "number": place, "role": role, "content": content}
            for place, (role, content) in enumerate(TEXTS[number], 1)
        ]
        self.facts.put("messages", bot, *said)
        return id_

    def _threads(self) -> None:
        asked = {"is_on_topic": True, "answered": True, "is_answer_confident": True, "negative_feedback": 0}
        threads: list[Mapping[str, Any]] = [
            {"question": "Refund?", "subject": "refund", "answered": False, "user_id": "ann"},
            {
                "question": "refund? ",
                "subject": "refund",
                "is_answer_confident": False,
                "user_id": "ann",
                "answer": "Um.",
            },
            {"question": "Money back?", "subject": "refund", "negative_feedback": 1, "user_id": "bob", "answer": "No."},
            {"question": "Where is it?", "subject": "delivery", "user_id": "eve", "answer": "There."},
            {"question": "When?", "subject": "delivery", "user_id": "eve", "conversation_outcome": "unresolved"},
            {"question": "And?", "subject": None, "answered": False, "user_id": None},
            {"question": "Hi", "is_on_topic": False, "answered": False},
            {"question": "Huh", "is_clear": False, "answered": False},
            {"question": "Just now", "answered": False, "last_message_at": NOW - timedelta(minutes=5)},
            {"question": "Long ago", "answered": False, "first_message_at": NOW - timedelta(days=100)},
            {"question": "A probe", "answered": False, "kind": "probe"},
        ]
        for number, thread in enumerate(threads):
            at = NOW - timedelta(days=3, minutes=number)
            id_ = self.ids[number % 4]
            common = {**asked, "id": f"t{number}", "conversation_id": f"{id_[:-2]}{number:02}", "number": 1}
            self.facts.put(
                "threads", self.tenant.id, {**common, "first_message_at": at, "last_message_at": at, **thread}
            )

    def get(self, path: str, key: str | None = None, **query: str) -> Answer:
        asked = {"chatbotId": self.tenant.id, **query}
        return self.world.request("GET", f"/v1/insights/{path}", key or self.tenant.admin, query=asked)

    def found(self, **query: str) -> list[int]:
        answer = self.get("search", **query)
        assert answer.status == 200, answer.body
        return [self.ids.index(row["id"]) for row in answer.body["conversations"]]

    def sql(self, statement: str, key: str | None = None, **body: str) -> Answer:
        return self.world.request("POST", "/v1/insights/sql", key or self.tenant.admin, {"sql": statement, **body})


@pytest.fixture(scope="module")
def shelf(engine: Any, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(engine, tmp_path_factory.mktemp("facts"))


def test_sql_of_an_admin_is_answered_with_columns_and_rows(shelf: Shelf) -> None:
    answer = shelf.sql("SELECT outcome, count(*) AS n FROM conversations WHERE kind = 'organic' GROUP BY 1 ORDER BY 1")
    assert answer.status == 200
    assert answer.body["columns"] == [{"name": "outcome", "type": "VARCHAR"}, {"name": "n", "type": "BIGINT"}]
    assert (answer.body["rows"], answer.body["count"]) == ([["open", 2], ["resolved", 2]], 2)
    assert answer.body["truncated"] is False and answer.body["asOf"] == answer.headers["x-as-of"]


def test_every_type_of_the_views_can_be_answered(shelf: Shelf) -> None:
    answer = shelf.sql("SELECT * FROM conversations WHERE id = 'c1'")
    (row,) = answer.body["rows"]
    shown = dict(zip((column["name"] for column in answer.body["columns"]), row, strict=True))
    assert (shown["topics"], shown["first_message_at"]) == (["refund"], "2026-11-17T12:00:00.000Z")
    assert not {"version", "deleted", "active_at", "month"} & shown.keys()


@pytest.mark.parametrize("view", ["conversations", "messages", "threads", "feedback", "events"])
def test_sql_reaches_rows_of_the_own_tenant_only(shelf: Shelf, view: str) -> None:
    answer = shelf.sql(f"SELECT DISTINCT chatbot_id FROM {view} ORDER BY 1")
    assert answer.body["rows"] in ([], [[shelf.tenant.id]])


def test_sql_of_another_tenants_chatbot_is_not_found(shelf: Shelf) -> None:
    assert_error(shelf.sql("SELECT 1", chatbotId=shelf.other.id), 404, "not_found")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP VIEW conversations",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT 1; SELECT 2",
        "SELECT nothing FROM conversations",
        "SELECT FROM WHERE",
        "SELECT 'a' + 1",
        "\0",
        "SELECT 1; \0 SELECT 2",
        " ",
        "--",
    ],
)
def test_sql_that_is_no_select_over_the_views_is_refused(shelf: Shelf, statement: str) -> None:
    assert_error(shelf.sql(statement), 400, "invalid_request")


def test_only_admins_may_send_sql(shelf: Shelf) -> None:
    for role in ("read", "api", "ingest"):
        assert_error(shelf.sql("SELECT 1", shelf.world.key(shelf.tenant, role)), 403, "forbidden")


def test_rows_beyond_the_limit_are_cut_and_that_is_said(shelf: Shelf) -> None:
    answer = shelf.sql("SELECT a.id FROM conversations a, messages b, messages c, messages d, messages e, messages f")
    assert (answer.body["count"], answer.body["truncated"]) == (10_000, True)


def test_gaps_are_ranked_by_users_with_reasons_and_examples(shelf: Shelf) -> None:
    answer = shelf.get("gaps")
    assert answer.status == 200, answer.body
    first, *others = answer.body["gaps"]
    assert first["subject"]["id"] == "refund"
    assert (first["users"], first["questions"], first["asked"]) == (2, 3, 3)
    assert first["reasons"] == {"unanswered": 1, "negative_feedback": 1, "not_confident": 1}
    assert [each["question"] for each in first["examples"]] == ["Refund?", "Money back?"]
    assert [(gap["subject"] and gap["subject"]["id"], gap["asked"]) for gap in others] == [("delivery", 2), (None, 2)]
    assert others[0]["reasons"] == {"unresolved": 1}
    assert (answer.body["questions"], answer.body["unanswered"]) == (7, 5)


def test_gaps_are_those_of_the_period(shelf: Shelf) -> None:
    answer = shelf.get("gaps", days="365", limit="1")
    assert answer.body["unanswered"] == 6 and len(answer.body["gaps"]) == 1
    assert_error(shelf.get("gaps", **{"from": "2026-11-02", "to": "2026-11-01"}), 400, "invalid_request")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [3, 2, 1, 0]),
        ({"text": "refund"}, [1, 0]),
        ({"text": "refund tomorrow"}, [0]),
        ({"text": '"a refund"'}, [1]),
        ({"text": "100%"}, [1]),
        ({"text": "it's"}, [1]),
        ({"text": "_"}, []),
        ({"plan": "pro"}, [2, 0]),
        ({"country": "DE", "text": "REFUND"}, [1, 0]),
        ({"country": "DE' OR TRUE --"}, []),
        ({"minMessages": "2", "maxMessages": "2"}, [2, 1, 0]),
        ({"minSentiment": "-0.25", "maxSentiment": "0"}, [2, 1]),
        ({"outcome": "resolved"}, [3, 1]),
        ({"topic": "refund"}, [1, 0]),
        ({"feedback": "negative"}, [1]),
        ({"feedback": "positive"}, []),
        ({"custom.tier/no": "2"}, [2]),
        ({"custom.name": "it's 3"}, [3]),
        ({"from": "2026-11-18"}, [3, 2]),
        ({"to": "2026-11-17"}, [1, 0]),
    ],
)
def test_a_search_finds_by_words_ranges_and_segments(shelf: Shelf, query: dict[str, str], expected: list[int]) -> None:
    assert shelf.found(**query) == expected


def test_a_match_shows_the_message_and_what_stands_around_the_word(shelf: Shelf) -> None:
    (row,) = shelf.get("search", text="EUROS").body["conversations"]
    assert row["match"]["messageId"] == "m22" and " ten euros " in row["match"]["snippet"]
    assert len(row["match"]["snippet"]) <= 240
    assert all(row["match"] is None for row in shelf.get("search").body["conversations"])


def test_a_search_goes_on_page_by_page(shelf: Shelf) -> None:
    seen, query = [], {"limit": "1"}
    while True:
        answer = shelf.get("search", **query)
        seen += [(shelf.ids.index(row["id"]), answer.body["remaining"]) for row in answer.body["conversations"]]
        if "nextCursor" not in answer.body:
            break
        query["cursor"] = answer.body["nextCursor"]
    assert seen == [(3, 4), (2, 3), (1, 2), (0, 1)]


@pytest.mark.parametrize(
    "query",
    [
        {"minMessages": "many"},
        {"minSentiment": "2"},
        {"outcome": "fine"},
        {"feedback": "so-so"},
        {"limit": "101"},
        {"cursor": "x"},
        {f"custom.{number}": "x" for number in range(11)},
    ],
)
def test_a_search_for_what_cannot_be_is_refused(shelf: Shelf, query: dict[str, str]) -> None:
    assert_error(shelf.get("search", **query), 400, "invalid_request")


def test_a_conversation_that_is_gone_is_in_no_search(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = shelf.ids[1]
    heads = type(shelf.world.deployment.conversations).heads

    def without(store: Any, places: Any) -> Any:
        return {place: row for place, row in dict(heads(store, places)).items() if place[1] != gone}

    monkeypatch.setattr(type(shelf.world.deployment.conversations), "heads", without)
    assert shelf.found(text="refund") == [0]


@pytest.mark.parametrize("path", ["gaps", "search"])
def test_reading_the_facts_takes_a_key_that_may_read(shelf: Shelf, path: str) -> None:
    assert shelf.get(path, shelf.world.key(shelf.tenant, "read")).status == 200
    assert_error(shelf.get(path, shelf.tenant.ingest), 403, "forbidden")
    assert_error(shelf.get(path, shelf.other.admin), 404, "not_found")


@pytest.mark.parametrize("text", ["x", "ü", "\n", '"', "\U0001f600"])
def test_an_answer_of_large_values_ends_where_it_has_no_more_room(shelf: Shelf, text: str) -> None:
    word = "c0 || c0 || c0 || c0 || c0 || c0 || c0 || c0 || c0 || c0"
    wide = f"WITH a AS (SELECT '{text * 100}' AS c0), b AS (SELECT {word} AS c0 FROM a) SELECT {word} AS c0 FROM b"
    many = "conversations AS d, messages AS e, messages AS f, messages AS g, messages AS h, messages AS i"
    answer = shelf.sql(f"SELECT w.c0 FROM ({wide}) AS w, {many}")
    assert answer.status == 200 and answer.body["truncated"] is True
    assert 0 < answer.body["count"] == len(answer.body["rows"]) and answer.size <= 5_100_000


def test_a_page_of_a_query_ends_where_it_has_no_more_room(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("confab.dialects.inkeep.query_answers.fitting", lambda rows: list(rows)[:2])
    key = shelf.world.key(shelf.tenant, "api")
    data = shelf.world.request("POST", "/query/conversations", key, {}).body["data"]
    assert (data["count"], data["total"], len(data["result"])) == (2, 4, 2)


@pytest.mark.parametrize("text", ["\0", "\ud83d", "' OR TRUE --", "\\", '"', '"" ""', "x" * 900, "a " * 400])
def test_any_text_can_be_searched_for(shelf: Shelf, text: str) -> None:
    assert shelf.found(text=f"zebra {text}") == []
    assert shelf.get("search", **{"custom.x": text, "plan": "pro"}).body["conversations"] == []
