"""Files of any content are read to their end or refused in words, in bounded memory."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from confab.importing import files, json_stream, pieces
from confab.importing.detect import FORMATS, PARSERS, found_form, read
from confab.importing.json_stream import JsonStream
from confab.importing.pieces import Fault, Options, Piece, Unreadable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.imported_files import faults_in, file_of, read_all, said_in

SEEN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
AT = "2026-01-31T12:00:00Z"
MESSAGE = {"id": "m", "role": "user", "content": "x"}


WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORD, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.slow
@SEEN
@given(values=st.lists(JSON, max_size=6), indent=st.sampled_from([None, 2]), block=st.sampled_from([1, 3, 64]))
def test_a_stream_gives_the_values_that_json_gives(values: list[Any], indent: int | None, block: int) -> None:
    text = json.dumps({"a": 1, "list": values, "b": [2]}, indent=indent, ensure_ascii=False).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_BLOCK", block)
        stream, found, names = JsonStream(io.BytesIO(text)), [], []
        for name in stream.names():
            names.append(name)
            if name == "list":
                for _ in stream.elements():
                    found.append(stream.value())
            else:
                stream.skip()
    assert (found, names) == (values, ["a", "list", "b"])


@SEEN
@given(
    content=st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | JSON.map(lambda value: json.dumps(value).encode())
)
@pytest.mark.parametrize("form", FORMATS)
def test_any_file_is_read_to_its_end_or_refused_in_words(tmp_path: Path, form: str, content: bytes) -> None:
    options = Options(form=form, assistants=frozenset({"x"}))
    try:
        found = list(read(file_of(tmp_path, content), options))
    except Unreadable as refused:
        assert str(refused)
        return
    assert all(isinstance(each, Piece | Fault) for each in found)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, '[{"mapping": ' + "[" * 90 + "]" * 90 + "}]", '{"messages": [1e999]}']
)
def test_hostile_json_is_refused_in_words(tmp_path: Path, text: str) -> None:
    try:
        assert all(isinstance(each, Fault) for each in read_all(tmp_path, text))
    except Unreadable as refused:
        assert str(refused)


def test_an_archive_that_unpacks_to_far_too_much_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FREE", 10_000)
    monkeypatch.setattr(files, "MAX_RATIO", 10)
    file = file_of(tmp_path, {"conversations.json": "[" + " " * 5_000_000 + "]"})
    with pytest.raises(Unreadable, match="unpacks to far more"):
        list(read(file, Options()))


def test_a_damaged_archive_is_refused_in_words(tmp_path: Path) -> None:
    good = file_of(
        tmp_path, {"conversations.json": json.dumps([{"id": "x", "mapping": {}}] * 500)}, "good"
    ).path.read_bytes()
    for content in (good[:40] + b"\xff" * 60 + good[100:], good[:100], b"PK\x03\x04"):
        with pytest.raises(Unreadable):
            list(read(file_of(tmp_path, content, "bad"), Options()))


def test_a_line_without_an_end_takes_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_LINE", 1_000)
    good = json.dumps({"id": "x", "messages": [{"role": "user", "content": "q"}]})
    found = read_all(tmp_path, f"{good}\n{'x' * 50_000}\n{good}\n", form="openai")
    assert faults_in(found) == [(2, "the line is longer than 32 MB")]
    assert len(found) == 3


def test_a_large_conversation_comes_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_MESSAGES", 4)
    line = {"id": "x", "messages": [{"role": "user", "content": str(n)} for n in range(10)]}
    found = read_all(tmp_path, json.dumps(line))
    assert [(len(each.drafts), each.whole) for each in found if isinstance(each, Piece)] == [
        (4, False),
        (4, False),
        (2, False),
    ]
    assert [text for _, text, _ in said_in(found)["x"]] == [str(n) for n in range(10)]


@pytest.mark.parametrize("form", sorted(PARSERS))
def test_an_empty_file_holds_nothing_or_is_refused(tmp_path: Path, form: str) -> None:
    try:
        assert read_all(tmp_path, "", form=form, assistants=frozenset({"x"})) == []
    except Unreadable as refused:
        assert str(refused)


def test_what_nobody_knows_is_refused_with_the_formats(tmp_path: Path) -> None:
    for content in ("hello\nthere\n", '{"a": 1}', "[1]", {"a.txt.bak": "x"}):
        with pytest.raises(Unreadable):
            found_form(file_of(tmp_path, content), Options())
