"""What channels send (chatcaptain.md, "handle", "event", "payload", "custom-event"): answers and errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.answers import Answer
from tests.support.chatcaptain import CHANNEL, UNKNOWN_ID, assert_error, handle, handle_body
from tests.support.deployment import Tenant
from tests.support.world import World


@pytest.fixture
def tenant(world: World) -> Tenant:
    return world.tenant()


def _post(world: World, tenant: Tenant, path: str, body: Any) -> Answer:
    return world.manage(tenant.admin, "POST", tenant.id, path, body)


def test_given_a_first_message_when_handled_then_conversation_and_message_are_there(
    world: World, tenant: Tenant
) -> None:
    body = {
        "chatbotId": tenant.id,
        "channelId": "wa-1",
        "channelName": "whatsapp",
        "providerId": "+4915112345",
        "message": "Where is my order?",
        "providerMessageId": "wamid.1==",
        "sent": "2026-01-02T03:04:05.678Z",
        "contact": {"id": "c7", "name": "Ann", "email": "ann@example.com", "language": "DE"},
    }
    answer = _post(world, tenant, "/handle", body)
    assert answer.status == 201
    assert answer.body.keys() == {"conversation", "message", "messages"}
    conversation, message = answer.body["conversation"], answer.body["message"]
    assert (
        conversation.items()
        >= {
            "contactId": "c7",
            "channelId": "wa-1",
            "channelType": "whatsapp",
            "providerId": "+4915112345",
            "name": "Ann",
            "language": "DE",
            "unread": True,
            "sessionCount": 1,
            "messageCount": 1,
            "lastMessage": {"text": "Where is my order?"},
        }.items()
    )
    assert (
        message.items()
        >= {
            "sender": "user",
            "type": "text",
            "outgoing": False,
            "status": "received",
            "providerMessageId": "wamid.1==",
            "created": "2026-01-02T03:04:05.678Z",
            "content": {"text": "Where is my order?"},
        }.items()
    )
    assert answer.body["messages"] == []


def test_a_message_that_is_handled_again_is_a_duplicate_and_the_first_one_stays(world: World, tenant: Tenant) -> None:
    body = {
        "chatbotId": tenant.id,
        "channelId": "wa-1",
        "channelName": "whatsapp",
        "providerId": "+4915112345",
        "message": "Where is my order?",
        "providerMessageId": "wamid.1==",
    }
    message = _post(world, tenant, "/handle", body).body["message"]
    again = _post(world, tenant, "/handle", body)
    assert again.status == 201
    assert again.body["duplicate"] is True
    assert again.body["message"] == message
    assert again.body["conversation"]["messageCount"] == 1
    changed = _post(world, tenant, "/handle", {**body, "message": "Something else"}).body
    assert changed["message"] == message
    assert "first one stays" in changed["error"]


def test_given_no_message_id_when_the_same_is_said_twice_then_both_are_stored(world: World, tenant: Tenant) -> None:
    for count in (1, 2):
        assert handle(world, tenant, text="yes").body["conversation"]["messageCount"] == count


@pytest.mark.parametrize(
    ("button", "remembered"),
    [
        ({"label": "Yes", "payload": "confirm"}, {"id": "confirm", "name": "Yes"}),
        ({"label": "Yes", "payload": "", "value": "y"}, {"id": "y", "name": "Yes"}),
        ({"label": "Yes"}, {"id": "Yes", "name": "Yes"}),
        ({"value": "y" * 300}, {"id": "y" * 256, "name": "y" * 256}),
        ({"label": ["Yes"], "payload": {"a": 1}}, None),
        ({}, None),
    ],
)
def test_the_conversation_remembers_the_button_that_was_pressed(
    world: World, tenant: Tenant, button: dict[str, Any], remembered: dict[str, str] | None
) -> None:
    content = {"selectedButton": button}
    answer = _post(world, tenant, "/handle", {**handle_body(), "message": content}).body
    assert answer["conversation"]["lastButton"] == remembered
    assert answer["message"]["content"] == content


@pytest.mark.parametrize(
    ("path", "body", "lines"),
    [
        ("/handle", {}, ["channelId", "channelName", "providerId"]),
        ("/handle", {**handle_body(), "message": ""}, ["message"]),
        ("/handle", {**handle_body(), "message": 5}, ["message"]),
        ("/handle", {**handle_body(), "async": "no"}, ["async"]),
        ("/handle", {**handle_body(), "sent": "now", "contact": {"language": "d"}}, ["sent", "contact.language"]),
        ("/handle", {**handle_body(), "chatbotId": UNKNOWN_ID}, ["chatbotId"]),
        ("/handle", {**handle_body(), "providerId": "x" * 257}, ["providerId"]),
        ("/event", CHANNEL, ["providerId", "event"]),
        ("/event", {**handle_body(), "event": "e", "chatbotId": UNKNOWN_ID}, ["chatbotId"]),
        ("/event", {**handle_body(), "event": "e", "eventPayload": "x" * 33_000}, ["eventPayload"]),
        ("/payload", {}, ["conversationId"]),
        ("/payload", {"conversationId": UNKNOWN_ID, "eventPayload": "{no"}, ["eventPayload"]),
        ("/payload", {"conversationId": UNKNOWN_ID, "eventPayload": {"a": 1}}, ["eventPayload"]),
        ("/payload", {"conversationId": UNKNOWN_ID, "eventPayload": "[" * 65 + "]" * 65}, ["eventPayload"]),
        ("/payload", {"conversationId": UNKNOWN_ID, "isDebug": 1}, ["isDebug"]),
        (
            "/handle",
            {**handle_body(), "variables": json.loads("[" * 65 + "]" * 65)},
            ["The body has more than"],
        ),
        ("/custom-event", {"conversationId": UNKNOWN_ID}, ["event"]),
        ("/custom-event", {"event": "e"}, ["conversationId"]),
        (f"/{UNKNOWN_ID}/custom-event", {"event": "e", "conversationId": "other"}, ["conversationId"]),
    ],
)
def test_a_wrong_body_of_a_channel_is_a_400_with_one_line_a_fault(
    world: World, tenant: Tenant, path: str, body: Any, lines: list[str]
) -> None:
    answer = _post(world, tenant, path, body)
    assert_error(answer, 400, "Bad Request")
    for line in lines:
        assert any(said.startswith(line) for said in answer.body["message"]), answer.body["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/payload", {"conversationId": UNKNOWN_ID, "event": "e"}),
        ("/custom-event", {"conversationId": UNKNOWN_ID, "event": "e"}),
        (f"/{UNKNOWN_ID}/custom-event", {"event": "e"}),
        ("/custom-event", {"conversationId": "x", "event": "e"}),
    ],
)
def test_given_an_unknown_conversation_when_something_happens_in_it_then_404(
    world: World, tenant: Tenant, path: str, body: Any
) -> None:
    assert_error(_post(world, tenant, path, body), 404, "Not Found")
    assert world.items(tenant.id, UNKNOWN_ID) == []


def test_given_an_event_when_it_is_the_first_of_a_conversation_then_it_makes_one(world: World, tenant: Tenant) -> None:
    body = {**CHANNEL, "providerId": "p9", "event": "conversation_started", "eventPayload": {"page": "/"}}
    answer = _post(world, tenant, "/event", body)
    assert answer.status == 201
    assert answer.body.keys() == {"conversation", "event", "messages"}
    assert answer.body["event"].items() >= {"event": "conversation_started", "payload": {"page": "/"}}.items()
    assert answer.body["conversation"]["messageCount"] == 0
    assert answer.body["conversation"]["unread"] is False
    found = world.manage(tenant.admin, "GET", tenant.id, "/find", query={"channelId": "site", "providerId": "p9"})
    assert found.body["conversation"]["id"] == answer.body["conversation"]["id"]


def test_a_seen_event_marks_earlier_outgoing_messages_as_read(
    clocked: World,
) -> None:
    world, tenant = clocked, clocked.tenant()
    assert world.clock is not None
    conversation = handle(world, tenant).body["conversation"]["id"]
    where = f"/{conversation}/messages"
    for text in ("first", "second"):
        world.clock.advance(seconds=1)
        _post(world, tenant, where, {"disableSending": True, "message": {"content": text}})
        if text == "first":
            world.clock.advance(seconds=1)
            _post(world, tenant, "/event", {**CHANNEL, "providerId": "p1", "event": "user_seen_message"})
    messages = world.manage(tenant.admin, "GET", tenant.id, where).body["messages"]
    assert [bool(message["read"]) for message in messages] == [False, True, False]


def test_events_and_payloads_are_read_in_order_and_never_analysed(world: World, tenant: Tenant) -> None:
    conversation = handle(world, tenant, text="I am very angry").body["conversation"]["id"]
    payload = {"flowId": "f", "stepId": "checkout", "event": "step", "eventPayload": '{"cart": 3}', "isDebug": True}
    answer = _post(world, tenant, "/payload", {"conversationId": conversation, **payload})
    assert answer.status == 201
    assert answer.body["payload"].items() >= {"stepId": "checkout", "payload": {"cart": 3}, "isDebug": True}.items()
    assert answer.body["conversation"]["lastBlock"] == {"id": "checkout", "name": "checkout"}
    for path in ("/custom-event", f"/{conversation}/custom-event"):
        body = {"conversationId": conversation, "event": "shipped", "payload": {"order": 7}}
        answer = _post(world, tenant, path, body)
        assert answer.status == 201
        assert answer.body["event"].items() >= {"event": "shipped", "payload": {"order": 7}}.items()
    world.analyse_queued()
    whole = world.read(tenant.admin, conversation).body
    assert [event["event"] for event in whole["events"]] == ["step", "shipped", "shipped"]
    times = [whole["messages"][0]["created_at"], *(event["created_at"] for event in whole["events"])]
    assert times == sorted(times)
    assert len(whole["messages"]) == 1
    assert world.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 1}


def test_given_a_day_of_silence_when_a_message_comes_then_a_session_begins(clocked: World) -> None:
    world, tenant = clocked, clocked.tenant()
    assert world.clock is not None
    counts = []
    for hours in (0, 1, 23.9, 24, 100):
        world.clock.advance(hours=hours)
        counts.append(handle(world, tenant).body["conversation"]["sessionCount"])
    assert counts == [1, 1, 1, 2, 3]


def test_given_a_channels_key_when_it_hands_over_then_the_role_ingest_is_enough(world: World, tenant: Tenant) -> None:
    for path, body in (("/handle", handle_body()), ("/event", {**handle_body(), "event": "user_typing"})):
        assert world.manage(tenant.ingest, "POST", tenant.id, path, body).status == 201
    assert_error(world.manage(tenant.ingest, "GET", tenant.id), 403, "Forbidden")
