"""A team's own regular expressions, run so that no pattern and no text can keep a function busy.

RE2 matches without going back, so one match takes time in proportion to the text. A text is looked through in windows,
because all matches together could otherwise take its square.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

MAX_PATTERN: Final = 256
MAX_MATCH: Final = 256
"""Bytes of UTF-8: a longer match is cut where its window ends."""
_WINDOW: Final = 2048
_MAX_MEMORY: Final = 1 << 20


class BadPattern(ValueError):
    """The pattern cannot be used; the text says why."""


class Pattern:
    """Finds a regular expression in RE2's syntax.

    Args:
        expression: the pattern; it may not match the empty text.

    Raises:
        BadPattern: it is too long, not RE2's syntax, or matches nothing at all.
    """

    def __init__(self, expression: str) -> None:
        # Few chatbots have patterns, and the engine is a library that takes its time to load.
        import re2

        if not 1 <= len(expression) <= MAX_PATTERN:
            raise BadPattern(f"a pattern has 1 to {MAX_PATTERN} characters")
        options = re2.Options()
        options.max_mem = _MAX_MEMORY
        options.log_errors = False
        try:
            self._regex = re2.compile(expression, options)
        except re2.error as error:
            raise BadPattern(f"is not a pattern in RE2's syntax: {_reason(error)}") from None
        if self._regex.match("") is not None:
            raise BadPattern("a pattern may not match the empty text")

    def __call__(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the matches in a text begin and end, from its beginning on."""
        data = text.encode()
        characters = known = 0
        for start, end in self._spans(data):
            first = characters + len(data[known:start].decode())
            characters, known = first + len(data[start:end].decode()), end
            yield first, characters

    def _spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Matches as byte offsets. Those that begin in a window's last part are left to the next window."""
        start = 0
        while start < len(data):
            end = min(start + _WINDOW, len(data))
            left = end if end == len(data) else end - MAX_MATCH
            following = left
            for match in self._regex.finditer(data, start, end):
                first, last = match.span()
                if first >= left:
                    break
                if last > first:
                    yield first, last
                    following = max(following, last)
            start = following


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
