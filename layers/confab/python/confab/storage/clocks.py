"""Times as the table keeps them: whole microseconds since 1970, small and ordered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_LATEST = 10**15 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(time: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The UTC time of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def optional_time(micros: int | None) -> datetime | None:
    """As ``from_micros``; None stays None."""
    return None if micros is None else from_micros(micros)


def index_time(time: datetime) -> str:
    """A time as an index sort key: milliseconds since 1970, of fixed width so that text order is time order."""
    return f"{max(to_micros(time) // 1000, 0):015d}"


def from_index_time(text: str) -> datetime:
    """The time of an index sort key, whole milliseconds."""
    return from_micros(int(text) * 1000)


def index_bounds(since: datetime | None, until: datetime | None) -> tuple[str, str]:
    """The lowest and the highest index time of a period; its end is not in it, and None is no bound."""
    first = 0 if since is None else int(index_time(since))
    last = _LATEST if until is None else max(int(index_time(until)) - 1, 0)
    return f"{first:015d}", f"{last:015d}"
