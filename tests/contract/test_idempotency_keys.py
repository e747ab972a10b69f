"""``Idempotency-Key``: whatever a POST makes without the caller's id is made once, in every dialect."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.attempts import Attempt, Attempts
from confab.platform.credentials import EVERY_CHATBOT, ROLES, hash_key
from confab.storage.attempts import AttemptStore

from tests.support.answers import Answer
from tests.support.chatcaptain import CHANNEL, handle, new_conversation
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.functions import function_of
from tests.support.lambda_events import http_event
from tests.support.world import World

HELLO = {"role": "user", "content": "hello"}


@dataclass(frozen=True)
class Place:
    """A chatbot with a conversation of each dialect, and its keys."""

    world: World
    tenant: Tenant
    key: str
    managed: str

    def post(self, path: str, body: Any, key: str | None, *, secret: str = "", **event: Any) -> Answer:
        """A POST with an idempotency key; ``path`` may name the chatbot and the conversation."""
        named = path.format(bot=self.tenant.id, managed=self.managed)
        headers = {**event.pop("headers", {}), **({} if key is None else {"idempotency-key": key})}
        sent = http_event("POST", named, secret or self.secret_for(named), body, headers=headers, **event)
        return self.world.call(function_of(named), sent)

    def secret_for(self, path: str) -> str:
        return self.tenant.admin if path.startswith(("/v1/chatbots", "/api")) else self.key

    def conversations(self) -> int:
        page = self.world.manage(self.tenant.admin, "GET", self.tenant.id, query={"limit": "100"})
        return len(page.body["conversations"])

    def texts(self) -> list[str]:
        page = self.world.manage(self.tenant.admin, "GET", self.tenant.id, f"/{self.managed}/messages")
        return [message["content"].get("text") for message in page.body["messages"]]

    def notes(self, prefix: str) -> int:
        """How many items of a kind there are besides messages, in all conversations and searches of the chatbot."""
        pages = self.world.dynamodb.get_paginator("scan").paginate(TableName=self.world.deployment.settings.table)
        items = [item for page in pages for item in page["Items"] if self.tenant.id in item["pk"]["S"]]
        return sum(item["sk"]["S"].startswith(prefix) for item in items)

    def admin_rows(self, what: str) -> int:
        return len(self.world.admin(self.tenant.admin, "GET", what.format(bot=self.tenant.id)).body)


@pytest.fixture
def place(clocked: World) -> Place:
    tenant = clocked.tenant()
    key = clocked.key(tenant, "api")
    assert clocked.send_history(key, {"type": "openai", "id": "c", "messages": [{**HELLO, "id": "m"}]}).status == 200
    managed = handle(clocked, tenant, text="first", providerMessageId="in-1").body["conversation"]["id"]
    clocked.analyse_queued()
    return Place(clocked, tenant, key, managed)


@dataclass(frozen=True)
class Route:
    """A POST that makes something: its path, a body, another body, and how many of it there are."""

    path: str
    body: Any
    other: Any
    count: Callable[[Place], int]


BASE = "/v1/chatbots/{bot}/conversations"
ABOUT = {"type": "copied", "entityType": "message", "messageId": "m"}
FEEDBACK = {"type": "positive", "messageId": "m"}
SEARCH = {"type": "searched", "entityType": "search", "searchQuery": "refund"}
WRITTEN = {"disableSending": True, "message": {"content": "written"}}
HANDED = {**CHANNEL, "providerId": "p1", "message": "handed over"}
EVENT = {**CHANNEL, "providerId": "p1", "event": "opened"}
ROUTES = {
    "a conversation": Route(
        "/conversations",
        {"type": "openai", "messages": [HELLO, {"role": "assistant", "content": "hi"}]},
        {"type": "openai", "messages": [HELLO]},
        Place.conversations,
    ),
    "feedback": Route("/feedback", FEEDBACK, {**FEEDBACK, "type": "negative"}, lambda place: place.notes("FEEDBACK#")),
    "an event of a message": Route("/events", ABOUT, {**ABOUT, "type": "seen"}, lambda place: place.notes("EVENT#")),
    "an event of a conversation": Route(
        "/events",
        {"type": "shared", "entityType": "conversation", "conversationId": "c"},
        {"type": "opened", "entityType": "conversation", "conversationId": "c"},
        lambda place: place.notes("EVENT#"),
    ),
    "a search": Route("/events", SEARCH, {**SEARCH, "searchQuery": "x"}, lambda place: place.notes("EVENT#")),
    "a managed conversation": Route(
        BASE, new_conversation(), new_conversation(name="Bob"), Place.conversations
    ),
    "a channel's conversation": Route(
        BASE, new_conversation(providerId="p7"), new_conversation(providerId="p8"), Place.conversations
    ),
    "a message": Route(
        f"{BASE}/{{managed}}/messages",
        WRITTEN,
        {**WRITTEN, "message": {"content": "else"}},
        lambda place: place.texts().count("written"),
    ),
    "a message with an id": Route(
        f"{BASE}/{{managed}}/messages",
        {**WRITTEN, "message": {"content": "written", "providerMessageId": "own"}},
        WRITTEN,
        lambda place: place.texts().count("written"),
    ),
    "a message from a channel": Route(
        f"{BASE}/handle", HANDED, {**HANDED, "message": "else"}, lambda place: place.texts().count("handed over")
    ),
    "a contact without a message": Route(
        f"{BASE}/handle",
        {**CHANNEL, "providerId": "p9"},
        {**CHANNEL, "providerId": "p8"},
        Place.conversations,
    ),
    "an event from a channel": Route(
        f"{BASE}/event", EVENT, {**EVENT, "event": "closed"}, lambda place: place.notes("EVENT#")
    ),
    "a custom event": Route(
        f"{BASE}/{{managed}}/custom-event",
        {"event": "paid"},
        {"event": "left"},
        lambda place: place.notes("EVENT#"),
    ),
    "a chatbot": Route(
        "/api/v1/chatbots", {"name": "New"}, {"name": "Newer"}, lambda place: place.admin_rows("/chatbots")
    ),
    "a key": Route("/api/v1/keys", {"name": "k"}, {"name": "l"}, lambda place: place.admin_rows("/keys")),
    "a chatbot's key": Route(
        "/api/v1/chatbots/{bot}/keys",
        {"name": "k", "role": "read"},
        {"name": "k", "role": "ingest"},
        lambda place: place.admin_rows("/chatbots/{bot}/keys"),
    ),
    "a topic": Route(
        "/api/v1/chatbots/{bot}/topics",
        {"name": "Refunds", "phrases": ["money back"]},
        {"name": "Returns"},
        lambda place: place.admin_rows("/chatbots/{bot}/topics"),
    ),
}  # fmt: skip
NAMELESS = [
    "a conversation",
    "feedback",
    "an event of a message",
    "an event of a conversation",
    "a search",
    "a managed conversation",
    "a message",
    "a message from a channel",
    "an event from a channel",
    "a custom event",
    "a chatbot",
    "a key",
    "a chatbot's key",
]
"""What has no identity of its own, so that it is another one each time."""
routes = pytest.mark.parametrize("route", [pytest.param(route, id=name) for name, route in ROUTES.items()])


@routes
def test_the_same_idempotency_key_makes_one_thing_and_gives_the_same_answer(place: Place, route: Route) -> None:
    before = route.count(place)
    first = place.post(route.path, route.body, "key-1")
    assert first.status in (200, 201), first.body
    assert isinstance(place.world.clock, Clock)
    place.world.clock.advance(hours=1)
    again = place.post(route.path, route.body, "key-1")
    assert (again.status, again.body) == (first.status, first.body)
    packed = gzip.compress(json.dumps(route.body, indent=2, sort_keys=True).encode())
    encoded = {"headers": {"content-encoding": "gzip"}, "base64_body": packed}
    assert place.post(route.path, None, "key-1", **encoded).body == first.body
    assert route.count(place) == before + 1


@routes
def test_another_request_under_a_used_key_is_a_422_and_makes_nothing(place: Place, route: Route) -> None:
    assert place.post(route.path, route.body, "key-1").status in (200, 201)
    before = route.count(place)
    refused = place.post(route.path, route.other, "key-1")
    assert refused.status == 422
    assert "idempotency-key: was used for another request" in json.dumps(refused.body)
    elsewhere = "/api/v1/keys" if route.path.startswith("/api/v1/chatbots") else "/events"
    body = {"name": "k"} if elsewhere.startswith("/api") else SEARCH
    assert route.path in ("/events", "/api/v1/keys") or place.post(elsewhere, body, "key-1").status == 422
    assert route.count(place) == before


@pytest.mark.parametrize("name", NAMELESS)
def test_other_idempotency_keys_make_other_things(place: Place, name: str) -> None:
    route = ROUTES[name]
    before = route.count(place)
    for key in ("key-1", "key-2", None, ""):
        assert place.post(route.path, route.body, key).status in (200, 201)
    assert route.count(place) == before + 4


def test_given_a_key_when_a_day_has_passed_then_it_is_a_new_one(place: Place) -> None:
    route = ROUTES["a managed conversation"]
    first = place.post(route.path, route.body, "daily").body["conversation"]["id"]
    assert isinstance(place.world.clock, Clock)
    place.world.clock.advance(hours=23, minutes=59)
    assert place.post(route.path, route.body, "daily").body["conversation"]["id"] == first
    place.world.clock.advance(minutes=2)
    second = place.post(route.path, route.other, "daily").body["conversation"]["id"]
    assert second != first
    assert place.post(route.path, route.other, "daily").body["conversation"]["id"] == second


@pytest.mark.parametrize(("length", "status"), [(255, 201), (256, 400)])
def test_given_a_long_key_when_it_is_sent_then_255_characters_are_taken(place: Place, length: int, status: int) -> None:
    answer = place.post(f"{BASE}/handle", HANDED, "k" * length)
    assert answer.status == status
    assert status == 201 or answer.body["message"] == ["idempotency-key: must have at most 255 characters"]


def test_a_refused_body_does_not_use_up_its_idempotency_key(place: Place) -> None:
    assert place.post("/feedback", {"type": "maybe", "messageId": "m"}, "key-1").status == 422
    assert place.post("/feedback", FEEDBACK, "key-1").status == 200


def test_two_chatbots_can_use_the_same_idempotency_key(place: Place) -> None:
    other = place.world.tenant()
    stranger = Place(place.world, other, place.world.key(other, "api"), place.managed)
    body = ROUTES["a conversation"].body
    first, second = place.post("/conversations", body, "same"), stranger.post("/conversations", body, "same")
    assert (first.status, second.status) == (200, 200)
    assert first.body["id"] != second.body["id"]


def test_a_browser_makes_its_own_under_a_servers_idempotency_key(place: Place) -> None:
    web = place.world.key(place.tenant, "web", "WEB")
    body = ROUTES["a conversation"].body
    server = place.post("/conversations", body, "same").body
    browser = place.post("/conversations", body, "same", secret=web)
    assert browser.status == 200
    assert browser.body["id"] != server["id"]
    assert isinstance(place.world.clock, Clock)
    place.world.clock.advance(minutes=1)
    assert place.post("/conversations", body, "same", secret=web).body == browser.body


def test_given_no_header_when_something_is_made_then_nothing_is_noted_of_it(place: Place) -> None:
    for path, body in (("/conversations", ROUTES["a conversation"].body), ("/feedback", FEEDBACK)):
        assert place.post(path, body, None).status == 200
    assert place.notes("IDEM") == 0


@pytest.mark.parametrize("path", ["/api/v1/capture", "/v1/track"])
def test_given_a_key_when_messages_are_captured_then_it_is_ignored(place: Place, path: str) -> None:
    bodies: list[Mapping[str, Any]] = [
        {"conversationId": "k", "messages": [{"role": "user", "content": text}]} for text in ("one", "two")
    ]
    answers = [place.post(path, body, "key-1", secret=place.tenant.ingest) for body in bodies]
    assert [answer.status for answer in answers] == [200, 200]
    assert place.notes("IDEM") == 0


class TestSecrets:
    """What answers show once and the table does not have."""

    def test_a_repeated_creation_returns_a_key_that_works_and_is_not_stored(self, place: Place) -> None:
        made = [place.post("/api/v1/keys", {"name": "k", "role": "admin"}, "key-1").body for _ in range(2)]
        secret = made[0]["apiKey"]
        assert made[1]["apiKey"] == secret
        assert place.world.admin(secret, "GET", "/chatbots").status == 200
        pages = place.world.dynamodb.get_paginator("scan").paginate(TableName=place.world.deployment.settings.table)
        assert secret not in json.dumps([page["Items"] for page in pages], default=str)

    def test_another_callers_key_is_not_shown_the_secret(self, place: Place) -> None:
        other = admin_wiring.administration(place.world.deployment).create_key(
            place.tenant.workspace_id, "other", chatbot_id=EVERY_CHATBOT, permissions=ROLES["admin"]
        )
        assert place.post("/api/v1/keys", {"name": "k"}, "key-1").status == 200
        refused = place.post("/api/v1/keys", {"name": "k"}, "key-1", secret=other.secret)
        assert (refused.status, "apiKey" in refused.body) == (422, False)

    @pytest.mark.parametrize("path", ["/api/v1/keys", "/api/v1/chatbots"])
    def test_a_revoked_key_stays_revoked_when_its_creation_is_repeated(self, place: Place, path: str) -> None:
        made = place.post(path, {"name": "k"}, "key-1").body
        listed = place.world.admin(place.tenant.admin, "GET", "/keys").body
        (key,) = [each for each in listed if each["api_key_prefix"] == made["apiKey"][:14]]
        assert place.world.admin(place.tenant.admin, "DELETE", f"/keys/{key['id']}").status == 200
        refused = place.post(path, {"name": "k"}, "key-1")
        assert (refused.status, refused.body["code"]) == (422, "unprocessable_entity")
        assert place.world.capture(made["apiKey"], {}).status in (401, 403)

    def test_given_a_rotation_sent_again_when_answered_then_the_key_was_rotated_once(self, place: Place) -> None:
        key = place.post("/api/v1/keys", {"name": "k"}, None).body["key"]["id"]
        path = f"/api/v1/keys/{key}/rotate"
        first, again = place.post(path, None, "key-1").body, place.post(path, None, "key-1").body
        assert first == again
        other = place.post(path, None, "key-2").body
        assert other["apiKey"] != first["apiKey"]
        assert place.post(path, None, "key-1").status == 422

    def test_a_repeated_rotation_of_a_chatbots_own_key_rotates_once(self, place: Place) -> None:
        path = "/api/v1/chatbots/{bot}/rotate-key"
        first, again = place.post(path, None, "key-1").body, place.post(path, None, "key-1").body
        assert first == again
        assert place.post(path, None, "key-2").body["apiKey"] != first["apiKey"]

    def test_a_repeated_rotation_of_a_responder_returns_the_same_secret(self, place: Place) -> None:
        responder = f"/api/v1/chatbots/{place.tenant.id}/responder"
        assert place.post(responder, {"url": "https://example.com/"}, None).status == 200
        first, again = (place.post(f"{responder}/rotate-secret", None, "key-1").body for _ in range(2))
        assert first == again
        assert place.post(f"{responder}/rotate-secret", None, str(uuid4())).body["secret"] != first["secret"]

    def test_two_attempts_at_once_get_the_same_answer(self, place: Place) -> None:
        administration, table = admin_wiring.administration(place.world.deployment), place.world.table
        by = place.world.deployment.credentials.key(hash_key(place.tenant.admin))
        assert by is not None
        attempts = Attempts(AttemptStore(table), now=place.world.now, new_seed=lambda: uuid4().bytes)

        def begun(key: str) -> Attempt:
            return attempts.begin(by.workspace_id, key, "POST /", b"", caller=place.tenant.admin, web=False)

        first, second = begun("chatbot"), begun("chatbot")
        opened = [administration.open_chatbot(by, "New", each) for each in (second, first)]
        assert len({(chatbot.id, issued.secret) for chatbot, issued in opened}) == 1
        first, second = begun("key"), begun("key")
        made = [administration.create_key(by.workspace_id, "k", by=by, attempt=each) for each in (second, first)]
        assert made[0].secret == made[1].secret
        first, second = begun("rotation"), begun("rotation")
        key = made[0].key.id
        rotated = [administration.rotate_key(by.workspace_id, key, by=by, attempt=each) for each in (second, first)]
        assert rotated[0].secret == rotated[1].secret != made[0].secret
