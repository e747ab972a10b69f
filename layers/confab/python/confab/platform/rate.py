"""The rate limit: each warm function leases a block of requests at a time, so most requests ask nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from confab.platform.credentials import ApiKey
from confab.platform.errors import TooManyRequests

WINDOW_SECONDS: Final = 60
LARGEST_SHARE: Final = 20
"""A lease is at most one twentieth of the rate, so that what idle functions hold back stays small."""
KEYS_KEPT: Final = 1000


class RateStore(Protocol):
    """Where windows are counted (``storage.rates.RateStore``)."""

    def lease(self, key_hash: str, window: int, amount: int, window_end: int) -> int: ...


@dataclass(slots=True)
class _Lease:
    window: int
    left: int = 0
    next_amount: int = 1
    exhausted: bool = False


class RateLimiter:
    """Limits requests a minute per key, over all functions. It never lets more than the rate through.

    Args:
        store: counts the leases.
        now: the clock.
        default_per_minute: the rate of keys without one of their own.
    """

    def __init__(self, store: RateStore, *, now: Callable[[], datetime], default_per_minute: int) -> None:
        self._store = store
        self._now = now
        self._default = default_per_minute
        self._leases: dict[str, _Lease] = {}

    def admit(self, key: ApiKey) -> None:
        """Count one request.

        Raises:
            TooManyRequests: the key has used up this minute.
        """
        second = int(self._now().timestamp())
        window, elapsed = divmod(second, WINDOW_SECONDS)
        lease = self._leases.get(key.hash)
        if lease is None or lease.window != window:
            if len(self._leases) >= KEYS_KEPT:
                self._leases.clear()
            lease = self._leases[key.hash] = _Lease(window)
        rate = key.rate_per_minute if key.rate_per_minute is not None else self._default
        if lease.left == 0 and not lease.exhausted:
            self._renew(key, lease, rate, (window + 1) * WINDOW_SECONDS)
        if lease.left == 0:
            raise TooManyRequests(f"This key may make {rate} requests a minute.", WINDOW_SECONDS - elapsed)
        lease.left -= 1

    def _renew(self, key: ApiKey, lease: _Lease, rate: int, window_end: int) -> None:
        amount = min(lease.next_amount, max(1, rate // LARGEST_SHARE))
        before = self._store.lease(key.hash, lease.window, amount, window_end)
        lease.left = max(0, min(amount, rate - before))
        lease.exhausted = before + amount >= rate
        lease.next_amount *= 2
