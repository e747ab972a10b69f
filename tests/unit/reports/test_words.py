"""What reports and alerts say to people."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from confab.alerts.states import FAILED, OPENED, RECOVERED, WITHOUT_DATA
from confab.alerts.words import message_of
from confab.domain.chatbot import Chatbot
from confab.domain.notices import Notice, Told
from confab.reports.words import SECTION, TITLES, blocks_of, lines_of, title_of

CHATBOT = Chatbot(id="b", workspace_id="w", name="Helper", created_at=datetime(2026, 1, 1, tzinfo=UTC))
RULE = Told(id="r", name="Unhappy <b>", kind="alert")
HOSTILE = "<!channel> *refunds* & `rm -rf` <https://evil.example|here>\nsecond line"


def _contents(**more: Any) -> dict[str, Any]:
    nothing = {"value": None, "previous": 0.5, "change": None, "sample": 0}
    totals = {name: {**nothing} for name in TITLES}
    contents: dict[str, Any] = {
        "chatbot": {"id": "b", "name": "Helper"},
        "from": "2026-03-01T00:00:00Z",
        "to": "2026-03-02T00:00:00Z",
        "totals": {**totals, "conversations": {"value": 1200.0, "previous": 3.0, "change": 1197.0, "sample": 1200}},
        "topics": [],
        "newTopics": [],
        "flags": [],
        "issues": [],
        "examples": [],
    }
    return contents | more


def _topic(name: str) -> dict[str, Any]:
    return {"id": "t", "name": name, "conversations": 3, "previous": 1, "resolutionRate": 0.25, "opportunity": 2.0}


def test_totals_are_shown_with_those_of_the_time_before() -> None:
    lines = lines_of(_contents())
    assert lines[0] == "2026-03-01 to 2026-03-02 (UTC, the last day not included)"
    assert "- Conversations: 1,200 (before: 3)" in lines
    assert "- Resolved: \u2013 (before: 50.0%)" in lines
    assert "- Mean sentiment: \u2013 (before: +0.50)" in lines
    assert len(lines) == 1 + len(TITLES), "sections without rows are left out"
    assert title_of(_contents(), "Daily").startswith("Daily: Helper, 2026-03-01")


def test_what_slack_takes_for_markup_is_text_and_stays_in_its_line() -> None:
    blocks = blocks_of(_contents(topics=[_topic(HOSTILE)]))
    said = json.dumps(blocks, ensure_ascii=False)
    assert "<!channel>" not in said and "<https" not in said
    assert "&lt;!channel&gt;" in said
    assert "\u200b*refunds\u200b*" in said
    assert all(len(block["text"]["text"]) <= 3000 for block in blocks)
    [line] = [line for line in lines_of(_contents(topics=[_topic(HOSTILE)])) if "refunds" in line]
    assert "\n" not in line and "second line" in line


def test_a_section_that_is_too_long_for_slack_ends_with_a_whole_row() -> None:
    rows = [{"flag": f"{'&' * 79}{number}", "count": 1, "previous": 0} for number in range(5)]
    topics = [_topic("\u0001<" * 40) for _ in range(5)]
    for block in blocks_of(_contents(flags=rows, topics=topics)):
        text = block["text"]["text"]
        assert len(text) <= SECTION
        assert text.count("(before: ") == text.count("\u2022 ")


def test_an_example_names_the_conversation_and_quotes_only_what_it_has() -> None:
    example: dict[str, Any] = {
        "id": "c",
        "outcome": "unresolved",
        "topics": [{"id": "t", "name": "Refunds"}],
        "firstBadTurn": {"id": "m", "externalId": None},
        "reply": {"id": "n", "behaviour": "dodging", "outcome": "deflected"},
    }
    assert lines_of(_contents(examples=[example]))[-1] == "- c: unresolved; Refunds; reply dodging"
    example["firstBadTurn"]["text"] = "It is\nbroken " + "x" * 300
    assert lines_of(_contents(examples=[example]))[-1].endswith('x\u2026"')


def _alert(kind: str, **more: Any) -> list[str]:
    figures = {
        "state": "alert",
        "previousState": "ok",
        "metric": {"name": "flag_rate", "flag": "churn_risk"},
        "window": "1h",
        "threshold": {"operator": ">", "alert": 0.3, "warning": 0.2, "change": "absolute", "minimum": 20},
        "value": 0.4,
        "sample": 50,
        "comparedWith": None,
        "change": None,
        "reason": None,
    } | more
    notice = Notice(type=kind, key="1", at=datetime(2026, 3, 1, tzinfo=UTC), figures=figures)
    message = message_of(CHATBOT, RULE, notice)
    assert message.data == {"alert": figures}
    return [message.title, *message.lines]


def test_an_alert_says_the_figure_and_the_lines() -> None:
    assert _alert(OPENED) == [
        "Unhappy <b>: alert",
        "conversations with the flag churn_risk, last hour: 40.0% (of 50)",
        "lines: alert > 0.3, warning > 0.2",
    ]
    assert _alert(OPENED, state="warning")[0] == "Unhappy <b>: warning"
    assert [_alert(kind)[0].partition(": ")[2] for kind in (RECOVERED, WITHOUT_DATA, FAILED)] == [
        "recovered",
        "no data",
        "could not be evaluated",
    ]


def test_an_alert_on_a_change_says_what_the_figure_was_compared_with() -> None:
    threshold = {"operator": ">", "alert": 1, "warning": None, "change": "vs_7d_mean", "minimum": 20}
    metric = {"name": "conversations"}
    said = _alert(OPENED, metric=metric, threshold=threshold, value=30.0, sample=30, comparedWith=10.5, change=1.8571)
    assert said[1:] == [
        "conversations, last hour: 30 (of 30)",
        "the mean of seven days: 10.5, change: +185.7%",
        "lines: alert > 1 (change)",
    ]
    without = _alert(WITHOUT_DATA, value=None, sample=0, reason="there is too little to judge")
    assert without[1:] == [
        "conversations with the flag churn_risk, last hour: no figure",
        "lines: alert > 0.3, warning > 0.2",
        "there is too little to judge",
    ]
