"""Inkeep's errors: problem details that the client turns into its typed errors (inkeep.md, sections 6 and 10)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import READ

from tests.contract.inkeep_shapes import CODES, Problem
from tests.contract.test_openbat_errors import _broken_world
from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.lambda_events import http_event
from tests.support.world import World

MESSAGE: dict[str, Any] = {"role": "user", "content": "hi", "id": "m"}
GOOD: dict[str, Any] = {"type": "openai", "id": "errors", "messages": [MESSAGE]}
LIMIT = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


@pytest.fixture(scope="module")
def key(world: World, tenant: Tenant) -> str:
    key = world.key(tenant, "api")
    world.send_history(key, GOOD)
    return key


def _assert_problem(answer: Answer, status: int, path: str | None = None) -> str:
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(answer.body)
    assert (problem.code, problem.title) == CODES[status]
    assert (problem.status, problem.error.code) == (status, problem.code)
    assert problem.detail == problem.error.message != ""
    assert problem.requestId == answer.headers["x-request-id"]
    if path is not None:
        assert problem.instance == path
    return problem.detail


def _message(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "messages": [{**MESSAGE, **changes}]}


def _ticket(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "type": "support_ticket", "messages": [{**MESSAGE, **changes}]}


REFUSED_CONVERSATIONS = [
    pytest.param({"messages": [MESSAGE]}, "type", id="no type"),
    pytest.param({**GOOD, "type": "chat"}, "type", id="unknown type"),
    pytest.param({**GOOD, "type": []}, "type", id="type a list"),
    pytest.param({"type": "openai"}, "messages", id="no messages"),
    pytest.param({**GOOD, "messages": []}, "messages", id="empty messages"),
    pytest.param({**GOOD, "messages": {}}, "messages", id="messages an object"),
    pytest.param({**GOOD, "id": 5}, "id", id="id a number"),
    pytest.param({**GOOD, "id": "x" * 1025}, "id", id="id of 1,025"),
    pytest.param({**GOOD, "createdAt": "yesterday"}, "createdAt", id="createdAt no time"),
    pytest.param({**GOOD, "createdAt": True}, "createdAt", id="createdAt true"),
    pytest.param({**GOOD, "visibility": "secret"}, "visibility", id="visibility"),
    pytest.param({**GOOD, "tags": [None]}, "tags.0", id="null among tags"),
    pytest.param({**GOOD, "properties": []}, "properties", id="properties a list"),
    pytest.param({**GOOD, "userProperties": {"userType": 5}}, "userProperties.userType", id="userType a number"),
    pytest.param({**GOOD, "userProperties": {"id": True}}, "userProperties.id", id="user id a boolean"),
    pytest.param(_message(role="tool"), "messages.0.role", id="role tool"),
    pytest.param(_message(content=None), "messages.0.content", id="content null"),
    pytest.param(_message(content=[{"type": "audio"}]), "messages.0.content", id="unknown part"),
    pytest.param(_message(content=[{"type": "image_url"}]), "messages.0.content", id="image without address"),
    pytest.param(_message(links=[{"label": "x"}]), "messages.0.links.0.url", id="link without url"),
    pytest.param(
        _message(tool_calls=[{"id": "c", "type": "function", "function": {"name": "f", "arguments": {}}}]),
        "messages.0.tool_calls.0.function.arguments",
        id="arguments an object",
    ),
    pytest.param(_ticket(content=["x"]), "messages.0.content", id="ticket with parts"),
    pytest.param(_ticket(role=None), "messages.0.role", id="ticket without role"),
]
REFUSED_FEEDBACK = [
    pytest.param({"type": "neutral", "messageId": "m"}, "type", id="unknown type"),
    pytest.param({"type": "positive"}, "messageId", id="no message"),
    pytest.param({"type": "positive", "messageId": "m", "reasons": [{"label": "x"}]}, "details", id="no details"),
    pytest.param({"type": "positive", "messageId": "m", "sources": [{}]}, "sources.0.type", id="source without type"),
    pytest.param({"type": "positive", "messageId": "nobody-knows"}, "nobody-knows", id="unknown message"),
]
REFUSED_EVENTS = [
    pytest.param({"type": "t"}, "entityType", id="no subject"),
    pytest.param({"type": "t", "entityType": "user"}, "entityType", id="unknown subject"),
    pytest.param({"type": "t", "entityType": "message"}, "messageId", id="no message id"),
    pytest.param({"type": "t", "entityType": "conversation"}, "conversationId", id="no conversation id"),
    pytest.param({"type": "t", "entityType": "search"}, "searchQuery", id="no query"),
    pytest.param({"entityType": "search", "searchQuery": "q"}, "type", id="no type"),
    pytest.param({"type": "t", "id": "", "entityType": "search", "searchQuery": "q"}, "id", id="empty id"),
    pytest.param({"type": "t", "entityType": "message", "messageId": "gone"}, "gone", id="unknown message"),
    pytest.param({"type": "t", "entityType": "conversation", "conversationId": "away"}, "away", id="unknown"),
]


@pytest.mark.parametrize(("body", "names"), REFUSED_CONVERSATIONS)
def test_a_conversation_against_the_schema_is_a_422_that_names_the_field(
    world: World, key: str, body: Mapping[str, Any], names: str
) -> None:
    assert names in _assert_problem(world.send_history(key, body), 422, "/conversations")


@pytest.mark.parametrize(("body", "names"), REFUSED_FEEDBACK)
def test_given_feedback_that_cannot_be_when_given_then_422_says_why(
    world: World, key: str, body: Mapping[str, Any], names: str
) -> None:
    assert names in _assert_problem(world.inkeep(key, "POST", "/feedback", body), 422, "/feedback")


@pytest.mark.parametrize(("body", "names"), REFUSED_EVENTS)
def test_an_impossible_event_is_a_422_that_says_why(
    world: World, key: str, body: Mapping[str, Any], names: str
) -> None:
    assert names in _assert_problem(world.inkeep(key, "POST", "/events", body), 422, "/events")


@pytest.mark.parametrize("path", ["/conversations", "/feedback", "/events"])
@pytest.mark.parametrize("raw", ["", "hello", '{"type": ', "[]", "null", '"text"', '{"type": NaN}'])
def test_given_a_body_that_is_no_json_object_when_posted_then_400(world: World, key: str, path: str, raw: str) -> None:
    _assert_problem(world.inkeep(key, "POST", path, raw=raw), 400, path)


@pytest.mark.parametrize("path", ["/conversations", "/feedback", "/events"])
def test_a_body_too_deep_or_with_too_many_values_is_a_400_that_names_the_limit(
    world: World, key: str, path: str
) -> None:
    for inner, says in (("[" * 64 + "]" * 64, "64 levels"), ("[" + "0," * 99_999 + "0]", "100,000 values")):
        answer = world.inkeep(key, "POST", path, raw='{"x": ' + inner + "}")
        assert says in _assert_problem(answer, 400, path)


@pytest.mark.parametrize("path", ["/conversations", "/feedback", "/events"])
def test_given_a_body_above_2_mb_when_posted_then_400_names_the_limit(world: World, key: str, path: str) -> None:
    raw = json.dumps(GOOD)
    answer = world.inkeep(key, "POST", path, raw=raw + " " * (LIMIT + 1 - len(raw)))
    assert str(LIMIT) in _assert_problem(answer, 400, path)


def test_given_a_body_of_exactly_2_mb_when_posted_then_it_is_taken(world: World, key: str) -> None:
    raw = json.dumps({**GOOD, "id": "2mb", "properties": {"x": ""}})
    raw = raw.replace('"x": ""', '"x": "' + "y" * (LIMIT - len(raw)) + '"')
    assert len(raw) == LIMIT
    assert world.inkeep(key, "POST", "/conversations", raw=raw).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/conversations"),
        ("GET", "/conversations"),
        ("GET", "/conversations/errors"),
        ("DELETE", "/conversations/errors"),
        ("GET", "/conversations/external/x"),
        ("POST", "/feedback"),
        ("GET", "/feedback"),
        ("GET", "/feedback/x"),
        ("DELETE", "/feedback/x"),
        ("POST", "/events"),
    ],
)
def test_given_no_valid_key_or_one_without_rights_when_called_then_401_or_403(
    world: World, tenant: Tenant, method: str, path: str
) -> None:
    body = GOOD if method == "POST" else None
    _assert_problem(world.inkeep(None, method, path, body), 401, path)
    _assert_problem(world.inkeep("ob_live_" + "0" * 32, method, path, body), 401, path)
    none = admin_wiring.administration(world.deployment).create_key(
        tenant.workspace_id, "n", chatbot_id=tenant.id, permissions=[READ]
    )
    assert "inkeep." in _assert_problem(world.inkeep(none.secret, method, path, body), 403, path)


@pytest.mark.parametrize("kind", ["WEB", "API"])
def test_given_a_browsers_key_when_it_does_what_only_servers_may_then_403(
    world: World, tenant: Tenant, key: str, kind: str
) -> None:
    # A key of kind WEB is held to its role, whatever was granted to it.
    web = world.key(tenant, "api" if kind == "WEB" else "web", kind)
    for method, path in (
        ("GET", "/conversations"),
        ("GET", "/conversations/external/x"),
        ("GET", "/feedback"),
        ("GET", "/feedback/x"),
        ("DELETE", "/feedback/x"),
        ("DELETE", "/conversations/web"),
    ):
        _assert_problem(world.inkeep(web, method, path), 403, path)
    given = str(uuid.uuid4())
    assert world.send_history(web, {**GOOD, "id": given}).status == 200
    assert world.inkeep(web, "GET", f"/conversations/{given}").status == 200
    assert world.inkeep(web, "POST", "/feedback", {"type": "positive", "messageId": "m"}).status == 200
    event = {"type": "t", "entityType": "search", "searchQuery": "q"}
    assert world.inkeep(web, "POST", "/events", event).status == 200


def test_a_workspace_key_reads_all_its_chatbots_and_cannot_write(world: World, tenant: Tenant, key: str) -> None:
    for method, path in (("POST", "/conversations"), ("POST", "/feedback"), ("POST", "/events")):
        _assert_problem(world.inkeep(tenant.admin, method, path, GOOD), 403, path)
    for path in ("/conversations/errors", "/feedback/x"):
        _assert_problem(world.inkeep(tenant.admin, "DELETE", path), 403, path)
    assert world.inkeep(tenant.admin, "GET", "/conversations/errors").status == 200
    assert world.inkeep(tenant.admin, "GET", "/conversations").body["total"] >= 1


def test_given_another_projects_ids_when_used_then_they_are_unknown(world: World, tenant: Tenant, key: str) -> None:
    other = world.key(world.tenant(), "api")
    world.send_history(key, {**GOOD, "externalId": "mine"})
    feedback = world.inkeep(key, "POST", "/feedback", {"type": "positive", "messageId": "m"}).body["id"]
    for path in ("/conversations/errors", "/conversations/external/mine", f"/feedback/{feedback}", "/conversations/x"):
        _assert_problem(world.inkeep(other, "GET", path), 404, path)
    _assert_problem(world.inkeep(other, "DELETE", "/conversations/errors"), 404)
    _assert_problem(world.inkeep(other, "DELETE", f"/feedback/{feedback}"), 404)
    _assert_problem(world.inkeep(other, "POST", "/feedback", {"type": "positive", "messageId": "m"}), 422)
    event = {"type": "t", "entityType": "conversation", "conversationId": "errors"}
    _assert_problem(world.inkeep(other, "POST", "/events", event), 422)
    assert world.inkeep(other, "GET", "/feedback").body["positiveFeedbackCount"] == 0
    assert world.send_history(other, _message(content="mine alone")).status == 200
    assert world.inkeep(key, "GET", "/conversations/errors").body["messages"][0]["content"] == "hi"


@pytest.mark.parametrize(
    "query",
    [{"limit": "-1"}, {"limit": "101"}, {"limit": "x"}, {"offset": "-1"}, {"offset": "1000001"}],
)
@pytest.mark.parametrize("path", ["/conversations", "/feedback"])
def test_given_a_bad_page_when_listed_then_400_names_the_parameter(
    world: World, key: str, path: str, query: dict[str, str]
) -> None:
    assert next(iter(query)) in _assert_problem(world.inkeep(key, "GET", path, query=query), 400, path)


def test_a_404_names_the_path_as_it_was_sent(world: World, key: str) -> None:
    path = "/conversations/a%2Fb%20%C3%BC"
    _assert_problem(world.inkeep(key, "GET", path), 404, path)
    _assert_problem(world.inkeep(key, "GET", "/nowhere"), 404, "/nowhere")


def test_given_a_table_that_does_not_answer_when_read_then_503_in_the_dialects_body(world: World) -> None:
    event = http_event("GET", "/conversations/x", "ob_live_" + "2" * 32)
    answer = _broken_world(world).call("log_conversation", event)
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert Problem.model_validate(answer.body).code == "service_unavailable"
