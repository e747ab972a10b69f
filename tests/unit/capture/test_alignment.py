"""Messages without ids: which of an array are new."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from confab.domain.alignment import TAIL, HistoryNeeded, Progress, Said, TranscriptState, align
from hypothesis import given
from hypothesis import strategies as st


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:6]


def _said(texts: Sequence[str]) -> list[Said]:
    """Texts that begin with a capital letter A or B are answers; all else the user says."""
    return [Said(_digest(text), text[:1] in ("A", "B")) for text in texts]


class Server:
    """A conversation that stores what alignment calls new."""

    def __init__(self, stored: list[str] | None = None) -> None:
        self.stored = list(stored or [])
        self.state = TranscriptState().extended(_said(self.stored))
        self.histories_read = 0

    def send(self, texts: list[str]) -> list[str]:
        self.places = self.align(texts)
        new = texts[len(self.places) :]
        self.append(new)
        return new

    def align(self, texts: Sequence[str], progress: Progress | None = None) -> tuple[int | None, ...]:
        try:
            return align(self.state, _said(texts), progress=progress).places
        except HistoryNeeded:
            self.histories_read += 1
            return align(self.state, _said(texts), [_digest(text) for text in self.stored], progress).places

    def append(self, texts: Sequence[str]) -> None:
        self.stored += texts
        self.state = self.state.extended(_said(texts))


def _names(count: int, start: int = 0) -> list[str]:
    return [f"message {number}" for number in range(start, start + count)]


@pytest.mark.parametrize(
    ("stored", "sent", "new"),
    [
        pytest.param("", "ab", "ab", id="first request"),
        pytest.param("ab", "abcd", "cd", id="full transcript"),
        pytest.param("ab", "ab", "", id="full transcript again"),
        pytest.param("abcd", "cde", "e", id="window"),
        pytest.param("abcd", "cd", "", id="retry of a delta"),
        pytest.param("abcdef", "bcd", "", id="late retry of three"),
        pytest.param("abcd", "ef", "ef", id="delta"),
        pytest.param("abcd", "abc", "", id="older full transcript"),
        pytest.param("abcd", "abXef", "Xef", id="last answer made anew"),
        pytest.param("abcd", "aXcdef", "ef", id="changed past, known end"),
        pytest.param("abcdX", "abcdXef", "ef", id="full transcript with the changed answer"),
        pytest.param("aaa", "aaaa", "a", id="repeated words in a full transcript"),
    ],
)
def test_given_a_transcript_when_an_array_comes_then_only_its_new_part_is_stored(
    stored: str, sent: str, new: str
) -> None:
    assert Server(list(stored)).send(list(sent)) == list(new)


def test_the_history_decides_beyond_an_edited_tail() -> None:
    server = Server(_names(TAIL + 10))
    edited = [*_names(TAIL + 8), "another answer", "a new question"]
    assert server.send(edited) == ["another answer", "a new question"]
    assert server.histories_read == 1


def test_a_window_longer_than_the_tail_stores_only_the_new_part() -> None:
    server = Server(_names(TAIL * 3))
    assert server.send(_names(TAIL * 2, start=TAIL + 5)) == _names(5, start=TAIL * 3)
    assert server.histories_read == 0


@given(texts=st.lists(st.sampled_from("abc"), min_size=1, max_size=100), cuts=st.lists(st.integers(1, 100)))
def test_growing_transcripts_with_repetitions_sent_twice_are_exact(texts: list[str], cuts: list[int]) -> None:
    server = Server()
    for length in [*sorted(min(cut, len(texts)) for cut in cuts), len(texts)]:
        server.send(texts[:length])
        assert server.send(texts[:length]) == []
    assert server.stored == texts


@given(data=st.data(), length=st.integers(1, 160))
def test_given_any_mix_of_sends_when_contents_differ_then_the_transcript_is_exact(
    data: st.DataObject, length: int
) -> None:
    truth = _names(length)
    server = Server()
    known = 0
    last: list[str] = []
    while known < length:
        kind = data.draw(st.sampled_from(["full", "window", "delta", "retry", "late"]))
        upto = data.draw(st.integers(known + 1, min(length, known + 40)))
        if kind == "retry":
            assert last == [] or server.send(last) == []
            continue
        if kind == "late":
            start = data.draw(st.integers(max(0, known - TAIL), known))
            old = truth[start:known]
            assert len(old) < 3 or server.send(old) == []
            continue
        overlap = {"full": known, "delta": 0}.get(kind)
        if overlap is None:
            overlap = data.draw(st.integers(0, min(known, TAIL)))
        last = truth[known - overlap : upto]
        assert server.send(last) == truth[known:upto]
        known = upto
    assert server.stored == truth
    assert server.state == TranscriptState().extended(_said(truth))


@given(texts=st.lists(st.text(max_size=3), max_size=200), cut=st.integers(0, 200))
def test_given_any_split_when_the_state_is_extended_then_it_is_the_same_as_at_once(texts: list[str], cut: int) -> None:
    said = _said(texts)
    assert TranscriptState().extended(said[:cut]).extended(said[cut:]) == TranscriptState().extended(said)


@pytest.mark.parametrize(
    ("stored", "sent", "new"),
    [
        pytest.param("qA", "qB", "B", id="first answer again"),
        pytest.param("qAB", "qB", "", id="retry of it"),
        pytest.param("qAB", "qA", "", id="late retry of the first one"),
        pytest.param("q A B", "q C", "C", id="third answer"),
        pytest.param("q A B", "q B r A", "r A", id="goes on from the second answer"),
        pytest.param("q A B", "q A r B", "r B", id="goes on from the first answer"),
        pytest.param("q A r A1", "q A r A2", "A2", id="second answer again"),
        pytest.param("q A r A1 A2", "q A r A2", "", id="retry of that"),
        pytest.param("q A r A1 A2", "q A r A2 s A3", "s A3", id="goes on from that"),
        pytest.param("q A r A1 A2 A3", "q A r A2 s A4", "s A4", id="goes on from one in the middle"),
        pytest.param("q A1 A2", "q B1 B2", "B1 B2", id="an answer of two messages again"),
        pytest.param("hi A r B", "hi A9", "hi A9", id="a later turn that opens with the same word"),
        pytest.param("hi A", "hi", "hi", id="the same word alone"),
        pytest.param("hi A", "hi there", "hi there", id="the same word, then another of the user"),
    ],
)
def test_given_another_answer_to_a_question_when_sent_then_the_question_stands_once(
    stored: str, sent: str, new: str
) -> None:
    def words(line: str) -> list[str]:
        named = line if " " in line or len(line) < 2 or line[0] != "q" else " ".join(line)
        return ["A" + word if word in ("C",) else word for word in named.split()]

    server = Server(words(stored))
    assert server.send(words(sent)) == words(new)


@pytest.mark.parametrize(
    ("stored", "sent", "places"),
    [
        pytest.param("abcd", "abcdef", (0, 1, 2, 3), id="full transcript"),
        pytest.param("abcd", "cde", (2, 3), id="window"),
        pytest.param("abcdef", "bcd", (1, 2, 3), id="late retry"),
        pytest.param("abcd", "abXef", (0, 1), id="branch"),
        pytest.param("abcd", "aXcdef", (0, None, 2, 3), id="edited past"),
        pytest.param("abcde", "Xdef", (None, 3, 4), id="summarised past"),
    ],
)
def test_a_known_message_has_the_place_of_its_equal(stored: str, sent: str, places: tuple[int | None, ...]) -> None:
    server = Server(list(stored))
    server.send(list(sent))
    assert server.places == places


def _overtaken(before: list[str], sent: list[str], other: list[str]) -> list[str]:
    """What is stored when another request is served between the reading and the appending of one."""
    server = Server(before)
    known = server.align(sent)
    progress = Progress(len(known), server.state.count)
    server.send(other)
    again = server.align(sent, progress)
    assert len(again) >= len(known)
    server.append(sent[len(again) :])
    return server.stored


@given(pairs=st.integers(1, 60), before=st.integers(0, 60), other=st.integers(0, 60))
def test_the_longest_of_overtaking_transcripts_with_repetitions_is_stored(pairs: int, before: int, other: int) -> None:
    def turns(count: int) -> list[str]:
        return ["ok", "A next step"] * count

    before = min(before, pairs)
    stored = _overtaken(turns(before), turns(pairs), turns(max(other, before)))
    assert stored == turns(max(pairs, other, before))


@given(start=st.integers(0, 150), middle=st.integers(1, 150), end=st.integers(0, 150))
def test_each_message_is_stored_once_if_the_rest_overtakes_a_piece(start: int, middle: int, end: int) -> None:
    truth = _names(start + middle + end)
    piece = truth[start : start + middle]
    assert _overtaken(truth[:start], piece, truth[start:]) == truth
    assert _overtaken(truth[:start], truth[: start + middle], truth[start:]) == truth


def test_the_rest_of_a_delta_follows_a_message_in_between_without_doubles() -> None:
    delta = _names(120)
    server = Server(["before"])
    progress = Progress(99, 1 + 99)
    server.append([*delta[:99], "from elsewhere"])
    places = server.align(delta, progress)
    assert len(places) == 99
