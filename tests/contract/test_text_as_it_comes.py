"""Text as clients send it, in every dialect: what no text holds is replaced, and packed bodies are read."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confab.platform.http import MAX_BODY

from tests.support.answers import Answer
from tests.support.bedrock import CLAUDE, NOVA, answered, bedrock_server
from tests.support.chatcaptain import CHANNEL
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.lambda_events import http_event
from tests.support.world import World

CUT = "a\ud83d\0b"
"""A text as JSON can say it and UTF-8 cannot; a half of a pair and NUL."""
READ = "a\ufffd\ufffdb"


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


@pytest.fixture(scope="module")
def key(world: World, tenant: Tenant) -> str:
    return world.key(tenant, "api")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _strings(each)


def _said(answer: Answer, times: int) -> None:
    """The answer has the text so many times, each as it is to be read."""
    assert answer.status in (200, 201), answer.body
    found = [each for each in _strings(answer.body) if "\ufffd" in each]
    assert len(found) >= times, answer.body
    assert all(READ in each for each in found)


def test_captured_text_that_is_cut_anywhere_is_stored_read_analysed_and_erased(
    world: World, tenant: Tenant, key: str
) -> None:
    tool = {"name": CUT, "input": {CUT: [CUT, {CUT: CUT}]}, "output": CUT}
    messages = [
        {"id": CUT, "role": "user", "content": f"Where is my order? {CUT}"},
        {"role": "user", "content": CUT},
        {"id": "plain", "role": "assistant", "content": "It is on its way.", "tools": [tool], "reasoning": CUT},
    ]
    who = {"user": {"id": CUT, "name": CUT}, "organization": {"id": CUT}, "session": {"pageUrl": CUT}}
    body = {"conversationId": CUT, "messages": messages, **who, "custom": {CUT: CUT}}
    answer = world.capture(tenant.ingest, body, headers={"x-openbat-framework": CUT})
    assert [each["status"] for each in answer.body["results"]] == ["stored"] * 3
    assert [each["status"] for each in world.capture(tenant.ingest, body).body["results"]] == ["duplicate"] * 3
    assert world.analyse_queued() == []
    _said(world.read(tenant.admin, answer.body["conversationId"]), 2)
    _said(world.inkeep(key, "GET", f"/conversations/{READ}"), 4)
    user = f"/chatbots/{tenant.id}/users/{READ}"
    _said(world.admin(tenant.admin, "GET", user), 6)
    query = {"user": CUT, "chatbotId": tenant.id}
    found = world.request("GET", "/v1/insights/conversations", tenant.admin, query=query)
    assert [each["externalId"] for each in found.body["conversations"]] == [READ]
    erased = world.admin(tenant.admin, "DELETE", f"/chatbots/{tenant.id}/users/a%00%00b")
    assert erased.body["receipt"]["removed"]["conversations"] == 1


def test_given_cut_text_when_tracked_then_nothing_else_of_the_request_suffers(world: World, tenant: Tenant) -> None:
    messages = [{"role": "user", "content": CUT}, {"role": "assistant", "content": "Hello."}]
    body = {"conversationId": "t" + CUT, "messages": messages, "metadata": {CUT: CUT}}
    assert world.track(tenant.ingest, body).body["conversationId"] == "t" + READ
    listed = world.list_page(tenant.admin, chatbotId=tenant.id).body["conversations"]
    assert [each["message_count"] for each in listed if each["external_conversation_id"] == "t" + READ] == [2]


def test_a_historys_text_that_is_cut_anywhere_comes_back_readable(world: World, tenant: Tenant, key: str) -> None:
    call = {"id": CUT, "type": "function", "function": {"name": CUT, "arguments": '{"a": "\\ud83d"}'}}
    parts = [{"type": "text", "text": CUT}, {"type": "image_url", "image_url": {"url": CUT}}]
    properties = {"properties": {CUT: [CUT, {CUT: CUT}]}, "userProperties": {CUT: CUT, "name": CUT}}
    messages = [
        {"id": "m" + CUT, "role": "user", "content": parts, **properties},
        {"role": "assistant", "content": CUT, "tool_calls": [call], "links": [{"url": CUT}], "name": CUT},
    ]
    body = {"type": "openai", "id": "i" + CUT, "messages": messages, "tags": [CUT], "externalId": CUT, **properties}
    answer = world.send_history(key, body)
    _said(answer, 15)
    assert answer.body["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"a": "\\ud83d"}'
    _said(world.inkeep(key, "GET", f"/conversations/i{READ}"), 15)
    _said(world.inkeep(key, "GET", "/conversations/external/a%00%00b"), 15)
    given = {"id": CUT, "type": "negative", "messageId": "m" + CUT, "reasons": [{"label": CUT, "details": CUT}]}
    _said(world.inkeep(key, "POST", "/feedback", {**given, **properties}), 6)
    _said(world.inkeep(key, "GET", f"/feedback/{READ}"), 20)
    about = {"type": CUT, "entityType": "conversation", "conversationId": "i" + CUT, **properties}
    _said(world.inkeep(key, "POST", "/events", about), 6)
    search = {"type": "search", "entityType": "search", "searchQuery": CUT}
    _said(world.inkeep(key, "POST", "/events", search), 1)
    assert world.analyse_queued() == []


def test_a_channels_text_that_is_cut_anywhere_is_stored_and_found(world: World, tenant: Tenant) -> None:
    place = {"channelId": CUT, "channelName": "web", "providerId": CUT}

    def post(path: str, body: Any, method: str = "POST") -> Answer:
        return world.manage(tenant.admin, method, tenant.id, path, body)

    content = {"text": CUT, "file": {CUT: CUT}, "unknown": {CUT: [CUT]}}
    handled = post("/handle", {**place, "message": content, "providerMessageId": CUT, "contact": {"name": CUT}})
    _said(handled, 8)
    conversation = handled.body["conversation"]["id"]
    _said(post("/event", {**place, "event": CUT, "eventPayload": {CUT: [CUT]}}), 4)
    payload = json.dumps({CUT: CUT})
    answer = post("/payload", {"conversationId": conversation, "eventPayload": payload, "stepId": CUT})
    assert answer.body["payload"]["payload"] == {READ: READ}
    _said(post(f"/{conversation}/custom-event", {"event": CUT, "payload": CUT}), 2)
    message = {"disableSending": True, "message": {"content": CUT, "persona": {"name": CUT}}}
    created = post(f"/{conversation}/messages", message)
    _said(created, 2)
    changed = {"message": {"content": {"note": {CUT: CUT}}}}
    _said(post(f"/{conversation}/messages/{created.body['message']['id']}", changed, "PATCH"), 2)
    _said(post(f"/{conversation}", {"variables": {CUT: {CUT: CUT}}, "name": CUT, "tags": [CUT]}, "PATCH"), 6)
    query = {"channelId": CUT, "providerId": CUT}
    assert world.manage(tenant.admin, "GET", tenant.id, "/find", query=query).body["conversation"]["id"] == conversation
    _said(world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}/messages"), 6)
    assert world.analyse_queued() == []


def test_given_cut_text_in_settings_when_administered_then_it_is_stored_and_read(world: World) -> None:
    tenant = world.tenant()
    place = f"/chatbots/{tenant.id}"

    def post(path: str, body: Any, method: str = "POST") -> Answer:
        return world.admin(tenant.admin, method, path, body)

    _said(post(place, {"name": CUT, "settings": {CUT: {CUT: [CUT]}}}, "PATCH"), 4)
    _said(post(f"{place}/topics", {"name": CUT, "phrases": [CUT]}), 2)
    _said(post(f"{place}/fields", {"name": CUT, "type": "string"}), 1)
    removed = world.admin(tenant.admin, "DELETE", f"{place}/fields", query={"name": CUT})
    assert removed.status == 200
    _said(post("/keys", {"name": CUT}), 1)


def test_redacted_text_with_json_that_holds_a_cut_pair_is_stored(world: World) -> None:
    tenant = world.tenant()
    actions = {"privacy": {"redaction": {"email": "hash"}}}
    assert world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"settings": actions}).status == 200
    arguments = '{"to": "ann@example.com", "text": "cut \\ud83d"}'
    call = {"id": "t", "type": "function", "function": {"name": "mail", "arguments": arguments}}
    message = {"role": "assistant", "content": "Sent.", "tool_calls": [call]}
    stored = world.send_history(world.key(tenant, "api"), {"type": "openai", "messages": [message]})
    assert "ann@" not in stored.body["messages"][0]["tool_calls"][0]["function"]["arguments"]


@pytest.mark.parametrize("model", [NOVA, CLAUDE])
def test_a_models_result_with_half_of_a_pair_is_stored(engine: Engine, model: str) -> None:
    with bedrock_server() as server:
        settings = {"bedrock": True, "analyzer": "bedrock", "bedrock_model": model, "bedrock_region": "eu-west-1"}
        world = World(engine, Clock(), settings, bedrock=server.client)
        tenant = world.tenant()
        message = {"id": "q", "role": "user", "content": "Where is my order?"}
        captured = world.capture(tenant.ingest, {"conversationId": "c", "messages": [message]})
        server.does(answered(reasoning=CUT))
        assert world.analyse_queued() == []
        path = f"/v1/insights/conversations/{captured.body['conversationId']}/analysis"
        _said(world.request("GET", path, tenant.admin), 1)


ROUTES = [
    pytest.param("capture", "/api/v1/capture", id="capture"),
    pytest.param("track", "/v1/track", id="track"),
    pytest.param("log_conversation", "/conversations", id="Inkeep"),
    pytest.param("conversation_management", "/v1/chatbots/{id}/conversations/handle", id="ChatCaptain"),
    pytest.param("admin", "/api/v1/chatbots/{id}/topics", id="administration"),
]
NAMES = iter(range(1000))


def _body(function: str) -> bytes:
    """A body that a route takes, each with a name of its own."""
    name = f"packed {next(NAMES)}"
    message = {"role": "user", "content": "hello"}
    bodies: dict[str, dict[str, Any]] = {
        "log_conversation": {"type": "openai", "messages": [message]},
        "conversation_management": {**CHANNEL, "providerId": name, "message": "hello"},
        "admin": {"name": name},
    }
    return json.dumps(bodies.get(function, {"conversationId": name, "messages": [message]})).encode()


def _post(world: World, tenant: Tenant, function: str, path: str, **event: Any) -> Answer:
    key = tenant.admin if function in ("admin", "conversation_management") else world.key(tenant, "api")
    return world.call(function, http_event("POST", path.format(id=tenant.id), key, **event))


@pytest.mark.parametrize(("function", "path"), ROUTES)
@pytest.mark.parametrize(("encoding", "packed"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_given_a_packed_body_when_posted_then_it_is_read(
    world: World, tenant: Tenant, function: str, path: str, encoding: str, packed: Callable[..., bytes]
) -> None:
    sent = packed(_body(function))
    answer = _post(world, tenant, function, path, base64_body=sent, headers={"content-encoding": encoding})
    assert answer.status in (200, 201), answer.body


@pytest.mark.parametrize(("function", "path"), ROUTES)
@pytest.mark.parametrize("as_text", [True, False])
def test_given_a_byte_order_mark_when_posted_then_it_is_skipped(
    world: World, tenant: Tenant, function: str, path: str, as_text: bool
) -> None:
    sent = b"\xef\xbb\xbf" + _body(function)
    event: dict[str, Any] = {"raw": sent.decode()} if as_text else {"base64_body": sent}
    assert _post(world, tenant, function, path, **event).status in (200, 201)


def test_given_a_body_that_the_gateway_has_unpacked_when_posted_then_it_is_read(world: World, tenant: Tenant) -> None:
    body = _body("capture").decode()
    headers = {"content-encoding": "gzip"}
    assert _post(world, tenant, "capture", "/api/v1/capture", raw=body, headers=headers).status == 200


BOMB = gzip.compress(b"{" + b" " * (64 * 1024 * 1024) + b"}")
REFUSED = [
    pytest.param({"base64_body": BOMB, "headers": {"content-encoding": "gzip"}}, "once it is unpacked", id="a bomb"),
    pytest.param({"base64_body": b"{}", "headers": {"content-encoding": "br"}}, "gzip, deflate or none", id="brotli"),
    pytest.param({"base64_body": b"{}", "headers": {"content-encoding": "gzip"}}, "not valid gzip", id="not packed"),
    pytest.param(
        {"raw": gzip.compress(b"{}").decode(errors="replace"), "headers": {"content-encoding": "gzip"}},
        "passed it on as text",
        id="packed but passed on as text",
    ),
    pytest.param({"base64_body": b'{"a": "\xff"}'}, "not UTF-8", id="no UTF-8"),
    pytest.param({"base64_body": "{}".encode("utf-16")}, "not UTF-8", id="UTF-16"),
    pytest.param({"base64_body": b"\xef\xbb\xbf"}, "is empty", id="a byte order mark alone"),
    pytest.param({"raw": '{"properties": {"a": 1e400}}'}, "number is too large", id="a number beyond any"),
]


@pytest.mark.parametrize(("function", "path"), ROUTES)
@pytest.mark.parametrize(("event", "says"), REFUSED)
def test_given_a_body_that_cannot_be_read_when_posted_then_400_says_why(
    world: World, tenant: Tenant, function: str, path: str, event: dict[str, Any], says: str
) -> None:
    answer = _post(world, tenant, function, path, **event)
    assert answer.status == 400
    assert says in json.dumps(answer.body)


def test_given_a_body_that_unpacks_to_the_limit_when_posted_then_it_is_taken(world: World, tenant: Tenant) -> None:
    body = _body("capture")
    whole = gzip.compress(body + b" " * (MAX_BODY - len(body)))
    headers = {"content-encoding": "gzip"}
    assert _post(world, tenant, "capture", "/v1/capture", base64_body=whole, headers=headers).status == 200
