"""Conversations that browsers' keys begin: gone on with by who knows them, read by who was handed their id."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from confab.domain.identity import conversation_id, web_conversation_id
from confab.storage.histories import HistoryStore

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.world import World

QUESTION: dict[str, Any] = {"id": "q1", "role": "user", "content": "Where is my parcel?"}
ANSWER: dict[str, Any] = {
    "id": "a1",
    "role": "assistant",
    "content": "On its way.",
    "links": [{"url": "https://a.example"}],
}
THANKS: dict[str, Any] = {"role": "user", "content": "Thank you!"}


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    return world.tenant()


@pytest.fixture(scope="module")
def web(world: World, tenant: Tenant) -> str:
    return world.key(tenant, "web", "WEB")


@pytest.fixture(scope="module")
def api(world: World, tenant: Tenant) -> str:
    return world.key(tenant, "api")


def _post(world: World, key: str, *messages: dict[str, Any], **more: Any) -> Answer:
    return world.send_history(key, {"type": "openai", "messages": list(messages), **more})


def _begun(world: World, key: str, *messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = _post(world, key, *messages, **more)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def _get(world: World, key: str, identifier: str) -> Answer:
    return world.inkeep(key, "GET", f"/conversations/{identifier}")


def _texts(body: dict[str, Any]) -> list[str]:
    return [message["content"] for message in body["messages"]]


def _items(world: World, tenant: Tenant, identifier: str) -> list[dict[str, Any]]:
    return world.items(tenant.id, identifier)


def test_a_widget_chats_continues_reads_gives_feedback_and_sends_events(world: World, tenant: Tenant, web: str) -> None:
    first = _begun(world, web, QUESTION, userProperties={"id": "cookie-1"}, properties={"page": "/"})
    identifier = first["id"]
    second = _begun(world, web, QUESTION, ANSWER, id=identifier)
    assert second["messages"][1]["links"] == ANSWER["links"]
    third = _begun(world, web, QUESTION, ANSWER, THANKS, id=identifier)
    given = third["messages"][2]["id"]
    assert _begun(world, web, QUESTION, ANSWER, {**THANKS, "id": given}, id=identifier)["messages"][2]["id"] == given
    read = _get(world, web, identifier)
    assert (read.status, _texts(read.body)) == (200, [QUESTION["content"], ANSWER["content"], THANKS["content"]])
    assert read.body["userProperties"] == {"id": "cookie-1"}
    judged = {"type": "negative", "messageId": given, "reasons": [{"label": "wrong", "details": ""}]}
    assert world.inkeep(web, "POST", "/feedback", judged).status == 200
    for subject in (
        {"entityType": "message", "messageId": given},
        {"entityType": "conversation", "conversationId": identifier},
    ):
        assert world.inkeep(web, "POST", "/events", {"type": "copied", **subject}).status == 200
    row = next(item for item in _items(world, tenant, identifier) if item["sk"] == "HEAD")
    assert (row["web"], row["count.negative"], row["count.events"]) == (True, 1, 2)


def test_a_guessable_conversation_is_continued_only_by_who_knows_all_of_it(
    world: World, tenant: Tenant, web: str
) -> None:
    _begun(world, web, QUESTION, ANSWER, id="visitor-7", userProperties={"email": "ann@example.com"})
    before = _items(world, tenant, web_conversation_id(tenant.id, "visitor-7"))
    assert _get(world, web, "visitor-7").status == 404
    edited = {**QUESTION, "content": "edited"}
    for history in (
        [QUESTION],
        [THANKS],
        [QUESTION, THANKS],
        [edited, ANSWER],
        [ANSWER, QUESTION],
        [QUESTION, THANKS, ANSWER],
    ):
        refused = _post(world, web, *history, id="visitor-7", visibility="public")
        assert refused.status == 403
        assert not [word for word in ("parcel", "way", "ann@example.com") if word in str(refused.body)]
    assert _items(world, tenant, web_conversation_id(tenant.id, "visitor-7")) == before
    answer = _begun(world, web, QUESTION, {**ANSWER, "links": None}, THANKS, id="visitor-7")
    assert _texts(answer) == [QUESTION["content"], ANSWER["content"], THANKS["content"]]
    assert answer["userProperties"] is None
    assert "links" not in answer["messages"][1]


def test_a_repetition_of_a_part_returns_the_stored_ids(world: World, web: str) -> None:
    without_ids = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    first, second = (_begun(world, web, *without_ids, id="visitor-8") for _ in range(2))
    assert [row["id"] for row in first["messages"]] == [row["id"] for row in second["messages"]]
    third = _begun(world, web, *without_ids, THANKS, id="visitor-8")
    assert [row["id"] for row in third["messages"][:2]] == [row["id"] for row in first["messages"]]


@pytest.mark.parametrize("visibility", ["private", None])
def test_given_a_browsers_own_random_id_when_chatting_then_it_is_read_by_that_id(
    world: World, web: str, visibility: str | None
) -> None:
    identifier = str(uuid.uuid4())
    _begun(world, web, QUESTION, id=identifier, visibility=visibility)
    assert _texts(_get(world, web, identifier).body) == [QUESTION["content"]]


def test_a_shared_chat_shows_what_was_said_and_not_by_whom(world: World, web: str, api: str) -> None:
    who = {"userProperties": {"email": "ann@example.com"}, "properties": {"plan": "gold"}, "tags": ["vip"]}
    said = {**QUESTION, "name": "Ann", "userProperties": {"id": "ann"}, "properties": {"x": 1}}
    identifier = _begun(world, web, said, ANSWER, **who)["id"]
    assert _get(world, web, identifier).body["userProperties"] == who["userProperties"]
    shared = _begun(world, web, said, ANSWER, id=identifier, visibility="public")
    assert shared["visibility"] == "public"
    for key, personal in ((web, False), (api, True)):
        opened = _get(world, key, identifier).body
        assert _texts(opened) == [QUESTION["content"], ANSWER["content"]]
        assert opened["messages"][1]["links"] == ANSWER["links"]
        for secret in ("ann@example.com", "gold", "vip", "Ann"):
            assert (secret in str(opened)) is personal
    assert _begun(world, web, said, ANSWER, id=identifier, visibility="private")
    assert _get(world, api, identifier).body["visibility"] == "public"
    assert "ann@example.com" not in str(_begun(world, web, said, ANSWER, id=identifier))


def test_a_browser_adds_only_fields_that_are_missing(world: World, tenant: Tenant, web: str, api: str) -> None:
    identifier = str(uuid.uuid4())
    sent = {"externalUrl": "https://a.example", "userProperties": {"userId": "ann"}, "tags": ["one"]}
    _begun(world, web, QUESTION, id=identifier, **sent)
    other = {
        "externalUrl": "https://evil.example",
        "userProperties": {"userId": "bob", "email": "bob@example.com"},
        "tags": None,
        "properties": {"page": "/"},
        "createdAt": "2001-01-01T00:00:00Z",
        "updatedAt": "2199-01-01T00:00:00Z",
    }
    _begun(world, web, QUESTION, ANSWER, id=identifier, **other)
    read = _get(world, api, identifier).body
    assert {name: read[name] for name in sent} == sent
    assert read["properties"] == {"page": "/"}
    assert not read["updatedAt"].startswith("2199")
    own = web_conversation_id(tenant.id, identifier)
    row = next(item for item in _items(world, tenant, own) if item["sk"] == "HEAD")
    assert {name: value for name, value in row.items() if name.startswith("user.")} == {"user.id": "ann"}


def test_given_extras_of_a_stored_message_when_sent_otherwise_then_they_stay(world: World, web: str, api: str) -> None:
    identifier = str(uuid.uuid4())
    _begun(world, web, QUESTION, ANSWER, id=identifier)
    _begun(world, web, QUESTION, {**ANSWER, "links": [{"url": "https://evil.example"}]}, THANKS, id=identifier)
    assert _get(world, api, identifier).body["messages"][1]["links"] == ANSWER["links"]


def test_two_tabs_store_both_messages_once_and_move_nothing(world: World, web: str, api: str) -> None:
    identifier = _begun(world, web, QUESTION)["id"]
    tabs = [{"id": f"t{tab}", "role": "user", "content": f"tab {tab}"} for tab in (1, 2)]
    for _ in range(2):
        for tab in tabs:
            _begun(world, web, QUESTION, tab, id=identifier)
    reply = {"role": "assistant", "content": "to tab 2"}
    _begun(world, web, QUESTION, tabs[1], reply, id=identifier)
    assert _texts(_get(world, api, identifier).body) == [QUESTION["content"], "tab 1", "tab 2", "to tab 2"]


@pytest.mark.parametrize(("known", "status"), [(True, 200), (False, 403)], ids=["an id that proves it", "a guess"])
def test_the_second_of_two_tabs_is_checked_against_what_the_first_stored(
    fresh: World, monkeypatch: pytest.MonkeyPatch, known: bool, status: int
) -> None:
    tenant = fresh.tenant()
    web = fresh.key(tenant, "web", "WEB")
    identifier = str(uuid.uuid4()) if known else "visitor-9"
    _begun(fresh, web, QUESTION, id=identifier)
    other = {"type": "openai", "id": identifier, "messages": [QUESTION, {"role": "user", "content": "tab 1"}]}
    write, raced = HistoryStore.write, False

    def after_another(store: HistoryStore, *arguments: Any, **more: Any) -> Any:
        nonlocal raced
        if not raced:
            raced = True
            fresh.send_history_directly(tenant, other, web=True)
        return write(store, *arguments, **more)

    monkeypatch.setattr(HistoryStore, "write", after_another)
    assert _post(fresh, web, QUESTION, {"role": "user", "content": "tab 2"}, id=identifier).status == status
    read = _get(fresh, fresh.key(tenant, "api"), identifier).body
    assert _texts(read) == [QUESTION["content"], "tab 1", *(["tab 2"] if known else [])]


def test_a_server_and_a_browser_each_have_their_own_under_one_id(
    world: World, tenant: Tenant, web: str, api: str
) -> None:
    forged = {**QUESTION, "content": "forged"}
    _begun(world, web, forged, id="wa:+49170", externalId="ext-1", visibility="public")
    assert _texts(_get(world, api, "wa:+49170").body) == ["forged"]
    _begun(world, api, QUESTION, ANSWER, id="wa:+49170", externalId="ext-1")
    captured = world.capture(
        tenant.ingest, {"conversationId": "wa:+49170", "messages": [{"id": "q2", "role": "user", "content": "and?"}]}
    )
    assert captured.body["results"] == [{"id": "q2", "status": "stored"}]
    _begun(world, web, forged, THANKS, id="wa:+49170", externalId="ext-1")
    texts = [QUESTION["content"], ANSWER["content"], "and?"]
    assert _texts(_get(world, api, "wa:+49170").body) == texts
    assert _texts(world.inkeep(api, "GET", "/conversations/external/ext-1").body) == texts
    assert _texts(_get(world, web, "wa:+49170").body) == ["forged", THANKS["content"]]
    assert world.inkeep(api, "DELETE", "/conversations/wa:+49170").status == 200
    for key in (api, web):
        assert _get(world, key, "wa:+49170").status == 404


def test_a_servers_public_conversation_goes_before_a_browsers_of_that_id(
    world: World, tenant: Tenant, web: str, api: str
) -> None:
    _begun(world, api, QUESTION, ANSWER, id="help-1", visibility="public", userProperties={"email": "ann@example.com"})
    _begun(world, web, {**QUESTION, "content": "Call 0900-SCAM"}, id="help-1", visibility="public")
    tools = [{"name": "find_order", "input": {"email": "ann@example.com"}}]
    used = {"id": "a2", "role": "assistant", "content": "It is in Ulm.", "tools": tools}
    assert world.capture(tenant.ingest, {"conversationId": "help-1", "messages": [used]}).status == 200
    opened = _get(world, web, "help-1")
    assert _texts(opened.body) == [QUESTION["content"], ANSWER["content"], "It is in Ulm."]
    assert "ann@example.com" not in str(opened.body)
    assert "ann@example.com" in str(_get(world, api, "help-1").body["messages"])


def test_feedback_on_a_shared_message_id_means_the_keys_own_message(
    world: World, tenant: Tenant, web: str, api: str
) -> None:
    shared = {"id": "m-both", "role": "assistant", "content": "x"}
    _begun(world, api, shared, id="server-c")
    for number in range(8):
        _begun(world, web, shared, id=f"browser-{number}")
    for key, kind in ((api, "negative"), (web, "positive")):
        judged = {"id": "f-both", "type": kind, "messageId": "m-both"}
        assert world.inkeep(key, "POST", "/feedback", judged).status == 200
    server = {item["sk"]: item for item in _items(world, tenant, conversation_id(tenant.id, "server-c"))}
    first = {item["sk"]: item for item in _items(world, tenant, web_conversation_id(tenant.id, "browser-0"))}
    assert (server["FEEDBACK#i:f-both"]["kind"], first["FEEDBACK#i:f-both"]["kind"]) == ("negative", "positive")
    assert world.inkeep(api, "GET", "/feedback/f-both").body["conversation"]["id"] == "server-c"


def test_a_browsers_repeated_feedback_stays_unchanged(world: World, web: str, api: str) -> None:
    _begun(world, web, {"id": "m-once", "role": "assistant", "content": "x"})
    given = {"id": "f-once", "type": "negative", "messageId": "m-once", "details": "too long"}
    assert [world.inkeep(web, "POST", "/feedback", given).status for _ in range(2)] == [200, 200]
    assert world.inkeep(web, "POST", "/feedback", {**given, "type": "positive"}).status == 403
    assert world.inkeep(api, "GET", "/feedback/f-once").body["type"] == "negative"
    assert world.inkeep(api, "POST", "/feedback", {**given, "type": "positive"}).status == 200


def test_a_key_that_only_writes_is_answered_with_what_it_sent(world: World, tenant: Tenant, api: str) -> None:
    secret = {"id": "s1", "role": "assistant", "content": "Your code is 4711."}
    _begun(world, api, QUESTION, secret, id="ingested", userProperties={"email": "ann@example.com"}, tags=["vip"])
    answer = _begun(world, tenant.ingest, THANKS, {"id": "q1", "role": "user", "content": "new text"}, id="ingested")
    assert _texts(answer) == [THANKS["content"], "new text"]
    assert not [word for word in ("4711", "ann@example.com", "vip", QUESTION["content"]) if word in str(answer)]
    stored = _get(world, api, "ingested").body
    assert sorted(_texts(stored)) == sorted([secret["content"], THANKS["content"], "new text"])
    assert {row["id"] for row in answer["messages"]} < {row["id"] for row in stored["messages"]}


def test_a_conversation_from_before_the_mark_belongs_to_a_server(
    world: World, tenant: Tenant, web: str, api: str
) -> None:
    identifier = _begun(world, api, QUESTION)["id"]
    assert _get(world, web, identifier).status == 404
    assert _texts(_begun(world, web, QUESTION, THANKS, id=identifier)) == [QUESTION["content"], THANKS["content"]]
    assert _texts(_get(world, api, identifier).body) == [QUESTION["content"]]


def test_a_server_and_a_browser_both_read_what_the_browser_began(world: World, web: str, api: str) -> None:
    identifier = _begun(world, web, QUESTION)["id"]
    _begun(world, api, QUESTION, ANSWER, id=identifier)
    _begun(world, web, QUESTION, ANSWER, THANKS, id=identifier)
    for key in (web, api):
        assert _texts(_get(world, key, identifier).body) == [QUESTION["content"], ANSWER["content"], THANKS["content"]]


def test_a_browser_does_not_overwrite_what_a_server_said_of_a_user(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    web, api = clocked.key(tenant, "web", "WEB"), clocked.key(tenant, "api")

    def profile() -> tuple[Any, Any, int]:
        clocked.analyse_queued()
        query = {"chatbotId": tenant.id}
        found = clocked.request("GET", "/v1/insights/users/ann", tenant.admin, query=query).body
        return found.get("name"), found.get("email"), found["conversations"]

    def claim(name: str, identifier: str) -> None:
        assert clocked.clock is not None
        clocked.clock.advance(minutes=1)
        _begun(clocked, web, QUESTION, id=identifier, userProperties={"id": "ann", "name": name})

    claim("Mallory", "browser-1")
    assert profile() == ("Mallory", None, 1)
    claim("Eve", "browser-2")
    assert profile() == ("Eve", None, 2)
    ann = {"id": "ann", "name": "Ann", "email": "ann@example.com"}
    earlier = "2026-02-01T00:00:00Z"
    _begun(clocked, api, {**QUESTION, "createdAt": earlier}, id="s", userProperties=ann, updatedAt=earlier)
    assert profile() == ("Ann", "ann@example.com", 3)
    claim("Mallory", "browser-3")
    assert profile() == ("Ann", "ann@example.com", 4)
    query = {"chatbotId": tenant.id, "user": "ann"}
    found = clocked.request("GET", "/v1/insights/conversations", tenant.admin, query=query).body
    begun = {row["externalId"]: row.get("browser") for row in found["conversations"]}
    assert begun == {"browser-1": True, "browser-2": True, "browser-3": True, "s": None}
