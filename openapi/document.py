"""The OpenAPI 3.1 document, made from operations and their models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from confab import __version__
from confab.platform.attempts import HEADER, MAX_KEY
from confab.platform.errors import TooManyRequests, Unauthorized, Unavailable
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core.core_schema import TypedDictSchema, WithDefaultSchema

from openapi.describe import describe
from openapi.examples import BODIES
from openapi.operation import JSON, Operation
from openapi.operations import OPERATIONS

VERSION: Final = "3.1.0"
REFERENCE: Final = "#/components/schemas/{model}"
_BEARER: Final = {"type": "http", "scheme": "bearer", "description": "`ob_live_` and 32 hexadecimal digits"}
_SECURITY: Final[dict[str, Any]] = {
    "bearer": _BEARER,
    "openbatKey": {"type": "apiKey", "in": "header", "name": "x-openbat-key"},
    "chatcaptainKey": {"type": "apiKey", "in": "header", "name": "x-chatcaptain-key"},
}
_REQUEST_ID: Final = {
    "description": "Names the request in the logs.",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
}
_RETRY_AFTER: Final = {
    "description": "After how many seconds to try again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
_SAFE: Final = {
    "cache-control": ("no-store", "Nobody between keeps the answer."),
    "x-content-type-options": ("nosniff", "The answer is what its content type says."),
}
_LIMITS: Final = {
    "ratelimit": "What is left of the key's requests (draft-ietf-httpapi-ratelimit-headers).",
    "ratelimit-policy": "How often the key may call.",
}
_IDEMPOTENCY_KEY: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same request makes the same thing for a day; another request is a 422.",
    "schema": {"type": "string", "maxLength": MAX_KEY},
}
_WAITING: Final = (TooManyRequests.status, Unavailable.status)
SEGMENT: Final = "^[^/]+$"

Json = dict[str, Any]


class Schemas(GenerateJsonSchema):
    """Pydantic's schemas, without defaults that stand for "was not sent"; an answer has its own keys and no others."""

    def default_schema(self, schema: WithDefaultSchema) -> Json:
        made = super().default_schema(schema)
        empty = made.get("default") == "" and made.get("minLength", 0) + len(made.get("pattern", ""))
        if empty or made.get("default", ...) is None:
            del made["default"]
        return made

    def typed_dict_schema(self, schema: TypedDictSchema) -> Json:
        return {**super().typed_dict_schema(schema), "additionalProperties": False}


def document(operations: Iterable[Operation] = OPERATIONS) -> Json:
    """The document of some operations, of all if none are named."""
    known = tuple(operations)
    schemas, components = _schemas(known)
    paths: Json = {}
    for operation in known:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    made: Json = {
        "openapi": VERSION,
        "info": {
            "title": "Confab",
            "version": __version__,
            "description": "A self-hosted conversation backend. Unknown fields of requests are ignored.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "http://127.0.0.1:3000", "description": "`make run`"}],
        "tags": [{"name": name} for name in dict.fromkeys(operation.dialect.tag for operation in known)],
        "security": [{name: []} for name in _SECURITY],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": _SECURITY,
            "headers": {
                "RequestId": _REQUEST_ID,
                "RetryAfter": _RETRY_AFTER,
                **{name: _always(*each) for name, each in _SAFE.items()},
                **{name: {"description": text, "schema": {"type": "string"}} for name, text in _LIMITS.items()},
            },
        },
    }
    return describe(made)


def _always(value: str, text: str) -> Json:
    """A header field that every answer has with one value."""
    return {"description": text, "required": True, "schema": {"type": "string", "const": value}}


def _schemas(operations: Iterable[Operation]) -> tuple[dict[int, Json], Json]:
    """The schema of each type that operations name, by the type's identity, and the definitions they refer to."""
    named = {
        id(kind): kind
        for operation in operations
        for kind in (*operation.bodies, *operation.answers.values(), operation.dialect.error)
    }
    mode: JsonSchemaMode = "validation"
    inputs = [(key, mode, TypeAdapter(kind)) for key, kind in named.items()]
    found, definitions = TypeAdapter.json_schemas(inputs, ref_template=REFERENCE, schema_generator=Schemas)
    return {key: schema for (key, _), schema in found.items()}, definitions["$defs"]


def _operation(operation: Operation, schemas: dict[int, Json]) -> Json:
    dialect = operation.dialect
    described: Json = {
        "operationId": operation.method.lower() + "".join(map(_capital, re.findall(r"\w+", operation.route))),
        "summary": operation.served.summary,
        "description": f"The key needs the permission `{operation.served.permission}`.",
        "tags": [dialect.tag],
    }
    parameters = [*_path(operation), *_query(operation), *_headers(operation)]
    if parameters:
        described["parameters"] = parameters
    if operation.bodies:
        bodies = [schemas[id(body)] for body in operation.bodies]
        example = BODIES[operation.bodies[0].__name__]
        schema = bodies[0] if len(bodies) == 1 else {"anyOf": bodies}
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schema, "example": example}}}
    types = operation.served.types or (JSON,)
    answers = {str(status): _answer(status, types, schemas[id(kind)]) for status, kind in operation.answers.items()}
    errors = {
        str(status): _answer(status, [dialect.error_type], schemas[id(dialect.error)]) for status in operation.errors
    }
    return {**described, "responses": {**answers, **errors}}


def _answer(status: int, types: Iterable[str], schema: Json) -> Json:
    headers = {"x-request-id": {"$ref": "#/components/headers/RequestId"}}
    headers |= {name: {"$ref": f"#/components/headers/{name}"} for name in _SAFE}
    if status != Unauthorized.status:
        headers |= {name: {"$ref": f"#/components/headers/{name}"} for name in _LIMITS}
    if status in _WAITING:
        headers["retry-after"] = {"$ref": "#/components/headers/RetryAfter"}
    return {
        "description": HTTPStatus(status).phrase,
        "headers": headers,
        "content": {content_type: {"schema": schema} for content_type in types},
    }


def _path(operation: Operation) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1} if rest else {"type": "string", "pattern": SEGMENT},
        }
        for name, rest in operation.parameters.items()
    ]


def _query(operation: Operation) -> list[Json]:
    if operation.query is None:
        return []
    model = operation.query.model_json_schema()
    required = model.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _sent(schema)}
        for name, schema in model["properties"].items()
    ]


def _sent(schema: Json) -> Json:
    """The schema of a parameter as it is sent: it may be left out, but there is no null in a query."""
    if "anyOf" not in schema:
        return schema
    (kept,) = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
    return {**kept, "title": schema["title"]}


def _headers(operation: Operation) -> list[Json]:
    texts: list[Json] = [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}} for name in operation.headers
    ]
    return [*texts, _IDEMPOTENCY_KEY] if operation.served.repeatable else texts


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]
