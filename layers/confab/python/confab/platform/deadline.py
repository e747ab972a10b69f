"""The time that a request may take: a function that runs out of it can no longer answer, so it answers before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError

from confab.platform.errors import Unavailable

MAX_ATTEMPT: Final = 6.5
"""Seconds that one attempt of a call to AWS takes at most (``platform.aws``), with what the answer takes."""


SPARED: Final = 4.0
"""Seconds before the deadline at which work that can be done in pieces stops."""


class DeadlinePassed(BotoCoreError):  # type: ignore[misc]
    """A call to AWS was not made, because its answer would come too late."""

    fmt = "The request has no time left for another call."


class Deadline:
    """Until when the request under way may begin another call to AWS, or wait for one.

    Args:
        monotonic: the clock, in seconds.
        sleep: waits, in seconds.
    """

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._until: float | None = None

    @contextmanager
    def of(self, remaining_millis: int) -> Iterator[None]:
        """Hold a request to the time that its function has left."""
        self._until = self._monotonic() + remaining_millis / 1000 - MAX_ATTEMPT
        try:
            yield
        finally:
            self._until = None

    @property
    def bounded(self) -> bool:
        """Whether what is under way must end at some time."""
        return self._until is not None

    def has_time(self) -> bool:
        """Whether a further piece of work may be begun that takes a second or so."""
        return self._until is None or self._monotonic() + SPARED < self._until

    def watch(self, client: Any) -> Any:
        """Let a client make no further attempt past the deadline; the client."""
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"before-send.{service}", self._before_attempt)
        return client

    def sleep(self, seconds: float) -> None:
        """Wait, if there is time left afterwards.

        Raises:
            Unavailable: there would be none.
        """
        if self._until is not None and self._monotonic() + seconds > self._until:
            raise Unavailable("The request ran out of time; try again.")
        self._sleep(seconds)

    def _before_attempt(self, **_: Any) -> None:
        if self._until is not None and self._monotonic() > self._until:
            raise DeadlinePassed
