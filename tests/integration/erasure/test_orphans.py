"""What a crash leaves in a conversation's partition without a row is removed a day later, and nothing else is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from confab.domain.identity import conversation_id
from confab.erasure import conversation_wiring
from confab.erasure.orphan_store import OrphanStore
from confab.erasure.orphans import RemoveOrphans
from confab.storage import keys
from confab.storage.clocks import to_micros

from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.erasing import Crash, dying_at, eraser
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

BODY: Final = {
    "conversationId": "c",
    "messages": [
        {"id": "m0", "role": "user", "content": "where is my order?"},
        {"id": "m1", "role": "assistant", "content": "let me look"},
    ],
}


@pytest.fixture
def clocked(engine: Engine) -> World:
    return World(engine, Clock())


@pytest.fixture
def tenant(clocked: World) -> Tenant:
    return clocked.tenant()


def _advance(world: World, **span: float) -> None:
    assert world.clock is not None
    world.clock.advance(**span)


def _orphaned(world: World, tenant: Tenant) -> None:
    """Messages of a request that died before it wrote the row, and a part of one that it did not come to write."""
    pk = keys.conversation(tenant.id, conversation_id(tenant.id, "c"))
    world.capture_directly(tenant, BODY)
    world.table.delete((pk, keys.HEAD))
    world.table.put({"pk": pk, "sk": "PART#0f#0000", "b": b"text", "st": to_micros(world.now())})
    assert {item["sk"][:4] for item in _left(world, tenant)} == {"MSG#", "PART"}


def _left(world: World, tenant: Tenant) -> list[dict[str, Any]]:
    return world.items(tenant.id, conversation_id(tenant.id, "c"))


def _sweep(world: World) -> None:
    world.handler("maintenance")({}, CONTEXT)


def _texts(world: World, tenant: Tenant) -> list[str]:
    key = world.key(tenant, "read")
    answer = world.read(key, conversation_id(tenant.id, "c"))
    return [message["content"][:5] for message in answer.body["messages"]] if answer.status == 200 else []


def test_messages_without_a_row_are_removed_by_the_sweep_when_they_are_a_day_old(
    clocked: World, tenant: Tenant
) -> None:
    _orphaned(clocked, tenant)
    _sweep(clocked)
    _advance(clocked, hours=23)
    _sweep(clocked)
    assert _left(clocked, tenant), "a client may still try again"
    _advance(clocked, hours=2)
    _sweep(clocked)
    assert _left(clocked, tenant) == []
    assert clocked.analyse_queued() == []
    assert list(clocked.table.query(keys.deleted_conversations(tenant.id))) == [], "nobody has deleted it"


def test_conversations_with_a_row_stay_wherever_a_run_ends(clocked: World, tenant: Tenant) -> None:
    clocked.capture_directly(tenant, BODY)
    clocked.analyse_queued()
    before = _left(clocked, tenant)
    _advance(clocked, days=30)
    for at_a_time in (1, 2, 3):
        remove = RemoveOrphans(
            OrphanStore(clocked.table, at_a_time),
            conversation_wiring.erase(clocked.deployment).orphaned,
            now=clocked.now,
        )
        _advance(clocked, days=2)
        parts = 0
        while remove.waiting():
            assert remove("orphans", 1).removed == 0
            parts += 1
        assert parts > 2
    assert _left(clocked, tenant) == before


def test_a_finished_run_reads_nothing_more_for_a_day(clocked: World, tenant: Tenant) -> None:
    scans: list[Any] = []
    clocked.dynamodb.meta.events.register(
        "provide-client-params.dynamodb.Scan", lambda params, **_: scans.append(params)
    )
    for _ in range(3):
        _sweep(clocked)
        _advance(clocked, hours=1)
    assert len(scans) == 1
    _advance(clocked, days=1)
    _sweep(clocked)
    assert len(scans) == 2


@pytest.mark.parametrize("step", ["mark", "remove", "remove_row"])
def test_a_client_that_comes_back_at_that_moment_loses_nothing(clocked: World, tenant: Tenant, step: str) -> None:
    _orphaned(clocked, tenant)
    _advance(clocked, days=2)
    seen: list[str] = []

    def meanwhile(name: str) -> None:
        if name == step and not seen:
            seen.append(name)
            # What waits for the erasure may find it done, because the sweep goes on in between.
            clocked.deployment.sleep = lambda _: None
            answers.append(clocked.capture(tenant.ingest, BODY).status)

    answers: list[int] = []
    eraser(clocked, meanwhile).orphaned(tenant.id, conversation_id(tenant.id, "c"), clocked.now() - timedelta(days=1))
    clocked.analyse_queued()
    assert seen
    assert answers[0] in (200, 503)
    if answers[0] == 503:
        assert clocked.capture(tenant.ingest, BODY).status == 200
    assert _texts(clocked, tenant) == ["where", "let m"]


def test_a_client_that_found_its_messages_right_before_they_went_stores_them_again(
    clocked: World, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _orphaned(clocked, tenant)
    _advance(clocked, days=2)
    parts = clocked.deployment
    touch, calls = parts.conversations.touch, 0

    def overtaken(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            before = clocked.now() - timedelta(days=1)
            assert eraser(clocked, lambda _: None).orphaned(tenant.id, conversation_id(tenant.id, "c"), before)
        return touch(*given)

    monkeypatch.setattr(parts.conversations, "touch", overtaken)
    answer = clocked.capture_directly(tenant, BODY)
    assert [result["status"] for result in answer["results"]] == ["stored", "stored"]
    clocked.analyse_queued()
    assert _texts(clocked, tenant) == ["where", "let m"]


@pytest.mark.parametrize("step", ["remove", "remove_row"])
def test_a_sweep_that_dies_half_way_is_finished_by_the_consumer(clocked: World, tenant: Tenant, step: str) -> None:
    _orphaned(clocked, tenant)
    _advance(clocked, days=2)
    with pytest.raises(Crash):
        eraser(clocked, dying_at(step)).orphaned(
            tenant.id, conversation_id(tenant.id, "c"), clocked.now() - timedelta(days=1)
        )
    _advance(clocked, hours=1)
    _sweep(clocked)
    clocked.analyse_queued()
    assert _left(clocked, tenant) == []
