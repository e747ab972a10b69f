"""The order in which a conversation is read: as sent, as it happened, and as it arrived, in this order of doubt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from confab.domain.identity import conversation_id

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.world import World

SECOND = "2026-02-27T10:00:00Z"
WORDS = ["one", "two", "three", "four"]


def _message(number: int, word: str, role: str = "user", **more: Any) -> dict[str, Any]:
    return {"id": str(97 + number), "role": role, "content": word, **more}


def _capture(world: World, tenant: Tenant, *messages: dict[str, Any]) -> Answer:
    answer = world.capture(tenant.ingest, {"conversationId": "c", "messages": list(messages)})
    assert answer.status == 200
    return answer


def _read_everywhere(world: World, tenant: Tenant, conversation: str) -> list[list[str]]:
    """The texts as each dialect reads them."""
    openbat = world.read(tenant.admin, conversation).body["messages"]
    inkeep = world.inkeep(tenant.admin, "GET", f"/conversations/{conversation}").body["messages"]
    managed = world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}/messages").body["messages"]
    return [
        [message["content"] for message in openbat],
        [message["content"] for message in inkeep],
        [message["content"]["text"] for message in managed],
    ]


@pytest.mark.parametrize("roles", ["uuuu", "uaua", "auau", "aaau"])
@pytest.mark.parametrize("ids", [True, False])
def test_given_equal_times_when_captured_then_every_dialect_reads_the_order_sent(
    clocked: World, roles: str, ids: bool
) -> None:
    tenant = clocked.tenant()
    named = {"u": "user", "a": "assistant"}
    messages = [_message(i, w, named[r], sentAt=SECOND) for i, (w, r) in enumerate(zip(WORDS, roles, strict=True))]
    for message in messages:
        if not ids:
            del message["id"]
    answer = _capture(clocked, tenant, *messages)
    assert _read_everywhere(clocked, tenant, answer.body["conversationId"]) == [WORDS] * 3


def test_given_equal_times_when_sent_one_by_one_then_they_are_read_as_they_arrived(clocked: World) -> None:
    tenant = clocked.tenant()
    for number, word in enumerate(WORDS):
        answer = _capture(
            clocked, tenant, _message(number, word, "assistant" if number == 0 else "user", sentAt=SECOND)
        )
        clocked.clock.advance(milliseconds=20)  # type: ignore[union-attr]
    assert _read_everywhere(clocked, tenant, answer.body["conversationId"]) == [WORDS] * 3


def test_messages_with_equal_times_keep_the_order_sent(clocked: World) -> None:
    tenant = clocked.tenant()
    messages = [_message(number, word, sentAt=SECOND) for number, word in enumerate(WORDS)]
    place = tenant.id, conversation_id(tenant.id, "c")
    _capture(clocked, tenant, *messages)
    for lost in ("MSG#i:98", "MSG#i:100"):
        clocked.table.delete((f"CONV#{place[0]}#{place[1]}", lost))
    clocked.clock.advance(seconds=5)  # type: ignore[union-attr]
    _capture(clocked, tenant, *messages)
    read = clocked.read(tenant.admin, place[1]).body["messages"]
    # The last one has nothing behind it; the second stands where it stood.
    assert [message["content"] for message in read] == WORDS


def test_a_captured_time_far_ahead_is_replaced_by_the_arrival_with_a_warning(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    question = _message(0, "Where is it?", sentAt="2030-01-01T00:00:00Z")
    answer = _capture(clocked, tenant, question)
    (warning,) = answer.body["warnings"]
    assert warning.startswith("messages.0.sentAt")
    clocked.clock.advance(seconds=5)  # type: ignore[union-attr]
    _capture(clocked, tenant, _message(1, "On its way.", "assistant"))
    later = _capture(clocked, tenant, question)
    assert later.body["results"] == [{"id": "97", "status": "duplicate"}]
    read = clocked.read(tenant.admin, answer.body["conversationId"]).body
    assert [message["content"] for message in read["messages"]] == ["Where is it?", "On its way."]
    assert read["messages"][0]["created_at"] == "2026-03-01T12:00:00.000Z"
    clocked.analyse_queued()
    assert "DAY#2026-03-01" in clocked.statistics(tenant.id)


@pytest.mark.parametrize("path", ["capture", "track"])
@pytest.mark.parametrize("minutes", [-3, 3])
def test_no_answer_stands_before_its_question_if_a_users_clock_is_off(clocked: World, minutes: int, path: str) -> None:
    tenant = clocked.tenant()
    assert clocked.clock is not None
    start = clocked.clock()

    def said(seconds: int, role: str, word: str) -> dict[str, Any]:
        skew = timedelta(minutes=minutes) if role == "user" else timedelta(0)
        return {"role": role, "content": word, "sentAt": (start + timedelta(seconds=seconds) + skew).isoformat()}

    turns = [
        said(0, "user", "one"),
        said(2, "assistant", "two"),
        said(20, "user", "three"),
        said(22, "assistant", "four"),
    ]
    clocked.clock.advance(seconds=25)
    answer = getattr(clocked, path)(tenant.ingest, {"conversationId": "c", "messages": turns})
    assert answer.body["warnings"] == []
    read = clocked.read(tenant.admin, conversation_id(tenant.id, "c")).body["messages"]
    assert [message["content"] for message in read] == WORDS


FAR = "2030-01-01T00:00:00Z"


def test_a_historys_time_far_ahead_is_replaced_with_a_warning(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    messages = [
        {"id": "q", "role": "user", "content": "Where is it?", "createdAt": FAR},
        {"id": "a", "role": "assistant", "content": "On its way."},
    ]
    body = {"type": "openai", "id": "c", "messages": messages, "updatedAt": FAR}
    answer = clocked.send_history(tenant.ingest, body)
    assert [warning.split(":")[0] for warning in answer.body["warnings"]] == ["messages.0.createdAt", "updatedAt"]
    read = clocked.read(tenant.admin, conversation_id(tenant.id, "c")).body
    assert read["messages"][0]["created_at"] == "2026-03-01T12:00:00.000Z"
    assert clocked.inkeep(tenant.ingest, "POST", "/feedback", _feedback()).status == 200
    clocked.analyse_queued()
    assert {name for name in clocked.statistics(tenant.id) if name.startswith("DAY#")} == {"DAY#2026-03-01"}
    clocked.clock.advance(minutes=1)  # type: ignore[union-attr]
    _capture_other(clocked, tenant)
    listed = clocked.list_page(tenant.admin, chatbotId=tenant.id).body["conversations"]
    assert [row["external_conversation_id"] for row in listed] == ["other", "c"]


def _feedback() -> dict[str, Any]:
    return {"id": "f", "type": "positive", "messageId": "a", "createdAt": FAR}


def _capture_other(world: World, tenant: Tenant) -> None:
    message = {"id": "m", "role": "user", "content": "hello"}
    assert world.capture(tenant.ingest, {"conversationId": "other", "messages": [message]}).status == 200


def test_a_channels_time_far_ahead_is_replaced_with_a_warning(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    place = {"channelId": "site", "channelName": "web", "providerId": "v"}
    answer = clocked.manage(tenant.admin, "POST", tenant.id, "/handle", {**place, "message": "hi", "sent": FAR})
    assert answer.body["warnings"][0].startswith("sent:")
    assert answer.body["message"]["created"] == "2026-03-01T12:00:00.000Z"
    one = f"/{answer.body['conversation']['id']}/messages"
    written = {"message": {"content": "hello", "created": FAR}, "disableSending": True}
    answer = clocked.manage(tenant.admin, "POST", tenant.id, one, written)
    assert answer.body["warnings"][0].startswith("message.created:")
