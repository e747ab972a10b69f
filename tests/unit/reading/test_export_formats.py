"""The formats of exports: CSV that every reader takes and no spreadsheet runs, JSON Lines, examples for fine-tuning."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.dialects.export import cells, csv_rows, openai_lines
from confab.dialects.export.formats import FORMATS
from confab.dialects.insights.queries import EXPORTS
from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.domain.message import Message
from confab.domain.results import ConversationResult, MessageResult
from confab.domain.topics import Topic
from confab.reading.export import ExportedConversation
from confab.storage.conversation_parts import ConversationPart
from hypothesis import example, given
from hypothesis import strategies as st

ASKED = [("user", "q"), ("assistant", "a")]
AT = datetime(2026, 2, 1, tzinfo=UTC)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(["=1+1", "+1", "-2", "@x", "\t=", "\r=x"])
FORMULA = "=+-@\t\r\n＝＋－＠"


def _chatbot(*fields: str) -> Chatbot:
    return Chatbot(id="b", workspace_id="w", name="B", created_at=AT, fields=dict.fromkeys(fields, "string"))


def _conversation(attributes: Mapping[str, Mapping[str, Any]], **more: Any) -> Conversation:
    fixed: dict[str, Any] = {"first_message_at": AT, "last_message_at": AT, "message_count": 2, "version": 1}
    return Conversation(
        id="c", chatbot_id="b", external_id="x", dialect="openbat", kind="organic", created_at=AT,
        attributes=attributes, **{**fixed, **more},
    )  # fmt: skip


def _messages(*said: tuple[str, str]) -> list[Message]:
    return [
        Message(key=f"i:m{n}", role=role, content=text, created_at=AT + timedelta(seconds=30 * n), stored_at=AT)
        for n, (role, text) in enumerate(said)
    ]


def _part(messages: Sequence[Message], *results: MessageResult, bad: str | None = None) -> ConversationPart:
    by_key = {result.key: result for result in results}
    overall = ConversationResult(first_bad_turn=bad)
    return ConversationPart(conversation_id="c", result=overall, messages=messages, message_results=by_key)


def _row(one: ExportedConversation, chatbot: Chatbot) -> dict[str, str]:
    text = csv_rows.header(chatbot) + "".join(csv_rows.lines(one, chatbot))
    assert text.endswith("\r\n")
    (row,) = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    assert None not in row and None not in row.values()
    return row


def _exported(conversation: Conversation, *parts: ConversationPart) -> ExportedConversation:
    return ExportedConversation(conversation, iter(parts), {"t": Topic("t", "Refunds")})


@given(name=TEXTS, declared=TEXTS, other=TEXTS, text=TEXTS)
@example(name='a "quoted", name', declared="two\r\nlines", other="=cmd|' /C calc'!A0", text="＝1")
def test_a_row_reads_back_as_what_was_stored_and_no_text_cell_is_a_formula(
    name: str, declared: str, other: str, text: str
) -> None:
    chatbot = _chatbot("seats")
    attributes = {"user": {"id": name}, "custom": {"seats": declared, "=other": other}}
    messages = _messages(("user", text))
    row = _row(_exported(_conversation(attributes), _part(messages, bad="i:m0")), chatbot)
    for column, value in (("user.id", name), ("custom.seats", declared), ("firstBadTurn", text)):
        assert row[column] == (f"'{value}" if value[:1] and value[0] in FORMULA else value)
    assert json.loads(row["custom"]) == {"=other": other}
    assert not any(value[:1] and value[0] in FORMULA for value in row.values())


def test_numbers_stay_numbers_though_they_begin_with_a_minus() -> None:
    messages = _messages(("user", "bad"), ("assistant", "sorry"), ("user", "worse"))
    results = [
        MessageResult(key="i:m0", score=-0.25, intent="complain", language="en"),
        MessageResult(key="i:m2", score=-0.7),
    ]
    row = _row(
        _exported(_conversation({}, sentiment=-0.475, outcome="resolved", topics=("t",)), _part(messages, *results)),
        _chatbot(),
    )
    assert (row["avgSentiment"], row["minSentiment"], row["scoredMessages"]) == ("-0.475", "-0.7", "2")
    assert (row["messages"], row["userMessages"], row["assistantMessages"]) == ("3", "2", "1")
    assert (row["durationSeconds"], row["firstReplySeconds"]) == ("60.0", "30.0")
    assert (row["messagesNegative"], row["messagesVeryNegative"], row["messagesNeutral"]) == ("1", "1", "0")
    assert (row["resolved"], row["topics"], row["intents"], row["language"]) == ("true", "Refunds", "complain", "en")


def test_a_conversation_in_several_parts_is_one_row_of_all_of_them() -> None:
    messages = _messages(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"))
    parts = [_part(messages[:2], bad="i:m2"), ConversationPart(conversation_id="c", messages=messages[2:])]
    row = _row(_exported(_conversation({}), *parts), _chatbot())
    assert (row["messages"], row["firstBadTurn"], row["durationSeconds"]) == ("4", "c", "90.0")


def test_a_cell_is_never_longer_than_spreadsheets_take() -> None:
    row = _row(_exported(_conversation({}), _part(_messages(("user", "é" * 40_000)), bad="i:m0")), _chatbot())
    assert len(row["firstBadTurn"]) == cells.MAX_CELL


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([("user", "q"), ("assistant", "a"), ("user", "thanks")], [("user", "q"), ("assistant", "a")]),
        ([("system", "s"), ("user", "q"), ("tool", "42"), ("assistant", "a")], [("system", "s"), *ASKED]),
        ([("user", "q")], None),
        ([("assistant", "hello")], None),
        ([("user", "q"), ("assistant", "  ")], None),
    ],
)  # fmt: skip
def test_an_example_for_fine_tuning_ends_with_a_reply_to_a_user(
    said: list[tuple[str, str]], kept: list[tuple[str, str]] | None
) -> None:
    lines = list(openai_lines.lines(_exported(_conversation({}), _part(_messages(*said))), _chatbot()))
    expected = kept and [{"messages": [{"role": role, "content": text} for role, text in kept]}]
    assert [json.loads(line) for line in lines] == (expected or [])


def test_the_query_knows_every_format() -> None:
    assert set(EXPORTS) == set(FORMATS)
