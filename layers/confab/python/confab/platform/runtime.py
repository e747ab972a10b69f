"""What a use case needs from outside that is another each time: the time, ids, marks of requests, and waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The clock, the ids and the waits of a process.

    Attributes:
        now: the clock (UTC).
        new_id: gives a random UUID.
        new_timed_id: gives a UUID that sorts by its time.
        request_token: gives a random mark of a request, by which its own writes are recognised.
        sleep: waits between attempts, in seconds.
    """

    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_timed_id: Callable[[], str]
    request_token: Callable[[], bytes]
    sleep: Callable[[float], None]
