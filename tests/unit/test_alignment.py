"""Messages without ids: which of an array are new."""

from __future__ import annotations

import hashlib

import pytest
from confab.domain.alignment import TAIL, HistoryNeeded, TranscriptState, first_new
from hypothesis import given
from hypothesis import strategies as st


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:6]


class Server:
    """A conversation that stores what alignment calls new."""

    def __init__(self, stored: list[str] | None = None) -> None:
        self.stored = list(stored or [])
        self.state = TranscriptState().extended([_digest(text) for text in self.stored])
        self.histories_read = 0

    def send(self, texts: list[str]) -> list[str]:
        digests = [_digest(text) for text in texts]
        try:
            new_from = first_new(self.state, digests)
        except HistoryNeeded:
            self.histories_read += 1
            new_from = first_new(self.state, digests, [_digest(text) for text in self.stored])
        new = texts[new_from:]
        self.stored += new
        self.state = self.state.extended([_digest(text) for text in new])
        return new


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


def test_given_more_messages_than_the_tail_when_the_past_was_edited_then_the_history_decides() -> None:
    server = Server(_names(TAIL + 10))
    edited = [*_names(TAIL + 8), "another answer", "a new question"]
    assert server.send(edited) == ["another answer", "a new question"]
    assert server.histories_read == 1


def test_given_a_window_longer_than_the_tail_when_sent_then_only_the_new_part_is_stored() -> None:
    server = Server(_names(TAIL * 3))
    assert server.send(_names(TAIL * 2, start=TAIL + 5)) == _names(5, start=TAIL * 3)
    assert server.histories_read == 0


@given(texts=st.lists(st.sampled_from("abc"), min_size=1, max_size=100), cuts=st.lists(st.integers(1, 100)))
def test_given_any_repetitions_when_growing_full_transcripts_are_sent_twice_then_the_transcript_is_exact(
    texts: list[str], cuts: list[int]
) -> None:
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
    assert server.state == TranscriptState().extended([_digest(text) for text in truth])


@given(texts=st.lists(st.text(max_size=3), max_size=200), cut=st.integers(0, 200))
def test_given_any_split_when_the_state_is_extended_then_it_is_the_same_as_at_once(texts: list[str], cut: int) -> None:
    digests = [_digest(text) for text in texts]
    assert TranscriptState().extended(digests[:cut]).extended(digests[cut:]) == TranscriptState().extended(digests)
