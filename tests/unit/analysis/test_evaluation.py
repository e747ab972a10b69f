"""Reading ratings and measuring analyzers."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from confab.analysis.analyzer import Past
from confab.analysis.builtin import BuiltinAnalyzer
from confab.analysis.evaluation import (
    BadRatings,
    Dialogue,
    auc,
    cross_validate,
    evaluate,
    read_ratings,
    spearman,
)
from confab.domain.message import Message
from confab.domain.results import Analysis, ConversationResult, MessageResult

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
TWO = ["USER\tgood\tA\t5,4", "SYSTEM\tok\tB\t", "USER\tbad\tA\t1,2", "USER\tOVERALL\t\t3", "", "USER\tfine\tA\t3"]


class Scripted:
    """Scores messages by a table of their texts."""

    def __init__(self, scores: dict[str, float]) -> None:
        self.scores = scores

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        message_results = [
            MessageResult(key=message.key, score=self.scores[message.content])
            for message in transcript
            if message.key in judge
        ]
        return Analysis(
            messages=message_results, conversation=ConversationResult(), provider="t", model="t", version="1"
        )


def test_a_ratings_file_gives_mean_ratings_without_the_overall_line() -> None:
    dialogues = read_ratings(TWO)
    assert [len(dialogue.messages) for dialogue in dialogues] == [3, 1]
    assert [list(dialogue.ratings.values()) for dialogue in dialogues] == [[4.5, 1.5], [3.0]]


@pytest.mark.parametrize("line", ["BOT\thi\tA\t3", "USER\thi\tA\tthree", "no tabs at all"])
def test_given_a_bad_line_when_read_then_its_number_is_named(line: str) -> None:
    with pytest.raises(BadRatings, match="line 2"):
        read_ratings(["USER\thi\tA\t3", line])


def test_scores_that_follow_ratings_have_perfect_figures() -> None:
    found = evaluate(Scripted({"good": 0.9, "bad": -0.9, "fine": 0.0}), read_ratings(TWO))
    assert (found.turns, found.dissatisfied) == (3, 1)
    assert found.spearman == pytest.approx(1.0)
    assert found.auc == 1.0


def test_given_scores_all_equal_when_measured_then_chance_is_reported() -> None:
    found = evaluate(Scripted({"good": 0.0, "bad": 0.0, "fine": 0.0}), read_ratings(TWO))
    assert math.isnan(found.spearman)
    assert found.auc == 0.5


def test_given_known_rows_when_correlated_then_ties_share_their_ranks() -> None:
    assert spearman([1, 2, 2, 4], [10, 20, 20, 40]) == pytest.approx(1.0)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1.0)
    assert auc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert math.isnan(auc([0.1], [True]))


def test_cross_validation_scores_no_dialogue_by_its_own_training() -> None:
    dialogues = read_ratings("\n\n".join(f"USER\tt{place}\tA\t{1 + place % 5}" for place in range(10)).split("\n"))
    seen: list[set[str]] = []

    def train(kept: Sequence[Dialogue]) -> Scripted:
        texts = {message.content for dialogue in kept for message in dialogue.messages}
        seen.append(texts)
        return Scripted({f"t{place}": 0.0 for place in range(10) if f"t{place}" not in texts})

    found = cross_validate(train, dialogues, folds=5)
    assert found.turns == 10
    assert all(len(texts) == 8 for texts in seen)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rank", "area"), [("satisfaction-sgd", 0.48, 0.82), ("satisfaction-ccpe", 0.42, 0.80)]
)
def test_the_shipped_analyzer_beats_the_floor_on_real_ratings(name: str, rank: float, area: float) -> None:
    file = SHARED / f"{name}.tsv"
    if not file.exists():
        pytest.skip(f"{name}.tsv is not beside the repository; it is development data and never part of it")
    dialogues = read_ratings(file.read_text(encoding="utf-8").split("\n"))[:200]
    found = evaluate(BuiltinAnalyzer(), dialogues)
    assert found.spearman >= rank - 0.03
    assert found.auc >= area - 0.03
