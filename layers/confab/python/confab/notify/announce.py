"""Announcing: a notice becomes a run for each destination, once, whoever announces it how often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from confab.domain.merge import json_bytes
from confab.domain.notices import MAX_FIGURES, MAX_MENTIONS, Notice
from confab.notify.run_store import GRACE, RunStore
from confab.notify.runs import Run, run_id
from confab.platform.queue import QueueUnavailable
from confab.storage.analysis_requests import WorkQueue
from confab.storage.writes import Action

MAX_DELAY: Final = timedelta(minutes=15)
"""The longest delay that a queue has."""
AHEAD: Final = timedelta(minutes=10)
"""How long before its time a run is queued that is due later than a queue can delay it."""


@dataclass(slots=True)
class Looked:
    """What a look for lost runs did.

    Attributes:
        queued: how many runs were queued.
        failed: how many the queue did not take.
    """

    queued: int = 0
    failed: int = 0


class Announcer:
    """Notes notices and queues their delivery.

    The run of a notice at a destination has an id that follows from the notice, and is written where none is. That is
    what makes a notice be told once. A run whose queue message is lost is found by ``look``.

    Args:
        runs: the log.
        queue: takes deliveries.
        now: the clock.
    """

    def __init__(self, runs: RunStore, queue: WorkQueue, *, now: Callable[[], datetime]) -> None:
        self._runs = runs
        self._queue = queue
        self._now = now

    def announce(
        self,
        chatbot_id: str,
        rule_id: str,
        destination_ids: Sequence[str],
        notice: Notice,
        *,
        send_at: datetime | None = None,
        also: Sequence[Action] = (),
    ) -> bool:
        """Let destinations be told of a notice; whether it is a new one.

        Args:
            send_at: not before this time; at once when None.
            also: what is written in one transaction with it, on conditions of its own: if one does not hold, nothing
                is announced.

        Raises:
            Unavailable: the table did not answer, so nothing is known; announce it again.
        """
        assert len(notice.mentions) <= MAX_MENTIONS
        assert json_bytes(notice.figures) <= MAX_FIGURES
        now = self._now()
        at = max(send_at or now, now)
        runs = [
            Run(
                id=run_id(chatbot_id, rule_id, notice.key, destination_id),
                chatbot_id=chatbot_id,
                rule_id=rule_id,
                destination_id=destination_id,
                notice=notice,
                created_at=now,
                send_at=at,
            )
            for destination_id in dict.fromkeys(destination_ids)
        ]
        soon = at - now <= MAX_DELAY
        if not runs and not also:
            return False
        if not self._runs.add(runs, at + GRACE if soon else at - AHEAD, also):
            return False
        if soon:
            for run in runs:
                # One that is not queued now is queued by the next look.
                with suppress(QueueUnavailable):
                    self.queue(run, at - now)
        return True

    def queue(self, run: Run, delay: timedelta = timedelta(0)) -> None:
        """Queue the delivery of a run.

        Raises:
            QueueUnavailable: the queue did not take it.
        """
        body = {"chatbotId": run.chatbot_id, "runId": run.id}
        seconds = min(max(delay, timedelta(0)), MAX_DELAY).total_seconds()
        # A message that comes a little late tells all that its window held.
        self._queue.send(body, group=run.chatbot_id, delay_seconds=-int(-seconds // 1))

    def look(self, limit: int = 1000) -> Looked:
        """Queue the runs whose message is lost or was never sent, and those that are due soon."""
        now, looked = self._now(), Looked()
        for chatbot_id, run_id_, place in self._runs.overdue(now, limit):
            run = self._runs.look_later(chatbot_id, run_id_, place, now + AHEAD + GRACE)
            if run is None:
                continue
            try:
                self.queue(run, run.send_at - now)
                looked.queued += 1
            except QueueUnavailable:
                looked.failed += 1
        return looked
