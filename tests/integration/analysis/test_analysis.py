"""The consumer: exact counts under any redelivery and any interleaving with captures."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.analysis import sweep_wiring
from confab.analysis.analyzer import Past
from confab.analysis.consumer import NOTHING, AnalysisOutcome
from confab.analysis.store import AnalysisStore
from confab.domain.conversation import Conversation
from confab.domain.message import USER, Message
from confab.domain.results import Analysis, ChunkSentiment, ConversationResult, MessageResult
from confab.domain.statistics import contribution_of
from confab.platform.errors import AnalysisRetry, Unavailable
from confab.storage.visibility import NO_RETENTION

from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.world import World


class WordCount:
    """An analyzer that scores by length, counts what it judges, and may do something while it works."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.judged: list[str] = []
        self.meanwhile = meanwhile

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        self.meanwhile()
        message_results = []
        for message in transcript:
            if message.key in judge:
                self.judged.append(message.key)
                score = round(len(message.content) % 21 / 10 - 1, 3) if message.role == USER else None
                chunks = [ChunkSentiment(score=score, text_chunk=message.content, reasoning="length")] if score else []
                message_results.append(MessageResult(key=message.key, score=score, sentiments=chunks))
        overall = ConversationResult(outcome="open", summary="words")
        return Analysis(messages=message_results, conversation=overall, provider="test", model="words", version="1")


def _message(number: int) -> dict[str, Any]:
    role = "user" if number % 3 else "assistant"
    at = datetime(2026, 1, 1, 20, tzinfo=UTC) + timedelta(hours=number)
    return {"id": f"m{number}", "role": role, "content": "x" * (number + 1), "sentAt": at.isoformat()}


def _send(world: World, tenant: Tenant, numbers: Sequence[int]) -> str:
    body = {"conversationId": "c", "messages": [_message(number) for number in numbers]}
    conversation: str = world.capture_directly(tenant, body)["conversationId"]
    return conversation


def _recount(world: World, tenant: Tenant, conversation_id: str) -> dict[str, dict[str, int]]:
    """The statistics computed anew from what is stored."""
    loaded = AnalysisStore(world.table, NO_RETENTION).load(tenant.id, conversation_id)
    assert loaded is not None
    return contribution_of(loaded.analysed)


def _head(world: World, tenant: Tenant, conversation_id: str) -> Conversation:
    loaded = AnalysisStore(world.table, NO_RETENTION).load(tenant.id, conversation_id)
    assert loaded is not None
    return loaded.conversation


def test_only_new_messages_are_analysed_again(world: World) -> None:
    tenant, analyzer = world.tenant(), WordCount()
    analyse = world.analyse_with(analyzer)
    conversation = _send(world, tenant, [1, 2])
    assert analyse(tenant.id, conversation).judged == 2
    _send(world, tenant, [1, 2, 3])
    assert analyse(tenant.id, conversation).judged == 1
    assert analyzer.judged == ["i:m1", "i:m2", "i:m3"]
    assert analyse(tenant.id, conversation) == NOTHING


def test_a_result_says_how_long_the_conversation_waited_and_how_much_was_new(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    analyse = clocked.analyse_with(WordCount())
    assert clocked.clock is not None
    conversation = _send(clocked, tenant, [1, 2])
    clocked.clock.advance(seconds=10)
    _send(clocked, tenant, [2, 3])
    clocked.clock.advance(seconds=2)
    assert analyse(tenant.id, conversation) == AnalysisOutcome(judged=3, counted=3, lag=timedelta(seconds=12))
    _send(clocked, tenant, [4])
    clocked.clock.advance(seconds=1)
    assert analyse(tenant.id, conversation) == AnalysisOutcome(judged=1, counted=1, lag=timedelta(seconds=1))


def test_a_message_captured_during_the_analysis_is_analysed_too(world: World) -> None:
    tenant = world.tenant()
    conversation = _send(world, tenant, [1])
    arrivals = iter([[2], [4, 5]])
    analyzer = WordCount(lambda: _send(world, tenant, numbers) if (numbers := next(arrivals, None)) else None)
    world.analyse_with(analyzer)(tenant.id, conversation)
    head = _head(world, tenant, conversation)
    assert head.message_count == 4
    assert head.pending_since is None
    assert world.statistics(tenant.id) == _recount(world, tenant, conversation)


def test_the_queue_tries_a_conversation_again_that_never_rests(world: World) -> None:
    tenant = world.tenant()
    conversation = _send(world, tenant, [0])
    numbers = iter(range(1, 100))
    analyzer = WordCount(lambda: _send(world, tenant, [next(numbers)]) and None)
    with pytest.raises(AnalysisRetry):
        world.analyse_with(analyzer)(tenant.id, conversation)
    world.analyse_with(WordCount())(tenant.id, conversation)
    assert world.statistics(tenant.id) == _recount(world, tenant, conversation)


def test_counts_are_exact_over_more_days_than_a_transaction_holds(
    world: World,
) -> None:
    tenant = world.tenant()
    start = datetime(2025, 1, 1, tzinfo=UTC)
    for first in range(0, 250, 100):
        days = range(first, min(first + 100, 250))
        messages = [{**_message(day), "sentAt": (start + timedelta(days=day)).isoformat()} for day in days]
        conversation = world.capture_directly(tenant, {"conversationId": "c", "messages": messages})["conversationId"]
    world.analyse_with(WordCount())(tenant.id, conversation)
    assert len(world.statistics(tenant.id)) == 252
    assert world.statistics(tenant.id) == _recount(world, tenant, conversation)
    assert _head(world, tenant, conversation).pending_since is None


def test_given_a_probe_when_analysed_then_it_is_listed_but_not_in_the_days(world: World) -> None:
    tenant = world.tenant()
    world.capture(tenant.ingest, {"conversationId": "obprobe_1", "messages": [_message(1)]})
    world.analyse_queued()
    assert world.statistics(tenant.id) == {"TOTAL": {"conversations": 1, "messages": 1}}
    assert world.list_page(tenant.admin).body["total"] == 1


def test_only_the_poisoned_record_of_a_batch_fails_and_is_marked_at_the_end(
    world: World,
) -> None:
    tenant = world.tenant()
    good = _send(world, tenant, [1])
    bad = world.capture_directly(tenant, {"conversationId": "bad", "messages": [_message(1)]})["conversationId"]
    world.queued()
    head = {"pk": f"CONV#{tenant.id}#{bad}", "sk": "ANALYSIS#0000000001#000", "z": b"not deflate"}
    world.table.put(head)
    place = {"chatbotId": tenant.id}
    records = [
        sqs_record({**place, "conversationId": good}, "good"),
        sqs_record({**place, "conversationId": bad}, "bad", receives=5),
    ]
    answer = world.handler("analysis")({"Records": records}, CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    marked = world.table.get((f"CONV#{tenant.id}#{bad}", "HEAD"))
    assert marked is not None
    assert marked["analysisFailed"] == "error"
    assert "pendingSince" not in marked
    assert _head(world, tenant, good).pending_since is None


def test_the_sweep_queues_what_a_busy_table_left_at_the_last_delivery(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    conversation = _send(clocked, tenant, [1])
    busy = clocked.restarted({"dynamodb": clocked.dynamodb, "sqs": clocked.sqs}.__getitem__)
    busy.table.query = _unavailable  # type: ignore[method-assign]
    (record,) = clocked.queued()
    last = sqs_record(json.loads(record["body"]), receives=5)
    assert busy.handler("analysis")({"Records": [last]}, CONTEXT)["batchItemFailures"]
    assert _head(clocked, tenant, conversation).analysis_failed is None
    clocked.clock.advance(minutes=20)
    assert sweep_wiring.sweep(clocked.deployment)().queued == 1
    clocked.analyse_queued()
    assert clocked.statistics(tenant.id) == _recount(clocked, tenant, conversation)


def _unavailable(*_: Any, **__: Any) -> Any:
    raise Unavailable("The table is busy; try again.")


def test_a_capture_whose_row_was_not_written_is_completed_by_a_repetition(
    world: World,
) -> None:
    tenant = world.tenant()
    conversation = _send(world, tenant, [1, 2])
    world.queued()
    world.table.delete((f"CONV#{tenant.id}#{conversation}", "HEAD"))
    answer = world.capture_directly(tenant, {"conversationId": "c", "messages": [_message(1), _message(2)]})
    assert [result["status"] for result in answer["results"]] == ["duplicate", "duplicate"]
    assert answer["analysisQueued"] is True
    world.analyse_queued()
    assert _head(world, tenant, conversation).message_count == 2
    assert world.statistics(tenant.id)["TOTAL"] == {"conversations": 1, "messages": 2}


def test_repeating_an_analysed_conversation_queues_nothing(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    _send(clocked, tenant, [1, 2])
    assert clocked.clock is not None
    clocked.clock.advance(minutes=10)
    clocked.analyse_queued()
    answer = clocked.capture_directly(tenant, {"conversationId": "c", "messages": [_message(1), _message(2)]})
    assert answer["analysisQueued"] is False
    assert clocked.queued() == []


def test_given_a_queue_that_refuses_when_captured_then_the_next_capture_queues(clocked: World) -> None:
    tenant = clocked.tenant()
    queue = clocked.deployment.analysis_queue
    url, queue._url = queue._url, f"{queue._url}-gone"
    body = {"conversationId": "c", "messages": [_message(1)]}
    assert clocked.capture_directly(tenant, body)["analysisQueued"] is False
    queue._url = url
    assert clocked.clock is not None
    clocked.clock.advance(seconds=1)
    answer = clocked.capture_directly(tenant, {"conversationId": "c", "messages": [_message(2)]})
    assert answer["analysisQueued"] is True
    assert len(clocked.queued()) == 1
