"""A chatbot at its limit, or with a backlog, does not slow another: in calls and batches, never in time.

What SQS does with the groups of a standard queue no local engine does; ``FairQueue`` plays its documented order.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.platform.credentials import ROLES
from confab.storage import keys

from tests.support.answers import Answer
from tests.support.calls import Call, calls_of
from tests.support.chatcaptain import handle_body
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.world import World

BATCH = 10
CONSUMERS = 10
"""As in the template: records a batch, and AnalysisConcurrency."""
BACKLOG = 2000


@pytest.fixture(scope="module")
def still(engine: Engine) -> World:
    """A world whose clock stands still, so that a minute that is used up stays so."""
    return World(engine, Clock(datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)))


def _body(name: str) -> dict[str, Any]:
    return {"conversationId": name, "messages": [{"id": "m", "role": "user", "content": "Where is my order?"}]}


def _key(world: World, tenant: Tenant, **limits: Any) -> str:
    issued = admin_wiring.administration(world.deployment).create_key(
        tenant.workspace_id, "site", chatbot_id=tenant.id, permissions=ROLES["api"], **limits
    )
    return issued.secret


def _requests(world: World, tenant: Tenant, key: str, name: str) -> Iterable[Callable[[], Answer]]:
    """A request of each dialect, and the reads after them."""
    yield lambda: world.capture(key, _body(name))
    yield lambda: world.track(key, _body(f"track-{name}"))
    yield lambda: world.send_history(key, {"type": "openai", "id": f"log-{name}", "messages": _body(name)["messages"]})
    yield lambda: world.manage(key, "POST", tenant.id, "/handle", handle_body(name))
    yield lambda: world.list_page(key)
    yield lambda: world.inkeep(key, "GET", f"/conversations/log-{name}")


def _asked(world: World, tenant: Tenant, key: str, name: str) -> list[list[str]]:
    """What each of a chatbot's requests calls, operations in order of their names; all are answered."""
    asked = []
    for request in _requests(world, tenant, key, name):
        with calls_of(world) as calls:
            answer = request()
        assert answer.status in (200, 201), answer.body
        asked.append(sorted(call.operation for call in calls))
    return asked


def _of(world: World, tenant: Tenant) -> list[dict[str, Any]]:
    """All items that name a chatbot."""
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.deployment.settings.table)
    return [item for item in pages.search("Items[]") if tenant.id in json.dumps(item, default=str)]


def test_a_neighbours_flood_costs_others_no_further_call(
    still: World,
) -> None:
    loud, quiet = still.tenant("Loud"), still.tenant("Quiet")
    flooding, key = _key(still, loud, rate_per_minute=20), _key(still, quiet, plan="unlimited")
    _asked(still, quiet, key, "warm-up")
    alone = _asked(still, quiet, key, "alone")
    before = _of(still, quiet)
    statuses = Counter(still.capture(flooding, _body(f"flood-{number}")).status for number in range(300))
    assert statuses == {200: 20, 429: 280}
    assert _of(still, quiet) == before
    assert len(still.queued()) == 20 + 2 * 4, "of the flood what was taken, and four of each of the other's rounds"
    with calls_of(still) as calls:
        assert still.capture(flooding, _body("one more")).status == 429
    assert calls == []
    assert _asked(still, quiet, key, "beside") == alone


def test_no_partition_but_the_pending_ones_holds_two_chatbots(still: World) -> None:
    tenants = still.tenant("Loud"), still.tenant("Quiet")
    for tenant in tenants:
        key = _key(still, tenant)
        for name in ("a", "b"):
            _asked(still, tenant, key, name)
    still.analyse_queued()
    for tenant in tenants:
        still.capture(tenant.ingest, _body("waits"))
    held = [
        {item[name]["S"] for item in _of(still, tenant) for name in ("pk", "g1pk", "g2pk") if name in item}
        for tenant in tenants
    ]
    assert all(any(pk.startswith(begin) for pk in held[0]) for begin in ("CONV#", "STAT#", "LIST#", "FACET#", "MID#"))
    assert held[0] & held[1] <= {keys.pending(shard) for shard in range(keys.SHARDS)}


def test_every_shard_has_a_fair_part_of_a_chatbots_conversations(still: World) -> None:
    tenant = still.tenant()
    for number in range(80):
        still.capture_directly(tenant, _body(f"shard-{number}"))
    heads = [item for item in _of(still, tenant) if "g2pk" in item and item["g2pk"]["S"].startswith("PENDING#")]
    waiting = Counter(item["g2pk"]["S"] for item in heads)
    assert len(waiting) == keys.SHARDS
    assert max(waiting.values()) < 40


@dataclass
class FairQueue:
    """SQS's order for a standard queue with groups, as AWS documents it: a group that has 30 messages in flight, and
    more than a tenth of all, is noisy, and its messages come after those of the others."""

    waiting: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    in_flight: deque[list[tuple[str, dict[str, Any]]]] = field(default_factory=deque)

    def send(self, calls: Iterable[Call]) -> None:
        """Take the messages that were sent, with their groups."""
        for call in calls:
            if call.operation == "SendMessage":
                group, body = call.parameters["MessageGroupId"], call.parameters["MessageBody"]
                self.waiting.append((group, sqs_record(json.loads(body), f"m-{len(self.waiting)}")))

    def receive(self) -> None:
        """Hand the next batch to a consumer that is free."""
        flying = Counter(group for batch in self.in_flight for group, _ in batch)
        noisy = {group for group, count in flying.items() if count >= 30 and count > flying.total() / 10}
        self.waiting.sort(key=lambda message: message[0] in noisy)
        batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
        self.in_flight.append(batch)


def test_a_backlog_of_one_chatbot_delays_another_by_one_round_at_most(
    still: World,
) -> None:
    loud, quiet = still.tenant("Loud"), still.tenant("Quiet")
    queue = FairQueue()
    with calls_of(still) as calls:
        for number in range(20):
            still.capture(loud.ingest, _body(f"flood-{number}"))
    queue.send(calls * (BACKLOG // 20))
    assert [group for group, _ in queue.waiting] == [loud.id] * BACKLOG
    for _ in range(CONSUMERS):
        queue.receive()
    with calls_of(still) as calls:
        for number in range(5):
            still.capture(quiet.ingest, _body(f"talk-{number}"))
    queue.send(calls)
    handled = 0
    while still.statistics(quiet.id).get("TOTAL", {}).get("messages") != 5:
        records = [record for _, record in queue.in_flight.popleft()]
        assert still.handler("analysis")({"Records": records}, CONTEXT) == {"batchItemFailures": []}
        handled += 1
        queue.receive()
        assert handled <= CONSUMERS + 1, "what was in flight already, and one batch"
    assert len(queue.waiting) > BACKLOG - (2 * CONSUMERS + 2) * BATCH
