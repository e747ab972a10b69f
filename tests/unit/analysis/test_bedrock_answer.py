"""A model's answer: what has the right form and was asked for becomes a result, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from confab.analysis.bedrock.answer import MAX_REASONING, BadAnswer, ModelResults, read_answer
from confab.analysis.bedrock.transcript import Excerpt, excerpt
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.results import BEHAVIOURS, CONVERSATION_OUTCOMES, FLAGS, MESSAGE_OUTCOMES, TRENDS
from hypothesis import given
from hypothesis import strategies as st

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
SHOWN: Excerpt = excerpt(
    [
        Message(key=f"m:{place}", role=role, content=text, created_at=WHEN, stored_at=WHEN)
        for place, (role, text) in enumerate([(USER, "hi"), (ASSISTANT, "hello"), (USER, "refund!"), (USER, "now!")])
    ],
    {"m:1", "m:2", "m:3"},
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*FLAGS, *TRENDS]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def good() -> dict[str, Any]:
    user = {"score": -0.4, "reasoning": "wants money", "intent": "request_refund", "topics": ["Refund"], "flags": []}
    return {
        "users": [{"n": 2, **user}, {"n": 3, **user, "score": -1, "flags": ["urgent_request", "churn_risk"]}],
        "replies": [{"n": 1, "behaviour": "robotic", "outcome": "other"}],
        "conversation": {
            "outcome": "open",
            "topics": ["refund"],
            "first_bad_turn": 2,
            "trend": "declining",
            "summary": "Wants a refund.",
        },
    }


def read(answer: Any) -> ModelResults:
    return read_answer([{"toolUse": {"name": "record_judgement", "input": answer}}], SHOWN)


def test_given_a_good_answer_when_read_then_every_asked_message_has_its_result() -> None:
    judged = read(good())
    assert set(judged.messages) == {"m:1", "m:2", "m:3"}
    last = judged.messages["m:3"]
    assert (last.score, last.intent, last.topics) == (-1.0, "request_refund", ("refund",))
    assert last.flags == ("churn_risk", "urgent_request")
    assert [(chunk.score, chunk.text_chunk) for chunk in last.sentiments] == [(-1.0, "now!")]
    assert (judged.messages["m:1"].behaviour, judged.messages["m:1"].score) == ("robotic", None)
    assert judged.conversation.first_bad_turn == "m:2"


@pytest.mark.parametrize(
    "wrap",
    [json.dumps, lambda answer: f"Here it is:\n```json\n{json.dumps(answer)}\n```", lambda a: f" {json.dumps(a)}"],
)
def test_given_the_answer_as_text_when_read_then_its_object_is_found(wrap: Callable[[Any], str]) -> None:
    blocks = [{"reasoningContent": {}}, {"text": wrap(good())}]
    assert read_answer(blocks, SHOWN) == read(good())


@pytest.mark.parametrize("text", ["", "Very Positive", "{", "[]", "{'n': 1}", '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_given_text_without_an_object_when_read_then_it_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer):
        read_answer([{"text": text}], SHOWN)


def test_given_results_that_nobody_asked_for_when_read_then_they_are_passed_over() -> None:
    answer = good()
    answer["users"] += [{**answer["users"][0], "n": number, "score": 1} for number in (0, 1, 99)]
    answer["replies"].append({"n": 3, "behaviour": "helpful", "outcome": "fully_resolved"})
    answer["admin"] = True
    answer["users"][0]["label"] = "Very Positive"
    assert read(answer) == read(good())


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(answer: dict[str, Any]) -> None:
        *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
        place: Any = answer
        for step in way:
            place = place[step]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("users.0.score", 1.01),
        ("users.0.score", float("nan")),
        ("users.0.score", "0.4"),
        ("users.0.score", True),
        ("users.0.score", None),
        ("users.0.n", 3),
        ("users.0.n", 7),
        ("users.0.n", "2"),
        ("users.0.n", 2.5),
        ("users.0.reasoning", ""),
        ("users.0.reasoning", 4),
        ("users.0.intent", "Refund; DROP TABLE"),
        ("users.0.intent", "x" * 41),
        ("users.0.topics", ["a", "b", "c", "d"]),
        ("users.0.topics", ["x" * 41]),
        ("users.0.topics", ["<b>refund</b>"]),
        ("users.0.topics", ["  "]),
        ("users.0.topics", "refund"),
        ("users.0.flags", ["angry"]),
        ("users.0.flags", None),
        ("users", {}),
        ("replies", []),
        ("replies.0.behaviour", "Helpful"),
        ("replies.0.outcome", "resolved"),
        ("replies.0.n", 2),
        ("conversation", None),
        ("conversation.outcome", "happy"),
        ("conversation.topics", ["a"] * 6),
        ("conversation.first_bad_turn", 1),
        ("conversation.first_bad_turn", 9),
        ("conversation.first_bad_turn", None),
        ("conversation.trend", "up"),
        ("conversation.summary", "\n\t"),
    ],
)
def test_a_fault_in_an_answer_names_its_place_and_quotes_nothing(path: str, value: Any) -> None:
    answer = good()
    _set(path, value)(answer)
    with pytest.raises(BadAnswer) as caught:
        read(answer)
    assert any(fault.startswith((path.split(".")[0], "the answer")) for fault in caught.value.faults)
    for quoted in ("DROP TABLE", "<b>", "angry", "happy", "wants money"):
        assert quoted not in str(caught.value)


@given(JSON | st.fixed_dictionaries({"users": JSON, "replies": JSON, "conversation": JSON}))
def test_given_any_json_when_read_then_it_is_refused_or_within_every_list_and_range(value: Any) -> None:
    try:
        judged = read(value)
    except BadAnswer as bad:
        assert bad.faults
        return
    assert set(judged.messages) == {"m:1", "m:2", "m:3"}


@given(
    st.floats(-1, 1),
    st.lists(st.sampled_from(FLAGS)),
    st.sampled_from(BEHAVIOURS),
    st.sampled_from(MESSAGE_OUTCOMES),
    st.sampled_from(CONVERSATION_OUTCOMES),
    st.text(min_size=1),
)
def test_given_any_allowed_values_when_read_then_they_are_taken(
    score: float, flags: list[str], behaviour: str, outcome: str, whole: str, reasoning: str
) -> None:
    answer = good()
    answer["users"][0].update(score=score, flags=flags, reasoning=f"a {reasoning}")
    answer["replies"][0].update(behaviour=behaviour, outcome=outcome)
    answer["conversation"]["outcome"] = whole
    judged = read(answer)
    found = judged.messages["m:2"]
    assert found.score == score
    assert set(found.flags) == set(flags)
    assert found.reasoning.isprintable()
    assert len(found.reasoning) <= MAX_REASONING
    assert judged.conversation.outcome == whole
