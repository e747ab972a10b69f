"""The routes: one table, to which functions, template, document and sample events are held."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from aws_lambda_powertools.event_handler import Response
from confab.deployment import Deployment
from confab.dialects.routes import ROUTES, SERVED, methods_of
from confab.platform.routes import Route, Routes
from confab.platform.settings import Settings

from local.events import samples
from local.function_names import folder_name
from local.template import Template
from openapi.examples import BODIES
from openapi.operations import OPERATIONS
from tests.support.functions import load_function

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = sorted({route.function for route in ROUTES})


def _events(template: Template, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a kind that the template has, each with its function's name."""
    return [
        (folder_name(name), event["Properties"])
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == kind
    ]


def _answer(**ids: str) -> Response[Any]:
    return Response(200, body=json.dumps(ids))


def _route(method: str, path: str, handler: str = "handler") -> Route:
    return Route(method, path, "function", handler, "permission", "Summary", {200: "Answer"})


def _ask(routes: Routes, method: str, path: str) -> Any:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

    app = APIGatewayHttpResolver()
    routes.register(app)
    event = {"rawPath": path, "requestContext": {"http": {"method": method}, "stage": "$default"}, "headers": {}}
    return json.loads(app.resolve(event, MagicMock())["body"])


def test_the_template_gives_each_function_the_routes_of_the_table(template: Template) -> None:
    served = [(name, each.get("Method"), each["Path"]) for name, each in _events(template, "HttpApi") if "Path" in each]
    assert sorted(served) == sorted((route.function, route.method, route.path) for route in SERVED)


def test_the_sample_events_are_those_that_the_routes_make() -> None:
    kept = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "events").glob("*.json"))}
    made = dict(samples())
    assert sorted(kept) == sorted(made), "write them again with `make events`"
    assert {name: kept[name] for name in made if kept[name] != made[name]} == {}, "write them again with `make events`"


def test_no_sample_event_has_a_name_that_an_archive_cannot_hold() -> None:
    assert [name for name, _ in samples() if len(f"events/{name}.json") > 100] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_a_handler_for_each_of_its_routes(function: str) -> None:
    deployment = Deployment(Settings(table="t"), client=lambda service: MagicMock())
    assert callable(load_function(function).build(deployment))


def test_a_route_without_a_handler_is_refused_at_the_start() -> None:
    with pytest.raises(KeyError, match="handler"):
        Routes([_route("GET", "/a")]).register(MagicMock())


def test_a_handler_that_no_route_names_is_refused_at_the_start() -> None:
    with pytest.raises(LookupError, match="_answer"):
        Routes([_route("GET", "/a")])(_answer)


def test_an_id_is_called_by_the_word_before_it() -> None:
    assert _route("GET", "/chatbots/{id}/keys/{keyId}/rotate").pattern == "/chatbots/<chatbot_id>/keys/<key_id>/rotate"
    assert _route("GET", "/conversations/external/{id+}").pattern == "/conversations/external/<external_id>"


def test_literal_words_go_before_ids_whatever_the_order_of_the_table() -> None:
    routes = Routes([_route("GET", "/bots/{id}/talks/{id}", "_answer"), _route("GET", "/bots/{id}/talks/find", "find")])
    routes(_answer)

    @routes
    def find(bot_id: str) -> Response[Any]:
        return Response(200, body=json.dumps("found"))

    assert _ask(routes, "GET", "/bots/b/talks/find") == "found"
    assert _ask(routes, "GET", "/bots/b/talks/finds") == {"bot_id": "b", "talk_id": "finds"}


def test_ids_come_decoded_and_one_may_take_slashes() -> None:
    routes = Routes([_route("GET", "/bots/{id}/users/{userId+}", "_answer")])
    routes(_answer)
    assert routes.tails("GET") == ["/bots/*/users/"]
    assert routes.tails("DELETE") == ()
    assert _ask(routes, "GET", "/bots/a%2Fb/users/c%2Fd") == {"bot_id": "a/b", "user_id": "c/d"}


def test_the_longest_path_before_such_an_id_is_looked_for_first() -> None:
    routes = Routes([_route("GET", "/talks/{id+}"), _route("GET", "/talks/external/{id+}")])
    assert routes.tails("GET") == ["/talks/external/", "/talks/"]


def test_a_handler_runs_with_the_permission_of_its_route() -> None:
    routes = Routes([_route("GET", "/a", "_answer")])
    routes(_answer)
    _ask(routes, "GET", "/a")
    assert routes.permission == "permission"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/conversations/x", ["GET"]),
        ("/conversations/a/b", ["DELETE", "GET"]),
        ("/api/v1/conversations/x/y", []),
        ("/nowhere", []),
    ],
)
def test_a_path_has_the_methods_of_the_table(path: str, methods: list[str]) -> None:
    assert methods_of(path) == methods


def test_every_body_has_an_example_that_its_model_takes() -> None:
    models = {model.__name__: model for operation in OPERATIONS for model in operation.bodies}
    first = {operation.bodies[0].__name__ for operation in OPERATIONS if operation.bodies}
    assert first <= set(BODIES) <= set(models)
    for name, example in BODIES.items():
        models[name].model_rebuild()
        models[name].model_validate(example)


def test_every_route_queue_and_schedule_has_a_sample_event(template: Template) -> None:
    made = dict(samples())
    keys = {(name.partition("-")[0], event.get("routeKey")) for name, event in made.items()}
    for function, event in _events(template, "HttpApi"):
        assert (function, f"{event['Method']} {event['Path']}" if "Path" in event else "$default") in keys
    for function, _ in _events(template, "SQS"):
        (record,) = made[f"{function}-sqs"]["Records"]
        assert record["eventSource"] == "aws:sqs"
        assert json.loads(record["body"])["chatbotId"]
    for function, _ in _events(template, "Schedule"):
        assert made[f"{function}-schedule"]["source"] == "aws.events"


def test_every_sample_of_a_route_is_a_payload_2_event() -> None:
    for name, sample in samples():
        if "routeKey" in sample:
            assert sample["version"] == "2.0", name
            assert sample["requestContext"]["http"]["path"] == sample["rawPath"], name
            assert "{" not in sample["rawPath"], name
            assert sample["headers"].get("content-length", "0") == str(len(sample.get("body", "").encode())), name
