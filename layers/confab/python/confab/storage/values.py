"""Python values as DynamoDB attribute values and back.

The SDK's own converter is part of boto3's resource layer, refuses floats and answers Decimal; functions leave boto3 out
for their start-up time, and JSON numbers come as int and float.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Item = dict[str, Any]
Key = tuple[str, str]
"""A partition key and a sort key."""
Place = tuple[str, str]
"""Where a conversation is: its chatbot's id and its own."""


def to_attribute(value: Any) -> dict[str, Any]:
    """One value as an attribute value.

    Raises:
        TypeError: a value of a type that the table does not know.
    """
    kind = type(value)
    if kind not in _WRITERS:
        raise TypeError(f"no attribute value for {kind.__name__}")
    name, write = _WRITERS[kind]
    return {name: write(value)}


def to_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as attribute values."""
    return {name: to_attribute(value) for name, value in item.items()}


def from_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An item from attribute values."""
    return {name: _from_attribute(attribute) for name, attribute in attributes.items()}


def _number(text: str) -> int | float:
    return float(text) if "." in text or "e" in text or "E" in text else int(text)


_WRITERS: dict[type, tuple[str, Callable[[Any], Any]]] = {
    str: ("S", str),
    bool: ("BOOL", bool),
    int: ("N", repr),
    float: ("N", repr),
    bytes: ("B", bytes),
    type(None): ("NULL", lambda _: True),
    list: ("L", lambda elements: [to_attribute(element) for element in elements]),
    tuple: ("L", lambda elements: [to_attribute(element) for element in elements]),
    dict: ("M", to_attributes),
    frozenset: ("SS", sorted),
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "S": str,
    "N": _number,
    "BOOL": bool,
    "B": bytes,
    "NULL": lambda _: None,
    "L": lambda elements: [_from_attribute(element) for element in elements],
    "M": from_attributes,
    "SS": frozenset,
}


def _from_attribute(attribute: Mapping[str, Any]) -> Any:
    ((kind, content),) = attribute.items()
    return _READERS[kind](content)
