"""What a warm function keeps between requests: a bounded number of values, each for a bounded time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Values by key. A new value in a full cache takes the place of the one that was used least recently.

    To keep that there is nothing, put None and ask with ``in``, or let ``of`` make it. Threads may share a cache.

    Args:
        size: how many values there are at most.
        now: the clock; needed with a lifetime.
        lifetime: for how long a value may be used; None for as long as it is there.
    """

    def __init__(
        self, size: int, *, now: Callable[[], datetime] | None = None, lifetime: timedelta | None = None
    ) -> None:
        self._size = size
        self._now = now
        self._lifetime = lifetime
        self._entries: dict[K, tuple[V, datetime | None]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return self._entry(key) is not None

    def get(self, key: K) -> V | None:
        """The value of a key; None where there is none that may be used."""
        entry = self._entry(key)
        return None if entry is None else entry[0]

    def of(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made where there is none that may be used. What ``make`` raises is not kept."""
        entry = self._entry(key)
        if entry is not None:
            return entry[0]
        began = self._now() if self._now is not None else None
        value = make()
        self.put(key, value, began)
        return value

    def put(self, key: K, value: V, began: datetime | None = None) -> None:
        """Keep a value.

        Args:
            began: when the reading of the value began, from which it may be used for a lifetime; now when None.
        """
        until = None
        if self._lifetime is not None and self._now is not None:
            until = (began or self._now()) + self._lifetime
        with self._lock:
            self._entries.pop(key, None)
            if len(self._entries) >= self._size:
                del self._entries[next(iter(self._entries))]
            self._entries[key] = value, until

    def forget(self, key: K) -> None:
        """Keep a key's value no longer."""
        with self._lock:
            self._entries.pop(key, None)

    def _entry(self, key: K) -> tuple[V, datetime | None] | None:
        with self._lock:
            entry = self._entries.pop(key, None)
            if entry is None:
                return None
            if entry[1] is not None and self._now is not None and entry[1] <= self._now():
                return None
            self._entries[key] = entry
            return entry
