"""Corrections: what may be corrected, what the analysis says of the same, and how far both agree."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from confab.domain.corrections import (
    AGREED,
    CONVERSATION,
    REVIEWED,
    Comparison,
    NotAFinding,
    Overall,
    agreement,
    check_correction,
    correction_statistics,
    kappa,
)
from confab.domain.results import MessageResult
from confab.domain.scores import BOOLEAN, CATEGORICAL, HUMAN, Score

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
OVERALL = Overall(label="Negative", topics=("refunds", "delivery"), flags=("churn_risk",), outcome="unresolved")
RESULTS = {
    "u": MessageResult(key="u", score=-0.9, intent="request_refund", topics=("refunds",), flags=("frustrated_user",)),
    "a": MessageResult(key="a", behaviour="dodging", outcome="deflected"),
}


def _correction(finding: str, value: Any, message: str | None = None, reviewer: str | None = "ann") -> Score:
    return Score(
        id=f"{finding} {message} {reviewer}",
        name=finding,
        data_type=BOOLEAN if isinstance(value, bool) else CATEGORICAL,
        value=value,
        source=HUMAN,
        created_at=AT,
        updated_at=AT,
        message_key=message,
        finding=finding,
        reviewer=reviewer,
    )


def _compared(*scores: Score, prefix: str = AGREED) -> list[tuple[str, str, str, str]]:
    statistics = correction_statistics(scores, RESULTS, OVERALL)
    found = [Comparison.of(name) for name in statistics if name.startswith(prefix)]
    return [(each.on, each.finding, each.first, each.second) for each in found]


@pytest.mark.parametrize(
    ("finding", "message", "value", "on", "judged"),
    [
        ("label", "u", "Neutral", "user", "Very Negative"),
        ("intent", "u", "complain", "user", "request_refund"),
        ("topic", "u", "delivery", "user", "refunds"),
        ("topic", None, "delivery", CONVERSATION, "delivery"),
        ("flag:churn_risk", "u", True, "user", "false"),
        ("flag:churn_risk", None, True, CONVERSATION, "true"),
        ("behaviour", "a", "helpful", "assistant", "dodging"),
        ("outcome", "a", "incorrect", "assistant", "deflected"),
        ("outcome", None, "resolved", CONVERSATION, "unresolved"),
        ("label", None, "Negative", CONVERSATION, "Negative"),
        ("behaviour", "gone", "helpful", "assistant", "none"),
    ],
)
def test_a_correction_is_compared_with_what_the_analysis_says_of_the_same(
    finding: str, message: str | None, value: Any, on: str, judged: str
) -> None:
    said = str(value).lower() if isinstance(value, bool) else value
    assert _compared(_correction(finding, value, message)) == [(on, finding, judged, said)]


def test_two_reviewers_of_the_same_are_compared_with_one_another() -> None:
    three = [
        _correction("outcome", value, None, who) for value, who in (("open", "a"), ("open", "b"), ("resolved", "c"))
    ]
    assert _compared(*three, prefix=REVIEWED) == [(CONVERSATION, "outcome", "open", "open")]
    assert _compared(three[0], _correction("outcome", "incorrect", "a", "b"), prefix=REVIEWED) == []
    assert _compared(*(_correction("outcome", "open", None, None) for _ in range(2)), prefix=REVIEWED) == []


@pytest.mark.parametrize(
    ("finding", "on", "value"),
    [
        ("behaviour", "user", "helpful"),
        ("label", "assistant", "Neutral"),
        ("intent", CONVERSATION, "x"),
        ("outcome", CONVERSATION, "deflected"),
        ("outcome", "assistant", "resolved"),
        ("label", "user", "negative"),
        ("flag", "user", True),
        ("flag:unknown", "user", True),
        ("mood", "user", "sad"),
        ("label", "system", "Neutral"),
    ],
)
def test_what_the_analysis_does_not_say_is_not_corrected(finding: str, on: str, value: Any) -> None:
    with pytest.raises(NotAFinding, match=r"^(finding|value): "):
        check_correction(finding, on, BOOLEAN if isinstance(value, bool) else CATEGORICAL, value)


def test_a_flag_is_corrected_with_true_or_false_and_the_rest_with_a_word() -> None:
    check_correction("flag:churn_risk", "user", BOOLEAN, value=True)
    check_correction("outcome", CONVERSATION, CATEGORICAL, "none")
    with pytest.raises(NotAFinding, match="true or false"):
        check_correction("flag:churn_risk", "user", CATEGORICAL, "yes")
    with pytest.raises(NotAFinding, match="a word"):
        check_correction("outcome", CONVERSATION, BOOLEAN, value=True)


def test_kappa_is_that_of_the_textbook() -> None:
    # Cohen (1960): 20 and 15 agreed of 50, 5 and 10 not.
    pairs = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    assert agreement(pairs) == 0.7
    assert kappa(pairs) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("pairs", "share", "value"),
    [
        ({}, None, None),
        ({("a", "a"): 3}, 1.0, None),
        ({("a", "a"): 1, ("b", "b"): 1}, 1.0, 1.0),
        ({("a", "b"): 1, ("b", "a"): 1}, 0.0, -1.0),
        ({("a", "b"): 5}, 0.0, 0.0),
    ],
)
def test_kappa_says_nothing_where_there_is_nothing_to_choose(
    pairs: dict[tuple[str, str], int], share: float | None, value: float | None
) -> None:
    assert (agreement(pairs), kappa(pairs)) == (share, value)
