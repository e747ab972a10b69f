"""The OpenAPI document: it has every route, is valid, and says no to answers that are not in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import isclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from confab.dialects.chatcaptain import models as chatcaptain
from confab.dialects.inkeep import models as inkeep
from confab.dialects.routes import ROUTES
from openapi_spec_validator import validate
from pydantic import BaseModel

from openapi.conformance import published
from openapi.descriptions import DESCRIPTIONS
from openapi.document import document
from openapi.operations import OPERATIONS
from tests.support.functions import load_function

FUNCTIONS = sorted(path.parent.name for path in Path(__file__).resolve().parents[3].glob("functions/*/app.py"))
GIVEN = {
    "content-type": "application/json",
    "x-request-id": "req-1",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
TRACKED = {
    "success": True,
    "conversationId": "c1",
    "warnings": [],
    "results": [{"id": "m1", "status": "stored"}],
}
DENIED = {"success": False, "error": "No key.", "code": "unauthorized", "details": [], "requestId": "req-1"}


@pytest.fixture(scope="session")
def made() -> dict[str, Any]:
    """The document of all routes. No test changes it."""
    return document()


def test_given_the_routes_when_the_document_is_made_then_it_has_each_of_them_once(made: dict[str, Any]) -> None:
    assert [each.served for each in OPERATIONS] == list(ROUTES)
    served = {(method.upper(), path) for path, methods in made["paths"].items() for method in methods}
    assert served == {(method, re.sub(r"\+\}", "}", route)) for method, route in (each[:2] for each in ROUTES)}


@pytest.mark.slow
def test_given_the_document_when_it_is_validated_then_it_is_openapi(made: dict[str, Any]) -> None:
    validate(made)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_document_describes_every_model_of_a_function(function: str) -> None:
    used = {
        value for value in vars(load_function(function)).values() if isclass(value) and issubclass(value, BaseModel)
    }
    described = {model for each in OPERATIONS for model in (*each.bodies, each.query)}
    assert used <= described


def test_the_document_describes_bodies_that_a_function_chooses_from() -> None:
    described = {model for each in OPERATIONS for model in each.bodies}
    assert {*chatcaptain.BODIES, *inkeep.BODIES} <= described


def test_every_answer_with_named_fields_is_closed(
    made: dict[str, Any],
) -> None:
    schemas = made["components"]["schemas"]
    reached = {
        name
        for methods in made["paths"].values()
        for operation in methods.values()
        for name in _referred(operation["responses"], schemas)
    }
    opened = [name for name in reached if "properties" in schemas[name] and schemas[name].get("additionalProperties")]
    assert len(reached) > 100
    assert opened == []
    assert all(schemas[name]["additionalProperties"] is False for name in reached if "properties" in schemas[name])


def _schemas_with_examples(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("examples"), list):
            yield value
        for below in value.values():
            yield from _schemas_with_examples(below)
    elif isinstance(value, list):
        for below in value:
            yield from _schemas_with_examples(below)


def test_every_example_of_a_property_or_parameter_is_one_that_its_schema_takes(made: dict[str, Any]) -> None:
    found = list(_schemas_with_examples([made["components"]["schemas"], made["paths"]]))
    assert len(found) > 200
    for schema in found:
        referring = "$ref" in str(schema)
        whole = {**schema, "components": made["components"]} if referring else schema
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        assert [each for each in schema["examples"] if not validator.is_valid(each)] == [], schema


def _parameters(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in made["paths"].items():
        for operation in methods.values():
            yield from ((path, operation["operationId"], each) for each in operation.get("parameters", ()))


def test_every_property_and_parameter_has_a_description(made: dict[str, Any]) -> None:
    properties = [
        (f"{of}.{name}", value)
        for of, schema in made["components"]["schemas"].items()
        for name, value in schema.get("properties", {}).items()
    ]
    parameters = [(f"{operation}.{each['name']}", each) for _, operation, each in _parameters(made)]
    assert len(properties) > 1000
    assert [name for name, value in (*properties, *parameters) if not value.get("description", "").endswith(".")] == []


def test_every_description_is_of_a_property_or_parameter(made: dict[str, Any]) -> None:
    used = {
        key
        for of, schema in made["components"]["schemas"].items()
        for name, value in schema.get("properties", {}).items()
        for key in (name, f"{of}.{name}", f"{name}:{value.get('type')}")
    }
    for path, operation, parameter in _parameters(made):
        name = parameter["name"]
        used |= {name, f"{operation}.{name}", f"{path.partition(f'/{{{name}}}')[0].rpartition('/')[2]}/{{{name}}}"}
    assert set(DESCRIPTIONS) - used == set()


def test_no_property_has_a_default_that_makes_it_required(made: dict[str, Any]) -> None:
    for name, schema in made["components"]["schemas"].items():
        assert [each for each, value in schema.get("properties", {}).items() if "default" in value] == [], name


@pytest.mark.parametrize(
    ("status", "headers", "body", "finding"),
    [
        (200, GIVEN, TRACKED, None),
        (401, GIVEN, DENIED, None),
        (200, GIVEN, {**TRACKED, "secret": "x"}, "secret"),
        (200, GIVEN, {"success": True}, "conversationId"),
        (200, GIVEN, {**TRACKED, "success": False}, "success"),
        (201, GIVEN, TRACKED, "does not have"),
        (200, {"content-type": "application/json"}, TRACKED, "x-request-id"),
        (200, {**GIVEN, "content-type": "text/html"}, TRACKED, "text/html"),
        (200, {**GIVEN, "cache-control": ""}, TRACKED, "cache-control"),
        (200, {**GIVEN, "cache-control": "max-age=60"}, TRACKED, "cache-control"),
        (401, {**GIVEN, "x-content-type-options": ""}, DENIED, "x-content-type-options"),
        (429, GIVEN, {**DENIED, "code": "rate_limited"}, "retry-after"),
        (401, GIVEN, {**DENIED, "code": "no_such_code"}, "code"),
    ],
)
def test_given_an_answer_when_it_is_compared_then_what_the_document_lacks_is_found(
    status: int, headers: dict[str, str], body: Any, finding: str | None
) -> None:
    findings = published().findings("POST", "/v1/track", status, headers, body)
    assert not findings if finding is None else finding in " ".join(findings)


@pytest.mark.parametrize(
    ("path", "status", "fits"),
    [
        ("/nothing/here", 404, True),
        ("/nothing/here", 200, False),
        ("/api/v1/conversations/a/b", 404, True),
        ("/api/v1/conversations/a/b", 200, False),
    ],
)
def test_only_a_refusal_fits_an_unknown_path(path: str, status: int, fits: bool) -> None:
    assert (published().findings("GET", path, status, GIVEN, {}) == []) is fits


def _referred(value: Any, schemas: dict[str, Any], found: set[str] | None = None) -> Iterator[str]:
    """The schemas that a part of the document refers to, over as many steps as it takes."""
    found = set() if found is None else found
    for name in re.findall(r"#/components/schemas/(\w+)", str(value)):
        if name not in found:
            found.add(name)
            yield name
            yield from _referred(schemas[name], schemas, found)
