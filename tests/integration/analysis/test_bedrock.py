"""The consumer with chatbots that have Bedrock judge: settings, results, budget and what goes back to the queue."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from confab.admin import wiring as admin_wiring
from confab.analysis.bedrock import Spending
from confab.analysis.budgets import BudgetStore
from confab.domain.analyzer_settings import SETTING
from confab.storage.messages import unpack_json

from tests.support.bedrock import CLAUDE, NOVA, Bedrock, answered, bedrock_server, refused
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.world import World

MESSAGES = [
    {"id": "m1", "role": "user", "content": "Where is my refund?", "sentAt": "2026-03-01T10:00:00Z"},
    {"id": "m2", "role": "assistant", "content": "Please wait.", "sentAt": "2026-03-01T10:00:05Z"},
]


@pytest.fixture(scope="module")
def server() -> Iterator[Bedrock]:
    with bedrock_server() as bedrock:
        yield bedrock


@pytest.fixture
def bedrock_world(engine: Engine, server: Bedrock) -> World:
    """A deployment that allows Bedrock, on a clock of the test's own."""
    server.does(answered())
    settings = {"bedrock": True, "bedrock_model": NOVA, "bedrock_region": "eu-west-1"}
    return World(engine, Clock(), settings, bedrock=server.client)


def tenant_with(world: World, **analyzer: Any) -> Tenant:
    tenant = world.tenant()
    settings = {SETTING: analyzer}
    admin_wiring.configure(world.deployment).change(
        None, tenant.id, "analyzer.set", lambda bot: replace(bot, settings=settings)
    )
    return tenant


def captured(world: World, tenant: Tenant, name: str = "c") -> str:
    body = {"conversationId": name, "messages": MESSAGES}
    return str(world.capture_directly(tenant, body)["conversationId"])


def results(world: World, tenant: Tenant, conversation: str) -> dict[str, Any]:
    """The last stored analysis."""
    items = [item for item in world.items(tenant.id, conversation) if item["sk"].startswith("ANALYSIS#")]
    found: dict[str, Any] = unpack_json(max(items, key=lambda item: item["sk"])["z"])
    return found


def test_a_chatbot_set_to_bedrock_has_the_models_results(bedrock_world: World, server: Bedrock) -> None:
    tenant = tenant_with(bedrock_world, provider="bedrock", model=CLAUDE, region="eu-central-1", serviceTier="flex")
    conversation = captured(bedrock_world, tenant)
    assert bedrock_world.analyse_queued() == []
    found = results(bedrock_world, tenant, conversation)
    assert (found["provider"], found["model"], found["analyzer"]) == ("bedrock", CLAUDE, "1")
    assert "note" not in found
    assert [message["key"] for message in found["messages"]] == ["i:m1", "i:m2"]
    (asked,) = server.asked
    assert asked.model == CLAUDE
    assert asked.body["serviceTier"] == {"type": "flex"}
    assert "/eu-central-1/bedrock/" in asked.headers["authorization"]
    shown = bedrock_world.read(tenant.admin, conversation).body["messages"][0]["user_sentiments"]
    assert shown == [{"score": -0.5, "text_chunk": "Where is my refund?", "reasoning": "waits for a refund"}]
    day = bedrock_world.statistics(tenant.id)["DAY#2026-03-01"]
    assert (day["sentimentSum"], day["label:Negative"]) == (-500, 1)


def test_a_chatbot_without_a_choice_uses_the_deployments_analyzer(engine: Engine, server: Bedrock) -> None:
    server.does(answered())
    settings = {"bedrock": True, "analyzer": "bedrock", "bedrock_model": NOVA, "bedrock_region": "eu-west-1"}
    world = World(engine, Clock(), settings, bedrock=server.client)
    tenant, other = world.tenant(), tenant_with(world, provider="builtin")
    places = [(tenant, captured(world, tenant)), (other, captured(world, other))]
    world.analyse_queued()
    assert [results(world, *place)["provider"] for place in places] == ["bedrock", "builtin"]


@pytest.mark.parametrize(
    ("analyzer", "note"),
    [
        ({"provider": "bedrock", "model": "acme.sage"}, "bedrock: the chatbot's settings are not valid"),
        ({"provider": "bedrock", "dailyBudgetUsd": 0}, "bedrock: budget"),
    ],
)
def test_impossible_settings_fall_back_to_the_builtin_and_say_why(
    bedrock_world: World, server: Bedrock, analyzer: dict[str, Any], note: str
) -> None:
    tenant = tenant_with(bedrock_world, **analyzer)
    conversation = captured(bedrock_world, tenant)
    assert bedrock_world.analyse_queued() == []
    found = results(bedrock_world, tenant, conversation)
    assert (found["provider"], found["note"]) == ("builtin", note)
    assert server.asked == []


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({}, "bedrock: not enabled in this deployment"),
        ({"bedrock": True, "bedrock_region": "eu-west-1"}, "bedrock: no model is set"),
        ({"bedrock": True, "bedrock_model": NOVA}, "bedrock: no region is set"),
        ({"bedrock": True, "bedrock_model": "acme.sage", "bedrock_region": "eu-west-1"}, "bedrock: the model's price"),
    ],
)
def test_a_deployment_without_bedrock_falls_back_and_says_what_it_lacks(
    engine: Engine, server: Bedrock, settings: dict[str, Any], note: str
) -> None:
    server.does(answered())
    world = World(engine, Clock(), settings, bedrock=server.client)
    tenant = tenant_with(world, provider="bedrock")
    conversation = captured(world, tenant)
    world.analyse_queued()
    assert results(world, tenant, conversation)["note"].startswith(note)
    assert server.asked == []


def test_a_throttled_conversation_returns_to_the_queue_until_the_last_delivery(
    bedrock_world: World, server: Bedrock
) -> None:
    tenant = tenant_with(bedrock_world, provider="bedrock")
    conversation = captured(bedrock_world, tenant)
    other = bedrock_world.tenant()
    calm = captured(bedrock_world, other)
    bedrock_world.queued()
    server.does(refused(429, "ThrottlingException"))
    place = {"chatbotId": tenant.id, "conversationId": conversation}
    records = [
        sqs_record(place, "throttled"),
        sqs_record({"chatbotId": other.id, "conversationId": calm}, "calm"),
    ]
    answer = bedrock_world.handler("analysis")({"Records": records}, CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "throttled"}]}
    assert results(bedrock_world, other, calm)["provider"] == "builtin"
    head = bedrock_world.table.get((f"CONV#{tenant.id}#{conversation}", "HEAD"))
    assert head is not None
    assert "pendingSince" in head
    assert "analysisFailed" not in head
    last = bedrock_world.handler("analysis")({"Records": [sqs_record(place, "last", receives=5)]}, CONTEXT)
    assert last == {"batchItemFailures": []}
    found = results(bedrock_world, tenant, conversation)
    assert (found["provider"], found["note"]) == ("builtin", "bedrock: throttled")


def test_a_throttled_message_returns_before_the_queues_own_time(bedrock_world: World, server: Bedrock) -> None:
    tenant = tenant_with(bedrock_world, provider="bedrock")
    conversation = captured(bedrock_world, tenant)
    server.does(refused(503, "ServiceUnavailableException"))
    waits: list[int] = []
    bedrock_world.sqs.meta.events.register(
        "provide-client-params.sqs.ChangeMessageVisibility",
        lambda params, **_: waits.append(params["VisibilityTimeout"]),
    )
    place = {"chatbotId": tenant.id, "conversationId": conversation}
    for receives in (1, 3):
        bedrock_world.handler("analysis")({"Records": [sqs_record(place, receives=receives)]}, CONTEXT)
    assert 15 <= waits[0] <= 30
    assert 60 <= waits[1] <= 120


def test_given_a_budget_when_it_is_used_up_then_the_next_day_begins_anew(bedrock_world: World, server: Bedrock) -> None:
    tenant = tenant_with(bedrock_world, provider="bedrock", dailyBudgetUsd=0.0005)
    server.does(answered(tokens=(5000, 500)))
    providers = []
    for name in ("first", "second"):
        conversation = captured(bedrock_world, tenant, name)
        bedrock_world.analyse_queued()
        providers.append(results(bedrock_world, tenant, conversation)["provider"])
    ledger, clock = BudgetStore(bedrock_world.table), bedrock_world.clock
    assert clock is not None
    spent = ledger.day(tenant.id, clock().date())
    assert providers == ["bedrock", "builtin"]
    assert (spent.spent, spent.calls, spent.tokens) == (5000 * 60 + 500 * 240, 1, 5500)
    item = bedrock_world.table.get((f"BUDGET#{tenant.id}", clock().date().isoformat()))
    assert item is not None
    assert item["expiresAt"] > clock().timestamp()
    clock.advance(days=1)
    conversation = captured(bedrock_world, tenant, "third")
    bedrock_world.analyse_queued()
    assert results(bedrock_world, tenant, conversation)["provider"] == "bedrock"


def test_concurrent_reservations_never_exceed_the_budget(
    bedrock_world: World,
) -> None:
    def reserve(_: int) -> bool:
        spending = Spending(BudgetStore(bedrock_world.table), "bot", 1000, now=bedrock_world.now)
        return spending.reserve(90) is not None

    with ThreadPoolExecutor(8) as pool:
        given = sum(pool.map(reserve, range(40)))
    spent = BudgetStore(bedrock_world.table).day("bot", bedrock_world.now().date()).spent
    assert spent == 90 * given <= 1000
    assert reserve(0) == (given < 11)
