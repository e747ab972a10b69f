"""The rate limit: each warm function leases blocks of requests, so most requests ask nobody.

Requests are counted in windows of a minute, of a UTC day and of a second, by the functions' clocks. The table counts
what has been leased of a window, so what functions let through is never more than the limit. A second is too short to
ask in each of them: half of a burst is given out as shares. A function with a share of n lets n requests through in
every second of a minute; what goes beyond its share it leases from the other half, second by second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from confab.platform.credentials import ApiKey
from confab.platform.errors import TooManyRequests
from confab.platform.plans import NO_LIMITS, Limits, limits_of

MINUTE: Final = 60
DAY: Final = 86_400
PARTS: Final = 20
"""A lease is at most one twentieth of a minute's or a second's requests: what idle functions hold back stays small."""
PARTS_OF_DAY: Final = 1000
SHARED_BURST: Final = 20
"""A smaller burst is not given out in shares: a few functions would have all of it for a minute."""
KEYS_KEPT: Final = 1000

_REQUESTS: Final = "requests"
_SHARES: Final = "shares"


class RateStore(Protocol):
    """Where windows are counted (``storage.rates.RateStore``)."""

    def add(self, key_id: str, window: str, amounts: Mapping[str, int], window_end: int) -> Mapping[str, int]: ...


@dataclass(slots=True)
class _Lease:
    """What one function has of one window.

    Attributes:
        left: requests that it may still let through.
        next_amount: how many it asks for next.
        exhausted: whether the window has no more.
        counted: what had been leased of the window when it was last asked.
    """

    window: int = -1
    left: int = 0
    next_amount: int = 1
    exhausted: bool = False
    counted: int = 0

    def enter(self, window: int) -> None:
        if window != self.window:
            self.window, self.left, self.next_amount, self.exhausted, self.counted = window, 0, 1, False, 0

    @property
    def dry(self) -> bool:
        return self.left == 0 and not self.exhausted

    def amount(self, limit: int, parts: int) -> int:
        return min(self.next_amount, max(1, limit // parts))

    def grant(self, amount: int, before: int, limit: int) -> None:
        self.left = max(0, min(amount, limit - before))
        self.counted = min(before + amount, limit)
        self.exhausted = before + amount >= limit
        self.next_amount *= 2


@dataclass(slots=True)
class _Share:
    """What one function may let through in each second of a minute.

    Attributes:
        size: how many requests.
        used: how many of them, in ``second``.
        passed: requests let through in ``second``, and ``peak`` the most in any second of the minute.
        exhausted: whether there is no more to be had in this minute.
    """

    window: int = -1
    size: int = 0
    second: int = -1
    used: int = 0
    passed: int = 0
    peak: int = 1
    exhausted: bool = False

    def enter(self, window: int, second: int) -> None:
        if window != self.window:
            self.window, self.size, self.exhausted, self.second = window, 0, False, -1
        if second > self.second:
            self.second, self.used, self.passed = second, 0, 0

    @property
    def dry(self) -> bool:
        return self.used >= self.size and not self.exhausted

    def amount(self) -> int:
        """As much again, and in a new minute what the last one took."""
        return self.size or self.peak

    def grant(self, amount: int, before: int, limit: int) -> None:
        if self.size == 0:
            self.peak = 1
        self.size += max(0, min(amount, limit - before))
        self.exhausted = before + amount >= limit

    def take(self) -> None:
        self.passed += 1
        self.peak = max(self.peak, self.passed)


@dataclass(slots=True)
class _Usage:
    """What one function has leased for one key."""

    day: _Lease = field(default_factory=_Lease)
    minute: _Lease = field(default_factory=_Lease)
    second: _Lease = field(default_factory=_Lease)
    share: _Share = field(default_factory=_Share)


class RateLimiter:
    """Limits the requests of each key, over all functions. It never lets more than a limit through.

    Usage belongs to a key's id, so a key that is rotated goes on with it.

    Args:
        store: counts the leases.
        now: the clock.
        default_plan: of keys that name none.
    """

    def __init__(self, store: RateStore, *, now: Callable[[], datetime], default_plan: str) -> None:
        self._store = store
        self._now = now
        self._default = default_plan
        self._usages: dict[str, _Usage] = {}

    def admit(self, key: ApiKey) -> None:
        """Count one request.

        Raises:
            TooManyRequests: the key has used up this day, this minute or this second.
        """
        limits = limits_of(key, self._default)
        if limits == NO_LIMITS:
            return
        second = int(self._now().timestamp())
        usage = self._usage(key.id)
        if limits.per_day is not None:
            self._require_day(key.id, usage.day, limits.per_day, second)
        self._require_minute(key.id, usage, limits, second)
        if limits.burst is not None:
            self._require_second(key.id, usage, limits.burst, second)
        if limits.per_day is not None:
            usage.day.left -= 1
        if limits.per_minute is not None:
            usage.minute.left -= 1

    def fields(self, key: ApiKey) -> dict[str, str]:
        """The header fields that tell a key its limits, and what this function knows to be left of them.

        Names and form are those of draft-ietf-httpapi-ratelimit-headers-10.
        """
        limits = limits_of(key, self._default)
        if limits == NO_LIMITS:
            return {}
        second, usage = int(self._now().timestamp()), self._usage(key.id)
        policies, states = [], []
        for name, limit, lease, length in (
            ("day", limits.per_day, usage.day, DAY),
            ("minute", limits.per_minute, usage.minute, MINUTE),
        ):
            if limit is not None:
                policies.append(f'"{name}";q={limit};w={length}')
                known = lease.window == second // length
                remaining = limit - lease.counted + lease.left if known else limit
                states.append(f'"{name}";r={remaining};t={length - second % length}')
        if limits.burst is not None:
            policies.append(f'"second";q={limits.burst};w=1')
        found = {"ratelimit-policy": ", ".join(policies)}
        return {**found, "ratelimit": ", ".join(states)} if states else found

    def _usage(self, key_id: str) -> _Usage:
        usage = self._usages.get(key_id)
        if usage is None:
            if len(self._usages) >= KEYS_KEPT:
                self._usages.clear()
            usage = self._usages[key_id] = _Usage()
        return usage

    def _require_day(self, key_id: str, lease: _Lease, limit: int, second: int) -> None:
        day, elapsed = divmod(second, DAY)
        lease.enter(day)
        if lease.dry:
            amount = lease.amount(limit, PARTS_OF_DAY)
            before = self._store.add(key_id, f"D{day:08d}", {_REQUESTS: amount}, (day + 1) * DAY)
            lease.grant(amount, before.get(_REQUESTS, 0), limit)
        if lease.left == 0:
            raise TooManyRequests(f"This key may make {limit} requests a day (UTC).", DAY - elapsed)

    def _require_minute(self, key_id: str, usage: _Usage, limits: Limits, second: int) -> None:
        """Lease requests of the minute and shares of the burst, in one call where both are wanted."""
        lease, share, limit, shared = usage.minute, usage.share, limits.per_minute, _shared(limits.burst)
        minute, elapsed = divmod(second, MINUTE)
        lease.enter(minute)
        share.enter(minute, second)
        amounts = {}
        if limit is not None and lease.dry:
            amounts[_REQUESTS] = lease.amount(limit, PARTS)
        if shared and share.dry and (limit is None or lease.left or amounts):
            amounts[_SHARES] = share.amount()
        if amounts:
            before = self._store.add(key_id, f"M{minute:012d}", amounts, (minute + 1) * MINUTE)
            if limit is not None and _REQUESTS in amounts:
                lease.grant(amounts[_REQUESTS], before.get(_REQUESTS, 0), limit)
            if _SHARES in amounts:
                share.grant(amounts[_SHARES], before.get(_SHARES, 0), shared)
        if limit is not None and lease.left == 0:
            raise TooManyRequests(f"This key may make {limit} requests a minute.", MINUTE - elapsed)

    def _require_second(self, key_id: str, usage: _Usage, burst: int, second: int) -> None:
        lease, share = usage.second, usage.share
        if share.used < share.size:
            share.used += 1
        else:
            lease.enter(second)
            pool = burst - _shared(burst)
            if lease.dry:
                amount = lease.amount(pool, PARTS)
                before = self._store.add(key_id, f"S{second:014d}", {_REQUESTS: amount}, second + 1)
                lease.grant(amount, before.get(_REQUESTS, 0), pool)
            if lease.left == 0:
                raise TooManyRequests(f"This key may make {burst} requests a second.", 1)
            lease.left -= 1
        share.take()


def _shared(burst: int | None) -> int:
    """How much of a burst is given out in shares."""
    return burst // 2 if burst is not None and burst >= SHARED_BURST else 0
