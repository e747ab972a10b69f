"""The rate limit: each warm function leases blocks of requests and bytes, so most requests need no call.

Requests are counted in windows of a minute, of a UTC day and of a second, by the functions' clocks. The table counts
what has been leased of a window, so what functions let through is never more than the limit. A second is too short to
ask in each of them: half of a burst is given out as shares. A function with a share of n lets n requests through in
every second of a minute; what goes beyond its share it leases from the other half, second by second.

Bytes of bodies are leased in the same calls as requests: with each block of requests as many bytes as those will need
if they are as large as the largest of late. So bytes cost a call of their own only where bodies grow, or are so large
that a twentieth of the limit does not last for the block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from confab.platform.cache import Cache
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
MAX_CACHED_KEYS: Final = 1000

KEPT_OF_USUAL: Final = 0.9
"""What one request takes off the size that the next ones are expected to have."""

_REQUESTS: Final = "requests"
_SHARES: Final = "shares"
_BYTES: Final = "bytes"
_IN_BYTES: Final = ';qu="content-bytes"'


class RateStore(Protocol):
    """Where windows are counted (``storage.rates.RateStore``)."""

    def add(self, key_id: str, window: str, amounts: Mapping[str, int], window_end: int) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class _Request:
    """What a request takes of a key's limits.

    Attributes:
        size: the bytes of its body.
        weight: as how many requests it counts.
    """

    size: int
    weight: int

    def counted(self, limit: int) -> int:
        """As how many requests it counts in a window: a key of few requests may make one of each weight."""
        return min(self.weight, limit)


@dataclass(slots=True)
class _Lease:
    """One function's lease of a window's requests, or of its bytes.

    Attributes:
        left: how many it may still let through.
        next_amount: how many requests it asks for next.
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

    def dry(self, need: int = 1) -> bool:
        return self.left < need and not self.exhausted

    def amount(self, limit: int, parts: int, need: int = 1) -> int:
        return max(need - self.left, min(self.next_amount, max(1, limit // parts)))

    def grant(self, amount: int, before: int, limit: int) -> None:
        self.left += max(0, min(amount, limit - before))
        self.counted = min(before + amount, limit)
        self.exhausted = before + amount >= limit
        self.next_amount *= 2


@dataclass(slots=True)
class _Window:
    """One function's leases of a minute or a day: requests, and bytes of their bodies."""

    requests: _Lease = field(default_factory=_Lease)
    bytes: _Lease = field(default_factory=_Lease)

    def enter(self, window: int) -> None:
        self.requests.enter(window)
        self.bytes.enter(window)

    def wanted(
        self, limit: int | None, byte_limit: int | None, request: _Request, usual: int, parts: int
    ) -> dict[str, int]:
        """What must be leased before a request passes; empty when nothing is.

        Args:
            usual: the size that further bodies are expected to have.
        """
        amounts, size = {}, request.size
        if limit is not None and self.requests.dry(need := request.counted(limit)):
            amounts[_REQUESTS] = self.requests.amount(limit, parts, need)
        if byte_limit is not None:
            block = self.requests.left + amounts.get(_REQUESTS, 0) or self.bytes.next_amount
            reach = min(max(size, block * usual), max(size, byte_limit // parts))
            if self.bytes.dry(reach if _REQUESTS in amounts else size):
                amounts[_BYTES] = reach - self.bytes.left
        return amounts

    def grant(
        self, amounts: Mapping[str, int], before: Mapping[str, int], limit: int | None, byte_limit: int | None
    ) -> None:
        if limit is not None and _REQUESTS in amounts:
            self.requests.grant(amounts[_REQUESTS], before.get(_REQUESTS, 0), limit)
        if byte_limit is not None and _BYTES in amounts:
            self.bytes.grant(amounts[_BYTES], before.get(_BYTES, 0), byte_limit)

    def take(self, limit: int | None, byte_limit: int | None, request: _Request) -> None:
        self.requests.left -= request.counted(limit) if limit is not None else 0
        self.bytes.left -= request.size if byte_limit is not None else 0


@dataclass(slots=True)
class _Share:
    """The number of requests that one function may let through in each second of a minute.

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
        elif second < self.second:
            # A clock that was set back: how much of the share that second had is no longer known.
            self.used = max(self.used, self.size)

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
    """All leases of one function for one key.

    Attributes:
        usual: the bytes that further bodies are expected to have.
        last: those that the last one had, as far as is known.
    """

    day: _Window = field(default_factory=_Window)
    minute: _Window = field(default_factory=_Window)
    second: _Lease = field(default_factory=_Lease)
    share: _Share = field(default_factory=_Share)
    usual: float = 0.0
    last: int = 0


class RateLimiter:
    """Limits requests and bytes of each key, over all functions. It never lets more than a limit through.

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
        self._usages: Cache[str, _Usage] = Cache(MAX_CACHED_KEYS)

    def admit(self, key: ApiKey, size: int = 0, weight: int = 1) -> None:
        """Count one request with a body of so many bytes.

        Args:
            weight: as how many requests it counts in a minute and a day; in a second it is one.

        Raises:
            TooManyRequests: the key has used up this day, this minute or this second.
        """
        limits = limits_of(key, self._default)
        if limits == NO_LIMITS:
            return
        second = int(self._now().timestamp())
        usage = self._usage(key.id)
        usage.usual = max(size, usage.last, usage.usual * KEPT_OF_USUAL)
        usage.last = size
        request = _Request(size, weight)
        self._require_day(key.id, usage, limits, request, second)
        self._require_minute(key.id, usage, limits, request, second)
        if limits.burst is not None:
            self._require_second(key.id, usage, limits.burst, second)
        self._take(usage, limits, request)

    def add_bytes(self, key: ApiKey, size: int) -> None:
        """Count further bytes of a request that was admitted: what its body has more once it is unpacked.

        Raises:
            TooManyRequests: the key has used up the bytes of this day or this minute.
        """
        limits = limits_of(key, self._default)
        if limits.bytes_per_day is None and limits.bytes_per_minute is None:
            return
        only_bytes = Limits(bytes_per_day=limits.bytes_per_day, bytes_per_minute=limits.bytes_per_minute)
        second = int(self._now().timestamp())
        usage = self._usage(key.id)
        usage.last += size
        usage.usual = max(usage.usual, usage.last)
        request = _Request(size, 0)
        self._require_day(key.id, usage, only_bytes, request, second)
        self._require_minute(key.id, usage, only_bytes, request, second)
        self._take(usage, only_bytes, request)

    @staticmethod
    def _take(usage: _Usage, limits: Limits, request: _Request) -> None:
        usage.day.take(limits.per_day, limits.bytes_per_day, request)
        usage.minute.take(limits.per_minute, limits.bytes_per_minute, request)

    def fields(self, key: ApiKey) -> dict[str, str]:
        """The header fields that tell a key its limits, and what this function knows to be left of them.

        Names and form are those of draft-ietf-httpapi-ratelimit-headers-10.
        """
        limits = limits_of(key, self._default)
        if limits == NO_LIMITS:
            return {}
        second, usage = int(self._now().timestamp()), self._usage(key.id)
        policies, states = [], []
        for name, limit, lease, length, unit in (
            ("day", limits.per_day, usage.day.requests, DAY, ""),
            ("minute", limits.per_minute, usage.minute.requests, MINUTE, ""),
            ("day-bytes", limits.bytes_per_day, usage.day.bytes, DAY, _IN_BYTES),
            ("minute-bytes", limits.bytes_per_minute, usage.minute.bytes, MINUTE, _IN_BYTES),
        ):
            if limit is not None:
                policies.append(f'"{name}";q={limit};w={length}{unit}')
                known = lease.window == second // length
                remaining = limit - lease.counted + lease.left if known else limit
                states.append(f'"{name}";r={remaining};t={length - second % length}')
        if limits.burst is not None:
            policies.append(f'"second";q={limits.burst};w=1')
        found = {"ratelimit-policy": ", ".join(policies)}
        return {**found, "ratelimit": ", ".join(states)} if states else found

    def _usage(self, key_id: str) -> _Usage:
        return self._usages.of(key_id, _Usage)

    def _require_day(self, key_id: str, usage: _Usage, limits: Limits, request: _Request, second: int) -> None:
        window, limit, byte_limit = usage.day, limits.per_day, limits.bytes_per_day
        day, elapsed = divmod(second, DAY)
        window.enter(day)
        amounts = window.wanted(limit, byte_limit, request, int(usage.usual), PARTS_OF_DAY)
        if amounts:
            before = self._store.add(key_id, f"D{day:08d}", amounts, (day + 1) * DAY)
            window.grant(amounts, before, limit, byte_limit)
        _require(window, limit, byte_limit, request, "a day (UTC)", DAY - elapsed)

    def _require_minute(self, key_id: str, usage: _Usage, limits: Limits, request: _Request, second: int) -> None:
        """Lease requests and bytes of the minute and shares of the burst, in one call."""
        window, limit, byte_limit = usage.minute, limits.per_minute, limits.bytes_per_minute
        share, shared = usage.share, _shared(limits.burst)
        minute, elapsed = divmod(second, MINUTE)
        window.enter(minute)
        share.enter(minute, second)
        amounts = window.wanted(limit, byte_limit, request, int(usage.usual), PARTS)
        if (
            shared
            and share.dry
            and (limit is None or _REQUESTS in amounts or window.requests.left >= request.counted(limit))
        ):
            amounts[_SHARES] = share.amount()
        if amounts:
            before = self._store.add(key_id, f"M{minute:012d}", amounts, (minute + 1) * MINUTE)
            window.grant(amounts, before, limit, byte_limit)
            if _SHARES in amounts:
                share.grant(amounts[_SHARES], before.get(_SHARES, 0), shared)
        _require(window, limit, byte_limit, request, "a minute", MINUTE - elapsed)

    def _require_second(self, key_id: str, usage: _Usage, burst: int, second: int) -> None:
        lease, share = usage.second, usage.share
        if share.used < share.size:
            share.used += 1
        else:
            lease.enter(second)
            pool = burst - _shared(burst)
            if lease.dry():
                amount = lease.amount(pool, PARTS)
                before = self._store.add(key_id, f"S{second:014d}", {_REQUESTS: amount}, second + 1)
                lease.grant(amount, before.get(_REQUESTS, 0), pool)
            if lease.left == 0:
                raise TooManyRequests(f"This key may make {burst} requests a second.", 1)
            lease.left -= 1
        share.take()


def _require(
    window: _Window, limit: int | None, byte_limit: int | None, request: _Request, span: str, seconds: int
) -> None:
    if limit is not None and window.requests.left < request.counted(limit):
        of_these = "" if request.weight <= 1 else f"; this one counts as {request.weight}"
        raise TooManyRequests(f"This key may make {limit} requests {span}{of_these}.", seconds)
    if byte_limit is not None and window.bytes.left < request.size:
        raise TooManyRequests(f"This key may send {byte_limit} bytes {span}.", seconds)


def _shared(burst: int | None) -> int:
    """How much of a burst is given out in shares."""
    return burst // 2 if burst is not None and burst >= SHARED_BURST else 0
