"""Notes, single variables, the inbox and the try of a key (docs/chatcaptain.md)."""

from __future__ import annotations

from typing import Any

import pytest
from confab.channels import wiring as channels_wiring
from confab.channels.store import Edit, ManagementStore

from tests.support.chatcaptain import UNKNOWN_ID, assert_error, handle
from tests.support.deployment import Tenant
from tests.support.world import World

PARTS = [
    ("PATCH", "/v1/chatbots/{bot}/conversations/{id}/notes", {"notes": ["n"]}, "chatbots.conversations.edit"),
    ("DELETE", "/v1/chatbots/{bot}/conversations/{id}/notes", {"notes": ["n"]}, "chatbots.conversations.edit"),
    ("GET", "/v1/chatbots/{bot}/conversations/{id}/variables", None, "chatbots.conversations.get"),
    ("GET", "/v1/chatbots/{bot}/conversations/{id}/variables/v", None, "chatbots.conversations.get"),
    ("PUT", "/v1/chatbots/{bot}/conversations/{id}/variables/v", {"value": 1}, "chatbots.conversations.edit"),
    ("POST", "/v1/inbox/{bot}/messages", {"conversationId": UNKNOWN_ID, "text": "x"}, "chatbots.messages.create"),
]


class Talk:
    """A conversation of a tenant, and requests about it."""

    def __init__(self, world: World, tenant: Tenant | None = None) -> None:
        self.world, self.tenant = world, tenant or world.tenant()
        self.key = self.tenant.admin
        self.id = handle(world, self.tenant).body["conversation"]["id"]

    def ask(self, method: str, part: str, body: Any = None, **event: Any) -> Any:
        return self.world.manage(self.key, method, self.tenant.id, f"/{self.id}{part}", body, **event)

    def notes(self, method: str, *notes: str) -> list[str]:
        answer = self.ask(method, "/notes", {"notes": list(notes)})
        assert answer.status == 200, answer.body
        found: list[str] = answer.body["notes"]
        return found

    @property
    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", "").body["conversation"]
        return found


@pytest.fixture
def talk(world: World) -> Talk:
    return Talk(world)


@pytest.mark.parametrize(("method", "path", "body", "permission"), PARTS)
def test_each_part_needs_its_permission_and_its_tenant(
    world: World, method: str, path: str, body: Any, permission: str
) -> None:
    def ask(tenant: Tenant, key: str | None) -> Any:
        return world.request(method, path.format(bot=tenant.id, id=UNKNOWN_ID), key, body)

    tenant, other = world.tenant(), world.tenant()
    assert_error(ask(tenant, None), 401, "Unauthorized")
    poor = ask(tenant, world.key(tenant, "ingest"))
    assert_error(poor, 403, "Forbidden")
    assert permission in poor.body["message"]
    assert ask(tenant, other.admin).body["message"] == ask(other, other.admin).body["message"].replace(
        "conversation", "chatbot"
    )


def test_notes_are_added_once_and_removed_by_their_text(talk: Talk) -> None:
    assert talk.notes("PATCH", "Call back", "Escalated") == ["Call back", "Escalated"]
    assert talk.notes("PATCH", "Call back", "Solved") == ["Call back", "Escalated", "Solved"]
    assert talk.shown["notes"] == ["Call back", "Escalated", "Solved"]
    updated = talk.shown["updated"]
    assert talk.notes("PATCH", "Solved") == talk.shown["notes"], "sent again"
    assert talk.notes("DELETE", "Escalated", "Never there") == ["Call back", "Solved"]
    assert talk.notes("DELETE", "Call back", "Solved") == []
    assert "notes" not in talk.shown
    assert talk.shown["updated"] >= updated


@pytest.mark.parametrize("notes", [[], [""], ["x" * 1001], [7], "note", None, [f"n{number}" for number in range(101)]])
def test_notes_beyond_the_rules_are_refused(talk: Talk, notes: Any) -> None:
    answer = talk.ask("PATCH", "/notes", {"notes": notes})
    assert_error(answer, 400, "Bad Request")
    assert answer.body["message"][0].startswith("notes")


def test_a_conversation_has_at_most_100_notes_and_16_kilobytes(talk: Talk) -> None:
    talk.notes("PATCH", *(f"n{number}" for number in range(100)))
    full = talk.ask("PATCH", "/notes", {"notes": ["one more"]})
    assert full.body["message"] == ["notes: a conversation has at most 100 notes"]
    talk.notes("DELETE", *(f"n{number}" for number in range(100)))
    large = talk.ask("PATCH", "/notes", {"notes": [f"{number} " + "x" * 990 for number in range(20)]})
    assert large.body["message"] == ["notes: a conversation has at most 16,384 bytes of notes as JSON"]


def test_a_variable_is_set_and_read_by_itself(talk: Talk) -> None:
    talk.ask("PATCH", "", {"variables": {"order": 42}})
    answer = talk.ask("PUT", "/variables/customer_email", {"value": "ann@example.com"})
    assert answer.body == {"variable": {"id": "customer_email", "name": "customer_email", "value": "ann@example.com"}}
    talk.ask("PUT", "/variables/order", {"value": {"items": [1, None]}})
    listed = talk.ask("GET", "/variables").body["variables"]
    assert {each["id"]: each["value"] for each in listed} == talk.shown["variables"]
    assert talk.ask("GET", "/variables/order").body["variable"]["value"] == {"items": [1, None]}
    assert_error(talk.ask("GET", "/variables/none"), 404, "Not Found")


def test_variables_beyond_the_rules_are_refused(talk: Talk) -> None:
    assert talk.ask("PUT", f"/variables/{'v' * 129}", {"value": 1}).body["message"] == [
        "variableId: must have 1 to 128 characters"
    ]
    assert talk.ask("PUT", "/variables/v", {}).body["message"] == ["value: is required"]
    talk.ask("PUT", "/variables/a", {"value": "x" * 10_000})
    full = talk.ask("PUT", "/variables/b", {"value": "x" * 10_000})
    assert full.body["message"] == ["variables: a conversation has at most 16,384 bytes of variables as JSON"]


def test_another_variable_that_is_set_meanwhile_stays(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    store = channels_wiring.store(talk.world.deployment)
    patch, meanwhile = ManagementStore.patch, iter(["b"])

    def interrupted(self: ManagementStore, place: Any, fields: Any, *others: Any) -> Any:
        def edit(managed: Any) -> Any:
            if (name := next(meanwhile, None)) is not None:
                patch(store, place, {"variables": {name: 1}}, *others)
            return fields(managed)

        chosen: Edit | Any = edit if callable(fields) else fields
        return patch(self, place, chosen, *others)

    monkeypatch.setattr(ManagementStore, "patch", interrupted)
    talk.ask("PUT", "/variables/a", {"value": 2})
    assert talk.shown["variables"] == {"a": 2, "b": 1}


def test_notes_and_variables_are_redacted_as_the_chatbot_wants(world: World) -> None:
    tenant = world.tenant()
    settings = {"privacy": {"redaction": {"email": "mask"}}}
    assert world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"settings": settings}).status == 200
    talk = Talk(world, tenant)
    (noted,) = talk.notes("PATCH", "Mail ann@example.com")
    assert noted.startswith("Mail") and "ann@" not in noted
    value = talk.ask("PUT", "/variables/mail", {"value": "ann@example.com"}).body["variable"]["value"]
    assert "ann@" not in value
    assert talk.notes("DELETE", "Mail ann@example.com") == []


def test_an_operator_writes_from_the_inbox_once(talk: Talk) -> None:
    body = {"conversationId": talk.id, "text": "How can I help?", "attachmentRef": "att-7"}
    path = f"/v1/inbox/{talk.tenant.id}/messages"
    sent = talk.world.request("POST", path, talk.key, body, headers={"idempotency-key": "k"})
    again = talk.world.request("POST", path, talk.key, body, headers={"idempotency-key": "k"})
    assert (sent.status, again.status) == (201, 201)
    assert sent.body["message"]["id"] == again.body["message"]["id"]
    message = sent.body["message"]
    assert (message["sender"], message["outgoing"]) == ("agent", True)
    assert message["content"] == {"text": "How can I help?", "file": {"attachmentRef": "att-7"}}
    assert len(talk.ask("GET", "/messages").body["messages"]) == 2
    empty = talk.world.request("POST", path, talk.key, {"conversationId": talk.id})
    assert_error(empty, 400, "Bad Request")


def test_a_key_can_be_tried(talk: Talk) -> None:
    headers = {"x-chatcaptain-key": talk.key}
    assert talk.world.request("GET", "/v1/public-apps", None, headers=headers).body == {"publicApps": []}
    assert_error(talk.world.request("GET", "/v1/public-apps", None), 401, "Unauthorized")
