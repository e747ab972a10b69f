"""JSON from outside, within limits that keep it cheap whatever it holds."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import Any, Final

from pydantic_core import from_json

DEEPEST: Final = 64
"""Levels of objects and arrays. The parser itself stops at 200."""
MOST_VALUES: Final = 100_000
"""Members of objects and entries of arrays, together. What is empty counts as if it had one."""
_TO_NEXT_VALUE: Final = re.compile(rb'(?:[^",\[{]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?)*+(?:[,\[{]|\Z)', re.DOTALL)
"""Up to where another value begins, strings skipped whole. It never goes back, so it takes each byte once."""


class OverLimit(ValueError):
    """JSON beyond a limit; the text says which, as in "has more than 64 levels of objects and arrays"."""


def read_json(raw: bytes) -> Any:
    """The value that JSON text stands for.

    Raises:
        OverLimit: it has too many levels or values.
        ValueError: it is no JSON, or has a number that is none (NaN).
    """
    if len(raw) > MOST_VALUES and _begun(raw) > MOST_VALUES and _has_too_many(raw):
        raise OverLimit(f"has more than {MOST_VALUES:,} values")
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        if "recursion limit" in str(error):
            raise _too_deep() from None
        raise
    if isinstance(value, dict | list):
        _require_shallow(value)
    return value


def _begun(raw: bytes) -> int:
    """How many values may begin in a text: more than do, if its strings have commas or brackets in them."""
    return raw.count(b",") + raw.count(b"{") + raw.count(b"[")


def _has_too_many(raw: bytes) -> bool:
    one_more = next(islice(_TO_NEXT_VALUE.finditer(raw), MOST_VALUES, None), None)
    return one_more is not None and one_more[0][-1:] in (b",", b"{", b"[")


def _require_shallow(value: dict[str, Any] | list[Any]) -> None:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        values = chain.from_iterable(each.values() if type(each) is dict else each for each in level)
        level = [each for each in values if type(each) is dict or type(each) is list]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> OverLimit:
    return OverLimit(f"has more than {DEEPEST} levels of objects and arrays")
