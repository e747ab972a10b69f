"""OpenBat's errors: bad input gets a clear answer in the dialect's own body (openbat.md, "Errors")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import ROLES

from tests.support.lambda_events import http_event
from tests.support.openbat import assert_error
from tests.support.world import World

GOOD = {"role": "user", "content": "hello", "id": "m"}


@pytest.fixture(scope="module")
def key(world: World) -> str:
    return world.tenant().ingest


def _body(**changes: Any) -> dict[str, Any]:
    return {"conversationId": "c", "messages": [GOOD], **changes}


def _message(**changes: Any) -> dict[str, Any]:
    return _body(messages=[{**GOOD, **changes}])


def _nested(depth: int, within: str = "") -> str:
    return '{"conversationId": "c", "messages": [], "x": ' + "[" * depth + within + "]" * depth + "}"


REFUSED = [
    pytest.param(_body(messages=[]), "messages", id="0 messages"),
    pytest.param(_body(messages=[GOOD] * 101), "messages", id="101 messages"),
    pytest.param(_message(role="robot"), "messages.0.role", id="wrong role"),
    pytest.param(_message(role=None), "messages.0.role", id="role null"),
    pytest.param(_message(content=[]), "messages.0.content", id="no content part"),
    pytest.param(_message(content=[{"type": "text"}]), "messages.0.content", id="content part without text"),
    pytest.param(_message(content=["x", 7]), "messages.0.content.1", id="content part a number"),
    pytest.param(_message(content=[{"type": "text", "text": 7}]), "messages.0.content.0.text", id="text a number"),
    pytest.param(_message(content=[{"word": "x"}]), "messages.0.content.0", id="content part of no format"),
    pytest.param(_message(content=["x" * 32_001]), "messages.0.content", id="content parts of 32,001"),
    pytest.param(_message(content=""), "messages.0.content", id="empty content"),
    pytest.param(_message(content="x" * 32_001), "messages.0.content", id="content of 32,001"),
    pytest.param(_message(content=None), "messages.0.content", id="content null"),
    pytest.param(_message(content=7), "messages.0.content", id="content a number"),
    pytest.param(_message(id="x" * 257), "messages.0.id", id="message id of 257"),
    pytest.param(_message(id=5), "messages.0.id", id="message id a number"),
    pytest.param(_message(sentAt="yesterday"), "messages.0.sentAt", id="sentAt no time"),
    pytest.param(_message(sentAt=1e300), "messages.0.sentAt", id="sentAt a number beyond any time"),
    pytest.param(_message(reasoning="x"), "messages.0", id="reasoning of a user"),
    pytest.param(_message(role="assistant", tools=[{"name": "t"}] * 21), "messages.0.tools", id="21 tools"),
    pytest.param(_message(role="assistant", tools=[{}]), "messages.0.tools.0.name", id="tool without name"),
    pytest.param(_message(role="assistant", reasoning="x" * 33_000), "messages.0", id="reasoning of 33 KB"),
    pytest.param(_body(conversationId="x" * 257), "conversationId", id="conversation id of 257"),
    pytest.param(_body(conversationId=""), "conversationId", id="empty conversation id"),
    pytest.param({"messages": [GOOD]}, "conversationId", id="no conversation id"),
    pytest.param({"conversationId": "c"}, "messages", id="no messages"),
    pytest.param(_body(user="ann"), "user", id="user a string"),
    pytest.param(_body(user={"email": "nobody"}), "user.email", id="bad e-mail"),
    pytest.param(_body(user={"id": 5}), "user.id", id="user id a number"),
    pytest.param(_body(user={"plan": "x" * 65}), "user.plan", id="plan of 65"),
    pytest.param(_body(user={"mrr": "12"}), "user.mrr", id="mrr a string"),
    pytest.param(_body(user={"mrr": 10**60 + 1}), "user.mrr", id="mrr of 61 digits"),
    pytest.param(_body(session={"pageUrl": "x" * 2049}), "session.pageUrl", id="URL of 2,049"),
    pytest.param(_body(custom={"a": {"b": 1}}), "custom.a", id="custom with an object"),
    pytest.param(_body(custom={"a": [1]}), "custom.a", id="custom with a list"),
    pytest.param(_body(custom=[1]), "custom", id="custom a list"),
    pytest.param(_body(custom={str(n): 1 for n in range(101)}), "custom", id="101 custom fields"),
    pytest.param(_body(kind="fake"), "kind", id="unknown kind"),
]


@pytest.mark.parametrize(("body", "path"), REFUSED)
def test_given_a_body_against_the_rules_when_captured_then_400_names_the_field(
    world: World, key: str, body: Mapping[str, Any], path: str
) -> None:
    answer = world.capture(key, body)
    assert_error(answer, 400, "invalid_request")
    assert any(detail["path"].startswith(path) for detail in answer.body["details"]), answer.body
    assert path in answer.body["error"]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        pytest.param("", "empty", id="no body"),
        pytest.param("   ", "empty", id="blank body"),
        pytest.param("hello", "not valid JSON", id="not JSON"),
        pytest.param('{"conversationId": ', "not valid JSON", id="cut short"),
        pytest.param("[]", "", id="an array"),
        pytest.param("null", "", id="null"),
        pytest.param('"text"', "", id="a string"),
        pytest.param(_nested(64), "more than 64 levels", id="65 levels"),
        pytest.param(_nested(50_000), "more than 64 levels", id="deep nesting"),
        pytest.param(_nested(1, "0," * 99_997 + "0"), "more than 100,000 values", id="100,001 values"),
        pytest.param('{"conversationId": "c", "messages": [], "mrr": NaN}', "not valid JSON", id="NaN"),
        pytest.param('{"conversationId": "c", "messages": [], "mrr": -Infinity}', "not valid JSON", id="infinity"),
    ],
)
def test_given_a_body_that_is_no_json_object_when_captured_then_400_says_so(
    world: World, key: str, raw: str, says: str
) -> None:
    answer = world.capture(key, None, raw=raw)
    assert_error(answer, 400, "invalid_request")
    assert says in answer.body["error"]


def test_given_no_body_at_all_when_captured_then_400_says_so(world: World, key: str) -> None:
    assert_error(world.capture(key, None), 400, "invalid_request")


def test_given_a_body_of_4_mb_and_one_byte_when_captured_then_400_names_the_limit(world: World, key: str) -> None:
    raw = json.dumps(_body())
    answer = world.capture(key, None, raw=raw + " " * (4 * 1024 * 1024 + 1 - len(raw)))
    assert_error(answer, 400, "invalid_request")
    assert "4194304" in answer.body["error"]
    assert world.capture(key, None, raw=raw + " " * (4 * 1024 * 1024 - len(raw))).status == 200


def test_given_a_base64_body_when_it_holds_json_then_it_is_taken_and_else_refused(world: World, key: str) -> None:
    assert world.capture(key, None, base64_body=json.dumps(_body()).encode()).status == 200
    assert_error(world.capture(key, None, base64_body=b"\xff\xfe{}"), 400, "invalid_request")
    event = http_event("POST", "/api/v1/capture", key, None, raw="%%%")
    assert_error(world.call("capture", {**event, "isBase64Encoded": True}), 400, "invalid_request")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; b=x"]
)
def test_given_another_content_type_when_captured_then_400_names_it(world: World, key: str, content_type: str) -> None:
    answer = world.capture(key, _body(), headers={"content-type": content_type})
    assert_error(answer, 400, "invalid_request")
    assert content_type.partition(";")[0] in answer.body["error"]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/vnd.api+json", ""])
def test_given_a_json_content_type_when_captured_then_it_is_taken(world: World, key: str, content_type: str) -> None:
    assert world.capture(key, _body(), headers={"content-type": content_type}).status == 200


def test_given_limits_met_exactly_when_captured_then_it_is_taken(world: World, key: str) -> None:
    messages = [{"role": "user", "content": "x" * 32_000, "id": f"{n:0256d}"} for n in range(100)]
    body = {"conversationId": "c" * 256, "messages": messages, "user": {"plan": "p" * 64, "email": None}}
    answer = world.capture(key, body)
    assert answer.status == 200
    assert answer.body["messagesStored"] == 100


def test_given_unknown_fields_when_captured_then_they_are_ignored(world: World, key: str) -> None:
    assert world.capture(key, _body(future={"a": [1]}, user={"nickname": "x"})).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="missing"),
        pytest.param({"authorization": "Bearer"}, id="bearer without key"),
        pytest.param({"authorization": "Bearer nonsense"}, id="malformed"),
        pytest.param({"authorization": "Basic b2I6bGl2ZQ=="}, id="other scheme"),
        pytest.param({"authorization": "Bearer ob_live_" + "g" * 32}, id="not hexadecimal"),
        pytest.param({"authorization": "Bearer ob_live_" + "0" * 32}, id="unknown"),
        pytest.param({"x-openbat-key": "ob_live_" + "1" * 32}, id="unknown in the other header"),
    ],
)
@pytest.mark.parametrize("function", ["capture", "track", "reading"])
def test_given_no_valid_key_when_called_then_401(world: World, headers: dict[str, str], function: str) -> None:
    method, path = {
        "capture": ("POST", "/api/v1/capture"),
        "track": ("POST", "/v1/track"),
        "reading": ("GET", "/api/v1/conversations"),
    }[function]
    answer = world.call(function, http_event(method, path, None, _body(), headers=headers))
    assert_error(answer, 401, "unauthorized", success="success" if function == "track" else "ok")


def test_given_a_key_in_the_other_header_when_captured_then_it_is_taken(world: World, key: str) -> None:
    event = http_event("POST", "/v1/capture", None, _body(), headers={"x-openbat-key": key})
    assert world.call("capture", event).status == 200


def test_given_an_expired_key_when_used_then_401(clocked: World) -> None:
    tenant = clocked.tenant()
    issued = admin_wiring.administration(clocked.deployment).create_key(
        tenant.workspace_id,
        "short",
        chatbot_id=tenant.id,
        expires_at=clocked.now() + timedelta(seconds=30),
    )
    assert clocked.capture(issued.secret, _body()).status == 200
    assert clocked.clock is not None
    clocked.clock.advance(seconds=31)
    answer = clocked.capture(issued.secret, _body())
    assert_error(answer, 401, "unauthorized")
    assert "expired" in answer.body["error"]


def test_given_a_rotated_key_when_the_warm_minute_is_over_then_the_old_one_is_401(clocked: World) -> None:
    tenant = clocked.tenant()
    admin = admin_wiring.administration(clocked.deployment)
    issued = admin.create_key(tenant.workspace_id, "k", chatbot_id=tenant.id)
    assert clocked.capture(issued.secret, _body()).status == 200
    fresh = admin.rotate_key(tenant.workspace_id, issued.key.id)
    assert clocked.clock is not None
    clocked.clock.advance(seconds=61)
    assert_error(clocked.capture(issued.secret, _body()), 401, "unauthorized")
    assert clocked.capture(fresh.secret, _body()).status == 200
    admin.revoke_key(tenant.workspace_id, fresh.key.id)
    clocked.clock.advance(seconds=61)
    assert_error(clocked.capture(fresh.secret, _body()), 401, "unauthorized")


def test_given_a_key_for_reading_when_it_captures_then_403_names_the_permission(world: World) -> None:
    tenant = world.tenant()
    reader = admin_wiring.administration(world.deployment).create_key(
        tenant.workspace_id, "r", chatbot_id=tenant.id, permissions=ROLES["read"]
    )
    answer = world.capture(reader.secret, _body())
    assert_error(answer, 403, "forbidden")
    assert "messages.capture" in answer.body["error"]
    assert_error(world.list_page(tenant.ingest), 403, "forbidden")
    assert world.list_page(reader.secret).status == 200


def test_given_a_workspace_key_when_it_captures_then_403_says_which_key_is_needed(world: World) -> None:
    answer = world.capture(world.tenant().admin, _body())
    assert_error(answer, 403, "forbidden")
    assert "one chatbot" in answer.body["error"]


def test_given_another_tenants_ids_when_read_then_404_as_for_unknown_ones(world: World) -> None:
    mine, theirs = world.tenant(), world.tenant()
    conversation = world.capture(theirs.ingest, _body()).body["conversationId"]
    foreign = world.read(mine.admin, conversation)
    unknown = world.read(mine.admin, "00000000-0000-5000-8000-000000000000")
    assert_error(foreign, 404, "not_found")
    assert_error(unknown, 404, "not_found")
    assert foreign.body["error"] == unknown.body["error"]
    assert_error(world.list_page(mine.admin, chatbotId=theirs.id), 404, "not_found")
    assert_error(world.list_page(mine.admin, chatbotId="BOT#x"), 404, "not_found")
    for odd in ("x", "..", "HEAD", conversation.upper()):
        assert_error(world.read(mine.admin, odd), 404, "not_found")
    assert world.read(theirs.admin, conversation).status == 200


@pytest.mark.parametrize(
    "query", [{"page": "0"}, {"page": "1000001"}, {"limit": "0"}, {"limit": "101"}, {"limit": "x"}]
)
def test_given_a_bad_page_when_listed_then_400_names_the_parameter(world: World, query: dict[str, str]) -> None:
    answer = world.list_page(world.tenant().admin, **query)
    assert_error(answer, 400, "invalid_request")
    assert answer.body["details"][0]["path"] == next(iter(query))


def test_an_unknown_path_or_method_is_a_404_or_405_in_the_dialects_body(world: World) -> None:
    unknown = world.request("GET", "/nowhere", None)
    assert_error(unknown, 404, "not_found")
    wrong = world.request("GET", "/api/v1/capture", None)
    assert_error(wrong, 405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"


@pytest.mark.parametrize("odd", ['"', "\n", "\x1f", "°", "\U000f4cb7"])
def test_only_a_valid_key_learns_that_an_impossible_id_is_unknown(world: World, odd: str) -> None:
    tenant = world.tenant()
    path = f"/api/v1/conversations/a{odd}b"
    assert_error(world.request("GET", path, None), 401, "unauthorized")
    assert_error(world.request("GET", path, "ob_live_" + "0" * 32), 401, "unauthorized")
    assert_error(world.request("GET", path, tenant.admin), 404, "not_found")


def test_given_a_key_over_its_rate_when_it_captures_then_429_says_when_to_come_back(clocked: World) -> None:
    tenant = clocked.tenant()
    issued = admin_wiring.administration(clocked.deployment).create_key(
        tenant.workspace_id, "slow", chatbot_id=tenant.id, rate_per_minute=3
    )
    assert clocked.clock is not None
    clocked.clock.time = datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)
    statuses = [clocked.capture(issued.secret, _body()).status for _ in range(3)]
    assert statuses == [200] * 3
    refused = clocked.capture(issued.secret, _body())
    assert_error(refused, 429, "rate_limited")
    assert refused.headers["retry-after"] == "40"
    clocked.clock.advance(seconds=40)
    assert clocked.capture(issued.secret, _body()).status == 200


def test_given_a_table_that_does_not_answer_when_captured_then_503_and_no_trace(world: World) -> None:
    answer = _broken_world(world).capture("ob_live_" + "2" * 32, _body())
    assert_error(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "1"


def _broken_world(world: World) -> World:
    from confab.deployment import Deployment
    from confab.platform.settings import Settings

    from tests.support.engine import aws_client
    from tests.support.processes import free_port

    broken = World.__new__(World)
    client = aws_client("dynamodb", f"http://127.0.0.1:{free_port()}")
    broken.deployment = Deployment(Settings(table="none"), client=lambda _: client)
    broken._handlers = {}
    broken._enforcement = None
    return broken
