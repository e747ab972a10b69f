"""Text and JSON from outside: what no text holds is replaced, and limits hold that no text can make slow."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from confab.platform import bodies
from confab.platform.bodies import DEEPEST, MAX_VALUES, OverLimit, read_json, text_of, unpacked
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
        patch.setattr(bodies, "MAX_VALUES", most)
        text = json.dumps(value, indent=indent).encode()
        if _values(value) > most:
            with pytest.raises(OverLimit, match=f"more than {most} values"):
                read_json(text)
        else:
            assert read_json(text) == value


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_only_levels_beyond_the_limit_are_refused(opening: bytes) -> None:
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
        pytest.param(b"{" + b'"a":1,' * MAX_VALUES + b'"a":1}', "values", id="one member more, all of one name"),
        pytest.param(b"[" + b'"\\\\",' * MAX_VALUES + b"1]", "values", id="strings that end in escapes"),
        pytest.param(b'"' + b'\\"' * (MEGABYTES // 2), "EOF", id="a string of quotes without an end"),
        pytest.param(b'"' * MEGABYTES, "trailing", id="nothing but quotes"),
        pytest.param(b"1" * MEGABYTES, "out of range", id="a number of millions of digits"),
        pytest.param(b"[NaN]", "expected value", id="no number"),
        pytest.param(b'{"a":[1,-1e400]}', "number is too large", id="a number too large"),
        pytest.param(b"1e400", "number is too large", id="nothing but a number too large"),
        pytest.param(b'{"a":"\xff"}', "not UTF-8 at byte 7", id="a byte that is not UTF-8"),
        pytest.param(b'{"a":"\xed\xa0\xbd"}', "not UTF-8 at byte 7", id="a surrogate as bytes"),
        pytest.param('{"a":1}'.encode("utf-16"), "not UTF-8 at byte 1", id="UTF-16"),
        pytest.param(b'{"a":"\0"}', "control character", id="NUL as it is"),
        pytest.param(b'{"a":"\\ud8"}', "hex escape|invalid escape", id="an escape that ends early"),
        pytest.param(b'"' + b"\\ud83d" * (MEGABYTES // 6), "EOF", id="halves of pairs without an end"),
    ],
)
def test_given_a_hostile_body_when_read_then_it_is_refused_and_says_why(text: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_json(text)


def test_given_large_prose_when_it_holds_commas_and_brackets_then_it_is_taken() -> None:
    texts = ["[{, " * 200_000, '\\" ,[' * 100_000]
    assert read_json(json.dumps(texts).encode()) == texts


PIECES = ["\ud83d", "\ude00", "\ud83d\ude00", "\0", "\\", '"', "u", "d83d", "a", "ä", "\n"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)


@given(value=st.recursive(TEXTS, lambda below: st.lists(below) | st.dictionaries(TEXTS, below), max_leaves=20))
def test_only_halves_of_pairs_and_nul_are_replaced(value: Any) -> None:
    text = json.dumps(value)
    # The escapes of a pair are one character, also where they were two halves.
    expected = json.loads(text, object_pairs_hook=lambda pairs: {text_of(name): below for name, below in pairs})
    assert read_json(text.encode()) == _replaced(expected)


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return "".join("\ufffd" if each == "\0" or "\ud800" <= each <= "\udfff" else each for each in value)
    if isinstance(value, list):
        return [_replaced(each) for each in value]
    return {name: _replaced(each) for name, each in value.items()}


def test_given_a_byte_order_mark_when_read_then_it_is_skipped() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS = [
    pytest.param("gzip", gzip.compress, id="gzip"),
    pytest.param(" GZip ", gzip.compress, id="gzip in another spelling"),
    pytest.param("x-gzip", gzip.compress, id="x-gzip"),
    pytest.param("deflate", zlib.compress, id="deflate"),
    pytest.param("deflate", _raw_deflate, id="deflate without a header"),
    pytest.param("identity", bytes, id="identity"),
    pytest.param("", bytes, id="none"),
]


@pytest.mark.parametrize(("encoding", "packed"), PACKERS)
def test_given_a_packed_body_when_unpacked_then_it_is_what_was_packed(encoding: str, packed: Any) -> None:
    body = b'{"a": "b"}' * 100
    assert unpacked(packed(body), encoding, 1000) == body


@pytest.mark.parametrize(("encoding", "packed"), PACKERS[:5])
def test_no_more_than_the_limit_is_unpacked(encoding: str, packed: Any) -> None:
    bomb = packed(bytes(8 * 1024 * 1024))
    with pytest.raises(OverLimit, match=r"more than 1048576 bytes \(1 MB\)"):
        unpacked(bomb, encoding, 1024 * 1024)


@pytest.mark.parametrize(
    ("encoding", "body", "says"),
    [
        pytest.param("br", b"x", "gzip, deflate or none is taken", id="an unknown encoding"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(b"{}")), "gzip, deflate or none", id="two encodings"),
        pytest.param("gzip", b"{}", "not valid gzip data", id="not packed"),
        pytest.param("gzip", gzip.compress(b"{}")[:-1], "not valid gzip data", id="cut off"),
        pytest.param("gzip", gzip.compress(b"{}") + b"x", "not valid gzip data", id="more behind its end"),
        pytest.param("gzip", b"", "not valid gzip data", id="empty"),
        pytest.param("deflate", b"\xff\xff", "not valid deflate data", id="no deflate"),
    ],
)
def test_a_body_that_is_not_packed_as_it_says_is_refused(encoding: str, body: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        unpacked(body, encoding, 1000)
