"""The rows of a conversation, from what is stored of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.domain.feedback import Event
from confab.domain.message import Message
from confab.domain.results import Analysis, ConversationResult, MessageResult
from confab.facts import schema
from confab.facts.parquet import written_row
from confab.facts.rows import conversation_rows, named_search, removed_rows, search_name, search_row
from confab.facts.stream_store import changes_of
from confab.facts.threads import threads_of
from confab.storage import keys
from confab.storage.clocks import to_micros
from confab.storage.feedback_items import event_items
from confab.storage.partition import ConversationPartition
from confab.storage.results import analysis_items
from confab.storage.row import ConversationRow

BOT, ID = "b0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000001"
PLACE = (BOT, ID)
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
HEAD: Mapping[str, Any] = {
    "pk": keys.conversation(BOT, ID),
    "sk": keys.HEAD,
    "dialect": "openbat",
    "kind": "organic",
    "createdAt": to_micros(START + timedelta(days=40)),
    "activeAt": to_micros(START + timedelta(days=41)),
    "version": 3,
}


def said(number: int, role: str, content: str = "words", **more: Any) -> Message:
    """A message, ten seconds after the one before."""
    at = START + timedelta(seconds=10 * number)
    key = f"i:m{number}"
    return Message(key=key, role=role, content=content, created_at=at, stored_at=at, external_id=key[2:], **more)


def analysed(results: Sequence[MessageResult], **of: Any) -> list[dict[str, Any]]:
    """The items of an analysis."""
    analysis = Analysis(
        messages=results, conversation=ConversationResult(**of), provider="builtin", model="m", version="1"
    )
    return analysis_items("pk", 1, analysis, {result.key: "digest" for result in results})


def stored(
    messages: Sequence[Message] = (),
    results: Sequence[dict[str, Any]] = (),
    given: Sequence[dict[str, Any]] = (),
    **head: Any,
) -> ConversationPartition:
    """A conversation with what belongs to it."""
    return ConversationPartition(
        row=ConversationRow({**HEAD, **head}),
        messages=messages,
        message_count=len(messages),
        results=list(results),
        others={item["sk"]: item for item in given},
        written={},
    )


def rows_of(partition: ConversationPartition, view: str) -> list[dict[str, Any]]:
    """The rows of a view, each as the files take it."""
    rows = [row for name, row in conversation_rows(partition, 7) if name == view]
    for row in rows:
        written_row(schema.VIEWS[view], row)
    return rows


def only(partition: ConversationPartition, view: str = "conversations") -> dict[str, Any]:
    (row,) = rows_of(partition, view)
    return row


@pytest.mark.parametrize("view", schema.VIEWS)
def test_every_view_says_that_it_has_nothing_of_an_empty_conversation(view: str) -> None:
    row = only(stored(), view)
    assert row["deleted"] is (view != "conversations")
    assert (row["chatbot_id"], row["conversation_id"], row["version"]) == (BOT, ID, 7)


def test_the_month_is_that_in_which_the_service_got_the_conversation() -> None:
    row = only(stored([said(0, "user")]))
    assert (row["month"], row["first_message_at"]) == ("2026-12", START)
    assert row["active_at"] == START + timedelta(days=41)
    assert only(stored(activeAt=None))["active_at"] is None


def test_a_row_has_the_figures_of_its_messages() -> None:
    messages = [said(0, "system"), said(1, "user"), said(2, "user"), said(3, "assistant"), said(6, "assistant")]
    results = analysed(
        [
            MessageResult(key="i:m1", score=-0.5, language="de", intent="find", topics=["b"], flags=["urgent_request"]),
            MessageResult(key="i:m2", score=0.1, language="de", intent="greet", topics=["b", "a"]),
            MessageResult(key="i:m3", behaviour="dodging", outcome="deflected"),
        ],
        outcome="unresolved",
        first_bad_turn="i:m1",
        trend="improving",
        summary="They talked.",
    )
    row = only(stored(messages, results))
    assert {name: row[name] for name in ("messages", "user_messages", "assistant_messages")} == {
        "messages": 5,
        "user_messages": 2,
        "assistant_messages": 2,
    }
    assert (row["duration_seconds"], row["first_reply_seconds"]) == (60.0, 20.0)
    assert (row["sentiment"], row["min_sentiment"], row["label"]) == (-0.2, -0.5, "Negative")
    assert (row["language"], row["intents"], row["topics"]) == ("de", ["find", "greet"], ["b", "a"])
    assert (row["outcome"], row["resolved"], row["trend"]) == ("unresolved", False, "improving")
    assert (row["first_bad_turn"], row["first_bad_text"]) == ("m1", "words")
    assert row["flags"] == ["urgent_request"]


@pytest.mark.parametrize(
    ("outcome", "resolved"), [(None, None), ("open", None), ("resolved", True), ("escalated", False)]
)
def test_a_conversation_is_resolved_once_it_came_to_an_end(outcome: str | None, resolved: bool | None) -> None:
    row = only(stored([said(0, "user")], analysed([MessageResult(key="i:m0")], outcome=outcome)))
    assert row["resolved"] is resolved


def test_a_row_has_what_is_known_around_the_conversation() -> None:
    row = only(
        stored(
            externalId="ext",
            **{
                "user.id": "u",
                "user.mrr": 5,
                "organization.plan": "gold",
                "organization.industry": "retail",
                "session.device": "phone",
                "custom.seats": 3,
                "log.type": "support_ticket",
                "log.integrationId": "i",
                "c.channelType": "whatsapp",
                "cj.tags": '["vip"]',
            },
        )
    )
    assert (row["id"], row["external_id"], row["type"], row["project_id"]) == ("ext", "ext", "support_ticket", BOT)
    assert (row["user_id"], row["user_mrr"], row["plan"], row["industry"]) == ("u", 5.0, "gold", "retail")
    assert (row["device"], row["channel_type"], row["tags"], row["integration_id"]) == (
        "phone",
        "whatsapp",
        ["vip"],
        "i",
    )
    assert json.loads(row["custom"]) == {"seats": 3} == json.loads(row["properties"])
    assert json.loads(row["user_properties"]) == {"id": "u", "mrr": 5}


def test_feedback_counts_on_its_message_unless_another_does_instead() -> None:
    def event(name: str) -> Event:
        return Event(id=name, name="x", entity="message", subject="m1", created_at=START, body={"details": "d"})

    def given(name: str, kind: str, **more: Any) -> dict[str, Any]:
        item = event_items("pk", event(name), START)[0]
        return {**item, "sk": f"FEEDBACK#i:{name}", "kind": kind, "mid": "m1", "up": to_micros(START), **more}

    partition = stored(
        [said(0, "user"), said(1, "assistant")],
        given=[given("f1", "positive", over="f2"), given("f2", "negative"), event_items("pk", event("e1"), START)[0]],
    )
    feedback = {row["id"]: row for row in rows_of(partition, "feedback")}
    assert (feedback["f1"]["counts"], feedback["f1"]["superseded_by"]) == (False, "f2")
    assert (feedback["f2"]["counts"], feedback["f2"]["details"]) == (True, "d")
    for row in (only(partition), rows_of(partition, "messages")[1], only(partition, "threads")):
        assert (row["positive_feedback"], row["negative_feedback"]) == (0, 1)
    assert only(partition)["events"] == 1
    assert only(partition, "events")["message_id"] == "m1"


def test_threads_begin_with_each_turn_of_the_user() -> None:
    roles = ["assistant", "user", "user", "system", "assistant", "assistant", "user", "tool", "user"]
    threads = list(threads_of([said(number, role) for number, role in enumerate(roles)]))
    assert [([m.id for m in t.questions], [m.id for m in t.answers]) for t in threads] == [
        (["m1", "m2"], ["m4", "m5"]),
        (["m6", "m8"], []),
    ]
    assert [thread.number for thread in threads] == [1, 2]


def test_a_thread_has_the_question_the_answer_and_what_is_known_of_both() -> None:
    messages = [said(0, "user", "Hi"), said(1, "user", "Where?"), said(3, "assistant", "Here."), said(4, "user", "Oh")]
    results = analysed(
        [
            MessageResult(key="i:m0", score=0.4, intent="greet", language="en"),
            MessageResult(key="i:m1", score=0.0, intent="find", topics=["place"], flags=["confused_user"]),
            MessageResult(key="i:m3", behaviour="helpful", outcome="fully_resolved"),
        ]
    )
    first, second = rows_of(stored(messages, results), "threads")
    assert (first["question"], first["question_length"], first["answer"]) == ("Hi\nWhere?", 9, "Here.")
    assert (first["category"], first["subject"], first["languages"]) == ("find", "place", ["en"])
    assert (first["is_on_topic"], first["is_clear"], first["is_answer_confident"]) == (True, False, True)
    assert (first["sentiment_score"], first["sentiment"], first["answer_seconds"]) == (0.2, "Positive", 20.0)
    assert (second["answer"], second["answered"], second["is_answer_confident"]) == (None, False, False)
    assert (second["is_on_topic"], second["is_initial"], first["is_initial"]) == (None, False, True)
    assert first["id"] != second["id"] and first["id"] == rows_of(stored(messages[:3]), "threads")[0]["id"]


@pytest.mark.parametrize(
    ("result", "sure"),
    [({"behaviour": "dodging"}, False), ({"outcome": "capability_failure"}, False), ({"behaviour": "verbose"}, True)],
)
def test_an_answer_is_confident_that_neither_dodges_nor_fails(result: dict[str, str], sure: bool) -> None:
    partition = stored([said(0, "user"), said(1, "assistant")], analysed([MessageResult(key="i:m1", **result)]))
    assert only(partition, "threads")["is_answer_confident"] is sure


def test_an_answer_that_nobody_judged_is_neither() -> None:
    assert only(stored([said(0, "user"), said(1, "assistant")]), "threads")["is_answer_confident"] is None


def test_a_search_has_a_place_of_its_own() -> None:
    event = Event(id="e", name="searched", entity="search", subject="prices", created_at=START, body={})
    place = (BOT, search_name(2, "EVENT#i:a:b"))
    assert named_search(place[1]) == (2, "EVENT#i:a:b")
    view, row = search_row(place, event, START, 7, web=True)
    written_row(schema.VIEWS[view], row)
    assert (row["month"], row["search_query"], row["project_id"], row["web"]) == ("2026-11", "prices", BOT, True)
    assert [view for view, _ in removed_rows(place, "2026-11", 8)] == ["events"]
    assert [view for view, _ in removed_rows(PLACE, "2026-11", 8)] == list(schema.VIEWS)


def record(pk: str, sk: str, number: str, **images: Any) -> dict[str, Any]:
    return {
        "dynamodb": {
            "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
            "SequenceNumber": number,
            **{name: {key: {"N": str(value)} for key, value in image.items()} for name, image in images.items()},
        }
    }


def test_records_name_each_conversation_once_with_the_months_that_it_was_in() -> None:
    pk, month = keys.conversation(*PLACE), timedelta(days=31)
    changes = changes_of(
        [
            record(pk, "FEEDBACK#i:f", "1"),
            record(pk, "HEAD", "2", OldImage={"createdAt": to_micros(START), "bytes": 9}, NewImage={"erasing": 1}),
            record(pk, "HEAD", "3", NewImage={"createdAt": to_micros(START + month)}),
            record(keys.searches(BOT)[1], "EVENT#i:e", "4", OldImage={"st": to_micros(START)}),
            record(keys.searches(BOT)[1], "BLOB#EVENT#i:e#0001", "5"),
            record(keys.deletions(), BOT, "6"),
            record("OTHER#x", "HEAD", "7"),
        ]
    )
    conversation, search = changes.places
    assert (conversation.place, conversation.first, conversation.months) == (PLACE, "1", {"2026-11", "2026-12"})
    assert conversation.size == 9
    assert (search.place, search.months) == ((BOT, "search:1:EVENT#i:e"), {"2026-11"})
    assert changes.deleted == {BOT: "6"}
