"""Reading a JSON document value by value, so that a file of any size takes the memory of its largest value."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any, Final

from confab.importing.pieces import Unreadable
from confab.platform.bodies import text_of

MAX_VALUE: Final = 64_000_000
"""Characters of one value that is read whole."""
MAX_DEPTH: Final = 64
_BLOCK: Final = 1 << 16
_BLANK: Final = " \t\r\n"
_ENDS: Final = frozenset(",]} \t\r\n")
"""What may follow a value."""


class JsonStream:
    """A cursor in a JSON document. Whoever walks it takes each value once: whole, element by element, or skipped.

    Args:
        source: the document, in UTF-8.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._decoder = json.JSONDecoder()
        self._buffer = ""
        self._at = 0
        self._line = 1
        self._end = False

    @property
    def line(self) -> int:
        """The line of the next character, from 1."""
        return self._line + self._buffer.count("\n", 0, self._at)

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self._at < len(self._buffer):
                if self._buffer[self._at] not in _BLANK:
                    return self._buffer[self._at]
                self._at += 1
            if not self._more(_BLOCK):
                return ""

    def value(self) -> Any:
        """The next value, whole; texts have U+FFFD where they hold what no text holds.

        Raises:
            Unreadable: there is no value, or it is larger than ``MAX_VALUE``.
        """
        self.peek()
        wanted = _BLOCK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except ValueError:
                value, end = None, len(self._buffer)
                failed = True
            except RecursionError:
                raise Unreadable(f"line {self.line}: has too many levels") from None
            else:
                failed = False
            if not failed and (self._end or self._is_whole(end)):
                self._at = end
                return cleaned(value)
            if len(self._buffer) - self._at > MAX_VALUE:
                raise Unreadable(f"line {self.line}: a value is larger than {MAX_VALUE:,} characters")
            if not self._more(wanted):
                raise Unreadable(f"line {self.line}: is not JSON")
            # The value is tried again when twice as much is there, so that all tries together cost twice the last.
            wanted = max(_BLOCK, len(self._buffer) - self._at)

    def _is_whole(self, end: int) -> bool:
        """Whether a value ends where it seems to: a number that ends with what was read may go on."""
        return self._buffer[end - 1] in '"]}' or self._buffer[end : end + 1] in _ENDS

    def elements(self) -> Iterator[None]:
        """For each element of the array that comes next; whoever asks takes the element before the next one.

        Raises:
            Unreadable: there is no array.
        """
        yield from self._members("[", "]")

    def names(self) -> Iterator[str]:
        """The keys of the object that comes next; whoever asks takes the value before the next key.

        Raises:
            Unreadable: there is no object.
        """
        for _ in self._members("{", "}"):
            key = self.value()
            self._take(":")
            yield str(key)

    def skip(self, depth: int = 0) -> None:
        """Pass over the next value, whatever its size.

        Raises:
            Unreadable: it has more than ``MAX_DEPTH`` levels.
        """
        if depth > MAX_DEPTH:
            raise Unreadable(f"line {self.line}: has more than {MAX_DEPTH} levels of objects and arrays")
        mark = self.peek()
        if mark == "[":
            for _ in self.elements():
                self.skip(depth + 1)
        elif mark == "{":
            for _ in self.names():
                self.skip(depth + 1)
        else:
            self.value()

    def _members(self, begin: str, end: str) -> Iterator[None]:
        self._take(begin)
        if self.peek() == end:
            self._take(end)
            return
        while True:
            yield
            if self.peek() == end:
                self._take(end)
                return
            self._take(",")

    def _take(self, mark: str) -> None:
        if self.peek() != mark:
            raise Unreadable(f"line {self.line}: '{mark}' was expected")
        self._at += 1

    def _more(self, wanted: int) -> bool:
        """Read on; whether anything came."""
        self._line += self._buffer.count("\n", 0, self._at)
        parts = [self._buffer[self._at :]]
        self._at, read = 0, 0
        while read < wanted and not self._end:
            block = self._source.read(_BLOCK)
            self._end = not block
            text = self._decode.decode(block, final=self._end)
            parts.append(text)
            read += len(text)
        self._buffer = "".join(parts)
        return read > 0


def cleaned(value: Any, depth: int = 0) -> Any:
    """A JSON value with U+FFFD in the place of what no text holds.

    Raises:
        Unreadable: it has more than ``MAX_DEPTH`` levels.
    """
    if depth > MAX_DEPTH:
        raise Unreadable(f"has more than {MAX_DEPTH} levels of objects and arrays")
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, list):
        return [cleaned(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {text_of(name): cleaned(each, depth + 1) for name, each in value.items()}
    return value
