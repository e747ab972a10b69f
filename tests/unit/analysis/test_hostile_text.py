"""Whatever a visitor writes is judged, in time that grows with its length: a quadratic rule takes this file minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from confab.analysis.builtin.analyzer import BuiltinAnalyzer
from confab.analysis.builtin.text import parse
from confab.domain.message import Message
from hypothesis import given
from hypothesis import strategies as st

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
LENGTH = 8_000
UNITS = (
    *"x .!?\n>`{[<(|\"'-_:,/\\0@#$%&*~=+éß😀\ufffd解",
    *("not ", "n't ", "'s ", "the ", "[system", "[ ", "{ ", "<system>", '{"a":', "at a$a", "error: x", "<|", "<<"),
    *("<!--", "12:00:00", "2026-01-01 ", "A.", "a.b.", "-- ", "ignore all ", "rate this ", "no ", "works ", "days "),
    *("http://", "data:", "```", "~~~", "> ", "the user is ", "a.b.not ", "no !", "if only ", "wrote:", "nicht "),
)


def _said(number: int, role: str, text: str) -> Message:
    at = BEGAN + timedelta(seconds=number)
    return Message(key=f"m{number}", role=role, content=text, created_at=at, stored_at=at)


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_any_sign_or_word_over_and_over_is_judged(unit: str) -> None:
    text = (unit * LENGTH)[:LENGTH]
    talk = [_said(0, "user", "Where is my order?"), _said(1, "assistant", text), _said(2, "user", text)]
    found = BuiltinAnalyzer().analyse(talk, {each.key for each in talk})
    assert [each.key for each in found.messages] == ["m0", "m1", "m2"]


@given(st.text(alphabet="'n'ts’ not.", max_size=40))
def test_no_word_is_empty_however_words_are_contracted(text: str) -> None:
    assert all(parse(text).words)
