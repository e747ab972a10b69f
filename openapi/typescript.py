"""``python -m openapi.typescript [--check]``: the types of the TypeScript client, made from the document.

Written to clients/typescript/src/types.ts, which is committed; a test says when it is not what the document makes.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from openapi.document import document

FILE: Final = Path(__file__).resolve().parents[1] / "clients" / "typescript" / "src" / "types.ts"
ROOTS: Final = ("CaptureBody", "Captured")
"""The schemas that the client sends and gets."""
HEAD: Final = "// Made from the OpenAPI document by `python -m openapi.typescript`; run it after a change of the API.\n"
_REFERENCE: Final = re.compile(r"#/components/schemas/(\w+)")
_TYPES: Final = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

Schema = Mapping[str, Any]


def types() -> str:
    """The text of the file."""
    schemas: Mapping[str, Schema] = document()["components"]["schemas"]
    found: dict[str, Schema] = {}
    wanted = list(ROOTS)
    while wanted:
        name = wanted.pop(0)
        if name not in found:
            found[name] = schemas[name]
            wanted += _REFERENCE.findall(json.dumps(schemas[name]))
    return HEAD + "".join(_interface(name, found[name]) for name in sorted(found))


def _interface(name: str, schema: Schema) -> str:
    required = schema.get("required", ())
    lines = [f"\n/** {schema['description'].replace('``', '`')} */", f"export interface {name} {{"]
    for member, value in schema["properties"].items():
        if "description" in value:
            lines.append(f"  /** {value['description']} */")
        lines.append(f"  {member}{'' if member in required else '?'}: {_type(value)};")
    return "\n".join([*lines, "}", ""])


def _type(schema: Schema) -> str:
    """A schema as a type of TypeScript; what the schema leaves open is ``unknown``."""
    if reference := schema.get("$ref"):
        return str(reference).rpartition("/")[2]
    if "const" in schema or "enum" in schema:
        return " | ".join(map(json.dumps, schema.get("enum", [schema.get("const")])))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    kinds = schema.get("type", "unknown")
    return _plain(kinds, schema) if isinstance(kinds, str) else " | ".join(_TYPES[kind] for kind in kinds)


def _plain(kind: str, schema: Schema) -> str:
    if kind == "array":
        items = _type(schema.get("items", {}))
        return f"({items})[]" if "|" in items else f"{items}[]"
    if kind == "object":
        others = schema.get("additionalProperties", True)
        return f"Record<string, {_type(others) if isinstance(others, dict) else 'unknown'}>"
    return _TYPES.get(kind, "unknown")


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` say whether it is up to date; returns the exit status."""
    made = types()
    if "--check" in arguments:
        return FILE.read_text(encoding="utf-8") != made
    FILE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
