"""Values of a query's answer as JSON has them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from confab.query.views import BOOLEAN, JSON, LIST, NUMBER, TEXT, TIME


def plain(value: Any) -> Any:
    """A value of DuckDB as JSON has it: times in ISO 8601 (UTC), numbers that are none as null, bytes in hex."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    convert = next((convert for kind, convert in _PLAIN if isinstance(value, kind)), str)
    return convert(value)


def _decimal(value: Decimal) -> float | int | None:
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _time(value: datetime) -> str:
    in_utc = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    precision = "microseconds" if in_utc.microsecond % 1000 else "milliseconds"
    return in_utc.isoformat(timespec=precision) + "Z"


_PLAIN: Final[tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...]] = (
    (Decimal, _decimal),
    (datetime, _time),
    ((date, time), lambda value: value.isoformat()),
    (timedelta, lambda value: value.total_seconds()),
    (bytes, lambda value: value.hex()),
    ((list, tuple), lambda value: [plain(each) for each in value]),
    (Mapping, lambda value: {str(key): plain(each) for key, each in value.items()}),
    (UUID, str),
)


def decoded(kind: str, value: Any) -> Any:
    """A value of a column of the query language, from what an engine gives for it; None for nothing.

    Args:
        kind: what the column holds (``views``).
        value: of DuckDB as JSON has it, or Athena's text.
    """
    return None if value is None else _DECODED[kind](value)


def _number(value: str | float) -> float | int | None:
    """A number, whole where it is; Athena writes text."""
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _as_time(value: str) -> str:
    """A time as ISO 8601; Athena writes a blank and no zone."""
    return value if value.endswith("Z") else _time(datetime.fromisoformat(value.replace(" UTC", "")))


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


_DECODED: Final[Mapping[str, Callable[[Any], Any]]] = {
    TEXT: str,
    NUMBER: _number,
    BOOLEAN: lambda value: value if isinstance(value, bool) else value == "true",
    TIME: _as_time,
    JSON: _loaded,
    LIST: _loaded,
}
