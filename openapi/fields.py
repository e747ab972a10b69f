"""``python -m openapi.fields``: docs/fields.md, the fields of capture and track, from the OpenAPI document."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from openapi.document import document

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "fields.md"
BODIES: Final = {"POST /v1/capture": "CaptureBody", "POST /v1/track": "TrackBody"}
HEAD: Final = """# The fields of capture and track

`make fields` writes this page from the models that check requests; a test compares the two. A field that is not listed
is ignored. Null counts as not sent, except where it says that null clears. Message shapes of model providers are taken
as they are: [message shapes](message-shapes.md). What else bounds a request is in [limits](limits.md).
"""

Json = dict[str, Any]


def page(made: Json) -> str:
    """The whole page for a document."""
    schemas = made["components"]["schemas"]
    parts = [HEAD]
    told: list[str] = []
    for title, body in BODIES.items():
        parts += [f"## `{title}`", "", *_table(schemas[body]), ""]
        told += [name for name in _objects(schemas[body], schemas) if name not in told]
    for name in told:
        parts += [f"## {name}", "", *_table(schemas[name]), ""]
    return "\n".join(parts).rstrip() + "\n"


def _table(schema: Json) -> Iterator[str]:
    yield "| field | value | |"
    yield "|---|---|---|"
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        needed = " (required)" if name in required else ""
        yield f"| `{name}`{needed} | {_value(field)} | {_cell(field.get('description', ''))} |"


def _objects(schema: Json, schemas: Json) -> Iterator[str]:
    """The named objects that a schema refers to, those within them after them."""
    for field in schema.get("properties", {}).values():
        for reference in _references(field):
            if "properties" in schemas[reference]:
                yield reference
                yield from _objects(schemas[reference], schemas)


def _references(field: Json) -> Iterator[str]:
    if "$ref" in field:
        yield field["$ref"].rpartition("/")[2]
    for choice in field.get("anyOf", ()):
        yield from _references(choice)
    if isinstance(field.get("items"), dict):
        yield from _references(field["items"])


def _value(field: Json) -> str:
    choices = [choice for choice in field.get("anyOf", [field]) if choice.get("type") != "null"]
    return " or ".join(dict.fromkeys(map(_kind, choices)))


def _kind(field: Json) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in field or "const" in field:
        return ", ".join(f"`{word}`" for word in field.get("enum", [field.get("const")]))
    bounds = _bounds(field)
    if field.get("type") == "array":
        return f"list of {_value(field['items']) if field.get('items') else 'anything'}{bounds}"
    if field.get("type") == "object" and isinstance(field.get("additionalProperties"), dict):
        return f"object of {_value(field['additionalProperties'])}{bounds}"
    kinds = field.get("type", "anything")
    return f"{kinds if isinstance(kinds, str) else ' or '.join(kinds)}{bounds}"


def _bounds(field: Json) -> str:
    words = []
    for low, high, unit in (
        ("minLength", "maxLength", "characters"),
        ("minItems", "maxItems", "items"),
        ("minimum", "maximum", ""),
        ("minProperties", "maxProperties", "members"),
    ):
        if high in field:
            words.append(f"{field.get(low, 0):,} to {field[high]:,} {unit}".rstrip())
        elif field.get(low):
            words.append(f"at least {field[low]:,} {unit}".rstrip())
    return f", {', '.join(words)}" if words else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(document()), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name}: written\n")


if __name__ == "__main__":
    main()
