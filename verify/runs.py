"""Whether a transcript can be read as runs of messages that were told side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a run.

    Attributes:
        required: whether it must be there; else it may be.
        behind: other runs, by their number, and how many messages of each stand before this one.
    """

    text: str
    required: bool
    behind: Sequence[tuple[int, int]] = ()


Runs = Sequence[Sequence[Said]]
Way = tuple[int, ...]
"""One way to read a transcript up to some place: how many messages of each run were read or left out."""


def readable(transcript: Sequence[str], runs: Runs) -> bool:
    """Whether the texts are the runs' messages, each once and in its order, with all that must be there."""
    ways: set[Way] = {(0,) * len(runs)}
    for text in transcript:
        ways = {after for way in ways for after in _after(runs, way, text)}
    return any(_nothing_left(runs, way) for way in ways)


def _nothing_left(runs: Runs, way: Way) -> bool:
    return not any(said.required for run, passed in zip(runs, way, strict=True) for said in run[passed:])


def _after(runs: Runs, way: Way, text: str) -> Iterator[Way]:
    """The ways on after one more text."""
    for number, run in enumerate(runs):
        for index in range(way[number], len(run)):
            if run[index].text == text:
                yield from _read(runs, way, number, index)
            if run[index].required:
                break


def _read(runs: Runs, way: Way, number: int, index: int) -> Iterator[Way]:
    """The way after a message of a run, if what it stands behind was read or need not be there."""
    reached = list(way)
    reached[number] = index + 1
    for other, passed in runs[number][index].behind:
        if any(said.required for said in runs[other][way[other] : passed]):
            return
        reached[other] = max(reached[other], passed)
    yield tuple(reached)
