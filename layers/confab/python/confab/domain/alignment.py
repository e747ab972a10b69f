"""Which messages of an array without ids are new, and where the others stand.

A conversation keeps a compact state of its id-less messages: how many there are, a chain hash over all of them, the
first two digests, the last 64, and how many answers stand at the end. An incoming array is compared with that state
alone; only an array whose past differs from the conversation's needs the stored digests themselves.

Known limits, which no rule can lift: two equal neighbours sent as separate arrays, and one or two messages sent again
after others were stored, look exactly like new messages or like repetitions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

TAIL: Final = 64
HEAD: Final = 2
CHAIN_BYTES: Final = 16
SHORTEST_LATE_RETRY: Final = 3
SHORTEST_ANCHOR: Final = 2


class Said(NamedTuple):
    """The attributes of a message that alignment uses.

    Attributes:
        digest: of the role and the content.
        answer: whether it answers the user; False for a message of the user.
    """

    digest: bytes
    answer: bool


@dataclass(frozen=True, slots=True)
class TranscriptState:
    """The compact state of a conversation's id-less messages.

    Attributes:
        count: how many there are.
        chain: hash over all their digests, in order.
        head: the first two digests.
        tail: the last 64 digests.
        last_at: the place in time of the last of them, so that the next one comes after it.
        answers: how many of them stand at the end without a message of the user after them; 0 where that is unknown.
    """

    count: int = 0
    chain: bytes = b""
    head: tuple[bytes, ...] = ()
    tail: tuple[bytes, ...] = ()
    last_at: datetime | None = None
    answers: int = 0

    def extended(self, said: Sequence[Said], last_at: datetime | None = None) -> TranscriptState:
        """The state after these messages are appended, the last of them at ``last_at``."""
        digests = tuple(one.digest for one in said)
        at_end = next((back for back, one in enumerate(reversed(said)) if not one.answer), len(said))
        return TranscriptState(
            count=self.count + len(digests),
            chain=chain_of(digests, self.chain),
            head=(self.head + digests[:HEAD])[:HEAD],
            tail=(self.tail + digests)[-TAIL:],
            last_at=last_at,
            answers=self.answers + at_end if at_end == len(said) else at_end,
        )


EMPTY: Final = TranscriptState()


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where the messages of an array stand.

    Attributes:
        places: of each message that is not new, the position of the stored message that says the same; None where the
            conversation says something else, because the array's past was edited.
    """

    places: tuple[int | None, ...] = ()

    @property
    def new_from(self) -> int:
        """The index from which on messages are new; the array's length when none is."""
        return len(self.places)


@dataclass(frozen=True, slots=True)
class Progress:
    """The findings of an earlier attempt of the same request, before another request changed the conversation.

    Attributes:
        settled: how many messages, from the array's beginning, were found or appended.
        count: how many messages the conversation had then.
    """

    settled: int
    count: int


class HistoryNeeded(Exception):
    """The compact state cannot decide: call ``align`` again with all stored digests."""


def chain_of(digests: Iterable[bytes], start: bytes = b"") -> bytes:
    """The chain hash over digests, continued from ``start``."""
    chain = start
    for digest in digests:
        chain = hashlib.sha256(chain + digest).digest()[:CHAIN_BYTES]
    return chain


def align(
    state: TranscriptState,
    incoming: Sequence[Said],
    history: Sequence[bytes] | None = None,
    progress: Progress | None = None,
) -> Alignment:
    """Find which messages of an array are new.

    Rules, in this order: full transcript, window over the end, late retry, edited past before a known end, branch (the
    array begins like the transcript and then differs), delta.

    Args:
        state: what the conversation holds.
        incoming: the array that came, in order.
        history: digests of all stored messages, when the caller read them.
        progress: what an earlier try of the same request has settled; its part of the result counts no less than that.

    Raises:
        HistoryNeeded: ``history`` was not given and is needed.
    """
    view = _View(state, tuple(history) if history is not None else state.tail, incoming)
    plain = Alignment(view.places())
    if progress is None:
        return plain
    if plain.new_from > progress.settled:
        return plain
    return Alignment((None,) * progress.settled + view.appended_meanwhile(progress))


class _View:
    """An array and the known stored digests: all of them, or the last 64."""

    def __init__(self, state: TranscriptState, known: tuple[bytes, ...], incoming: Sequence[Said]) -> None:
        self._state = state
        self._known = known
        self._first_known = state.count - len(known)
        self._incoming = incoming
        self._digests = tuple(one.digest for one in incoming)

    def places(self) -> tuple[int | None, ...]:
        """The places of the messages that are not new, by the first rule that applies.

        Raises:
            HistoryNeeded: what is known does not decide.
        """
        state, known, digests = self._state, self._known, self._digests
        if state.count == 0:
            return ()
        if len(digests) >= state.count and chain_of(digests[: state.count]) == state.chain:
            return tuple(range(state.count))
        overlap = _overlap(known, digests)
        if overlap:
            if self._first_known and overlap == len(known) and _find(digests[1:], known) is not None:
                # The texts repeat, and the run may be longer than what is known.
                raise HistoryNeeded
            return self._at_end(overlap)
        if len(digests) >= SHORTEST_LATE_RETRY:
            found = _find(known, digests)
            if found is not None:
                return self._run(found, len(digests))
        anchored = self._anchor()
        if anchored:
            return self._before_anchor(anchored)
        if self._first_known and len(digests) >= SHORTEST_LATE_RETRY:
            # It may be a late retry of what stands before that which is known.
            raise HistoryNeeded
        return self._branch()

    def appended_meanwhile(self, progress: Progress) -> tuple[int | None, ...]:
        """The places of what is left of the array among what others appended since an earlier try.

        Raises:
            HistoryNeeded: they appended more than is known.
        """
        rest = self._digests[progress.settled :]
        if progress.count < self._first_known:
            raise HistoryNeeded
        fresh = self._known[progress.count - self._first_known :]
        if not rest or not fresh:
            return ()
        found = _find(fresh, rest)
        if found is not None:
            return tuple(range(progress.count + found, progress.count + found + len(rest)))
        overlap, prefix = _overlap(fresh, rest), _common_prefix(fresh, rest)
        if overlap >= prefix:
            return self._at_end(overlap)
        return tuple(range(progress.count, progress.count + prefix))

    def _at_end(self, length: int) -> tuple[int, ...]:
        return tuple(range(self._state.count - length, self._state.count))

    def _run(self, start: int, length: int) -> tuple[int, ...]:
        return tuple(range(self._first_known + start, self._first_known + start + length))

    def _anchor(self) -> int:
        """Index after the last place in the array where the transcript's end (two messages) stands; else 0."""
        end = self._known[-SHORTEST_ANCHOR:]
        if len(end) < SHORTEST_ANCHOR:
            return 0
        for index in range(len(self._digests), SHORTEST_ANCHOR, -1):
            if self._digests[index - SHORTEST_ANCHOR : index] == end:
                return index
        return 0

    def _before_anchor(self, anchor: int) -> tuple[int | None, ...]:
        """Places of an array whose past was edited: what it still shares with the transcript, from the end back.

        Where all that is known stands in the array, the array is a window, and what comes before is taken to be so too.

        Raises:
            HistoryNeeded: a message may stand before those that are known.
        """
        if self._digests[max(0, anchor - len(self._known)) : anchor] == self._known and anchor <= self._state.count:
            return self._at_end(anchor)
        places: list[int | None] = []
        last = len(self._known)
        for digest in reversed(self._digests[:anchor]):
            place = next((index for index in range(last - 1, -1, -1) if self._known[index] == digest), None)
            if place is None:
                if self._first_known:
                    raise HistoryNeeded
                places.append(None)
            else:
                places.append(place)
                last = place
        return tuple(None if place is None else self._first_known + place for place in reversed(places))

    def _branch(self) -> tuple[int | None, ...]:
        """Places of an array that begins like the transcript and then differs; none when it is a plain delta.

        Raises:
            HistoryNeeded: the transcript's beginning is not known.
        """
        if not self._begins_alike():
            return ()
        if self._first_known:
            raise HistoryNeeded
        shared = _common_prefix(self._known, self._digests)
        return tuple(range(shared)) + self._after_branch(shared)

    def _begins_alike(self) -> bool:
        """Whether the array is the transcript told from its beginning.

        Two messages at the beginning say so. One does where the conversation has only one question: then another answer
        to it is the same question answered again.
        """
        state, digests = self._state, self._digests
        if len(digests) > HEAD and digests[:HEAD] == state.head:
            return True
        one_question = state.answers > 0 and state.count - state.answers == 1
        return one_question and len(digests) > 1 and digests[0] == state.head[0] and self._incoming[1].answer

    def _after_branch(self, shared: int) -> tuple[int, ...]:
        """Places of what follows the shared beginning: an earlier try of the same branch may stand further down."""
        later, rest = self._known[shared:], self._digests[shared:]
        overlap = _overlap(later, rest)
        if overlap:
            return self._at_end(overlap)
        answers_again = bool(rest) and self._incoming[shared].answer
        if answers_again or len(rest) > 1:
            found = _find(later, rest)
            if found is not None:
                return self._run(shared + found, len(rest))
        if answers_again and shared == self._state.count - self._state.answers and rest[0] in later:
            return self._run(shared + later.index(rest[0]), 1)
        return ()


def _overlap(known: tuple[bytes, ...], incoming: tuple[bytes, ...]) -> int:
    """Length of the longest run at the start of ``incoming`` that equals the end of ``known``."""
    for length in range(min(len(known), len(incoming)), 0, -1):
        if known[-length:] == incoming[:length]:
            return length
    return 0


def _common_prefix(first: tuple[bytes, ...], second: tuple[bytes, ...]) -> int:
    shorter = min(len(first), len(second))
    return next((index for index in range(shorter) if first[index] != second[index]), shorter)


def _find(known: tuple[bytes, ...], run: tuple[bytes, ...]) -> int | None:
    return next((index for index in range(len(known) - len(run) + 1) if known[index : index + len(run)] == run), None)
