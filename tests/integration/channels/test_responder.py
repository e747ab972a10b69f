"""The responder, a real HTTP server: what it gets, what is stored of its answers, and what happens when it fails."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.erasure import conversation_wiring
from confab.platform.outbound import Outbound

from samples.responder import responder as example
from tests.support.chatcaptain import handle, handle_body, handle_directly, responder
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.responders import Script, saying, slowly
from tests.support.world import World


@pytest.fixture
def hasty(engine: Engine) -> World:
    """A world that gives a responder half a second."""
    return World(engine, settings={"responder_seconds": 2})


def _texts(world: World, tenant: Tenant, conversation: str) -> list[str]:
    answer = world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}/messages").body
    return [message["content"]["text"] for message in answer["messages"]]


def _deliver(world: World, receives: int = 1) -> list[dict[str, Any]]:
    """Run the consumer over what waits in the delivery queue; the failures it reports."""
    failures: list[dict[str, Any]] = []
    answer = world.sqs.receive_message(QueueUrl=world.delivery_url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    for message in answer.get("Messages", []):
        record = sqs_record(json.loads(message["Body"]), message["MessageId"], receives)
        record["receiptHandle"] = message["ReceiptHandle"]
        failures += world.handler("delivery")({"Records": [record]}, CONTEXT)["batchItemFailures"]
    return failures


def _events(world: World, tenant: Tenant, conversation: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = world.read(tenant.admin, conversation).body["events"]
    return events


def test_a_responders_answers_are_stored_and_returned(world: World) -> None:
    tenant = world.tenant()
    with responder(world, tenant, Script(saying("Let me look.", "It left today."))) as script:
        answer = handle(world, tenant, text="Where is it?", providerMessageId="in-1")
        assert answer.status == 201
        assert "error" not in answer.body
        assert [message["content"]["text"] for message in answer.body["messages"]] == ["Let me look.", "It left today."]
        assert all(message["sender"] == "bot" and message["outgoing"] for message in answer.body["messages"])
        conversation = answer.body["conversation"]
        assert conversation["lastMessage"] == {"text": "It left today."}
        ((webhook_id, delivery),) = script.received
        assert delivery["type"] == "message.created"
        assert delivery["data"]["message"] == answer.body["message"]
        assert delivery["data"]["conversation"]["id"] == conversation["id"]
        again = handle(world, tenant, text="Where is it?", providerMessageId="in-1").body
        assert again["duplicate"] is True
        assert again["messages"] == answer.body["messages"]
        assert len(script.received) == 1, "an answer that was taken is not asked for again"
        assert script.refused == 0
    assert _texts(world, tenant, conversation["id"]) == ["Where is it?", "Let me look.", "It left today."]
    world.analyse_queued()
    shared = world.read(tenant.admin, conversation["id"]).body
    assert [message["role"] for message in shared["messages"]] == ["user", "assistant", "assistant"]
    assert webhook_id.startswith("msg_")


FAILURES: list[tuple[str, Callable[[dict[str, Any]], Any], str]] = [
    ("slow", slowly(3, "late"), "no answer within 2 seconds"),
    ("failing", lambda _: (500, {}, b"oops"), "it answered 500"),
    ("redirecting", lambda _: (302, {"location": "https://example.com/"}, b""), "redirects are not followed"),
    ("not JSON", lambda _: (200, {}, b"<html>"), "not valid JSON"),
    ("a list", lambda _: (200, {}, b"[1]"), "not an object"),
    ("numbers", lambda _: (200, {}, b'{"messages": [1, 2]}'), "messages.0"),
    (
        "empty text",
        lambda _: (200, {}, b'{"messages": [{"text": "ok"}, {"text": ""}]}'),
        "messages.1: content or text is",
    ),
    ("no text", lambda _: (200, {}, b'{"messages": [{}]}'), "content or text is required"),
    ("2 MB", lambda _: (200, {}, b" " * 2_000_000), "more than 1048576 bytes"),
    ("cut short", lambda _: (200, {"content-length": "100"}, b"{}"), "its answer ended early"),
]


@pytest.mark.parametrize(("answers", "says"), [pytest.param(a, s, id=name) for name, a, s in FAILURES])
def test_a_bad_responder_loses_no_message_and_the_error_says_why(hasty: World, answers: Any, says: str) -> None:
    tenant = hasty.tenant()
    with responder(hasty, tenant, Script(answers)):
        answer = handle(hasty, tenant, text="kept", providerMessageId="in-1")
        assert answer.status == 201
        assert answer.body["messages"] == []
        assert says in answer.body["error"]
        conversation = answer.body["conversation"]["id"]
        assert _texts(hasty, tenant, conversation) == ["kept"]
        (event,) = _events(hasty, tenant, conversation)
        assert event["event"] == "responder_failed"
        assert says in event["reason"]


def test_a_repeated_message_is_delivered_with_the_same_id_after_a_failure(
    world: World,
) -> None:
    tenant = world.tenant()
    script = Script(lambda _: (503, {}, b""))
    with responder(world, tenant, script):
        assert handle(world, tenant, text="hi", providerMessageId="in-1").body["messages"] == []
        script.answers = saying("hello")
        again = handle(world, tenant, text="hi", providerMessageId="in-1").body
    assert again["duplicate"] is True
    assert [message["content"]["text"] for message in again["messages"]] == ["hello"]
    assert len({webhook_id for webhook_id, _ in script.received}) == 1
    assert _texts(world, tenant, again["conversation"]["id"]) == ["hi", "hello"]


def test_a_hundred_of_a_thousand_answers_are_stored_and_the_error_says_so(world: World) -> None:
    tenant = world.tenant()
    with responder(world, tenant, Script(saying(*(f"answer {n}" for n in range(1000))))):
        answer = handle(world, tenant, text="hi", providerMessageId="in-1").body
        assert len(answer["messages"]) == 100
        assert "1000 messages; the first 100 were stored" in answer["error"]
        again = handle(world, tenant, text="hi", providerMessageId="in-1").body
    assert again["messages"] == answer["messages"]
    texts = _texts(world, tenant, answer["conversation"]["id"])
    assert texts == ["hi", *(f"answer {n}" for n in range(100))]


def test_each_reply_is_stored_once_for_sixteen_channels(
    world: World,
) -> None:
    tenant = world.tenant()

    def moody(_: dict[str, Any]) -> Any:
        return saying(*(f"{random.random()}" for _ in range(random.randint(1, 4))))(_)

    with responder(world, tenant, Script(moody)), ThreadPoolExecutor(16) as pool:
        body = handle_body(providerMessageId="in-1", text="hi")
        done = list(pool.map(lambda _: handle_directly(world, tenant, body), range(16)))
    replies = {tuple(message.content for message in handled.replies) for handled in done}
    assert len(replies) == 1, "everyone gets the answer that was taken"
    assert _texts(world, tenant, done[0].conversation.id) == ["hi", *replies.pop()]


def test_given_async_when_handled_then_the_answer_comes_through_the_queue_once(world: World) -> None:
    tenant = world.tenant()
    with responder(world, tenant, Script(saying("later"))) as script:
        answer = handle(world, tenant, text="hi", providerMessageId="in-1", **{"async": True}).body
        assert (answer["messages"], "error" in answer, script.received) == ([], False, [])
        conversation = answer["conversation"]["id"]
        for _ in range(3):
            assert _deliver(world) == []
        assert len(script.received) == 1
    assert _texts(world, tenant, conversation) == ["hi", "later"]
    unread = world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}").body["conversation"]
    assert unread["lastMessage"] == {"text": "later"}


def test_a_recovering_responders_answer_is_stored_once(fresh: World) -> None:
    tenant = fresh.tenant()
    script = Script(lambda _: (500, {}, b""))
    with responder(fresh, tenant, script):
        answer = handle(fresh, tenant, text="hi", **{"async": True}).body
        assert len(_deliver(fresh)) == 1
        waiting = fresh.sqs.receive_message(QueueUrl=fresh.delivery_url, WaitTimeSeconds=0)
        assert "Messages" not in waiting, "the next attempt waits"
        script.answers = saying("now")
        record = sqs_record(
            {
                "chatbotId": tenant.id,
                "conversationId": answer["conversation"]["id"],
                "kind": "message",
                "reference": f"g:{answer['message']['id']}",
            }
        )
        for _ in range(2):
            assert fresh.handler("delivery")({"Records": [record]}, CONTEXT)["batchItemFailures"] == []
    assert _texts(fresh, tenant, answer["conversation"]["id"]) == ["hi", "now"]


def test_an_event_says_why_the_last_attempt_failed(fresh: World) -> None:
    tenant = fresh.tenant()
    with responder(fresh, tenant, Script(lambda _: (500, {}, b""))):
        answer = handle(fresh, tenant, text="hi", **{"async": True}).body
        assert len(_deliver(fresh, receives=5)) == 1
    (event,) = _events(fresh, tenant, answer["conversation"]["id"])
    assert event.items() >= {"event": "responder_failed", "reason": "it answered 500", "attempts": 5}.items()
    assert _texts(fresh, tenant, answer["conversation"]["id"]) == ["hi"]


def test_nothing_of_a_deleted_conversation_returns_by_its_delivery(
    fresh: World,
) -> None:
    tenant = fresh.tenant()
    answer: dict[str, Any] = {}

    def deleting(_: dict[str, Any]) -> Any:
        assert conversation_wiring.erase(fresh.deployment)(tenant.id, answer["conversation"]["id"])
        return saying("too late")(_)

    with responder(fresh, tenant, Script(deleting)) as script:
        answer = handle(fresh, tenant, text="hi", **{"async": True}).body
        assert _deliver(fresh) == []
        assert len(script.received) == 1
        assert _deliver(fresh) == []
        assert len(script.received) == 1
    assert fresh.items(tenant.id, answer["conversation"]["id"]) == []


def test_the_responder_gets_events_and_payloads_and_may_answer(world: World) -> None:
    tenant = world.tenant()
    with responder(world, tenant, Script(saying("noted"))) as script:
        conversation = handle(world, tenant).body["conversation"]["id"]
        started = {**handle_body(), "event": "conversation_started"}
        for path, body, name in (
            ("/event", started, "event"),
            ("/payload", {"conversationId": conversation, "event": "step"}, "payload"),
            (f"/{conversation}/custom-event", {"event": "vip"}, "event"),
        ):
            answer = world.manage(tenant.admin, "POST", tenant.id, path, body)
            assert answer.status == 201
            assert [message["content"]["text"] for message in answer.body["messages"]] == ["noted"]
            assert script.received[-1][1]["type"] == "event.created"
            assert script.received[-1][1]["data"]["event"] == answer.body[name]
    assert _texts(world, tenant, conversation) == ["hello", "noted", "noted", "noted", "noted"]


def test_given_a_rotated_secret_when_delivered_then_the_old_and_the_new_one_verify(world: World) -> None:
    tenant = world.tenant()
    with responder(world, tenant, Script(saying("hello"))) as script:
        old = script.secret
        new = admin_wiring.responders(world.deployment).rotate_secret(tenant.id).secret
        assert old != new
        for secret in (old, new):
            script.secret = secret
            assert handle(world, tenant).body["messages"]
        assert script.refused == 0


def test_given_a_disabled_or_removed_responder_when_handled_then_nobody_is_asked(world: World) -> None:
    disabled, removed = world.tenant(), world.tenant()
    with responder(world, disabled, Script(saying("x"))) as script:
        admin_wiring.responders(world.deployment).put(disabled.id, script.url, enabled=False)
        assert handle(world, disabled).body["messages"] == []
    with responder(world, removed, Script(saying("x"))) as other:
        admin_wiring.responders(world.deployment).remove(removed.id)
        assert handle(world, removed).body["messages"] == []
    assert (script.received, other.received) == ([], [])


def test_a_deployed_stack_does_not_call_a_responder_on_its_machine(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = World(engine, settings={"allow_loopback_responder": False})
    monkeypatch.setattr(admin_wiring.responders(strict.deployment), "_outbound", Outbound(allow_loopback=True))
    tenant = strict.tenant()
    with responder(strict, tenant, Script(saying("x"))) as script:
        answer = handle(strict, tenant).body
    assert script.received == []
    assert "must begin with https://" in answer["error"]


def test_the_example_responder_verifies_a_signature_and_refuses_a_forged_one() -> None:
    from datetime import UTC, datetime

    from confab.platform.webhooks import new_secret
    from standardwebhooks import Webhook

    secret, body = new_secret(), b'{"type": "message.created"}'
    now = datetime.now(UTC)
    signature = Webhook(secret).sign("msg_1", now, body.decode())
    stamp = int(now.timestamp())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(stamp), "webhook-signature": f"v1,AAAA {signature}"}
    assert example.is_signed(secret, headers, body, stamp)
    assert not example.is_signed(new_secret(), headers, body, stamp)
    assert not example.is_signed(secret, headers, body + b" ", stamp)
    assert not example.is_signed(secret, {**headers, "webhook-id": "msg_2"}, body, stamp)
    assert not example.is_signed(secret, headers, body, stamp + 301)
