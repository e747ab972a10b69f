"""The sweep: conversations that wait for their analysis for too long are queued again.

It catches what neither a client's retry nor the next message repairs: a queue that refused, a process that died between
the row and the queue, a queue message that a dead-letter queue took without the consumer noticing, an erasure that was
begun and not finished (its row waits like any other, and the consumer finishes it). What is not queued again: a
conversation that the consumer gave up (``analysisFailed``). It waits no more, its queue message lies in the dead-letter
queue with the reason on the row, and its next message or ``confab dlq redrive`` tries it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from confab.analysis.sweep_store import SweepStore
from confab.analysis.waiting import Waiting, in_turn
from confab.platform.errors import Unavailable
from confab.storage.analysis_requests import EnqueueAnalysis

MAX_LOOKED_AT: Final = 20_000
"""How many keys of a shard one sweep reads at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """The result of a sweep.

    Attributes:
        queued: how many conversations it queued again.
        failed: how many it could not queue; the next sweep takes them.
        overdue: how many have waited longer than they should, those with a lease among them.
        oldest: how long the oldest of all that wait has waited; zero when none waits.
    """

    queued: int
    failed: int
    overdue: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class _Shard:
    """The state of one shard: due conversations, how many are overdue, and since when its oldest waits."""

    due: Sequence[Waiting]
    overdue: int
    oldest: datetime | None


class Sweep:
    """Queues again the conversations that wait for too long, oldest first; one call makes one run.

    Args:
        store: the waiting conversations.
        enqueue_analysis: queues the analysis work.
        pool: runs calls side by side.
        now: the clock.
        after: how long a conversation waits before a sweep queues it again.
        most: how many are queued again in one run.
    """

    def __init__(
        self,
        store: SweepStore,
        enqueue_analysis: EnqueueAnalysis,
        pool: Executor,
        *,
        now: Callable[[], datetime],
        after: timedelta,
        most: int,
    ) -> None:
        self._store = store
        self._enqueue_analysis = enqueue_analysis
        self._pool = pool
        self._now = now
        self._after = after
        self._most = most

    def __call__(self) -> SweepReport:
        """Queue again what has waited for too long, the oldest of every shard first.

        Any number of runs, side by side or one after another, is harmless: a lease keeps a conversation from being
        queued by each of them, and one that is queued twice is analysed once.

        Raises:
            Unavailable: the table did not say what waits; the next run does it.
        """
        now = self._now()
        shards = list(self._pool.map(lambda shard: self._look(shard, now), self._store.shards))
        taken = in_turn([shard.due for shard in shards], self._most)
        outcomes = list(self._pool.map(lambda waiting: self._queue_again(waiting, now), taken))
        oldest = min((shard.oldest for shard in shards if shard.oldest is not None), default=now)
        return SweepReport(
            queued=outcomes.count(True),
            failed=outcomes.count(False),
            overdue=sum(shard.overdue for shard in shards),
            oldest=max(now - oldest, timedelta(0)),
        )

    def _look(self, shard: int, now: datetime) -> _Shard:
        due: list[Waiting] = []
        overdue = 0
        oldest = None
        for waiting in islice(self._store.waiting(shard), MAX_LOOKED_AT):
            oldest = oldest or waiting.since
            if now - waiting.since < self._after:
                break
            overdue += 1
            if len(due) < self._most and waiting.is_due(now):
                due.append(waiting)
        return _Shard(due, overdue, oldest)

    def _queue_again(self, waiting: Waiting, now: datetime) -> bool | None:
        """Claim one and queue it: whether that went well; None when there was nothing to do."""
        try:
            claimed = self._store.claim(waiting, now)
            if claimed is None:
                return None
            queued = self._enqueue_analysis(waiting.chatbot_id, waiting.conversation_id, at_once=True)
            if not queued:
                self._store.give_back(waiting, claimed)
            return queued
        except Unavailable:
            return False
