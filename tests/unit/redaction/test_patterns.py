"""A team's own patterns: found wherever they stand, refused when they cannot be run safely."""

from __future__ import annotations

import re

import pytest
from confab.redaction.patterns import MAX_MATCH, MAX_PATTERN, BadPattern, Pattern
from hypothesis import given
from hypothesis import strategies as st


def _found(expression: str, text: str) -> list[str]:
    return [text[start:end] for start, end in Pattern(expression)(text)]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "1 to"),
        ("x" * (MAX_PATTERN + 1), "1 to"),
        ("(", "missing"),
        (r"(a)\1", "invalid escape"),
        ("(?=a)", "invalid"),
        ("a*", "empty text"),
        ("((a{0,100}){0,100}){0,100}", "repetition"),
    ],
)
def test_an_unusable_pattern_is_refused_with_its_reason(expression: str, reason: str) -> None:
    with pytest.raises(BadPattern, match=reason):
        Pattern(expression)


def test_a_pattern_that_backtracks_elsewhere_answers() -> None:
    assert _found("(a+)+b", "a" * 30_000) == []
    assert _found("x(.*y)?", "x" * 30_000) == ["x"] * 30_000


@given(st.integers(0, 6000), st.integers(1, MAX_MATCH - 4), st.sampled_from("ab\u00e4\U0001f600"))
def test_given_a_long_text_when_a_match_stands_anywhere_then_it_is_found_whole(
    before: int, digits: int, filler: str
) -> None:
    number = "ORD-" + "7" * digits
    assert _found("ORD-[0-9]+", filler * before + number + filler * 3000) == [number]


@given(st.text("ab1\u00e4 \n", max_size=80))
def test_matches_are_those_of_the_standard_library(text: str) -> None:
    expression = "a+1|b[ \u00e4]"
    assert list(Pattern(expression)(text)) == [match.span() for match in re.finditer(expression, text)]
