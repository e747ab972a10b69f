"""From what clients send to what queries answer: the copies are made by the archive, of what the table has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.inkeep_shapes import ConversationRow, EventRow, FeedbackRow, QueryPage, ThreadRow
from tests.support.copies import Copies
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.world import World

ROWS = {"conversations": ConversationRow, "events": EventRow, "feedback": FeedbackRow, "semantic-threads": ThreadRow}
SAID = [
    ("m1", "user", "How do I get a refund?"),
    ("m2", "assistant", "You cannot."),
    ("m3", "user", "That is useless."),
]


class Scene:
    """A chatbot to which a client of the Inkeep dialect and one of captures have sent something."""

    def __init__(self, engine: Engine) -> None:
        self.world = World(engine)
        self.copies = Copies(self.world, engine)
        self.tenant: Tenant = self.world.tenant()
        self.key = self.world.key(self.tenant, "api")
        self._send()
        self.copies.settle()

    def _send(self) -> None:
        history = {
            "type": "support_ticket",
            "id": "ticket",
            "messages": [{"id": id_, "role": role, "content": content} for id_, role, content in SAID],
            "properties": {"plan": "pro", "deep": {"er": [1]}},
            "userProperties": {"userId": "ann"},
        }
        assert self.world.send_history(self.key, history).status == 200
        told = {"type": "negative", "messageId": "m2", "reasons": [{"label": "wrong", "details": ""}]}
        assert self.world.inkeep(self.key, "POST", "/feedback", told).status == 200
        for event in (
            {"type": "copied", "entityType": "message", "messageId": "m2", "properties": {"times": 2}},
            {"type": "searched", "entityType": "search", "searchQuery": "Refund", "userProperties": {"userId": "ann"}},
        ):
            assert self.world.inkeep(self.key, "POST", "/events", event).status == 200
        captured = {"conversationId": "chat", "messages": [{"id": "1", "role": "user", "content": "hello there"}]}
        assert self.world.capture(self.tenant.ingest, captured).status == 200

    def rows(self, view: str, **body: Any) -> list[dict[str, Any]]:
        answer = self.world.request("POST", f"/query/{view}", self.key, body)
        assert answer.status == 200, answer.body
        rows = QueryPage.model_validate(answer.body).data.result
        for row in rows:
            ROWS[view].model_validate(row)
        return rows

    def get(self, path: str, **query: str) -> Any:
        answer = self.world.request("GET", path, self.key, query=query)
        assert answer.status == 200, answer.body
        return answer.body


@pytest.fixture(scope="module")
def scene(engine: Engine) -> Scene:
    return Scene(engine)


@pytest.fixture
def another(engine: Engine) -> Scene:
    return Scene(engine)


def test_conversations_of_every_dialect_are_rows(scene: Scene) -> None:
    rows = {row["id"]: row for row in scene.rows("conversations")}
    assert {id_: (row["type"], row["userMessageCount"]) for id_, row in rows.items()} == {
        "ticket": ("support_ticket", 2),
        "chat": ("openai", 1),
    }
    assert rows["ticket"]["properties"] == {"plan": "pro", "deep": {"er": [1]}}


def test_a_question_and_its_answer_are_a_thread_with_feedback(scene: Scene) -> None:
    first = {"field": "isInitialQuestionAnswer", "operator": "eq", "value": True}
    (thread,) = scene.rows("semantic-threads", where={"condition": first}, query="refund")
    assert (thread["question"], thread["answer"]) == ("How do I get a refund?", "You cannot.")
    assert (thread["messageIds"], thread["conversationIds"]) == (["m1", "m2"], ["ticket"])
    assert thread["hasNegativeFeedback"] is True


def test_feedback_and_events_are_rows(scene: Scene) -> None:
    (feedback,) = scene.rows("feedback")
    assert (feedback["messageId"], feedback["conversationId"], feedback["type"]) == ("m2", "ticket", "negative")
    events = {row["type"]: row for row in scene.rows("events")}
    assert events["copied"]["properties"] == {"times": "2"} and events["searched"]["searchQuery"] == "Refund"


def test_searches_are_counted(scene: Scene) -> None:
    assert scene.get("/query/top-search-queries")["data"]["result"] == [{"search_query": "refund", "count": "1"}]
    (week,) = scene.get("/query/weekly-search-users")["data"]["result"]
    assert week["unique_users"] == "1"


def test_words_of_messages_find_their_conversation(scene: Scene) -> None:
    (found,) = scene.get("/v1/insights/search", text="refund useless")["conversations"]
    assert (found["externalId"], found["match"]["messageId"]) == ("ticket", "m1")


def test_a_question_whose_answer_got_negative_feedback_is_a_gap(scene: Scene) -> None:
    gaps = scene.get("/v1/insights/gaps")
    assert gaps["unanswered"] >= 1
    assert "How do I get a refund?" in str(gaps["gaps"])


def test_what_was_deleted_is_in_no_answer(another: Scene) -> None:
    assert another.world.inkeep(another.key, "DELETE", "/conversations/ticket").status == 200
    assert another.get("/v1/insights/search", text="refund")["conversations"] == []
    another.copies.settle()
    assert [row["id"] for row in another.rows("conversations")] == ["chat"]
    assert another.rows("feedback") == [] and [row["type"] for row in another.rows("events")] == ["searched"]
    assert all("refund" not in row["question"] for row in another.rows("semantic-threads"))
