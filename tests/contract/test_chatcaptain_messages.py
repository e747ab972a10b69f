"""ChatCaptain's messages (chatcaptain.md, "Messages"): every operation, its answer and its errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.answers import Answer
from tests.support.chatcaptain import UNKNOWN_ID, assert_error, handle
from tests.support.deployment import Tenant
from tests.support.world import World

MESSAGE_KEYS = {
    "id",
    "sender",
    "type",
    "persona",
    "providerMessageId",
    "status",
    "created",
    "processed",
    "sent",
    "received",
    "read",
    "outgoing",
    "messengerId",
    "contextId",
    "content",
}


@pytest.fixture
def place(world: World) -> tuple[Tenant, str]:
    tenant = world.tenant()
    return tenant, handle(world, tenant, providerMessageId="in-1").body["conversation"]["id"]


def _create(world: World, place: tuple[Tenant, str], message: Any, **body: Any) -> Answer:
    tenant, conversation = place
    whole = {"disableSending": True, "message": message, **body}
    return world.manage(tenant.admin, "POST", tenant.id, f"/{conversation}/messages", whole)


def _messages(world: World, place: tuple[Tenant, str], **query: str) -> Answer:
    return world.manage(place[0].admin, "GET", place[0].id, f"/{place[1]}/messages", query=query)


def test_a_created_message_is_a_201_with_every_field_and_reads_the_same(
    world: World, place: tuple[Tenant, str]
) -> None:
    sent = {
        "content": {"text": "It is on its way", "buttons": {"buttons": [{"label": "Thanks"}]}, "future": {"x": [1]}},
        "sender": "agent",
        "type": "buttons",
        "status": "sent",
        "created": "2026-01-02T03:04:05.678Z",
        "sent": "2026-01-02T03:04:06.000Z",
        "outgoing": True,
        "persona": {"name": "Eve", "image": "https://e.com/eve.png"},
        "messengerId": "m-1",
        "contextId": "x-1",
        "providerMessageId": "out/1?ü",
    }
    answer = _create(world, place, sent)
    assert answer.status == 201
    assert answer.body.keys() == {"message"}
    message = answer.body["message"]
    assert message.keys() == MESSAGE_KEYS
    assert message.items() >= sent.items()
    tenant, conversation = place
    one = world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}/messages/{message['id']}")
    assert (one.status, one.body) == (200, answer.body)
    listed = _messages(world, place)
    assert listed.status == 200
    assert listed.body.keys() == {"messages"}
    assert listed.body["messages"][0] == message, "oldest first"
    again = _create(world, place, sent)
    assert again.body == {"message": message, "duplicate": True}
    assert len(_messages(world, place).body["messages"]) == 2


def test_given_a_string_as_content_when_created_then_it_is_a_bots_text(world: World, place: tuple[Tenant, str]) -> None:
    message = _create(world, place, {"content": "hello"}).body["message"]
    assert (message["sender"], message["type"], message["outgoing"]) == ("bot", "text", True)
    assert message["content"] == {"text": "hello"}
    assert message["status"] == "created"


PARTS = [
    ({"file": {"url": "https://e.com/f", "caption": "look"}}, "look"),
    ({"file": {"url": "https://e.com/f", "transcript": "heard"}}, "heard"),
    ({"template": {"header": "h", "body": "b"}}, "b"),
    ({"email": {"subject": "s", "body": "mail", "to": ["a@e.com"]}}, "mail"),
    ({"transcription": {"text": "spoken", "language": "EN"}}, "spoken"),
    ({"selectedButton": {"label": "Yes", "payload": "y"}}, "Yes"),
    ({"location": {"latitude": 48.1, "longitude": 11.5}}, ""),
    ({"voiceHangup": {"reason": "done"}, "text": "bye"}, "bye"),
]


@pytest.mark.parametrize(("content", "text"), PARTS)
def test_a_content_part_comes_back_and_its_text_is_analysed(
    world: World, place: tuple[Tenant, str], content: dict[str, Any], text: str
) -> None:
    message = _create(world, place, {"content": content, "sender": "user"}).body["message"]
    assert message["content"] == content
    assert _messages(world, place).body["messages"][-1] == message
    world.analyse_queued()
    shared = world.read(place[0].admin, place[1]).body["messages"][-1]
    assert (shared["role"], shared["content"]) == ("user", text)


def test_bot_agent_and_note_have_their_shared_roles_and_notes_are_not_analysed(
    world: World, place: tuple[Tenant, str]
) -> None:
    for message in (
        {"content": "I help", "sender": "bot"},
        {"content": "I do too", "sender": "agent"},
        {"content": {"note": {"text": "awful customer", "mentions": ["eve"]}}, "sender": "agent", "type": "note"},
    ):
        assert _create(world, place, message).status == 201
    world.analyse_queued()
    shared = world.read(place[0].admin, place[1]).body
    assert [(m["role"], m.get("agent")) for m in shared["messages"]] == [
        ("user", None),
        ("assistant", None),
        ("assistant", True),
        ("note", None),
    ]
    assert shared["messages"][-1]["content"] == "awful customer"
    assert not shared["analysis_pending"]
    note = _messages(world, place).body["messages"][-1]
    assert (note["type"], note["sender"]) == ("note", "agent")


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ({}, ["disableSending", "message"]),
        ({"message": {"content": "x"}}, ["disableSending"]),
        ({"disableSending": "yes", "message": {}}, ["disableSending", "message.content"]),
        ({"disableSending": True, "message": {"content": "x", "sender": "robot"}}, ["message.sender"]),
        ({"disableSending": True, "message": {"content": "x" * 32_001}}, ["message.content"]),
        ({"disableSending": True, "message": {"content": {"file": "x"}}}, ["message.content"]),
        ({"disableSending": True, "message": {"content": "x", "created": "today"}}, ["message.created"]),
        ({"disableSending": True, "message": {"content": {"big": "x" * 270_000}}}, ["message.content"]),
    ],
)
def test_given_a_body_against_the_rules_when_created_then_400_has_one_line_a_fault(
    world: World, place: tuple[Tenant, str], body: Any, lines: list[str]
) -> None:
    tenant, conversation = place
    answer = world.manage(tenant.admin, "POST", tenant.id, f"/{conversation}/messages", body)
    assert_error(answer, 400, "Bad Request")
    for line in lines:
        assert any(said.startswith(line) for said in answer.body["message"]), answer.body["message"]


def test_an_unknown_conversation_or_message_is_a_404_and_stores_nothing(
    world: World, place: tuple[Tenant, str]
) -> None:
    tenant, conversation = place
    lost = (tenant, UNKNOWN_ID)
    assert_error(_create(world, lost, {"content": "x"}), 404, "Not Found")
    assert world.items(tenant.id, UNKNOWN_ID) == []
    assert_error(_messages(world, lost), 404, "Not Found")
    patch = {"message": {"status": "read"}}
    for odd in ("nothing", "m_", "m_%%%", "m_AAAA", UNKNOWN_ID, "m_/w"):
        for where in (f"/{conversation}/messages/{odd}", f"/{UNKNOWN_ID}/messages/{odd}"):
            assert_error(world.manage(tenant.admin, "GET", tenant.id, where), 404, "Not Found")
            assert_error(world.manage(tenant.admin, "PATCH", tenant.id, where, patch), 404, "Not Found")


def test_given_a_message_when_patched_then_each_field_changes_by_itself(
    world: World, place: tuple[Tenant, str]
) -> None:
    tenant, conversation = place
    message = _messages(world, place).body["messages"][0]
    where = f"/{conversation}/messages/{message['id']}"
    for changes in (
        {"status": "delivered", "received": "2026-01-01T00:00:00.000Z"},
        {"read": "2026-01-01T00:00:01.000Z"},
        {"processed": "2026-01-01T00:00:02.000Z", "sent": "2026-01-01T00:00:03.000Z"},
        {"content": {"text": "I love it", "x": 1}},
    ):
        answer = world.manage(tenant.admin, "PATCH", tenant.id, where, {"message": changes})
        assert answer.status == 200
        message = {**message, **changes}
        assert answer.body == {"message": message}
        assert world.manage(tenant.admin, "GET", tenant.id, where).body == {"message": message}
    world.analyse_queued()
    shared = world.read(tenant.admin, conversation).body["messages"][0]
    assert shared["content"] == "I love it"
    assert shared["user_sentiments"][0]["score"] > 0
    found = world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}").body["conversation"]
    assert found["lastMessage"] == {"text": "I love it", "x": 1}


@pytest.mark.parametrize("message", [{}, {"sender": "bot"}, {"read": "now"}, {"status": 5}])
def test_given_a_patch_against_the_rules_when_sent_then_400(
    world: World, place: tuple[Tenant, str], message: Any
) -> None:
    tenant, conversation = place
    where = f"/{conversation}/messages/{_messages(world, place).body['messages'][0]['id']}"
    assert_error(world.manage(tenant.admin, "PATCH", tenant.id, where, {"message": message}), 400, "Bad Request")


def test_given_many_messages_when_paged_then_the_pages_hold_each_once_oldest_first(
    world: World, place: tuple[Tenant, str]
) -> None:
    for number in range(7):
        _create(world, place, {"content": f"text {number}"})
    whole = _messages(world, place).body["messages"]
    paged, cursor = [], None
    while True:
        page = _messages(world, place, limit="3", **({"cursor": cursor} if cursor else {})).body
        paged += page["messages"]
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    assert [m["content"]["text"] for m in paged] == ["hello", *(f"text {n}" for n in range(7))]
    assert paged == whole
    for query in ({"limit": "0"}, {"limit": "1001"}, {"cursor": "x.y"}):
        assert_error(_messages(world, place, **query), 400, "Bad Request")


def test_lists_show_the_beginning_of_a_long_last_message_and_get_all_of_it(
    world: World, place: tuple[Tenant, str]
) -> None:
    tenant, conversation = place
    text = "long " * 1000
    _create(world, place, {"content": text})
    (row,) = world.manage(tenant.admin, "GET", tenant.id).body["conversations"]
    assert text.startswith(row["lastMessage"]["text"])
    assert len(row["lastMessage"]["text"]) == 200
    found = world.manage(tenant.admin, "GET", tenant.id, f"/{conversation}").body["conversation"]
    assert found["lastMessage"] == {"text": text}
