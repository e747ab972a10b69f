"""A job that writes files: what was asked for, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
STATUSES: Final = (QUEUED, RUNNING, DONE, FAILED)
LIFE: Final = timedelta(hours=24)
"""For how long a job is known that does not end."""
FILES_LIFE: Final = timedelta(minutes=40)
"""For how long the files of a job that has ended are handed out: an erasure reaches all copies within an hour."""


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that a step has written."""

    key: str
    size: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An export under way, or done.

    Attributes:
        form: the name of the format.
        filters: what conversations must have, as the request said it.
        page: how many conversations a step looks for at a time; fewer where those are large.
        step: how many steps were taken.
        position: where the next step begins in the list; None for the beginning, or the end.
        rows: how many conversations were written.
        total: how many the statistics had when it began; what filters leave is not known before.
        failure: why it failed, in words; None when it did not.
    """

    id: str
    chatbot_id: str
    form: str
    created_at: datetime
    filters: Mapping[str, Any] = field(default_factory=dict)
    status: str = QUEUED
    page: int = 1
    step: int = 0
    position: str | None = None
    rows: int = 0
    total: int | None = None
    files: Sequence[JobFile] = ()
    ended_at: datetime | None = None
    failure: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.status in (DONE, FAILED)

    @property
    def expires_at(self) -> datetime:
        """Until when it is known and its files are handed out (UTC)."""
        return self.created_at + LIFE if self.ended_at is None else self.ended_at + FILES_LIFE
