"""Whom a conversation is about, in every dialect: another id starts afresh, the same id merges, null clears."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any

import pytest
from confab.channels import wiring as channels_wiring
from confab.domain.analysed_conversation import USERS
from confab.domain.identity import channel_conversation_id, conversation_id
from confab.storage import keys

from tests.support.chatcaptain import handle, handle_body, handle_directly
from tests.support.deployment import Tenant
from tests.support.interleaving import overtaken
from tests.support.lambda_events import http_event
from tests.support.world import World

ANN = {"id": "ann", "name": "Ann Lee", "email": "ann@example.com"}
Sender = Callable[[World, Tenant, Mapping[str, Any] | None], None]


def _message(user: Mapping[str, Any] | None) -> dict[str, str]:
    named = "nobody" if user is None else f"{user.get('id')}"
    return {"id": f"m-{named}", "role": "user", "content": f"I am {named}"}


def _capture(world: World, tenant: Tenant, user: Mapping[str, Any] | None) -> None:
    world.capture_directly(tenant, {"conversationId": "c", "messages": [_message(user)], "user": user})


def _append(world: World, tenant: Tenant, user: Mapping[str, Any] | None) -> None:
    message = {name: value for name, value in _message(user).items() if name != "id"}
    world.capture_directly(tenant, {"conversationId": "c", "messages": [message], "user": user})


def _duplicate(world: World, tenant: Tenant, user: Mapping[str, Any] | None) -> None:
    world.capture_directly(tenant, {"conversationId": "c", "messages": [_message(None)], "user": user})


def _track(world: World, tenant: Tenant, user: Mapping[str, Any] | None) -> None:
    world.track_directly(tenant, {"conversationId": "c", "messages": [_message(user)], "user": user})


def _send_history(world: World, tenant: Tenant, user: Mapping[str, Any] | None) -> None:
    properties = None if user is None else {("userId" if name == "id" else name): user[name] for name in user}
    world.send_history_directly(
        tenant, {"type": "openai", "id": "c", "messages": [_message(user)], "userProperties": properties}
    )


def _handle(world: World, tenant: Tenant, user: Mapping[str, Any] | None) -> None:
    handle_directly(world, tenant, handle_body(text=_message(user)["content"], contact=user))


def _hello(world: World, tenant: Tenant, user: Mapping[str, Any] | None) -> None:
    handle_directly(world, tenant, handle_body(providerMessageId="m"))
    handle_directly(world, tenant, {**handle_body(contact=user), "message": None})


SENDERS: dict[str, Sender] = {
    "capture": _capture,
    "capture without ids": _append,
    "capture of what is known": _duplicate,
    "track": _track,
    "history": _send_history,
    "handle": _handle,
    "handle without a message": _hello,
}
each_dialect = pytest.mark.parametrize("send", SENDERS.values(), ids=SENDERS)


def _place(tenant: Tenant, send: Sender) -> str:
    if send in (_handle, _hello):
        return channel_conversation_id(tenant.id, "site", "p1")
    return conversation_id(tenant.id, "c")


def _row(world: World, tenant: Tenant, send: Sender) -> dict[str, Any]:
    shown: dict[str, Any] = world.read(tenant.admin, _place(tenant, send)).body
    return shown


def _insights(world: World, tenant: Tenant, path: str, **query: str) -> Any:
    event = http_event("GET", f"/v1/insights/{path}", tenant.admin, query={"chatbotId": tenant.id, **query})
    return world.call("reading", event)


def _user_data(world: World, tenant: Tenant, method: str, user: str) -> Any:
    path = f"/api/v1/chatbots/{tenant.id}/users/{user}"
    return world.request(method, path, tenant.admin).body


def _said_of(world: World, tenant: Tenant, send: Sender, user: str) -> str:
    """All that every reading has of a user."""
    place = _place(tenant, send)
    answers = [
        world.read(tenant.admin, place).body["user"],
        world.manage(tenant.admin, "GET", tenant.id, f"/{place}").body,
        world.inkeep(world.key(tenant, "api"), "GET", f"/conversations/{place}").body,
        _insights(world, tenant, f"users/{user}").body,
        _insights(world, tenant, "users").body,
        _insights(world, tenant, "conversations").body,
        _user_data(world, tenant, "GET", user),
    ]
    return json.dumps(answers)


@each_dialect
def test_nothing_of_a_former_user_is_read_anywhere(world: World, send: Sender) -> None:
    tenant = world.tenant()
    send(world, tenant, ANN)
    world.analyse_queued()
    send(world, tenant, {"id": "bob", "email": "bob@example.com"})
    assert _row(world, tenant, send)["user"] == {"id": "bob", "email": "bob@example.com"}
    world.analyse_queued()

    said = _said_of(world, tenant, send, "bob")
    assert "bob@example.com" in said
    assert "Ann" not in said and "ann@" not in said
    assert world.people(tenant.id) == ["bob"]
    assert _insights(world, tenant, "conversations", user="ann").body["conversations"] == []
    assert _insights(world, tenant, "conversations", text="ann@").body["conversations"] == []
    assert len(_insights(world, tenant, "conversations", user="bob").body["conversations"]) == 1
    assert _insights(world, tenant, "users/ann").status == 404
    assert _user_data(world, tenant, "GET", "ann")["data"] == []
    assert [
        pk for shard in range(4) for pk in world.table.query(keys.search_entry(tenant.id, USERS, "ann", shard))
    ] == []
    removed = _user_data(world, tenant, "DELETE", "ann")["receipt"]["removed"]
    assert set(removed.values()) == {0}
    assert _row(world, tenant, send)["user"]["id"] == "bob"


@each_dialect
def test_given_the_same_user_when_more_is_said_then_it_is_merged(world: World, send: Sender) -> None:
    tenant = world.tenant()
    send(world, tenant, ANN)
    send(world, tenant, {"id": "ann", "email": "new@example.com"})
    assert _row(world, tenant, send)["user"] == {**ANN, "email": "new@example.com"}


@each_dialect
def test_a_person_without_an_id_who_gets_one_stays_the_same_person(world: World, send: Sender) -> None:
    tenant = world.tenant()
    send(world, tenant, {"name": "Ann Lee"})
    send(world, tenant, {"id": "ann", "email": "ann@example.com"})
    assert _row(world, tenant, send)["user"] == ANN


@each_dialect
def test_null_clears_a_field_and_as_id_the_person(world: World, send: Sender) -> None:
    tenant = world.tenant()
    send(world, tenant, ANN)
    world.analyse_queued()
    send(world, tenant, {"id": "ann", "name": None})
    assert _row(world, tenant, send)["user"] == {"id": "ann", "email": "ann@example.com"}
    world.analyse_queued()
    profile = _insights(world, tenant, "users/ann").body
    assert (profile["name"], profile["email"]) == (None, "ann@example.com")

    send(world, tenant, {"id": None})
    own = {"id": "p1"} if send in (_handle, _hello) else {}
    assert _row(world, tenant, send)["user"] == own
    world.analyse_queued()
    assert world.people(tenant.id) == list(own.values())
    assert "ann@" not in _said_of(world, tenant, send, "p1")


@each_dialect
def test_a_null_group_and_empty_texts_are_as_if_absent(world: World, send: Sender) -> None:
    tenant = world.tenant()
    send(world, tenant, ANN)
    for nothing in (None, {}, {"id": "", "name": "", "email": ""}):
        send(world, tenant, nothing)
        assert _row(world, tenant, send)["user"] == ANN


def test_given_nulls_in_the_other_groups_when_captured_then_they_clear(world: World) -> None:
    tenant = world.tenant()

    def capture(**groups: Any) -> dict[str, Any]:
        body = {"conversationId": "c", "messages": [_message(None)], **groups}
        answer = world.capture(tenant.ingest, body)
        assert answer.status == 200, answer.body
        shown = _row(world, tenant, _capture)
        return {name: shown[name] for name in ("user", "organization", "session", "custom")} | answer.body

    acme = {"id": "acme", "name": "Acme", "plan": "team", "mrr": 5}
    capture(organization=acme, session={"id": "s", "device": "phone"}, custom={"a": 1, "b": 2}, userId="ann")
    after = capture(organization={"mrr": None}, session={"device": None}, custom={"a": None, "c": None}, userId=None)
    assert after["organization"] == {"id": "acme", "name": "Acme", "plan": "team"}
    assert (after["session"], after["custom"], after["user"]) == ({"id": "s"}, {"b": 2}, {"id": "ann"})
    assert after["warnings"] == []
    after = capture(organization={"id": "other", "name": "Other"}, custom=None, session=None, metadata={"b": None})
    assert (after["organization"], after["custom"]) == ({"id": "other", "name": "Other"}, {})
    world.analyse_queued()
    assert world.people(tenant.id, "organization") == ["other"]
    after = capture(organization={"id": None}, user={"id": None}, userId="ann")
    assert (after["organization"], after["user"]) == ({}, {})


def test_another_contact_takes_name_and_picture_of_the_former_one_away(world: World) -> None:
    tenant = world.tenant()
    made = handle(world, tenant, contact={"id": "ann", "name": "Ann", "phoneNumber": "+49 1"}).body["conversation"]
    assert made["name"] == "Ann"

    def patch(**fields: Any) -> dict[str, Any]:
        answer = world.manage(tenant.admin, "PATCH", tenant.id, f"/{made['id']}", fields)
        assert answer.status == 200, answer.body
        shown: dict[str, Any] = answer.body["conversation"]
        return shown

    patch(photoUrl="https://e.com/ann.png")
    world.analyse_queued()
    after = patch(contactId="bob")
    assert (after["contactId"], after["name"], after["photoUrl"]) == ("bob", "p1", None)
    assert _row(world, tenant, _handle)["user"] == {"id": "bob"}
    world.analyse_queued()
    assert world.people(tenant.id) == ["bob"]
    title = patch(name="Order 7", tags=["x"], variables={"a": 1}, archived=True)
    assert title["name"] == "Order 7"
    cleared = patch(name=None, tags=None, variables=None, archived=None, language=None, contactId=None)
    assert (cleared["name"], cleared["tags"], cleared["variables"], cleared["archived"]) == ("p1", [], {}, False)
    assert (cleared["language"], cleared["contactId"]) == (None, None)
    world.analyse_queued()
    assert world.people(tenant.id) == []
    assert world.manage(tenant.admin, "GET", tenant.id, query={"contactId": "bob"}).body["conversations"] == []


def test_an_id_that_no_row_holds_leaves_nothing_of_the_former_user(world: World) -> None:
    tenant = world.tenant()
    _send_history(world, tenant, ANN)
    _send_history(world, tenant, {"id": "b" * 300, "name": "Bob"})
    assert _row(world, tenant, _send_history)["user"] == {"name": "Bob"}


def test_every_dialect_shows_the_user_who_was_captured_last(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    _send_history(world, tenant, {**ANN, "team": "blue"})
    _capture(world, tenant, {"id": "bob"})
    assert world.inkeep(key, "GET", "/conversations/c").body["userProperties"] == {"id": "bob"}
    _send_history(world, tenant, {"id": "bob", "team": "red"})
    assert world.inkeep(key, "GET", "/conversations/c").body["userProperties"] == {"userId": "bob", "team": "red"}


def _patch(world: World, tenant: Tenant, user: Mapping[str, Any]) -> None:
    channels_wiring.change_conversations(world.deployment).patch(
        tenant.id, channel_conversation_id(tenant.id, "site", "p1"), {}, user
    )


WRITERS: dict[str, tuple[Any, Any]] = {
    **{name: (send, send) for name, send in SENDERS.items()},
    "patch and handle": (_patch, _handle),
    "handle and patch": (_handle, _patch),
    "capture and history": (_capture, _send_history),
    "history and capture": (_send_history, _capture),
    "append and capture": (_append, _capture),
}


@pytest.mark.parametrize(("send", "other"), WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("first", [None, {"id": "eve", "name": "Eve", "plan": "pro"}], ids=["nobody", "eve"])
def test_one_whole_user_stands_whichever_request_comes_between(world: World, send: Any, other: Any, first: Any) -> None:
    users = ({"id": "ann", "name": "Ann"}, {"id": "bob", "email": "bob@example.com"})
    for position in count():
        tenant = world.tenant()
        for sender in (send, other):
            (_hello if sender is _patch else sender)(world, tenant, first)
        requests = (partial(other, world, tenant, users[1]), partial(send, world, tenant, users[0]))
        if not overtaken(world.dynamodb, position, *requests):
            break
        assert _row(world, tenant, _hello if send is _patch else send)["user"] in users
    assert position > 1
