"""Text and JSON from outside: what no text holds is replaced, and limits keep it cheap whatever it holds.

A lone surrogate (half of a pair that was cut) and NUL become U+FFFD, the replacement character, in names and values
alike: they cannot be stored or sent on as UTF-8, and one of them must not cost the rest of a request.
"""

from __future__ import annotations

import re
import zlib
from itertools import chain, islice
from typing import Any, Final

from pydantic_core import from_json

DEEPEST: Final = 64
"""Levels of objects and arrays. The parser itself stops at 200."""
MAX_VALUES: Final = 100_000
"""Members of objects and entries of arrays, together. What is empty counts as if it had one."""
_TO_NEXT_VALUE: Final = re.compile(rb'(?:[^",\[{]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?)*+(?:[,\[{]|\Z)', re.DOTALL)
"""Up to where another value begins, strings skipped whole. It never goes back, so it takes each byte once."""


_BOM: Final = b"\xef\xbb\xbf"
_NUL_ESCAPE: Final = b"\\u0000"
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB]%(hex)b{2}\\u[dD][c-fC-F]%(hex)b{2}|(u(?:[dD][89a-fA-F]%(hex)b{2}|0000))|.)"
    % {b"hex": rb"[0-9a-fA-F]"},
    re.DOTALL,
)
"""An escape of JSON; the group is one that no text holds. A pair of surrogates is one escape."""
_NOT_TEXT: Final = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"
_INFINITE: Final = (float("inf"), float("-inf"))
_WINDOWS: Final = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""How zlib reads each encoding. What is called deflate comes with zlib's header (RFC 9110) or, often, without."""


class OverLimit(ValueError):
    """A body beyond a limit; the text says which, as in "has more than 64 levels of objects and arrays"."""


def text_of(text: str) -> str:
    """A text with U+FFFD in the place of what no text holds."""
    return _NOT_TEXT.sub(_REPLACEMENT, text)


def unpacked(raw: bytes, encoding: str, most: int) -> bytes:
    """A body without its content encoding; never more than ``most`` bytes are unpacked.

    Args:
        encoding: the header ``content-encoding``; empty when there is none.

    Raises:
        OverLimit: it is larger than ``most`` bytes.
        ValueError: the encoding is not taken, or the body is not encoded so.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return raw
    if name not in _WINDOWS:
        raise ValueError(f"has the content encoding '{name[:100]}'; gzip, deflate or none is taken")
    for window in _WINDOWS[name]:
        reader = zlib.decompressobj(window)
        try:
            body = reader.decompress(raw, most + 1)
        except zlib.error:
            continue
        if len(body) > most:
            raise OverLimit(f"has more than {most} bytes ({most >> 20} MB) once it is unpacked")
        if reader.eof and not reader.unused_data:
            return body
    raise ValueError(f"is not valid {name} data, although its content encoding says so")


def read_json(raw: bytes, *, most: int | None = None, deepest: int = DEEPEST) -> Any:
    """The value that JSON text stands for. A byte order mark before it is skipped.

    Args:
        most: how many values it may have; ``MAX_VALUES`` when None.
        deepest: how many levels.

    Raises:
        OverLimit: it has too many levels or values.
        ValueError: it is no JSON in UTF-8, or has a number that is none (NaN) or too large for one (1e400).
    """
    raw, most = raw.removeprefix(_BOM), MAX_VALUES if most is None else most
    if len(raw) > most and _begun(raw) > most and _has_too_many(raw, most):
        raise OverLimit(f"has more than {most:,} values")
    value = _parsed(_readable(raw) if _NUL_ESCAPE in raw else raw, deepest)
    _require_plain(value, deepest)
    return value


def _parsed(raw: bytes, deepest: int) -> Any:
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        if "recursion limit" in str(error):
            raise _too_deep(deepest) from None
        readable = _readable(raw)
        if readable != raw:
            return _parsed(readable, deepest)
        try:
            raw.decode()
        except UnicodeDecodeError as undecoded:
            raise ValueError(f"not UTF-8 at byte {undecoded.start + 1}") from None
        raise


def _readable(raw: bytes) -> bytes:
    """JSON text in which what no text holds is written as U+FFFD; every byte keeps its place."""
    return _ESCAPE.sub(lambda escape: b"\\ufffd" if escape[1] else escape[0], raw)


def _begun(raw: bytes) -> int:
    """How many values may begin in a text: more than do, if its strings have commas or brackets in them."""
    return raw.count(b",") + raw.count(b"{") + raw.count(b"[")


def _has_too_many(raw: bytes, most: int) -> bool:
    one_more = next(islice(_TO_NEXT_VALUE.finditer(raw), most, None), None)
    return one_more is not None and one_more[0][-1:] in (b",", b"{", b"[")


def _require_plain(value: Any, deepest: int) -> None:
    """Check that a value is not too deep, and that its numbers are finite: the parser takes 1e400 as infinity."""
    level = [value]
    for _ in range(deepest + 1):
        if any(infinity in level for infinity in _INFINITE):
            raise ValueError("a number is too large")
        containers = [each for each in level if type(each) is dict or type(each) is list]
        if not containers:
            return
        level = list(chain.from_iterable(each.values() if type(each) is dict else each for each in containers))
    raise _too_deep(deepest)


def _too_deep(deepest: int) -> OverLimit:
    return OverLimit(f"has more than {deepest} levels of objects and arrays")
