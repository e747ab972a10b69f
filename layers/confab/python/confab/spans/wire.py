"""Protocol Buffers as JSON values: the messages of a schema, read within bounds and without generated code.

What is read has the shape that OTLP has in JSON: names in camel case, bytes as hexadecimal digits. A field that the
schema does not name is skipped. Who wants to take some messages of a request and refuse others reads them as ``RAW``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

DEEPEST: Final = 64
"""Levels of messages within each other."""
TEXT: Final = "text"
FLAG: Final = "flag"
WHOLE: Final = "whole"
"""A signed or unsigned number as a varint; those of 64 bits come signed."""
FIXED64: Final = "fixed64"
FIXED32: Final = "fixed32"
DOUBLE: Final = "double"
HEX: Final = "hex"
RAW: Final = "raw"
"""A message that is not read: its bytes."""

_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_WIRES: Final = {FLAG: _VARINT, WHOLE: _VARINT, FIXED64: _EIGHT, DOUBLE: _EIGHT, FIXED32: _FOUR}
"""How each kind is written; all others have a length."""
_MAX_VARINT: Final = 70
_SIGN: Final = 1 << 63


class Field(NamedTuple):
    """A field of a message.

    Attributes:
        name: in camel case.
        kind: one of the words above, or the name of a message of the schema.
        many: whether it is a list.
    """

    name: str
    kind: str
    many: bool = False


Schema = Mapping[str, Mapping[int, Field]]
"""The fields of each message, by number."""


class NotWire(ValueError):
    """Bytes are not the message that they should be."""


class Reader:
    """Reads the messages of a schema, all together within one bound.

    Args:
        schema: the fields of each message.
        most: how many fields of messages are read at most, so that a few bytes do not become a lot of memory.
    """

    def __init__(self, schema: Schema, most: int) -> None:
        self._schema = schema
        self._most = most
        self._left = most

    def __call__(self, raw: bytes, message: str, depth: int = 0) -> dict[str, Any]:
        """A message as a JSON object.

        Args:
            message: its name in the schema.

        Raises:
            NotWire: the bytes are not such a message, or it has too many levels or fields.
        """
        if depth > DEEPEST:
            raise NotWire(f"has more than {DEEPEST} levels")
        fields, found = self._schema[message], dict[str, Any]()
        for number, wire, content in _parts(raw):
            self._left -= 1
            if self._left < 0:
                raise NotWire(f"stands after {self._most:,} values")
            field = fields.get(number)
            if field is None:
                continue
            if wire != _WIRES.get(field.kind, _LENGTH):
                raise NotWire(f"has a field {field.name} that is written as another type")
            value = self._value(content, field.kind, depth)
            if field.many:
                found.setdefault(field.name, []).append(value)
            else:
                found[field.name] = value
        return found

    def _value(self, content: Any, kind: str, depth: int) -> Any:
        if kind in self._schema:
            return self(content, kind, depth + 1)
        reader = _KINDS.get(kind)
        return content if reader is None else reader(content)


_KINDS: Final[Mapping[str, Callable[[Any], Any]]] = {
    TEXT: lambda content: content.decode(errors="replace"),
    WHOLE: lambda content: content - (1 << 64) if content >= _SIGN else content,
    FLAG: bool,
    HEX: lambda content: content.hex(),
    FIXED64: lambda content: int.from_bytes(content, "little"),
    FIXED32: lambda content: int.from_bytes(content, "little"),
    DOUBLE: lambda content: struct.unpack("<d", content)[0],
}


def _parts(raw: bytes) -> Iterator[tuple[int, int, Any]]:
    """The fields of a message as they stand: number, wire type, and a number or bytes."""
    at, end = 0, len(raw)
    while at < end:
        tag, at = _varint(raw, at)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise NotWire("a field has the number 0")
        if wire == _VARINT:
            content, at = _varint(raw, at)
            yield number, wire, content
            continue
        if wire == _LENGTH:
            size, at = _varint(raw, at)
        elif wire in (_EIGHT, _FOUR):
            size = 8 if wire == _EIGHT else 4
        else:
            raise NotWire(f"a field has the wire type {wire}")
        if size > end - at:
            raise NotWire("ends in the middle of a field")
        yield number, wire, raw[at : at + size]
        at += size


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = shift = 0
    while at < len(raw) and shift < _MAX_VARINT:
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value & (1 << 64) - 1, at
    raise NotWire("ends in the middle of a number" if at >= len(raw) else "a number is longer than ten bytes")


def message_of(fields: Iterable[tuple[int, int | str]]) -> bytes:
    """A message of numbers and texts; zero and empty texts are left out, as the defaults that they are."""
    out = bytearray()
    for number, value in fields:
        if isinstance(value, int) and value:
            out += _written(number << 3) + _written(value)
        elif isinstance(value, str) and value:
            text = value.encode()
            out += _written(number << 3 | _LENGTH) + _written(len(text)) + text
    return bytes(out)


def nested(number: int, message: bytes) -> bytes:
    """A message as a field of another one; nothing where it is empty."""
    return _written(number << 3 | _LENGTH) + _written(len(message)) + message if message else b""


def _written(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))
