"""Custom fields: declared by a chatbot's team, or discovered because they arrive undeclared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from confab.domain.conversation import Scalar

TYPES: Final = ("string", "number", "boolean")


@dataclass(frozen=True, slots=True)
class DiscoveredField:
    """A custom field that came without being declared: the type of its first value, and when that came."""

    name: str
    type: str
    first_seen: datetime


def type_of(value: Scalar) -> str:
    """The field type of a value: ``boolean``, ``number`` or ``string``."""
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "string"


def field_warnings(custom: Mapping[str, Scalar], declared: Mapping[str, str]) -> list[str]:
    """One line for each custom field that is not declared or has another type (openbat.md, "Behaviour")."""
    warnings = []
    for name, value in custom.items():
        if name not in declared:
            warnings.append(f"Custom field '{name}' not in schema")
        elif declared[name] != type_of(value):
            warnings.append(f"Custom field '{name}' expected {declared[name]}, got {type_of(value)}")
    return warnings


def missing_warnings(required: Iterable[str], known: Mapping[str, Scalar]) -> list[str]:
    """One line for each required field that a conversation does not have."""
    return [f"Custom field '{name}' is required and missing" for name in sorted(required) if name not in known]
