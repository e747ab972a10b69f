"""Redaction on every way in: nothing personal reaches the table or the queue, and dedupe stays exact."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from confab.admin import wiring as admin_wiring
from confab.domain.chatbot import PRIVACY_SETTING
from confab.redaction.detection import KINDS
from confab.redaction.settings import PrivacySettings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.chatcaptain import handle, responder
from tests.support.contents import items_of, text_of
from tests.support.deployment import Tenant
from tests.support.lambda_events import http_event
from tests.support.responders import Script, saying
from tests.support.world import World

MAIL: Final = "jane.doe@example.com"
OTHER_MAIL: Final = "john.doe@example.com"
PHONE: Final = "+49 171 1234567"
ORDER: Final = "ORD-123456"
PERSONAL: Final = (MAIL, OTHER_MAIL, "jane.doe", "john.doe", PHONE, "1234567", "123456")
REDACTION: Final = {
    **dict.fromkeys(KINDS, "mask"),
    "phone": "hash",
    "patterns": [{"name": "order", "pattern": "ORD-[0-9]{6}", "action": "mask"}],
    "users": True,
}


def redacting(world: World, redaction: dict[str, Any] | None = None) -> Tenant:
    """A tenant whose chatbot has everything redacted."""
    tenant = world.tenant()
    decide(world, tenant, redaction or REDACTION)
    return tenant


def decide(world: World, tenant: Tenant, redaction: Mapping[str, Any]) -> None:
    wanted = PrivacySettings.of({PRIVACY_SETTING: {"redaction": redaction, "keepClient": True}})
    admin_wiring.privacy(world.deployment).change(tenant.id, lambda _: wanted)


def stored(world: World) -> str:
    """All that is in the table and the queues, readable."""
    return text_of([items_of(world), [record["body"] for record in world.queued()]])


def assert_nothing_personal(world: World) -> None:
    found = stored(world)
    assert "[email]" in found
    assert [value for value in PERSONAL if value in found] == []


def _capture_body(**more: Any) -> dict[str, Any]:
    text = f"I am {MAIL}, {PHONE}, about {ORDER}."
    return {
        "conversationId": "c1",
        "messages": [
            {"id": "m1", "role": "user", "content": text},
            {
                "id": "m2",
                "role": "assistant",
                "content": "Found you.",
                "tools": [{"name": "find", "input": {"mail": MAIL}, "output": f'{{"phone": "{PHONE}"}}'}],
                "reasoning": text,
            },
        ],
        "user": {"id": "u-1", "email": MAIL, "name": "Jane"},
        "session": {"pageUrl": "https://shop.example/?mail=jane.doe%40example.com"},
        "custom": {"note": text},
        **more,
    }


def test_nothing_personal_of_a_capture_is_stored_and_answers_read_as_stored(
    fresh: World,
) -> None:
    tenant = redacting(fresh)
    answer = fresh.capture(tenant.ingest, _capture_body(), headers={"x-forwarded-for": "203.0.113.7"})
    assert answer.body["messagesStored"] == 2
    assert_nothing_personal(fresh)
    shown = fresh.read(tenant.admin, answer.body["conversationId"]).body
    assert shown["messages"][0]["content"].startswith("I am [email], [phone:")
    assert shown["messages"][0]["content"].endswith(", about [order].")
    assert shown["messages"][1]["tools"][0]["input"] == {"mail": "[email]"}
    assert shown["user"] == {"id": "u-1", "email": "[email]", "name": "Jane"}
    assert shown["session"] == {"pageUrl": "https://shop.example/?mail=[email]"}


def test_only_the_same_original_is_a_duplicate_after_redaction(
    clocked: World,
) -> None:
    tenant = redacting(clocked)

    def verdict(mail: str, **message: Any) -> str:
        messages = [{"role": "user", "content": f"I am {mail}", **message}]
        answer = clocked.capture(tenant.ingest, {"conversationId": "c1", "messages": messages})
        return str(answer.body["results"][0]["status"])

    assert [verdict(mail, id="m1") for mail in (MAIL, MAIL, OTHER_MAIL)] == ["stored", "duplicate", "conflict"]
    timed = {"sentAt": "2026-03-01T12:00:00Z"}
    assert [verdict(mail, **timed) for mail in (MAIL, OTHER_MAIL, MAIL)] == ["stored", "stored", "duplicate"]
    decide(clocked, tenant, {})
    assert clocked.clock is not None
    clocked.clock.advance(minutes=2)
    assert [verdict(mail, id="m1") for mail in (MAIL, OTHER_MAIL)] == ["duplicate", "conflict"]
    assert verdict(OTHER_MAIL, **timed) == "duplicate"


TURNS = st.lists(st.sampled_from([f"I am {MAIL}", f"I am {OTHER_MAIL}", "yes", "no"]), min_size=1, max_size=8)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS, steps=st.lists(st.integers(1, 8), max_size=4))
def test_a_redacted_growing_transcript_has_each_message_once(world: World, turns: list[str], steps: list[int]) -> None:
    tenant = redacting(world)
    roles = ("user", "assistant")
    whole = [{"role": roles[n % 2], "content": text} for n, text in enumerate(turns)]
    for length in [*sorted(min(step, len(whole)) for step in steps), len(whole)]:
        for _ in range(2):
            assert world.track(tenant.ingest, {"conversationId": "t", "messages": whole[:length]}).status == 200
    (row,) = world.list_page(tenant.admin, chatbotId=tenant.id).body["conversations"]
    shown = world.read(tenant.admin, row["id"]).body["messages"]
    redacted = [text.replace(MAIL, "[email]").replace(OTHER_MAIL, "[email]") for text in turns]
    assert [message["content"] for message in shown] == redacted


def test_redaction_that_begins_mid_transcript_doubles_nothing(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    whole = [{"role": "user", "content": text} for text in (f"I am {MAIL}", "a", f"also {OTHER_MAIL}", "b")]
    clocked.track(tenant.ingest, {"conversationId": "t", "messages": whole[:2]})
    decide(clocked, tenant, REDACTION)
    assert clocked.clock is not None
    clocked.clock.advance(minutes=2)
    for _ in range(2):
        clocked.track(tenant.ingest, {"conversationId": "t", "messages": whole})
    (row,) = clocked.list_page(tenant.admin).body["conversations"]
    shown = [message["content"] for message in clocked.read(tenant.admin, row["id"]).body["messages"]]
    assert shown == [f"I am {MAIL}", "a", "also [email]", "b"]


def _logged(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "l1", "type": "openai", "messages": list(messages), **more}


def test_nothing_personal_of_a_history_feedback_or_event_is_stored(fresh: World) -> None:
    tenant = redacting(fresh)
    call = {"id": "call-1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"mail": MAIL})}}
    user = {"role": "user", "id": "m1", "content": [{"type": "text", "text": f"I am {MAIL}"}]}
    body = _logged(
        user,
        {"role": "assistant", "content": "ok", "tool_calls": [call], "links": [{"url": f"mailto:{MAIL}"}]},
        userProperties={"userId": "u-1", "email": MAIL, "name": "Jane"},
        properties={"note": PHONE},
        tags=[MAIL],
        externalUrl=f"https://desk.example/{MAIL}",
    )
    assert fresh.send_history(tenant.ingest, body).status == 200
    seen = fresh.send_history(tenant.ingest, body).body
    assert [message["content"] for message in seen["messages"]] == [[{"type": "text", "text": "I am [email]"}], "ok"]
    before = fresh.items(tenant.id, seen_id(fresh, tenant))
    assert fresh.send_history(tenant.ingest, body).status == 200
    assert fresh.items(tenant.id, seen_id(fresh, tenant)) == before
    sent = {"messageId": "m1", "properties": {"mail": MAIL}, "userProperties": {"mail": MAIL}}
    feedback = fresh.inkeep(tenant.ingest, "POST", "/feedback", {**sent, "type": "positive", "details": f"by {MAIL}"})
    assert feedback.body["details"] == "by [email]"
    event = fresh.inkeep(tenant.ingest, "POST", "/events", {**sent, "type": "opened", "entityType": "message"})
    assert event.body["properties"] == {"mail": "[email]"}
    search = {"type": "search", "entityType": "search", "searchQuery": f"orders of {MAIL}"}
    assert fresh.inkeep(tenant.ingest, "POST", "/events", search).body["searchQuery"] == "orders of [email]"
    assert_nothing_personal(fresh)


def seen_id(world: World, tenant: Tenant) -> str:
    return str(world.list_page(tenant.admin).body["conversations"][0]["id"])


def test_histories_without_ids_keep_texts_apart_that_redact_alike(fresh: World) -> None:
    tenant = redacting(fresh)
    first, second = ({"role": "user", "content": f"I am {mail}"} for mail in (MAIL, OTHER_MAIL))
    for history in ([first], [second], [second, first], [second, first]):
        answer = fresh.send_history(tenant.ingest, _logged(*history))
    assert [message["content"] for message in answer.body["messages"]] == ["I am [email]"] * 2


def test_nothing_personal_of_a_channel_is_stored(
    fresh: World,
) -> None:
    tenant = redacting(fresh)
    channel = {"channelId": "site", "channelName": "web", "providerId": "visitor-1"}
    content = {"text": f"I am {MAIL}", "selectedButton": {"label": f"as {MAIL}", "value": PHONE}}
    contact = {"name": MAIL, "email": MAIL, "phoneNumber": PHONE}
    handed = {**channel, "message": content, "contact": contact, "providerMessageId": "p1"}
    done = fresh.manage(tenant.admin, "POST", tenant.id, "/handle", handed)
    assert done.body["message"]["content"]["text"] == "I am [email]"
    assert done.body["conversation"]["name"] == "[email]"
    place = done.body["conversation"]["id"]
    assert fresh.manage(tenant.admin, "POST", tenant.id, "/handle", handed).body["duplicate"] is True
    changed = {**handed, "message": {**content, "text": f"I am {OTHER_MAIL}"}}
    assert "error" in fresh.manage(tenant.admin, "POST", tenant.id, "/handle", changed).body
    event = {**channel, "event": "opened", "eventPayload": {"mail": MAIL}}
    fresh.manage(tenant.admin, "POST", tenant.id, "/event", event)
    payload = {"conversationId": place, "eventPayload": json.dumps({"mail": MAIL})}
    fresh.manage(tenant.admin, "POST", tenant.id, "/payload", payload)
    written = {"disableSending": True, "message": {"content": f"Dear {MAIL}", "sender": "agent"}}
    message = fresh.manage(tenant.admin, "POST", tenant.id, f"/{place}/messages", written).body["message"]
    patch = {"message": {"content": f"Dear {OTHER_MAIL}"}}
    changed_message = fresh.manage(tenant.admin, "PATCH", tenant.id, f"/{place}/messages/{message['id']}", patch)
    assert changed_message.body["message"]["content"] == {"text": "Dear [email]"}
    fields = {"variables": {"mail": MAIL}, "tags": [MAIL], "name": MAIL}
    assert fresh.manage(tenant.admin, "PATCH", tenant.id, f"/{place}", fields).status == 200
    assert fresh.manage(tenant.admin, "GET", tenant.id, f"/{place}").body["conversation"]["tags"] == ["[email]"]
    assert_nothing_personal(fresh)


@pytest.mark.parametrize(
    "setting", [{"email": "burn"}, {"patterns": [{"name": "x", "pattern": "(", "action": "mask"}]}]
)
def test_unusable_redaction_settings_let_nothing_be_stored(fresh: World, setting: dict[str, Any]) -> None:
    tenant = fresh.tenant()
    broken = {PRIVACY_SETTING: {"redaction": setting}}
    admin_wiring.configure(fresh.deployment).change(None, tenant.id, "test", lambda bot: replace(bot, settings=broken))
    answer = fresh.capture(tenant.ingest, _capture_body())
    assert answer.status == 500
    assert MAIL not in stored(fresh)


def test_the_administration_checks_redaction_rules_and_they_hold(fresh: World) -> None:
    tenant = fresh.tenant()

    def patched(privacy: Any) -> Any:
        event = http_event("PATCH", f"/api/v1/chatbots/{tenant.id}", tenant.admin, {"settings": {"privacy": privacy}})
        return fresh.call("admin", event)

    refused = patched({"redaction": {"email": "burn"}})
    assert refused.status == 400
    assert refused.body["details"][0]["path"] == "settings.privacy"
    bad = {"name": "x", "pattern": "(a)\\1", "action": "mask"}
    assert "pattern of x" in patched({"redaction": {"patterns": [bad]}}).body["error"]
    assert patched({"redaction": REDACTION}).status == 200
    fresh.capture(tenant.ingest, _capture_body())
    assert_nothing_personal(fresh)


def elsewhere(world: World) -> World:
    """The same deployment as another process sees it: the operator's command, or another function."""
    return world.restarted({"dynamodb": world.dynamodb, "sqs": world.sqs}.__getitem__)


def by_command(world: World, tenant: Tenant) -> None:
    decide(world, tenant, REDACTION)


def by_request(world: World, tenant: Tenant) -> None:
    patch = {"settings": {"privacy": {"redaction": REDACTION}}}
    assert world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", patch).status == 200


@pytest.mark.parametrize("change", [by_command, by_request])
@pytest.mark.parametrize("way", ["capture", "track", "log", "search", "handle"])
def test_requests_after_a_changes_answer_are_redacted_in_warm_functions(
    clocked: World, change: Callable[[World, Tenant], None], way: str
) -> None:
    tenant = clocked.tenant()

    def send(text: str) -> None:
        messages = [{"role": "user", "content": text}]
        if way in ("capture", "track"):
            answer = getattr(clocked, way)(tenant.ingest, {"conversationId": "c", "messages": messages})
        elif way == "log":
            answer = clocked.send_history(tenant.ingest, {"id": "c", "type": "openai", "messages": messages})
        elif way == "search":
            search = {"type": "search", "entityType": "search", "searchQuery": text}
            answer = clocked.inkeep(tenant.ingest, "POST", "/events", search)
        else:
            answer = handle(clocked, tenant, text=text)
        assert answer.status < 300

    send("a first word, so that the function knows the settings")
    change(elsewhere(clocked), tenant)
    send(f"I am {MAIL}")
    assert_nothing_personal(clocked)


def test_a_change_that_was_stored_already_is_waited_for_again(clocked: World) -> None:
    tenant = clocked.tenant()
    clocked.capture(tenant.ingest, _capture_body(messages=[{"role": "user", "content": "hello"}], user={"id": "u"}))

    class Death(Exception):
        pass

    def dying(_: float) -> None:
        raise Death

    process = elsewhere(clocked)
    admin_wiring.in_force(process.deployment)._sleep = dying
    with pytest.raises(Death):
        by_command(process, tenant)
    by_request(elsewhere(clocked), tenant)
    clocked.capture(tenant.ingest, _capture_body())
    assert "[email]" in stored(clocked)
    assert MAIL not in stored(clocked)


def test_only_a_change_of_privacy_waits(clocked: World) -> None:
    tenant = redacting(clocked)
    before = clocked.now()
    for patch in ({"name": "Other"}, {"settings": {"language": "de"}}, {"archived": True}):
        assert clocked.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", patch).status == 200
    assert clocked.now() == before
    told: list[int] = []
    clocked.sleep(1)
    admin_wiring.privacy(clocked.deployment).change(tenant.id, lambda _: PrivacySettings(), waiting=told.append)
    assert told == list(range(11, 0, -1))
    assert clocked.now() == before + timedelta(seconds=12)
    entry = clocked.admin(tenant.admin, "GET", "/audit").body["entries"][0]
    assert (entry["action"], entry["changed"]) == ("chatbot.privacy", ["settings.privacy"])


def test_a_responders_personal_data_is_not_stored(
    fresh: World,
) -> None:
    tenant = redacting(fresh)
    with responder(fresh, tenant, Script(saying(f"Dear {MAIL}", "a"))) as script:
        done = handle(fresh, tenant, text=f"I am {MAIL}", providerMessageId="p1")
        again = handle(fresh, tenant, text=f"I am {MAIL}", providerMessageId="p1")
    assert [reply["content"]["text"] for reply in done.body["messages"]] == ["Dear [email]", "a"]
    assert again.body["messages"] == done.body["messages"]
    ((_, delivery),) = script.received
    assert delivery["data"]["message"]["content"] == {"text": "I am [email]"}
    assert_nothing_personal(fresh)
