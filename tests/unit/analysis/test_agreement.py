"""Comparing an analyzer with what a person read."""

from __future__ import annotations

import pytest
from confab.analysis.agreement import BadLabels, agreement, read_labels
from confab.analysis.report import transcript_of

from tests.support.said import ANALYZER
from tests.support.sources import ROOT

READING = ROOT / "bench" / "readings" / "customer-care.tsv"
LINES = [
    "# a comment",
    "",
    "c1\t0\treport_problem\tbad\tno\tlogin,export\t-\tresolved\tupload",
    "c1\t2\tconfirm_solved,thank\tgood\tno\t\t\t\t",
    "c2\t0\task_price\tcalm\tyes\tpricing\t0\topen\tprice",
    "gone\t0\tother\tcalm\teither\t\t-\topen\tx",
]


def conversation(identity: str, *lines: str) -> dict[str, object]:
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": line} for at, line in enumerate(lines)]
    return {"conversationId": identity, "messages": messages}


def test_judgements_are_counted_by_kind() -> None:
    talks = [
        conversation("c1", "My upload fails", "Choose a smaller file.", "That fixed it, thanks!"),
        conversation("c2", "How much is the pro plan?"),
    ]
    found = agreement(ANALYZER, dict(map(transcript_of, talks)), read_labels(LINES)).figures
    assert found["outcome"] == {"of": 2, "right": 2, "share": 1.0}
    assert found["firstBadTurn"] == {"of": 2, "right": 1, "share": 0.5}
    assert found["headlineUseful"] == {"of": 2, "right": 1, "share": 0.5}
    assert found["mood"]["right"] == found["intent"]["right"] == 3
    assert found["topics"] == {"of": 2, "right": 1, "share": 0.5}
    assert found["frustrated"] == {"of": 3, "right": 2, "share": 0.667}
    assert found["resolvedWhenGiven"] == {"of": 1, "right": 1, "share": 1.0}


@pytest.mark.parametrize("line", ["c1\t0", "c1\tx\ta\tb\tc\td\te\tf\tg"])
def test_a_bad_line_is_named(line: str) -> None:
    with pytest.raises(BadLabels, match="line 2"):
        read_labels(["#", line])


def test_the_kept_reading_has_a_hundred_conversations_and_no_text() -> None:
    labels = read_labels(READING.read_text(encoding="utf-8").split("\n"))
    assert len(labels) == 100
    assert all(label.messages and label.headline and label.outcomes for label in labels.values())
    assert all(len(word) < 20 for label in labels.values() for word in label.headline)
