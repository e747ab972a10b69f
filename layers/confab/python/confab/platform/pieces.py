"""Work that is done in pieces, in turn with other work, for as long as a run of the sweep has time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """The progress of work that is done in pieces.

    Attributes:
        removed: how many conversations were erased, or other items where it is about those.
        more: whether there may be more to do now.
    """

    removed: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Work that waits.

    Attributes:
        counts: what it removes, by name; empty for work that removes nothing.
        name: which chatbot, or which erasure.
        work: does a piece, given the name and how many conversations to erase at most.
    """

    counts: str
    name: str
    work: Callable[[str, int], Piece]


def counted(work: Callable[[str, int], int]) -> Callable[[str, int], Piece]:
    """Work that says how much it removed, and has more to do as long as it removes something."""

    def piece(name: str, budget: int) -> Piece:
        removed = work(name, budget)
        return Piece(removed, more=removed > 0)

    return piece


def in_turn(
    jobs: Iterable[Job], budget: int, has_time: Callable[[], bool], failed: Callable[[Job, Exception], None]
) -> dict[str, int]:
    """Do a piece of each job in turn, for as long as there is time and something to do; how much each kind removed.

    What is large for one chatbot does not keep the others waiting, nor does what fails.

    Args:
        budget: how many conversations a piece erases at most.
        failed: is told of a job that failed; it is not tried again.
    """
    waiting = deque(jobs)
    done = {"removed": 0, "erased": 0, "expired": 0}
    while waiting and has_time():
        job = waiting.popleft()
        try:
            piece = job.work(job.name, budget)
        except Exception as failure:
            failed(job, failure)
            continue
        if job.counts:
            done[job.counts] += piece.removed
        if piece.more:
            waiting.append(job)
    return done
