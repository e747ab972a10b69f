"""The estimate of satisfaction: its range, its reasons, its memory, and the way it is trained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from confab.analysis.analyzer import Past
from confab.analysis.builtin import BuiltinAnalyzer
from confab.analysis.builtin.satisfaction import FEATURES, Memory, load_satisfaction, read_satisfaction
from confab.analysis.builtin.training import Trainer, estimate_of
from confab.analysis.evaluation import evaluate, read_ratings
from confab.domain.message import ASSISTANT, USER, Message
from hypothesis import given
from hypothesis import strategies as st

from tests.support.said import ANALYZER, talk

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
LINES = st.sampled_from(
    [
        "thanks, perfect",
        "no, that is wrong",
        "Where is my order?",
        "It still fails!",
        "ok",
        "no no no",
        "Please help",
        "danke",
    ]
)


def transcript(lines: Sequence[str]) -> list[Message]:
    return [
        Message(key=f"m:{at}", role=ASSISTANT if at % 2 else USER, content=line, created_at=WHEN, stored_at=WHEN)
        for at, line in enumerate(lines)
    ]


def test_the_estimate_follows_the_talk_and_says_why() -> None:
    pleased = talk("Where is my order?", "< It arrives today.", "Perfect, thank you!").messages[2]
    annoyed = talk("Where is my order?", "< I cannot find it.", "No, that is wrong, no!").messages[2]
    assert pleased.satisfaction is not None and annoyed.satisfaction is not None
    assert 1 <= annoyed.satisfaction < 3 < pleased.satisfaction <= 5
    assert "(" in annoyed.satisfaction_reasoning
    assert talk("x", "< y").messages[1].satisfaction is None


def test_trouble_before_lowers_the_estimate_of_a_later_turn() -> None:
    calm = talk("My name is Ann", "< Thanks.", "the blue one").messages[2].satisfaction
    after = talk("This is useless, nothing works!", "< Thanks.", "the blue one").messages[2].satisfaction
    assert calm is not None and after is not None and after < calm


def test_a_message_that_is_not_judged_has_no_estimate() -> None:
    assert talk("Мы живём в небольшом доме").messages[0].satisfaction is None


@given(st.lists(LINES, min_size=2, max_size=9), st.data())
def test_an_estimate_goes_on_from_a_course_as_from_the_whole(lines: list[str], data: st.DataObject) -> None:
    messages = transcript(lines)
    cut = data.draw(st.integers(1, len(messages) - 1))
    keys = {message.key for message in messages[cut:]}
    whole = ANALYZER.analyse(messages, keys)
    first = ANALYZER.analyse(messages[:cut], ())
    continued = ANALYZER.analyse(messages[cut:], keys, Past(messages[:cut], first.course))
    assert [result.satisfaction for result in continued.messages] == [result.satisfaction for result in whole.messages]
    assert continued.course["memory"] == whole.course["memory"]


def test_the_shipped_estimate_is_read_from_its_own_values() -> None:
    shipped = load_satisfaction()
    assert read_satisfaction(shipped.stored) == shipped
    assert len(shipped.weights) == len(FEATURES)
    assert Memory.of(tuple(Memory(0.5, 0.25, 1.0))) == Memory(0.5, 0.25, 1.0)


def test_the_least_squares_find_a_line() -> None:
    rows = [[float(at == place) * value for at in range(len(FEATURES))] for place in (0, 3) for value in (-1.0, 1.0)]
    found = estimate_of(rows, [3 + 2 * row[0] - row[3] for row in rows], 1e-9)
    assert found.base == pytest.approx(3.0)
    assert (found.weights[0], found.weights[3]) == (pytest.approx(2.0), pytest.approx(-1.0))


def test_a_trained_estimate_orders_rated_turns() -> None:
    lines = ["USER\tgreat, thanks\tA\t5", "SYSTEM\tDone.\tB\t", "USER\tno, that is wrong\tA\t1", ""] * 6
    dialogues = read_ratings(lines)
    found = evaluate(Trainer().analyzer(dialogues), dialogues)
    assert found.satisfaction_spearman == pytest.approx(1.0)
    assert found.satisfaction_auc == 1.0


def test_another_estimate_may_take_the_place_of_the_shipped_one() -> None:
    level = load_satisfaction()._replace(base=4.5, weights=[0.0] * len(FEATURES))
    analyzer = BuiltinAnalyzer(satisfaction=level)
    assert analyzer.analyse(transcript(["hello"]), {"m:0"}).messages[0].satisfaction == 4.5
