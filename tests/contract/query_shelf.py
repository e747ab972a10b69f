"""A chatbot with facts in all views that the query language reads, and another tenant's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.contract.inkeep_shapes import ConversationRow, EventRow, FeedbackRow, QueryPage, ThreadRow
from tests.support.answers import Answer
from tests.support.facts_shelf import FactsShelf
from tests.support.world import World

NOW = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)
ROWS = {"conversations": ConversationRow, "events": EventRow, "feedback": FeedbackRow, "semantic-threads": ThreadRow}


class Shelf:
    """A chatbot with facts in all views, and another tenant's."""

    def __init__(self, engine: Any, folder: Path) -> None:
        self.world = World(engine)
        self.tenant, self.other = self.world.tenant(), self.world.tenant("Other")
        self.key, self.others_key = self.world.key(self.tenant, "api"), self.world.key(self.other, "api")
        self.facts = FactsShelf(self.world, folder)
        self._fill(self.tenant.id)
        self.facts.put("conversations", self.other.id, {"id": "theirs", "type": "openai", "user_messages": 9})

    def _fill(self, bot: str) -> None:
        day = [datetime(2026, 11, number, 10, 30, tzinfo=UTC) for number in range(1, 10)]
        plans = [
            {"plan": "pro", "seats": 3},
            {"plan": "free", "seats": "12"},
            {"plan": "pro", "deep": {"er": [1]}},
            None,
        ]
        self.facts.put(
            "conversations",
            bot,
            *(
                {
                    "id": f"c{number}",
                    "type": "support_ticket" if number == 3 else "openai",
                    "user_messages": number + 1,
                    "first_message_at": day[number],
                    "integration_id": None if number else "i1",
                    "properties": plans[number],
                    "user_properties": {"userId": 7 if number == 1 else f"u{number}"},
                }
                for number in range(4)
            ),
            {"id": "probe", "kind": "probe", "type": "openai", "user_messages": 100, "first_message_at": day[0]},
        )
        self.facts.put(
            "events",
            bot,
            {
                "id": "e1",
                "type": "copied",
                "entity_type": "message",
                "message_id": "m1",
                "shown_conversation_id": "c1",
                "created_at": day[1],
                "project_id": bot,
                "properties": {"at": 3, "list": [1], "none": None, "text": "x"},
            },
            *(
                {
                    "id": f"s{number}",
                    "conversation_id": f"search:s{number}",
                    "type": "searched",
                    "entity_type": "search",
                    "search_query": query,
                    "user_id": user,
                    "created_at": day[number + 1],
                    "project_id": "p9" if number == 3 else bot,
                }
                for number, (query, user) in enumerate(
                    [("Refund ", "a"), ("refund", "a"), ("price", "b"), ("refund", "c"), ("  ", None)]
                )
            ),
        )
        self.facts.put(
            "feedback",
            bot,
            {
                "id": "f1",
                "type": "negative",
                "message_id": "m1",
                "shown_conversation_id": "c1",
                "created_at": day[2],
                "updated_at": day[2],
                "counts": True,
                "reasons": [{"label": "wrong", "details": ""}],
                "details": "=SUM(A1)",
            },
            {"id": "f0", "type": "positive", "message_id": "m1", "counts": False, "superseded_by": "f1"},
        )
        self.facts.put(
            "threads",
            bot,
            {
                "id": "t1",
                "question": "How do I get a refund?",
                "question_length": 22,
                "answer": None,
                "answered": False,
                "messages": 1,
                "message_ids": ["m1"],
                "conversation_ids": ["c1"],
                "languages": ["en"],
                "subject": "refund",
                "is_initial": True,
                "is_clear": True,
                "first_message_at": day[1],
                "last_message_at": day[1],
                "updated_at": day[1],
                "positive_feedback": 0,
                "negative_feedback": 1,
                "sentiment": "Negative",
            },
            {"id": "t2", "question": "What does it cost?", "answer": "Ten.", "messages": 2, "first_message_at": day[2]},
        )
        self.facts.at = NOW

    def ask(self, path: str, body: Any = None, key: str | None = None) -> Answer:
        return self.world.request("POST", f"/query/{path}", key or self.key, {} if body is None else body)

    def rows(self, view: str, **body: Any) -> list[dict[str, Any]]:
        answer = self.ask(view, body)
        assert answer.status == 200, answer.body
        page = QueryPage.model_validate(answer.body)
        assert page.data.count == len(page.data.result) and page.data.pageSize == 10_000
        for row in page.data.result:
            assert None not in row.values()
            ROWS[view].model_validate(row)
        return page.data.result
