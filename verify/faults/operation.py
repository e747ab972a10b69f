"""One operation of the matrix."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from verify.faults.overtakers import Overtakers
from verify.faults.telling import Try


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the matrix.

    Attributes:
        before: makes what must be there before.
        attempt: one try of it.
        go_on: what the client does next instead of trying again; None where there is no client.
        silence: whether it is also played with nobody who comes back. A queue always does.
        overtakers: who may overtake it, besides itself.
        alone: whether it is also played with what can go wrong with its own calls.
        looks_again: whether erasures of users' data look again later, as they do in a deployment.
        once: those overtakers after which the same, sent again, looks like something new.
    """

    name: str
    before: Sequence[Try] = ()
    attempt: Try
    go_on: Try | None = None
    silence: bool = True
    overtakers: Overtakers = field(default_factory=dict)
    alone: bool = True
    looks_again: bool = False
    once: Collection[str] = ()
