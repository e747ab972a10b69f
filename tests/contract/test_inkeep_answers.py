"""Every answer of the Inkeep dialect passes the official client's validators (inkeep.md, sections 3, 4, 5 and 8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.inkeep_shapes import (
    AnyConversation,
    AnyEvent,
    ConversationList,
    Deleted,
    Feedback,
    FeedbackEntry,
    FeedbackList,
)
from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.world import World

FULL_MESSAGE: dict[str, Any] = {
    "id": "m1",
    "externalId": "x1",
    "externalUrl": "https://example.com/m1",
    "createdAt": "2026-01-02T03:04:05.678Z",
    "updatedAt": "2026-01-02T03:05:05+02:00",
    "role": "user",
    "name": "Ann",
    "content": [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.com/i.png", "detail": "low"}},
        {"type": "text", "text": ""},
    ],
    "links": [{"url": "https://example.com", "label": None, "breadcrumbs": ["a", "b"], "type": "documentation"}],
    "properties": {"deep": {"er": [1, 2.5, None, True, "ü"]}, "big": 12345678901234567890},
    "userProperties": {"id": 7, "identificationType": "COOKIED", "team": {"size": 3}, "nothing": None},
}
CALL: dict[str, Any] = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
FULL: dict[str, Any] = {
    "type": "openai",
    "id": "full",
    "externalId": "ext/1 ü",
    "externalUrl": "https://example.com/full",
    "supportTicketConversationId": "ticket-1",
    "createdAt": "2026-01-02T03:04:05Z",
    "updatedAt": "2026-01-02T04:04:05.000Z",
    "projectId": "p1",
    "integrationId": "i1",
    "properties": {"page": "/x", "list": [1, None]},
    "userProperties": {"userId": "u1", "email": "ann@example.com", "userType": None, "plan": {"name": "pro"}},
    "tags": ["one", "two"],
    "visibility": "public",
    "messages": [
        FULL_MESSAGE,
        {"id": "m2", "role": "assistant", "content": "", "tool_calls": [CALL], "createdAt": "2026-01-02T03:06:00Z"},
    ],
}
SMALLEST: dict[str, Any] = {"type": "openai", "messages": [{"role": "user", "content": "hi"}]}
TICKET: dict[str, Any] = {
    "type": "support_ticket",
    "id": "ticket",
    "messages": [
        {"role": "end-user", "content": None, "id": "t1"},
        {"role": "agent", "id": "t2"},
        {"role": "agent", "id": "t3", "content": "done", "userProperties": {"supportAgentName": "Bo"}},
    ],
}


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


@pytest.fixture(scope="module")
def key(world: World, tenant: Tenant) -> str:
    return world.key(tenant, "api")


def _conversation(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/json"
    AnyConversation.model_validate({"conversation": answer.body})
    body: dict[str, Any] = answer.body
    assert ("messagesOpenAIFormat" in body) == (body["type"] == "openai")
    assert all(message["type"] == body["type"] for message in body["messages"])
    assert all(message["conversationId"] == body["id"] for message in body["messages"])
    return body


@pytest.mark.parametrize(
    "body", [FULL, SMALLEST, TICKET, {**TICKET, "type": "support_copilot", "id": "copilot"}], ids=lambda b: b["type"]
)
def test_the_client_takes_both_answers_about_a_conversation(world: World, key: str, body: dict[str, Any]) -> None:
    history = _conversation(world.send_history(key, body))
    assert _conversation(world.inkeep(key, "GET", f"/conversations/{quote(history['id'])}")) == history
    if "id" in body:
        assert history["id"] == body["id"]


def test_every_field_of_a_history_comes_back_unchanged(world: World, key: str) -> None:
    read = _conversation(world.send_history(key, FULL))
    for name in FULL.keys() - {"messages"}:
        assert read[name] == FULL[name], name
    first, second = read["messages"]
    assert {name: first[name] for name in FULL_MESSAGE} == FULL_MESSAGE
    assert second["tool_calls"] == [CALL]
    assert second["content"] == ""
    assert read["messagesOpenAIFormat"] == [
        {"role": "user", "content": FULL_MESSAGE["content"], "name": "Ann"},
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
    ]


def test_null_content_comes_back_null(world: World, key: str) -> None:
    read = _conversation(world.send_history(key, TICKET))
    assert [message["content"] for message in read["messages"]] == [None, None, "done"]
    assert [message["role"] for message in read["messages"]] == ["end-user", "agent", "agent"]


def test_nulls_and_unknown_keys_are_taken_everywhere(world: World, key: str) -> None:
    optional = FULL.keys() - {"type", "messages", "id"}
    message = {**dict.fromkeys(FULL_MESSAGE.keys() - {"id"}), "role": "user", "content": "x", "type": "openai"}
    message |= {"metadata": {"a": 1}, "tool_calls": None, "links": []}
    body = {**SMALLEST, **dict.fromkeys(optional), "messages": [message], "metadata": {"x": 1}}
    read = _conversation(world.send_history(key, body))
    assert read["tags"] is None
    assert "metadata" not in read["messages"][0]


@pytest.mark.parametrize(
    "wanted", ["plain", "a/b", "/", "external/x", "a b", "ünï/€ 😀", "100%", "a%2Fb", "#frag", "a+b&c=d", "x" * 900]
)
def test_given_any_id_when_it_stands_in_a_path_then_it_is_decoded_once(world: World, key: str, wanted: str) -> None:
    _conversation(world.send_history(key, {**SMALLEST, "id": wanted}))
    encoded = quote(wanted, safe="")
    as_http_api = wanted.replace("%", "%25")
    for path in (encoded, as_http_api):
        assert _conversation(world.inkeep(key, "GET", f"/conversations/{path}"))["id"] == wanted
    deleted = world.inkeep(key, "DELETE", f"/conversations/{encoded}")
    assert deleted.status == 200
    Deleted.model_validate(deleted.body)
    assert world.inkeep(key, "GET", f"/conversations/{as_http_api}").status == 404


def test_given_an_id_with_a_question_mark_when_encoded_in_a_path_then_it_is_found(world: World, key: str) -> None:
    _conversation(world.send_history(key, {**SMALLEST, "id": "a/b c?x"}))
    assert _conversation(world.inkeep(key, "GET", "/conversations/a%2Fb%20c%3Fx"))["id"] == "a/b c?x"


def test_an_external_id_finds_the_latest_conversation_that_got_it(world: World, key: str) -> None:
    for name in ("e1", "e2"):
        world.send_history(key, {**SMALLEST, "id": name, "externalId": "shared/ü"})
    path = f"/conversations/external/{quote('shared/ü', safe='')}"
    assert _conversation(world.inkeep(key, "GET", path))["id"] == "e2"
    world.send_history(key, {**SMALLEST, "id": "e2", "externalId": "other"})
    assert _conversation(world.inkeep(key, "GET", path))["id"] == "e1"
    assert _conversation(world.inkeep(key, "GET", "/conversations/external/other"))["id"] == "e2"
    world.inkeep(key, "DELETE", "/conversations/e1")
    assert world.inkeep(key, "GET", path).status == 404


def test_given_three_conversations_when_listed_then_the_last_changed_comes_first(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    for name in ("old", "newer", "newest"):
        world.send_history(key, {**SMALLEST, "id": name, "createdAt": "2020-01-01T00:00:00Z"})
    world.analyse_queued()
    world.send_history(key, {**SMALLEST, "id": "old", "messages": [{"role": "user", "content": "hi"}] * 2})
    world.analyse_queued()
    body = world.inkeep(key, "GET", "/conversations").body
    ConversationList.model_validate(body)
    assert [row["id"] for row in body["conversations"]] == ["old", "newest", "newer"]
    assert (body["total"], body["pageSize"], body["count"]) == (3, 20, 3)
    page = world.inkeep(key, "GET", "/conversations", query={"limit": "1", "offset": "1"}).body
    assert [row["id"] for row in page["conversations"]] == ["newest"]
    assert (page["total"], page["pageSize"], page["count"]) == (3, 1, 1)
    none = world.inkeep(key, "GET", "/conversations", query={"limit": "0"}).body
    assert (none["conversations"], none["total"]) == ([], 3)


def test_a_page_ends_early_where_it_would_outgrow_an_answer(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    for number in range(4):
        text = "".join(chr(ord("a") + (n * n + number) % 26) for n in range(950_000))
        world.send_history(key, {"type": "openai", "id": f"c{number}", "messages": [{"role": "user", "content": text}]})
    body = world.inkeep(key, "GET", "/conversations").body
    assert (body["count"], body["total"]) == (2, 4)
    assert len(body["conversations"]) == 2
    rest = world.inkeep(key, "GET", "/conversations", query={"offset": "2"}).body
    assert rest["count"] == 2


@pytest.mark.parametrize("encoding", ["gzip, deflate", "identity"])
def test_an_answer_that_does_not_fit_twice_has_its_messages_once(world: World, encoding: str) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    for number in range(2):
        text = "".join(chr(ord("a") + (n * n + number) % 26) for n in range(1_500_000))
        message = {"id": f"m{number}", "role": "user", "content": text}
        body = {"type": "openai", "id": "huge", "messages": [message]}
        written = world.inkeep(key, "POST", "/conversations", body, headers={"accept-encoding": encoding})
        assert written.status == 200
    read = world.inkeep(key, "GET", "/conversations/huge", headers={"accept-encoding": encoding})
    for answer in (written, read):
        assert len(answer.body["messages"]) == 2
        assert answer.body["messagesOpenAIFormat"] == []
        assert answer.body["shortened"] is True


FULL_FEEDBACK: dict[str, Any] = {
    "id": "f/1 ü",
    "type": "negative",
    "messageId": "fm2",
    "createdAt": "2026-01-03T00:00:00Z",
    "updatedAt": "2026-01-04T00:00:00.5Z",
    "reasons": [{"label": "wrong", "details": ""}],
    "details": "It was wrong.",
    "properties": {"a": {"b": None}},
    "userProperties": {"userId": 5, "x": [1]},
    "sources": [{"type": None}, {"type": "new", "title": "t", "url": "u"}],
}


def test_the_client_takes_every_answer_about_feedback(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    messages = [{"id": "fm1", "role": "user", "content": "a"}, {"id": "fm2", "role": "assistant", "content": "b"}]
    world.send_history(key, {"type": "openai", "id": "fc", "messages": messages})
    answer = world.inkeep(key, "POST", "/feedback", FULL_FEEDBACK)
    assert answer.status == 200, answer.body
    Feedback.model_validate(answer.body)
    assert {name: answer.body[name] for name in FULL_FEEDBACK} == FULL_FEEDBACK
    positive = world.inkeep(key, "POST", "/feedback", {"type": "positive", "messageId": "fm1", "reasons": None})
    Feedback.model_validate(positive.body)
    listed = world.inkeep(key, "GET", "/feedback").body
    FeedbackList.model_validate(listed)
    assert (listed["positiveFeedbackCount"], listed["negativeFeedbackCount"]) == (1, 1)
    assert listed["negativeFeedback"][0]["message"]["id"] == "fm2"
    assert listed["positiveFeedback"][0]["conversation"]["id"] == "fc"
    path = f"/feedback/{quote('f/1 ü', safe='')}"
    entry = world.inkeep(key, "GET", path)
    assert entry.status == 200
    FeedbackEntry.model_validate(entry.body)
    deleted = world.inkeep(key, "DELETE", path)
    Deleted.model_validate(deleted.body)
    assert world.inkeep(key, "GET", path).status == 404
    assert world.inkeep(key, "DELETE", path).status == 404
    assert world.inkeep(key, "GET", "/feedback").body["negativeFeedbackCount"] == 0


@pytest.mark.parametrize(
    "event",
    [
        {"entityType": "message", "messageId": "em", "type": "assistant_message_copied"},
        {"entityType": "conversation", "conversationId": "ec", "type": "chat_share_button_clicked"},
        {"entityType": "search", "searchQuery": "", "type": "search_query_submitted"},
    ],
    ids=lambda event: str(event["entityType"]),
)
def test_the_client_takes_the_answer_about_an_event(world: World, key: str, event: dict[str, Any]) -> None:
    world.send_history(key, {"type": "openai", "id": "ec", "messages": [{"id": "em", "role": "user", "content": "a"}]})
    smallest = world.inkeep(key, "POST", "/events", event)
    assert smallest.status == 200, smallest.body
    AnyEvent.model_validate({"event": smallest.body})
    more = {
        "id": f"event-{event['entityType']}",
        "createdAt": "2026-01-01T00:00:00Z",
        "properties": {"conversation": [{"a": None}]},
        "userProperties": {"id": "u"},
        "projectId": "p",
        "integrationId": None,
        "eventName": "x",
    }
    answer = world.inkeep(key, "POST", "/events", {**event, **more})
    AnyEvent.model_validate({"event": answer.body})
    assert {name: answer.body[name] for name in more.keys() - {"eventName"}} == {
        name: value for name, value in more.items() if name != "eventName"
    }
