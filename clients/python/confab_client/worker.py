"""The thread that sends messages, in batches, until each is confirmed or given up."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from confab_client.counts import Counts, Lost
from confab_client.http import Reply
from confab_client.item import Item, batches, body_of
from confab_client.spool import Spool

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
MAX_TAKEN = 1000
"""Messages that are sent before the queue is looked at again."""


class Sends(Protocol):
    """Sends a body once."""

    def send(self, body: bytes) -> Reply: ...

    def close(self) -> None: ...


class Worker:
    """Sends what is put into its queue.

    Args:
        connection: used by its thread alone.
        max_pending: messages that may wait; what comes beyond them is lost at once, and no caller ever waits.
        interval: seconds for which messages are gathered.
        on_lost: called for what is given up, in whichever thread gives it up.
        spool: keeps messages until they are confirmed; None for memory alone.
    """

    def __init__(
        self,
        connection: Sends,
        *,
        max_pending: int,
        interval: float,
        on_lost: Callable[[Lost], None],
        spool: Spool | None = None,
    ) -> None:
        self._connection = connection
        self._max_pending = max_pending
        self._interval = interval
        self._on_lost = on_lost
        self._spool = spool
        self._changed = threading.Condition()
        self._queue: deque[Item] = deque()
        self._taken: list[Item] = []
        self._captured = self._sent = self._lost = 0
        self._hurried = self._closed = False
        self._thread: threading.Thread | None = None

    def put(self, item: Item, *, kept: bool = False) -> None:
        """Have a message sent; never waits for the network.

        Args:
            kept: whether the spool has it already.
        """
        with self._changed:
            self._captured += 1
            unkept = ""
            fits = not self._closed and len(self._queue) + len(self._taken) < self._max_pending
            if fits:
                unkept = "" if kept else self._keep(item)
                self._queue.append(item)
                self._start()
                if len(self._queue) in (1, MAX_TAKEN):
                    self._changed.notify_all()
            else:
                self._lost += 1
        if not fits:
            why = "the client is closed" if self._closed else f"{self._max_pending:,} messages wait already"
            self._on_lost(Lost(1, why))
        if unkept:
            self._on_lost(Lost(0, unkept))

    def _keep(self, item: Item) -> str:
        """Write a message to the spool; says why where that fails. It is sent from memory then."""
        try:
            if self._spool is not None:
                self._spool.add(item)
        except OSError as error:
            return f"the spool cannot be written: {type(error).__name__}"
        return ""

    def lose(self, reason: str) -> None:
        """Count a message that cannot even be put into the queue."""
        with self._changed:
            self._captured += 1
            self._lost += 1
        self._on_lost(Lost(1, reason))

    def flush(self, timeout: float) -> int:
        """Send at once; returns how many messages are still pending when all are sent or the time is over.

        Args:
            timeout: seconds.
        """
        until = time.monotonic() + timeout
        with self._changed:
            self._hurried = True
            self._changed.notify_all()
            while self._queue or self._taken:
                left = until - time.monotonic()
                if left <= 0 or self._thread is None or not self._changed.wait(left):
                    break
            self._hurried = False
            return len(self._queue) + len(self._taken)

    def close(self, timeout: float) -> int:
        """Flush, then take nothing more; returns how many messages were not confirmed.

        They are lost, unless a spool keeps them for the next process.
        """
        with self._changed:
            if self._closed:
                return 0
        self.flush(timeout)
        with self._changed:
            self._closed = True
            unsent = [*self._taken, *self._queue]
            self._queue.clear()
            kept = self._spool is not None
            if not kept:
                self._lost += len(unsent)
            if self._spool is not None:
                self._spool.close(keep=bool(unsent))
            self._changed.notify_all()
        if unsent:
            fate = "the spool keeps them for the next process" if kept else "they were not confirmed before the end"
            self._on_lost(Lost(0 if kept else len(unsent), f"{len(unsent):,} messages: {fate}"))
        return len(unsent)

    @property
    def counts(self) -> Counts:
        """What became of messages."""
        with self._changed:
            return Counts(self._captured, self._sent, self._lost, len(self._queue) + len(self._taken))

    def abandon(self) -> None:
        """Give up the file of the spool in a process that was forked, without a lock that a thread may have held."""
        if self._spool is not None:
            self._spool.close(keep=True)

    def _start(self) -> None:
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="confab-client", daemon=True)
            # A process that ends starts no thread any more; the message is told of as lost then.
            with contextlib.suppress(RuntimeError):
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while self._gather():
            for batch in batches(list(self._taken)):
                self._deliver(batch)
            with self._changed:
                if self._closed:
                    break
                if not self._queue and self._spool is not None:
                    with contextlib.suppress(OSError):
                        self._spool.forget()
        self._connection.close()

    def _gather(self) -> bool:
        """Wait for messages, gather more for a moment, and take them; False once the client is closed."""
        with self._changed:
            while not self._queue and not self._closed:
                self._changed.wait()
            until = time.monotonic() + self._interval
            while not (self._hurried or self._closed or len(self._queue) >= MAX_TAKEN):
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            while self._queue and len(self._taken) < MAX_TAKEN:
                self._taken.append(self._queue.popleft())
            return not self._closed

    def _deliver(self, batch: list[Item]) -> None:
        """Send a batch until it is confirmed or given up. A batch that is refused is sent message by message."""
        wait = FIRST_WAIT_SECONDS
        while True:
            reply = self._connection.send(body_of(batch))
            if reply.ok:
                return self._finish(batch)
            if not reply.again:
                break
            if not self._pause(max(reply.retry_after, wait * random.uniform(0.5, 1.0))):
                return None
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
        if len(batch) > 1 and reply.splittable:
            for item in batch:
                self._deliver([item])
            return None
        return self._finish(batch, reply.reason)

    def _pause(self, seconds: float) -> bool:
        """Wait before a further try; False when the client was closed meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)
            return not self._closed

    def _finish(self, batch: list[Item], refused: str = "") -> None:
        """Take a batch off what is pending, after its loss was told: who waits in ``flush`` knows of it then."""
        if refused and not self._closed:
            self._on_lost(Lost(len(batch), refused))
        with self._changed:
            if self._closed:
                # Whoever closed the client has counted these already.
                return
            done = set(map(id, batch))
            self._taken = [item for item in self._taken if id(item) not in done]
            if refused:
                self._lost += len(batch)
            else:
                self._sent += len(batch)
            self._changed.notify_all()
