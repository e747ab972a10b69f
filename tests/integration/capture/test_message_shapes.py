"""Arrays as models' SDKs make them: taken as they are, once each, and shown by every dialect in its own shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from confab.domain.identity import conversation_id

from tests.contract.inkeep_shapes import AnyConversation
from tests.integration.redaction.test_redaction import redacting
from tests.support.deployment import Tenant
from tests.support.sdk_messages import ANTHROPIC, OPENAI_CHAT, PIXEL, TALKS
from tests.support.world import World

ROLES = {"user", "assistant", "system", "tool"}


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


def read_of(world: World, tenant: Tenant, name: str) -> dict[str, Any]:
    answer = world.read(tenant.admin, conversation_id(tenant.id, name))
    assert answer.status == 200
    body: dict[str, Any] = answer.body
    return body


@pytest.mark.parametrize("name", TALKS)
def test_messages_in_an_sdks_shape_are_stored_once(world: World, tenant: Tenant, name: str) -> None:
    body = {"conversationId": f"captured {name}", "messages": TALKS[name]}
    first, again = world.capture(tenant.ingest, body), world.capture(tenant.ingest, body)
    assert (first.status, again.status) == (200, 200), first.body
    assert [result["status"] for result in first.body["results"]] == ["stored"] * len(TALKS[name])
    assert [result["status"] for result in again.body["results"]] == ["duplicate"] * len(TALKS[name])
    messages = read_of(world, tenant, body["conversationId"])["messages"]
    assert len(messages) == len(TALKS[name])
    assert {message["role"] for message in messages} <= ROLES


@pytest.mark.parametrize("name", TALKS)
def test_turns_in_an_sdks_shape_equal_the_whole(world: World, tenant: Tenant, name: str) -> None:
    for end in range(1, len(TALKS[name]) + 1):
        assert world.track(tenant.ingest, {"conversationId": f"t {name}", "messages": TALKS[name][:end]}).status == 200
    world.capture(tenant.ingest, {"conversationId": f"c {name}", "messages": TALKS[name]})
    told = [
        [(message["role"], message["content"], message.get("tools")) for message in read["messages"]]
        for read in (read_of(world, tenant, f"{way} {name}") for way in ("t", "c"))
    ]
    assert told[0] == told[1]


def test_messages_of_tools_alone_differ_by_their_calls(world: World, tenant: Tenant) -> None:
    def calling(city: str) -> dict[str, Any]:
        call = {"id": f"call_{city}", "type": "function", "function": {"name": "weather", "arguments": f'["{city}"]'}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}

    def answering(city: str) -> dict[str, Any]:
        return {"role": "tool", "tool_call_id": f"call_{city}", "content": "ok"}

    whole = [
        {"role": "user", "content": "both"},
        calling("Rome"),
        answering("Rome"),
        calling("Oslo"),
        answering("Oslo"),
    ]
    for messages in (whole[:3], whole[3:], whole, whole[3:]):
        world.track(tenant.ingest, {"conversationId": "calls", "messages": messages})
    messages = read_of(world, tenant, "calls")["messages"]
    assert [message["tools"][0]["id"] for message in messages[1:]] == ["call_Rome"] * 2 + ["call_Oslo"] * 2


def test_given_pictures_alone_when_they_differ_then_both_are_stored(world: World, tenant: Tenant) -> None:
    def picture(data: str) -> dict[str, Any]:
        url = f"data:image/png;base64,{data}"
        return {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}

    for messages in ([picture("aaaa")], [picture("bbbb")], [picture("aaaa"), picture("bbbb")]):
        world.track(tenant.ingest, {"conversationId": "pictures", "messages": messages})
    assert len(read_of(world, tenant, "pictures")["messages"]) == 2


def test_a_text_as_a_string_or_as_a_part_is_the_same_message(world: World, tenant: Tenant) -> None:
    as_part = [{"type": "text", "text": "Hello"}]
    for more in ({}, {"id": "m1"}, {"sentAt": "2026-01-02T03:04:05Z"}):
        name = f"forms {more}"
        for content in ("Hello", as_part):
            message = {"role": "user", "content": content, **more}
            assert world.capture(tenant.ingest, {"conversationId": name, "messages": [message]}).status == 200
        assert len(read_of(world, tenant, name)["messages"]) == 1


def test_given_what_is_not_kept_when_sent_then_capture_and_track_warn(world: World, tenant: Tenant) -> None:
    body = {"conversationId": "warned", "messages": OPENAI_CHAT}
    captured, tracked = world.capture(tenant.ingest, body), world.track(tenant.ingest, body)
    assert any("messages.1: the bytes of 1 media were not kept" in warning for warning in captured.body["warnings"])
    assert any("messages.1" in warning for warning in tracked.body["warnings"])
    assert PIXEL not in json.dumps(world.items(tenant.id, conversation_id(tenant.id, "warned")), default=str)
    long = {"role": "tool", "tool_call_id": "c", "content": "x" * 50_000}
    answer = world.capture(tenant.ingest, {"conversationId": "long", "messages": [long] * 30})
    assert answer.status == 200
    assert len(answer.body["warnings"]) == 21


def test_only_texts_of_users_and_assistants_are_analysed(world: World, tenant: Tenant) -> None:
    world.capture(tenant.ingest, {"conversationId": "judged", "messages": OPENAI_CHAT})
    world.analyse_queued()
    read = read_of(world, tenant, "judged")
    assert not read["analysis_pending"]
    path = f"/v1/insights/conversations/{read['id']}/analysis"
    judged = world.request("GET", path, tenant.admin).body
    results = [(message["role"], message["result"] is not None) for message in judged["messages"]]
    assert results == [("system", False), ("user", True), ("assistant", False), ("tool", False), ("assistant", True)]
    assert [len(message["user_sentiments"]) for message in read["messages"] if message["role"] == "user"] == [1]


def test_given_captured_tools_when_read_in_inkeep_then_the_client_takes_them(world: World) -> None:
    tenant = world.tenant()
    for name, messages in TALKS.items():
        world.capture(tenant.ingest, {"conversationId": name, "messages": messages})
        answer = world.inkeep(world.key(tenant, "api"), "GET", f"/conversations/{conversation_id(tenant.id, name)}")
        assert answer.status == 200
        AnyConversation.model_validate({"conversation": answer.body})
    read = world.inkeep(world.key(tenant, "api"), "GET", f"/conversations/{conversation_id(tenant.id, 'OpenAI chat')}")
    calling, answering = read.body["messages"][2:4]
    assert calling["tool_calls"] == [OPENAI_CHAT[2]["tool_calls"][0]]
    assert (answering["role"], answering["content"]) == ("assistant", '{"celsius": 21}')
    assert answering["tool_call_id"] == "call_9f"


def test_the_other_dialects_read_the_tools_of_an_openai_array(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    body = {"type": "openai", "id": "logged", "messages": OPENAI_CHAT}
    history, again = world.send_history(key, body), world.send_history(key, body)
    assert (history.status, again.status) == (200, 200), history.body
    AnyConversation.model_validate({"conversation": history.body})
    assert [message["role"] for message in again.body["messages"]] == [
        "system",
        "user",
        "assistant",
        "assistant",
        "assistant",
    ]
    read = read_of(world, tenant, "logged")["messages"]
    assert [message["role"] for message in read] == ["system", "user", "assistant", "tool", "assistant"]
    assert read[2]["tools"] == [{"id": "call_9f", "name": "weather", "input": {"city": "Rome"}}]
    assert read[3]["tools"] == [{"id": "call_9f"}]


def test_a_tools_message_is_the_bots_in_chatcaptain_and_says_its_type(world: World) -> None:
    tenant = world.tenant()
    world.capture(tenant.ingest, {"conversationId": "c", "messages": ANTHROPIC})
    path = f"/{conversation_id(tenant.id, 'c')}/messages"
    messages = world.manage(tenant.admin, "GET", tenant.id, path).body["messages"]
    assert [(message["sender"], message["type"]) for message in messages[1:]] == [
        ("bot", "text"),
        ("bot", "tool"),
        ("bot", "text"),
    ]
    assert messages[2]["content"] == {"text": '{"celsius": 21}', "tools": [{"id": "toolu_01"}]}
    called = world.capture(tenant.ingest, {"conversationId": "d", "messages": OPENAI_CHAT[2:3]})
    path = f"/{called.body['conversationId']}/messages"
    (message,) = world.manage(tenant.admin, "GET", tenant.id, path).body["messages"]
    assert (message["type"], message["content"]["tools"][0]["name"]) == ("tool", "weather")


def test_a_channels_parts_become_text_and_file(world: World) -> None:
    tenant = world.tenant()
    parts = [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "https://e.org/a.png"}},
        {"type": "image_url", "image_url": {"url": "https://e.org/b.png"}},
    ]
    body = {"channelId": "c", "channelName": "web", "providerId": "p", "message": parts}
    handed = world.manage(tenant.admin, "POST", tenant.id, "/handle", body)
    assert handed.status == 201, handed.body
    content = handed.body["message"]["content"]
    assert content["text"] == "Look"
    assert content["file"] == {"type": "image", "url": "https://e.org/a.png"}
    assert content["files"] == [{"type": "image", "url": "https://e.org/b.png"}]
    written = {"disableSending": True, "message": {"content": "Hi", "sender": "assistant"}}
    path = f"/{handed.body['conversation']['id']}/messages"
    assert world.manage(tenant.admin, "POST", tenant.id, path, written).body["message"]["sender"] == "bot"
    for nothing in ([7], [], [{"type": "text", "text": ""}]):
        refused = world.manage(tenant.admin, "POST", tenant.id, "/handle", {**body, "message": nothing})
        assert refused.status == 400
        assert refused.body["message"][0].startswith("message")


def test_a_repeated_call_of_tools_is_masked_and_not_doubled(world: World) -> None:
    tenant = redacting(world)
    call = {"id": "c1", "type": "function", "function": {"name": "mail", "arguments": '{"to": "ann@here.org"}'}}
    talk = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "sent to ann@here.org"},
    ]
    for _ in range(2):
        world.track(tenant.ingest, {"conversationId": "r", "messages": talk})
    stored = world.items(tenant.id, conversation_id(tenant.id, "r"))
    assert sum(item["sk"].startswith("MSG#") for item in stored) == 2
    assert "ann@here.org" not in json.dumps(read_of(world, tenant, "r")["messages"])
