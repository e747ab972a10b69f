"""Which messages of an array without ids are new.

A conversation keeps a compact state of its id-less messages: how many there are, a chain hash over all of them, the
first two digests and the last 64. An incoming array is compared with that state alone; only an array that starts like
the conversation and then differs needs the stored digests themselves.

Known limits, which no rule can lift: two equal neighbours sent as separate arrays, and one or two messages sent again
after others landed, look exactly like new messages or like repetitions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

TAIL: Final = 64
HEAD: Final = 2
CHAIN_BYTES: Final = 16
SHORTEST_LATE_RETRY: Final = 3
SHORTEST_ANCHOR: Final = 2


@dataclass(frozen=True, slots=True)
class TranscriptState:
    """The compact state of a conversation's id-less messages.

    Attributes:
        count: how many there are.
        chain: hash over all their digests, in order.
        head: the first two digests.
        tail: the last 64 digests.
        last_at: the place in time of the last of them, so that the next one comes after it.
    """

    count: int = 0
    chain: bytes = b""
    head: tuple[bytes, ...] = ()
    tail: tuple[bytes, ...] = ()
    last_at: datetime | None = None

    def extended(self, digests: Sequence[bytes], last_at: datetime | None = None) -> TranscriptState:
        """The state after these messages are appended, the last of them at ``last_at``."""
        head = (self.head + tuple(digests[:HEAD]))[:HEAD]
        tail = (self.tail + tuple(digests))[-TAIL:]
        return TranscriptState(self.count + len(digests), chain_of(digests, self.chain), head, tail, last_at)


EMPTY: Final = TranscriptState()


class HistoryNeeded(Exception):
    """The compact state cannot decide: call ``first_new`` again with all stored digests."""


def chain_of(digests: Iterable[bytes], start: bytes = b"") -> bytes:
    """The chain hash over digests, continued from ``start``."""
    chain = start
    for digest in digests:
        chain = hashlib.sha256(chain + digest).digest()[:CHAIN_BYTES]
    return chain


def first_new(state: TranscriptState, incoming: Sequence[bytes], history: Sequence[bytes] | None = None) -> int:
    """The index in ``incoming`` from which on messages are new; its length when none is.

    Rules, in this order: full transcript, window over the end, late retry, edited transcript, delta.

    Args:
        state: what the conversation holds.
        incoming: digests of the array that came, in order.
        history: digests of all stored messages, when the caller read them.

    Raises:
        HistoryNeeded: ``history`` was not given and is needed.
    """
    if state.count == 0:
        return 0
    if len(incoming) >= state.count and chain_of(incoming[: state.count]) == state.chain:
        return state.count
    known = tuple(history) if history is not None else state.tail
    overlap = _overlap(known, incoming)
    if overlap:
        return overlap
    if len(incoming) >= SHORTEST_LATE_RETRY and _find(known, incoming) is not None:
        return len(incoming)
    return _after_edit(state, known, incoming)


def _after_edit(state: TranscriptState, known: Sequence[bytes], incoming: Sequence[bytes]) -> int:
    """Where the new part of a transcript with a changed past begins; 0 when it is a plain delta."""
    anchored = _after_anchor(known, incoming)
    if anchored:
        return anchored
    if len(incoming) <= HEAD or tuple(incoming[:HEAD]) != state.head:
        return 0
    if len(known) < state.count:
        raise HistoryNeeded
    return next((i for i, (ours, theirs) in enumerate(zip(known, incoming, strict=False)) if ours != theirs), 0)


def _overlap(known: Sequence[bytes], incoming: Sequence[bytes]) -> int:
    """Length of the longest run at the start of ``incoming`` that equals the end of ``known``."""
    known = tuple(known)
    incoming = tuple(incoming)
    for length in range(min(len(known), len(incoming)), 0, -1):
        if known[-length:] == incoming[:length]:
            return length
    return 0


def _find(known: Sequence[bytes], run: Sequence[bytes]) -> int | None:
    known = tuple(known)
    run = tuple(run)
    return next((i for i in range(len(known) - len(run) + 1) if known[i : i + len(run)] == run), None)


def _after_anchor(known: Sequence[bytes], incoming: Sequence[bytes]) -> int:
    """Index after the last place in ``incoming`` where the end of ``known`` (two or more messages) stands; else 0."""
    end = tuple(known[-SHORTEST_ANCHOR:])
    if len(end) < SHORTEST_ANCHOR:
        return 0
    for index in range(len(incoming), SHORTEST_ANCHOR, -1):
        if tuple(incoming[index - SHORTEST_ANCHOR : index]) == end:
            return index
    return 0
