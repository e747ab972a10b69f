"""Times as clients write them: ISO 8601 in its usual spellings, and seconds or milliseconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

_EXPECTED: Final = "must be a time, as in 2026-01-31T12:00:00Z, or seconds or milliseconds since 1970"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MILLISECONDS: Final = 10**11
"""From here on a number counts milliseconds: as seconds it would be in the year 5138, as milliseconds it is in 1973."""
_BEYOND: Final = 10**13
"""In milliseconds the year 2286. What is larger counts something finer, or is no time."""
_NUMBER: Final = re.compile(r"[+-]?[0-9]{9,13}(\.[0-9]+)?")
"""Digits that are no date: a date without hyphens has eight."""
_TIME: Final = re.compile(
    r"""(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-?W[0-9]{2}-?[0-9])
    (?:[Tt ](?P<hour>[01][0-9]|2[0-3])
      (?::?(?P<minute>[0-5][0-9])(?::?(?P<second>[0-5][0-9]|60)(?:[.,](?P<fraction>[0-9]+))?)?)?
      (?:\ ?(?:[Zz]|UTC|GMT|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3])(?::?(?P<minutes>[0-5][0-9]))?))?
    )?""",
    re.VERBOSE,
)
DAY: Final = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}|[0-9]{4}-?W[0-9]{2}-?[0-9]")
"""A day alone."""


def read_time(value: Any) -> datetime:
    """A time in UTC, to the microsecond; without an offset it is taken as UTC.

    Args:
        value: a string in ISO 8601, with ``T`` or a blank before the hour, any number of digits after the second, and
            ``:60`` for a leap second; or seconds or milliseconds since 1970, as a number or in digits.

    Raises:
        ValueError: it is no time, or not in the years 2 to 9998.
    """
    if isinstance(value, str):
        text = value.strip()
        time = _counted(Decimal(text)) if _NUMBER.fullmatch(text) else _written(text)
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _BEYOND:
        time = _counted(Decimal(str(value)))
    else:
        raise ValueError(_EXPECTED)
    if not 2 <= time.year <= 9998:
        raise ValueError("must lie in the years 2 to 9998")
    return time


def is_written(value: Any) -> bool:
    """Whether a time is written in ISO 8601, and not counted."""
    return isinstance(value, str) and _TIME.fullmatch(value.strip()) is not None


def _counted(number: Decimal) -> datetime:
    unit = 1_000_000 if abs(number) < _FIRST_MILLISECONDS else 1_000
    return _EPOCH + timedelta(microseconds=int(number * unit))


def _written(text: str) -> datetime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(_EXPECTED)
    parts = {name: int(found[name] or 0) for name in ("hour", "minute", "second", "hours", "minutes")}
    into_day = timedelta(
        hours=parts["hour"],
        minutes=parts["minute"],
        seconds=parts["second"],
        microseconds=int((found["fraction"] or "0")[:6].ljust(6, "0")),
    )
    offset = timedelta(hours=parts["hours"], minutes=parts["minutes"]) * (-1 if found["sign"] == "-" else 1)
    try:
        day = date.fromisoformat(found["date"])
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + into_day - offset
    except (ValueError, OverflowError):
        raise ValueError(_EXPECTED) from None
