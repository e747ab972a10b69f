"""Times in every spelling and fields that are empty, over the wire: what is taken, and how a refusal reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.chatcaptain import handle_body
from tests.support.deployment import Tenant
from tests.support.world import World


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


SPELLINGS = [
    pytest.param(1795168800, id="seconds"),
    pytest.param(1795168800000, id="milliseconds"),
    pytest.param("1795168800", id="seconds in digits"),
    pytest.param("2026-11-20 11:00:00+0100", id="a blank and an offset"),
    pytest.param("2026-11-20t09:59:60z", id="a leap second"),
]


@pytest.mark.parametrize("sent", SPELLINGS)
def test_given_a_time_in_any_spelling_when_captured_or_handled_then_it_is_that_time(
    world: World, tenant: Tenant, sent: Any
) -> None:
    message = {"role": "user", "content": "hello", "sentAt": sent}
    captured = world.capture(tenant.ingest, {"conversationId": f"t {sent}", "messages": [message]})
    shown = world.read(tenant.admin, captured.body["conversationId"]).body["messages"][0]
    assert shown["created_at"] == "2026-11-20T10:00:00.000Z"
    handled = world.manage(tenant.admin, "POST", tenant.id, "/handle", handle_body(f"p {sent}", sent=sent))
    assert handled.body["message"]["created"] == "2026-11-20T10:00:00.000Z"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (1795168800.5, "2026-11-20T10:00:00.500Z"),
        ("1795168800000", "2026-11-20T10:00:00.000Z"),
        ("2026-11-20 11:00:00+0100", "2026-11-20 11:00:00+0100"),
        ("2026-11-20T09:59:60z", "2026-11-20T09:59:60z"),
    ],
)
def test_inkeeps_dialect_returns_a_time_as_it_was_written_never_as_a_number(
    world: World, tenant: Tenant, sent: Any, shown: str
) -> None:
    key = world.key(tenant, "api")
    messages = [{"id": f"m {sent}", "role": "user", "content": "hello", "createdAt": sent}]
    body = {"type": "openai", "id": f"i {sent}", "createdAt": sent, "updatedAt": sent, "messages": messages}
    for answer in (world.send_history(key, body), world.inkeep(key, "GET", f"/conversations/i {sent}")):
        assert (answer.body["createdAt"], answer.body["updatedAt"]) == (shown, shown)
        assert answer.body["messages"][0]["createdAt"] == shown
    given = {"type": "positive", "messageId": f"m {sent}", "createdAt": sent, "updatedAt": sent}
    feedback = world.inkeep(key, "POST", "/feedback", given).body
    assert (feedback["createdAt"], feedback["updatedAt"]) == (shown, shown)
    event = {"type": "t", "entityType": "search", "searchQuery": "q", "createdAt": sent}
    assert world.inkeep(key, "POST", "/events", event).body["createdAt"] == shown


def test_messages_with_empty_ids_are_messages_without_ids(world: World, tenant: Tenant) -> None:
    messages = [{"id": "", "role": "user", "content": "yes", "sentAt": ""}, {"id": "", "role": "user", "content": "no"}]
    body = {"conversationId": "empty ids", "messages": messages, "kind": "", "session": {"id": "", "pageUrl": ""}}
    first, again = world.capture(tenant.ingest, body).body, world.capture(tenant.ingest, body).body
    assert [each["status"] for each in first["results"]] == ["stored", "stored"]
    assert [each["status"] for each in again["results"]] == ["duplicate", "duplicate"]


def test_a_thousand_messages_with_empty_fields_are_all_stored(world: World, tenant: Tenant) -> None:
    messages = [{"id": "", "role": "user", "content": f"message {each}", "sentAt": ""} for each in range(1000)]
    assert world.track(tenant.ingest, {"conversationId": "many", "messages": messages}).status == 200


def test_given_empty_ids_when_a_channel_hands_over_then_they_are_as_if_absent(world: World, tenant: Tenant) -> None:
    body = handle_body("empty", chatbotId="", providerMessageId="", language="", sent="", callee="", **{"async": None})
    for count in (1, 2):
        handled = world.manage(tenant.admin, "POST", tenant.id, "/handle", body)
        assert (handled.status, handled.body["conversation"]["messageCount"]) == (201, count)


def test_each_dialect_says_the_same_of_wrong_fields_in_its_own_body(world: World, tenant: Tenant) -> None:
    message = {"role": "robot", "content": "x" * 32_001}
    body = {"conversationId": "c", "messages": [message], "custom": {"plan": []}}
    captured = world.capture(tenant.ingest, body).body
    faults = {each["path"]: each["message"] for each in captured["details"]}
    assert faults["messages.0.content"] == "must have at most 32,000 characters"
    assert faults["custom.plan"] == "must be true or false, a number or a string"
    handled = world.manage(tenant.admin, "POST", tenant.id, "/handle", {**handle_body(), "message": ""}).body
    assert handled["message"] == ["message: must not be empty"]
    history = world.send_history(
        world.key(tenant, "api"), {"type": "openai", "messages": [{**message, "role": "user", "content": 5}]}
    )
    assert history.body["detail"] == "messages.0.content: must be a string or a list"
