"""JSON from outside: limits of levels and values, which no text can make slow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from confab.platform import bodies
from confab.platform.bodies import DEEPEST, MOST_VALUES, OverLimit, read_json
from hypothesis import given
from hypothesis import strategies as st

MEGABYTES = 4 * 1024 * 1024
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab\\"[{,:]}\n', max_size=8),
    lambda below: st.lists(below, max_size=5) | st.dictionaries(st.text('a"\\,[', max_size=4), below, max_size=5),
    max_leaves=40,
)


def _values(value: Any) -> int:
    """What the limit counts: members and entries, and each empty object or array once."""
    if not isinstance(value, dict | list):
        return 0
    below = value.values() if isinstance(value, dict) else value
    return max(1, len(value)) + sum(map(_values, below))


@given(value=JSON, most=st.integers(1, 30), indent=st.none() | st.integers(0, 2))
def test_given_any_value_when_read_then_it_is_refused_exactly_beyond_the_limit(
    value: Any, most: int, indent: int | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "MOST_VALUES", most)
        text = json.dumps(value, indent=indent).encode()
        if _values(value) > most:
            with pytest.raises(OverLimit, match=f"more than {most} values"):
                read_json(text)
        else:
            assert read_json(text) == value


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_given_levels_when_they_are_at_the_limit_or_one_more_then_only_the_latter_are_refused(opening: bytes) -> None:
    closing = {b"[": b"]", b'{"a":': b"}"}[opening]
    for inner in (b"1", b"[]", b'"["'):
        levels = DEEPEST - inner.startswith(b"[")
        assert read_json(opening * levels + inner + closing * levels) is not None
        with pytest.raises(OverLimit, match="more than 64 levels"):
            read_json(opening * (levels + 1) + inner + closing * (levels + 1))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(b"[" * MEGABYTES, "values", id="arrays that open"),
        pytest.param(b'{"a":' * (MEGABYTES // 5), "values", id="objects that open"),
        pytest.param(b"[" * 50_000, "levels", id="fewer arrays"),
        pytest.param(b"[" + b"[]," * (MEGABYTES // 3) + b"[]]", "values", id="empty arrays"),
        pytest.param(b"{" + b'"a":1,' * MOST_VALUES + b'"a":1}', "values", id="one member more, all of one name"),
        pytest.param(b"[" + b'"\\\\",' * MOST_VALUES + b"1]", "values", id="strings that end in escapes"),
        pytest.param(b'"' + b'\\"' * (MEGABYTES // 2), "EOF", id="a string of quotes without an end"),
        pytest.param(b'"' * MEGABYTES, "trailing", id="nothing but quotes"),
        pytest.param(b"1" * MEGABYTES, "out of range", id="a number of millions of digits"),
        pytest.param(b"[NaN]", "expected value", id="no number"),
    ],
)
def test_given_a_hostile_body_when_read_then_it_is_refused_and_says_why(text: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_json(text)


def test_given_large_prose_when_it_holds_commas_and_brackets_then_it_is_taken() -> None:
    texts = ["[{, " * 200_000, '\\" ,[' * 100_000]
    assert read_json(json.dumps(texts).encode()) == texts
