"""Puts descriptions and examples on the properties and parameters of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from openapi.descriptions import DESCRIPTIONS

Json = dict[str, Any]
_TYPES: Final = {"string": str, "integer": int, "number": int | float, "boolean": bool}


def describe(document: Json) -> Json:
    """The document with what is known of each property and parameter; what is described already stays as it is."""
    for of, name, value in _described(document):
        text, example = DESCRIPTIONS.get(f"{of}.{name}") or DESCRIPTIONS.get(name) or (None, None)
        if text is not None:
            value.setdefault("description", text)
            schema = value.get("schema", value)
            if example is not None and _fits(example, schema):
                schema.setdefault("examples", [example])
        _say_default(value)
    return document


def _described(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Each property and parameter: whose it is, its name, and where its description belongs."""
    for of, schema in document["components"]["schemas"].items():
        for name, value in schema.get("properties", {}).items():
            yield of, name, value
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                yield operation["operationId"], parameter["name"], parameter


def _say_default(value: Json) -> None:
    """Say the default of a property instead of stating it: generated clients would take the property as required."""
    if "default" in value and "schema" not in value:
        default = value.pop("default")
        said = f"Without it: {default!r}." if isinstance(default, str) else f"Without it: {str(default).lower()}."
        value["description"] = f"{value['description']} {said}" if "description" in value else said


def _fits(example: Any, schema: Json) -> bool:
    if "anyOf" in schema:
        return any(_fits(example, choice) for choice in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return example in schema.get("enum", [schema.get("const")])
    kinds = schema.get("type", ())
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind in _TYPES and isinstance(example, _TYPES[kind]) and isinstance(example, bool) == (kind == "boolean"):
            return re.search(schema.get("pattern", ""), str(example)) is not None
    return False
