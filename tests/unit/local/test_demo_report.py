"""What `make demo` prints at its end."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from local.demo_report import Figures, faults_of, report

WIDTH = 80
LONG = "a word and another one " * 20


def _user(score: float, text: str = LONG) -> dict[str, Any]:
    return {"role": "user", "content": text, "user_sentiments": [{"score": score, "reasoning": LONG}]}


def _answer(outcome: str, *issues: str) -> dict[str, Any]:
    found = [{"issue": issue} for issue in issues]
    return {
        "role": "assistant",
        "content": "x",
        "assistant_outcomes": [{"outcome": outcome}],
        "assistant_issues": found,
    }


TRANSCRIPTS: list[dict[str, Any]] = [
    {"id": "1", "external_conversation_id": "bad-1", "messages": [_user(-0.9), _answer("incorrect", "dodging")]},
    {"id": "2", "external_conversation_id": "bad-2", "messages": [_user(-0.3), _answer("incorrect")]},
    {"id": "3", "external_conversation_id": None, "messages": [_user(0.8, "[bold]\x1b[2J"), _answer("fully_resolved")]},
]
TOPIC: dict[str, Any] = {
    "name": "a topic with a rather long name",
    "opportunity": 4.0,
    "conversations": 8,
    "resolutionRate": 0.5,
    "avgSentiment": -0.26,
    "trend": {"direction": "rising"},
    "samples": [{"id": "1", "externalId": "bad-1"}],
}
EMPTY: dict[str, Any] = {**TOPIC, "opportunity": None, "resolutionRate": None, "avgSentiment": None, "samples": []}
FIGURES = Figures(
    topics={"topics": [TOPIC, {**EMPTY, "trend": {"direction": None}}]},
    outcomes={"resolutionRate": 0.79, "outcomes": [{"outcome": "abandoned", "conversations": 2, "rate": 0.03}]},
    flags={"flags": [{"flag": "churn_risk", "conversations": 3, "messages": 4}]},
)


@pytest.fixture(scope="module")
def printed() -> str:
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None)
    report(console, TRANSCRIPTS, FIGURES)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_moods_topics_outcomes_flags_and_faults_are_told(printed: str) -> None:
    words = (
        "opportunity",
        "rising",
        "bad-1",
        "79%",
        "abandoned",
        "churn_risk",
        "incorrect",
        "dodging",
        "Very Negative",
    )
    assert [word for word in words if word not in printed] == []


def test_it_holds_in_eighty_columns_and_obeys_no_text(printed: str) -> None:
    assert max(map(len, printed.splitlines())) <= WIDTH
    assert "[bold]" in printed
    assert "\x1b" not in printed


def test_faults_are_counted_with_the_most_frequent_first() -> None:
    found = [(what, fault.answers, fault.conversations) for what, fault in faults_of(TRANSCRIPTS).items()]
    assert found == [("incorrect", 2, {"bad-1", "bad-2"}), ("dodging", 1, {"bad-1"})]


def test_nothing_analysed_is_told_too() -> None:
    console = Console(file=io.StringIO(), width=WIDTH)
    nothing = Figures({"topics": []}, {"resolutionRate": None, "outcomes": []}, {"flags": []})
    report(console, [], nothing)
