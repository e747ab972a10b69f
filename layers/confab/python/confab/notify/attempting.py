"""What an attempt to deliver leads to: another one, the end, or the end of the destination."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from confab.notify.runs import MAX_ATTEMPTS
from confab.platform.errors import AddressRefused, DeliveryFailed
from confab.platform.queue import wait_before

GONE: Final = 410
AGAIN: Final = frozenset({408, 425, 429})
"""Answers below 500 that another attempt may change."""
MAX_RETRY_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes after a failed attempt.

    Attributes:
        wait: how long before the next one; None for no other one.
        disables: whether the destination gets nothing more, whatever it is.
    """

    wait: timedelta | None = None
    disables: bool = False


FINAL: Final = Verdict()


def verdict_on(failed: DeliveryFailed, tries: int, first_wait: int, now: datetime) -> Verdict:
    """What comes after a failed attempt.

    Args:
        tries: attempts so far, this one included.
        first_wait: seconds before the second one, at most; each later one waits twice as long.
    """
    if failed.status == GONE:
        return Verdict(disables=True)
    passing = failed.status is None or failed.status >= 500 or failed.status in AGAIN
    if isinstance(failed, AddressRefused) or not passing or tries >= MAX_ATTEMPTS:
        return FINAL
    wait = timedelta(seconds=wait_before(first_wait, tries))
    return Verdict(max(wait, _asked_wait(failed.retry_after, now)))


def _asked_wait(said: str | None, now: datetime) -> timedelta:
    """What a Retry-After asks for: seconds or a date, an hour at most; nothing where it cannot be read."""
    if not said:
        return timedelta(0)
    if said.strip().isdecimal():
        seconds = min(int(said.strip()[:9]), int(MAX_RETRY_AFTER.total_seconds()))
        return timedelta(seconds=seconds)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return timedelta(0)
    if until.tzinfo is None:
        return timedelta(0)
    return min(max(until - now, timedelta(0)), MAX_RETRY_AFTER)
