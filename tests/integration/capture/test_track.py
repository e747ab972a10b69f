"""Track: arrays without ids, aligned with what is stored."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from confab.domain.identity import conversation_id

from tests.support.deployment import Tenant
from tests.support.real_data import care_conversations
from tests.support.world import World


def _says(*texts: str) -> list[dict[str, str]]:
    return [{"role": "user" if number % 2 == 0 else "assistant", "content": t} for number, t in enumerate(texts)]


def _stored(world: World, tenant: Tenant, external_id: str) -> list[str]:
    read = world.read(tenant.admin, conversation_id(tenant.id, external_id)).body
    return [message["content"] for message in read["messages"]]


def test_given_growing_transcripts_when_tracked_then_each_message_is_stored_once(world: World) -> None:
    tenant = world.tenant()
    for upto in (1, 2, 4, 4):
        body = {"conversationId": "c", "messages": _says("a", "b", "c", "d")[:upto], "user": {"id": "u"}}
        answer = world.track(tenant.ingest, {**body, "metadata": {"tier": "gold"}})
        assert answer.status == 200
        assert answer.body["success"] is True
        assert answer.body["conversationId"] == "c"
    assert _stored(world, tenant, "c") == ["a", "b", "c", "d"]
    read = world.read(tenant.admin, conversation_id(tenant.id, "c")).body
    assert read["custom"] == {"tier": "gold"}
    assert read["message_count"] == 4
    world.analyse_queued()
    assert not world.read(tenant.admin, conversation_id(tenant.id, "c")).body["analysis_pending"]


def test_more_new_messages_than_a_transaction_holds_are_stored_in_order(
    world: World,
) -> None:
    tenant = world.tenant()
    texts = [f"message {number}" for number in range(350)]
    for _ in range(2):
        assert world.track(tenant.ingest, {"conversationId": "long", "messages": _says(*texts)}).status == 200
    assert _stored(world, tenant, "long") == texts


def test_a_transcript_keeps_its_order_with_ids_on_one_side_only(world: World) -> None:
    tenant = world.tenant()
    messages: list[dict[str, str]] = []
    for number in range(6):
        messages.append({"role": "user", "content": f"question {number}", "id": f"q{number}"})
        messages.append({"role": "assistant", "content": f"answer {number}"})
        for _ in range(2):
            world.capture(tenant.ingest, {"conversationId": "c", "messages": messages})
    assert _stored(world, tenant, "c") == [message["content"] for message in messages]


def test_a_system_message_sent_with_every_transcript_is_stored_once(world: World) -> None:
    tenant = world.tenant()
    messages = [{"role": "system", "content": "be nice"}]
    for number in range(4):
        messages.append({"role": "user", "content": f"text {number}"})
        world.capture(tenant.ingest, {"conversationId": "c", "messages": messages})
    assert _stored(world, tenant, "c") == ["be nice", "text 0", "text 1", "text 2", "text 3"]


def test_an_edit_beyond_the_tail_stores_only_the_new_end(world: World) -> None:
    tenant = world.tenant()
    texts = [f"message {number}" for number in range(90)]
    world.track(tenant.ingest, {"conversationId": "c", "messages": _says(*texts)})
    edited = [*texts[:88], "another question", "another answer"]
    world.track(tenant.ingest, {"conversationId": "c", "messages": _says(*edited)})
    assert _stored(world, tenant, "c") == [*texts, "another question", "another answer"]


def test_equal_transcripts_of_eight_clients_become_one(
    world: World,
) -> None:
    tenant = world.tenant()
    texts = [f"message {number}" for number in range(120)]
    bodies = [
        {"conversationId": "c", "messages": _says(*texts[:upto])} for upto in (120, 120, 120, 60, 120, 120, 30, 120)
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body: world.track_directly(tenant, body), bodies))
    assert _stored(world, tenant, "c") == texts


def _full(messages: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for upto in range(1, len(messages) + 1):
        yield messages[:upto]


def _deltas(messages: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for message in messages:
        yield [message]


def _windows(messages: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for upto in range(1, len(messages) + 1):
        yield messages[max(0, upto - 3) : upto]


@pytest.mark.parametrize("requests_of", [_full, _deltas, _windows])
def test_real_transcripts_without_ids_sent_twice_are_exact(fresh: World, requests_of: Any) -> None:
    conversations = list(care_conversations())[: None if "CONFAB_ALL_DATA" in os.environ else 120]
    if not conversations:
        pytest.skip("the real conversations are not beside this checkout")
    world = fresh
    tenant = world.tenant()

    def send(row: dict[str, Any]) -> None:
        plain = [{"role": m["role"], "content": m["content"]} for m in row["messages"]]
        for messages in requests_of(plain):
            for _ in range(2):
                world.track_directly(tenant, {"conversationId": row["conversationId"], "messages": messages})

    random.Random(3).shuffle(conversations)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, conversations))
    for row in conversations:
        items = world.items(tenant.id, conversation_id(tenant.id, row["conversationId"]))
        assert len([item for item in items if item["sk"].startswith("MSG#")]) == len(row["messages"])
        assert _stored(world, tenant, row["conversationId"]) == [m["content"] for m in row["messages"]]
