"""Whether an answer is one of those that the document has."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import jsonschema_rs

from openapi.document import SEGMENT, document

_NOBODYS: Final = (404, 405)
"""What a request is answered with that is no operation's."""


class Conformance:
    """Compares answers with a document; what it compiles is kept."""

    def __init__(self, made: Mapping[str, Any]) -> None:
        self._document = made
        self._validators: dict[str, jsonschema_rs.Validator] = {}
        self._routes = [
            (_pattern(path, operation), path, method, operation)
            for path, methods in made["paths"].items()
            for method, operation in methods.items()
        ]
        self._routes.sort(key=lambda each: each[1].count("{"))

    def findings(self, method: str, path: str, status: int, headers: Mapping[str, str], body: Any) -> list[str]:
        """What is wrong with an answer; empty when nothing is.

        Args:
            path: of the request, without the query.
            headers: of the answer, names in lower case.
        """
        route, operation = self._operation(method, path)
        what = f"{method} {route or path} answered {status}"
        if operation is None:
            return [] if status in _NOBODYS else [f"{what}, but there is no such operation"]
        response = operation["responses"].get(str(status))
        if response is None:
            return [f"{what}, which the document does not have: {_short(body)}"]
        content_type = headers.get("content-type", "")
        if content_type not in response["content"]:
            return [f"{what} as {content_type!r}"]
        described = {
            name: self._document["components"]["headers"][_name(it)] for name, it in response["headers"].items()
        }
        missing = [name for name, header in described.items() if header.get("required") and not headers.get(name)]
        fixed = {name: header["schema"].get("const") for name, header in described.items()}
        missing += [f"{name}: {value}" for name, value in fixed.items() if value and headers.get(name, value) != value]
        schema = response["content"][content_type]["schema"]
        faults = [
            f"{'.'.join(map(str, fault.instance_path)) or 'body'}: {fault.message}"
            for fault in self._validator(schema).iter_errors(body)
        ]
        return [f"{what} without {name}" for name in missing] + [f"{what}: {fault[:500]}" for fault in faults]

    def _operation(self, method: str, path: str) -> tuple[str | None, Mapping[str, Any] | None]:
        """The route and the operation that serve a path, literal words before parameters."""
        for pattern, route, served, operation in self._routes:
            if served == method.lower() and pattern.fullmatch(path):
                return route, operation
        return None, None

    def _validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
        key = json.dumps(schema)
        if key not in self._validators:
            whole = {**schema, "components": self._document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._validators[key]


@cache
def published() -> Conformance:
    """Compares with the document of all operations."""
    return Conformance(document())


def _pattern(path: str, operation: Mapping[str, Any]) -> re.Pattern[str]:
    """What a path must look like for an operation: a parameter is one segment where its schema says so."""
    schemas = {each["name"]: each["schema"] for each in operation.get("parameters", ())}
    parts = re.split(r"\{(\w+)\}", path)
    for place in range(1, len(parts), 2):
        parts[place] = "[^/]+" if schemas[parts[place]].get("pattern") == SEGMENT else ".+"
    parts[::2] = map(re.escape, parts[::2])
    return re.compile("".join(parts), re.DOTALL)


def _name(reference: Mapping[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


def _short(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)[:300]
