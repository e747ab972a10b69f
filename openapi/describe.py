"""Puts descriptions and examples on the properties and parameters of the document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from openapi.descriptions import DESCRIPTIONS

Json = dict[str, Any]
_TYPES: Final = {"string": str, "integer": int, "number": int | float, "boolean": bool}


def describe(document: Json) -> Json:
    """The document with what is known of each property and parameter; what is described already stays as it is."""
    for keys, value in _described(document):
        schema = value.get("schema", value)
        found = next((DESCRIPTIONS[key] for key in keys if key in DESCRIPTIONS), None)
        if found is not None:
            value.setdefault("description", found.text)
            if found.example is not None and _fits(found.example, schema):
                schema.setdefault("examples", [found.example])
        if value.get("in") == "path" and "pattern" not in schema:
            value["description"] += " It may hold slashes."
        _say_default(value)
    return document


def _described(document: Json) -> Iterator[tuple[list[str], Json]]:
    """Each property and parameter: the keys of what may be known of it, the most special first, and its value."""
    for of, schema in document["components"]["schemas"].items():
        for name, value in schema.get("properties", {}).items():
            yield [f"{of}.{name}", f"{name}:{value.get('type')}", name], value
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                name = parameter["name"]
                before = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
                yield [f"{operation['operationId']}.{name}", f"{before}/{{{name}}}", name], parameter


def _say_default(value: Json) -> None:
    """Say the default of a property instead of stating it: generated clients would take the property as required."""
    if "default" in value and "schema" not in value:
        default = value.pop("default")
        said = f"Without it {json.dumps(default)}." if default or default is False else "Without it empty."
        value["description"] = f"{value['description']} {said}" if "description" in value else said


def _fits(example: Any, schema: Json) -> bool:
    if "anyOf" in schema:
        return any(_fits(example, choice) for choice in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return example in schema.get("enum", [schema.get("const")])
    if isinstance(example, dict | list):
        return schema.get("type") == ("object" if isinstance(example, dict) else "array")
    kinds = schema.get("type", ())
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind in _TYPES and isinstance(example, _TYPES[kind]) and isinstance(example, bool) == (kind == "boolean"):
            return re.search(schema.get("pattern", ""), str(example)) is not None
    return False
