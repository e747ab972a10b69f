"""Attributes that spell a list of objects by numbers in their names, as ``llm.input_messages.0.message.role``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_MAX: Final = 10_000


def numbered(attributes: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """The objects below a prefix, in the order of their numbers; names below them stay as they are."""
    found: dict[int, dict[str, Any]] = {}
    for name, value in attributes.items():
        if name.startswith(prefix):
            number, _, rest = name[len(prefix) :].partition(".")
            if rest and number.isascii() and number.isdigit() and int(number) < _MAX:
                found.setdefault(int(number), {})[rest] = value
    return [found[number] for number in sorted(found)]
