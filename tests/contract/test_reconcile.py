"""What a client says that it sent, against what is stored, as ``POST /api/v1/reconcile`` compares it (docs/data.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from confab.dialects.openbat import reconcile as model

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.openbat import assert_error
from tests.support.world import World

SAID = {"m1": ("user", "Where is my parcel?"), "m2": ("assistant", "At the depot."), "m3": ("user", "Größe 🙂\n2")}


def _sha(role: str, content: str) -> str:
    return hashlib.sha256(f"{role}\n{content}".encode()).hexdigest()


DIGESTS = {name: _sha(*said) for name, said in SAID.items()}


def _digest(digests: Mapping[str, str]) -> str:
    return hashlib.sha256("".join(f"{name}\0{digests[name]}\n" for name in sorted(digests)).encode()).hexdigest()


@pytest.fixture
def told(world: World) -> Tenant:
    """A chatbot with one conversation, ``c``."""
    tenant = world.tenant()
    messages = [{"id": name, "role": role, "content": content} for name, (role, content) in SAID.items()]
    assert world.capture(tenant.ingest, {"conversationId": "c", "messages": messages}).status == 200
    return tenant


def _reconcile(world: World, tenant: Tenant, *conversations: Any) -> Answer:
    body = {"chatbotId": tenant.id, "conversations": list(conversations)}
    return world.request("POST", "/api/v1/reconcile", tenant.admin, body)


def _claim(digests: Mapping[str, str | None], conversation: str = "c") -> dict[str, Any]:
    return {
        "conversationId": conversation,
        "messages": [{"id": name, **({"sha256": each} if each else {})} for name, each in digests.items()],
    }


NOTHING: dict[str, list[str]] = {"missing": [], "changed": [], "unknown": [], "unverifiable": []}


@pytest.mark.parametrize(
    ("claimed", "found"),
    [
        (DIGESTS, {"status": "match"}),
        (dict.fromkeys(DIGESTS), {"status": "match"}),
        ({name: each.upper() for name, each in DIGESTS.items()}, {"status": "match"}),
        ({**DIGESTS, "m9": _sha("user", "lost")}, {"status": "different", "missing": ["m9"]}),
        ({**DIGESTS, "m2": _sha("assistant", "Lost.")}, {"status": "different", "changed": ["m2"]}),
        ({**DIGESTS, "m2": _sha("user", "At the depot.")}, {"status": "different", "changed": ["m2"]}),
        ({name: DIGESTS[name] for name in ("m1", "m2")}, {"status": "different", "unknown": ["m3"]}),
        ({}, {"status": "different", "unknown": ["m1", "m2", "m3"]}),
    ],
)
def test_each_message_of_a_list_is_compared(
    world: World, told: Tenant, claimed: dict[str, str | None], found: dict[str, Any]
) -> None:
    answer = _reconcile(world, told, _claim(claimed))
    assert answer.status == 200, answer.body
    assert answer.body["conversations"] == [{"conversationId": "c", **NOTHING, **found, "stored": 3}]
    assert answer.body["ok"] == (found["status"] == "match")


@pytest.mark.parametrize(
    ("count", "digest", "status"),
    [
        (3, _digest(DIGESTS), "match"),
        (4, _digest(DIGESTS), "different"),
        (3, _digest({"m1": "x"}), "different"),
    ],
)
def test_a_conversation_is_compared_by_count_and_one_digest(
    world: World, told: Tenant, count: int, digest: str, status: str
) -> None:
    answer = _reconcile(world, told, {"conversationId": "c", "count": count, "digest": digest})
    assert answer.body["conversations"][0]["status"] == status


def test_a_conversation_is_found_by_either_id_and_one_that_is_not_there_is_missing(world: World, told: Tenant) -> None:
    (row,) = world.list_page(told.admin, chatbotId=told.id).body["conversations"]
    answer = _reconcile(world, told, _claim(DIGESTS), _claim(DIGESTS, row["id"]), _claim(DIGESTS, "nowhere"))
    assert [each["status"] for each in answer.body["conversations"]] == ["match", "match", "missing"]
    expected = {"conversations": 3, "match": 2, "different": 0, "missing": 1, "unverifiable": 0}
    assert (answer.body["ok"], answer.body["summary"]) == (False, expected)


def test_a_text_that_was_redacted_is_unverifiable_and_guesses_of_it_are_not_checked(world: World) -> None:
    tenant = world.tenant()
    settings = {"privacy": {"redaction": {"email": "mask"}}}
    assert world.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"settings": settings}).status == 200
    said = "Write to ann@example.com."
    messages = [{"id": "m1", "role": "user", "content": said}, {"id": "m2", "role": "user", "content": "Thanks."}]
    assert world.capture(tenant.ingest, {"conversationId": "c", "messages": messages}).status == 200
    for guess in (said, "Write to bob@example.com."):
        digests = {"m1": _sha("user", guess), "m2": _sha("user", "Thanks.")}
        answer = _reconcile(world, tenant, _claim(digests))
        found = {"status": "unverifiable", "unverifiable": ["m1"]}
        assert answer.body["conversations"] == [{"conversationId": "c", **NOTHING, **found, "stored": 2}]
        answer = _reconcile(world, tenant, {"conversationId": "c", "count": 2, "digest": _digest(digests)})
        assert answer.body["conversations"][0]["status"] == "unverifiable"


def test_limits_are_named_with_their_fields(world: World, told: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [_claim({}, f"c{number}") for number in range(501)]
    answer = _reconcile(world, told, *many)
    assert_error(answer, 400, "invalid_request")
    assert "conversations" in answer.body["error"] and "500" in answer.body["error"]
    monkeypatch.setattr(model, "MAX_MESSAGES", 3)
    answer = _reconcile(world, told, _claim({"a": None, "b": None}, "x"), _claim({"a": None, "b": None}, "y"))
    assert_error(answer, 400, "invalid_request")
    assert "more than 3 messages" in answer.body["error"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"conversationId": "c"},
        {"conversationId": "c", "count": 1},
        {"conversationId": "c", "messages": [], "count": 0, "digest": "0" * 64},
        {"conversationId": "c", "messages": [{"id": "a"}, {"id": "a"}]},
        {"conversationId": "c", "messages": [{"id": "a", "sha256": "short"}]},
        {"conversationId": "", "messages": []},
        {"conversationId": "c", "count": -1, "digest": "0" * 64},
    ],
)  # fmt: skip
def test_a_claim_that_cannot_be_read_is_refused(world: World, told: Tenant, wrong: dict[str, Any]) -> None:
    assert_error(_reconcile(world, told, wrong), 400, "invalid_request")


def test_only_a_key_that_reads_the_chatbot_learns_what_is_stored(world: World, told: Tenant) -> None:
    stranger = world.tenant("Other")
    body = {"chatbotId": told.id, "conversations": [_claim(DIGESTS)]}
    assert_error(world.request("POST", "/api/v1/reconcile", stranger.admin, body), 404, "not_found")
    assert_error(world.request("POST", "/api/v1/reconcile", told.ingest, body), 403, "forbidden")
    own = {**body, "chatbotId": stranger.id}
    answer = world.request("POST", "/api/v1/reconcile", stranger.admin, own)
    assert answer.body["conversations"][0]["status"] == "missing"
