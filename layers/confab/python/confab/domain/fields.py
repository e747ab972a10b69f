"""Custom fields: what a chatbot declared, and what comes without being declared."""

from __future__ import annotations

from collections.abc import Mapping

from confab.domain.conversation import Scalar


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
