"""Runs: the log of what became of each notice at each destination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from confab.domain.notices import Notice

PENDING: Final = "pending"
SUCCESS: Final = "success"
FAILED: Final = "failed"
SKIPPED: Final = "skipped"
STATUSES: Final = (PENDING, SUCCESS, FAILED, SKIPPED)
KEPT: Final = timedelta(days=30)
"""How long the log keeps a run."""
MAX_ATTEMPTS: Final = 6
MAX_NOTED_ATTEMPTS: Final = 20
"""Attempts that a run's log keeps: those of redeliveries by hand too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to deliver.

    Attributes:
        status: of the receiver's answer; None when there was none.
        ms: how long it took.
        error: why it failed; None when it did not.
    """

    at: datetime
    status: int | None
    ms: int
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One notice at one destination.

    Attributes:
        id: follows from rule, notice and destination; the ``webhook-id`` of every attempt.
        send_at: not to be sent before (UTC).
        tries: attempts since it began or was asked for again by hand.
        attempts: those that ended, the first one first.
        error: why it failed or was skipped; None otherwise.
    """

    id: str
    chatbot_id: str
    rule_id: str
    destination_id: str
    notice: Notice
    created_at: datetime
    send_at: datetime
    status: str = PENDING
    tries: int = 0
    attempts: Sequence[Attempt] = ()
    error: str | None = None

    @property
    def expires_at(self) -> datetime:
        """When the log forgets it."""
        return self.send_at + KEPT


def run_id(chatbot_id: str, rule_id: str, key: str, destination_id: str) -> str:
    """The id of the run of a notice at a destination: the same for the same notice."""
    return f"evt_{uuid5(UUID(chatbot_id), f'run:{rule_id}:{destination_id}:{key}').hex}"
