"""The consumer and what its memory cannot hold: that is marked, and nothing else waits for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pytest
from confab.analysis import sweep_wiring
from confab.analysis import wiring as analysis_wiring
from confab.analysis.analyzer import Past
from confab.domain.identity import conversation_id
from confab.domain.message import Message
from confab.domain.results import Analysis
from confab.storage import results
from confab.storage.conversation_row import BYTES
from confab.storage.writes import Change

from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.world import World

SMALL_MB = 128
"""A function of so much memory has room for less than a megabyte of text."""
MANY = 40
"""Of 31 KB each."""


@pytest.fixture
def small(engine: Engine) -> World:
    return World(engine, Clock(), {"memory_mb": SMALL_MB})


def _say(world: World, tenant: Tenant, name: str, *numbers: int, size: int = 20) -> str:
    messages = [{"id": f"m{number}", "role": "user", "content": "not again " * (size // 10)} for number in numbers]
    assert world.capture(tenant.ingest, {"conversationId": name, "messages": messages}).status == 200
    return conversation_id(tenant.id, name)


def _large(world: World, tenant: Tenant, name: str = "large") -> str:
    return _say(world, tenant, name, *range(MANY), size=31_000)


def _row(world: World, tenant: Tenant, conversation: str) -> dict[str, Any]:
    return next(item for item in world.items(tenant.id, conversation) if item["sk"] == "HEAD")


def _is_marked(world: World, tenant: Tenant, conversation: str) -> bool:
    row = _row(world, tenant, conversation)
    return row.get("analysisFailed") == "TooLarge" and not {"pendingSince", "g2pk", "g2sk"} & row.keys()


def test_a_conversation_beyond_memory_is_marked_and_the_batch_goes_on(
    small: World,
) -> None:
    tenant = small.tenant()
    large = _large(small, tenant)
    others = [_say(small, tenant, f"c{number}", 1) for number in range(3)]
    assert small.analyse_queued() == []
    assert _is_marked(small, tenant, large)
    assert all(_row(small, tenant, other)["sentimentCount"] == 1 for other in others)
    assert small.clock is not None
    small.clock.advance(hours=1)
    assert sweep_wiring.sweep(small.deployment)().queued == 0


def test_the_analysis_of_a_conversation_beyond_memory_says_why_it_is_missing(
    small: World,
) -> None:
    tenant = small.tenant()
    large = _large(small, tenant)
    small.analyse_queued()
    path = f"/v1/insights/conversations/{large}/analysis"
    body = small.request("GET", path, tenant.admin).body
    assert (body["analysisPending"], body["analysisFailed"]) == (False, "TooLarge")
    assert len(body["messages"]) == MANY


def test_a_conversation_beyond_memory_is_marked_without_a_byte_count(
    small: World,
) -> None:
    tenant = small.tenant()
    large = _large(small, tenant)
    small.table.change(Change((f"CONV#{tenant.id}#{large}", "HEAD"), removes=[BYTES]))
    assert small.analyse_queued() == []
    assert _is_marked(small, tenant, large)


def test_messages_beyond_memory_by_the_rows_count_are_not_read(
    small: World,
) -> None:
    tenant = small.tenant()
    conversation = _say(small, tenant, "c", 1)
    small.table.change(Change((f"CONV#{tenant.id}#{conversation}", "HEAD"), sets={"messages": 1_000_000}))
    queries: list[Any] = []
    small.dynamodb.meta.events.register("before-call.dynamodb.Query", lambda params, **_: queries.append(params))
    assert small.analyse_queued() == []
    assert not [query for query in queries if f"CONV#{tenant.id}" in str(query["body"])]
    assert _is_marked(small, tenant, conversation)


def test_a_marked_conversation_is_analysed_once_there_is_more_memory(
    engine: Engine,
) -> None:
    small = World(engine, Clock(), {"memory_mb": SMALL_MB})
    tenant = small.tenant()
    large = _large(small, tenant)
    small.analyse_queued()
    _say(small, tenant, "large", MANY)
    assert small.analyse_queued() == []
    assert _is_marked(small, tenant, large)
    _say(small, tenant, "large", MANY + 1)
    (record,) = small.queued()
    analyse = small.analyse_with(analysis_wiring.builtin(small.deployment))
    analyse._store._room = None
    assert analyse(tenant.id, large).judged == MANY + 2
    assert "analysisFailed" not in _row(small, tenant, large)
    assert record["body"]


def test_feedback_that_unpacks_beyond_memory_is_counted(small: World) -> None:
    tenant = small.tenant()
    key = small.key(tenant, "api")
    small.send_history(
        key, {"type": "openai", "id": "c", "messages": [{"id": "m1", "role": "user", "content": "hello there"}]}
    )
    for number in range(16):
        body = {"type": "negative", "messageId": "m1", "id": f"f{number}", "details": "x" * 1_200_000}
        assert small.inkeep(key, "POST", "/feedback", body).status == 200
    assert small.analyse_queued() == []
    row = _row(small, tenant, conversation_id(tenant.id, "c"))
    assert "analysisFailed" not in row
    assert small.statistics(tenant.id)["ALL"]["feedback:negative"] == 16


class _Exhausted:
    """An analyzer that runs out of memory over a conversation that says so."""

    def __init__(self, other: Any) -> None:
        self._other = other

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        if transcript[0].content.startswith("too much"):
            raise MemoryError
        analysis: Analysis = self._other.analyse(transcript, judge, past)
        return analysis


def test_a_batch_goes_on_when_memory_runs_out_over_one_conversation(
    clocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = clocked.tenant()
    said = {"first": "hello there", "greedy": "too much", "last": "hello again"}
    for name, text in said.items():
        body = {"conversationId": name, "messages": [{"id": "m", "role": "user", "content": text}]}
        clocked.capture(tenant.ingest, body)
    analyzer = _Exhausted(analysis_wiring.builtin(clocked.deployment))
    monkeypatch.setattr(analysis_wiring, "analyzers", lambda *_, **__: lambda _: analyzer)
    places = [{"chatbotId": tenant.id, "conversationId": conversation_id(tenant.id, name)} for name in said]
    records = [sqs_record(place, f"r{number}") for number, place in enumerate(places)]
    assert clocked.handler("analysis")({"Records": records}, CONTEXT) == {"batchItemFailures": []}
    assert _is_marked(clocked, tenant, places[1]["conversationId"])
    for place in (places[0], places[2]):
        assert _row(clocked, tenant, place["conversationId"])["sentimentCount"] == 1


def test_the_next_run_continues_results_in_several_items(clocked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MAX_ITEM", 600)
    tenant = clocked.tenant()
    conversation = _say(clocked, tenant, "c", *range(12))
    (record,) = clocked.queued()
    puts = iter(range(100))

    def dies(**_: Any) -> None:
        if next(puts) == 2:
            raise KeyboardInterrupt

    clocked.dynamodb.meta.events.register("before-call.dynamodb.PutItem", dies)
    with pytest.raises(KeyboardInterrupt):
        clocked.analyse_with(analysis_wiring.builtin(clocked.deployment))(tenant.id, conversation)
    clocked.dynamodb.meta.events.unregister("before-call.dynamodb.PutItem", dies)
    kept = [item["sk"] for item in clocked.items(tenant.id, conversation) if item["sk"].startswith("ANALYSIS#")]
    assert len(kept) == 2
    assert clocked.handler("analysis")({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}
    items = clocked.items(tenant.id, conversation)
    message_results, _ = results.read_message_results(items)
    assert len(message_results) == _row(clocked, tenant, conversation)["sentimentCount"] == 12
    assert {item["sk"] for item in items} >= set(kept)
    assert clocked.statistics(tenant.id)["ALL"]["messages"] == 12
