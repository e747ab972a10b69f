"""Spans become conversations: whatever package sent them, however often, and however they are split."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from confab.spans import wiring
from confab.spans.choices import merged
from confab.spans.otlp import read_logs, read_traces
from confab.spans.relatives import Told
from confab.spans.store import Whose

from tests.support.deployment import Tenant
from tests.support.otlp import CAPTURED, captured, captured_requests, span, traces, turn
from tests.support.world import World

SYSTEM = "You help with orders."
TALK = [SYSTEM, "Hello", "Hi, how can I help?", "Where is my refund?", "Your refund takes five days."]
ALONE = [SYSTEM, TALK[3], TALK[4]]
WITH_TOOL = [*TALK[:4], "", "refunded", TALK[4]]
WITH_STATE = [*TALK[:4], "", '{"state":"refunded"}', TALK[4]]
CONVERSATION = "01a220d6-f5b7-7778-9026-0d5730c1f347"
HOLDS: dict[str, list[tuple[str | None, str | None, list[str]]]] = {
    "litellm-otel": [(None, "user-42", TALK)],
    "openinference-langgraph": [("chat-1", "user-42", TALK)],
    "openinference-openai": [(None, "user-42", TALK), ("conv_abc", None, ALONE)],
    "openllmetry-openai": [(None, "user-42", TALK), (None, None, ALONE)],
    "otel-genai-openai-default": [],
    "otel-genai-openai-event": [(None, None, TALK), ("conv_abc", None, ALONE)],
    "otel-genai-openai-span": [(None, None, TALK), ("conv_abc", None, ALONE)],
    "otel-genai-openai-true": [],
    "otel-openai-v2-events": [(None, None, TALK)],
    "otel-openai-v2-experimental": [(None, None, TALK)],
    "otel-openai-v2-legacy": [(None, None, TALK)],
    "pydantic-ai": [(CONVERSATION, None, WITH_TOOL)],
    "vercel-ai-sdk-7": [(None, None, WITH_STATE)],
    "vercel-ai-sdk-7-legacy": [("chat-1", "user-42", WITH_STATE)],
    "vercel-ai-sdk-7-runtimecontext": [("chat-1", "user-42", WITH_STATE)],
}
"""Of each captured set-up: the conversations, with their ids and users."""


def send(world: World, tenant: Tenant, body: Mapping[str, Any]) -> None:
    raw = json.dumps(body).encode()
    decoded = read_logs(raw, is_json=True) if "resourceLogs" in body else read_traces(raw, is_json=True)
    assert decoded.rejected == 0
    wiring.ingest(world.deployment)(tenant.id, decoded.spans, decoded.records)


def found(world: World, tenant: Tenant) -> list[tuple[str | None, str | None, list[str]]]:
    """The conversations of a tenant: id, user and texts."""
    listed = world.list_page(tenant.admin, limit="100").body["conversations"]
    whole = [world.read(tenant.admin, each["id"]).body for each in listed]
    told = [
        (
            each["external_conversation_id"],
            each["external_user_id"],
            [message["content"] for message in each["messages"]],
        )
        for each in whole
    ]
    return sorted(told, key=repr)


def apart(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A request as one for each span; log records of one span stay together."""
    parts = []
    for outer, inner, leaves in (("resourceSpans", "scopeSpans", "spans"), ("resourceLogs", "scopeLogs", "logRecords")):
        for group in body.get(outer, []):
            for scope in group[inner]:
                by_span: dict[str, list[Any]] = {}
                for leaf in scope[leaves]:
                    by_span.setdefault(leaf["spanId"], []).append(leaf)
                parts += [{outer: [{**group, inner: [{**scope, leaves: own}]}]} for own in by_span.values()]
    return parts


@pytest.mark.skipif(not captured(), reason=f"the captured requests are not at {CAPTURED}")
@pytest.mark.parametrize("name", HOLDS)
def test_captured_requests_give_their_conversations_once_however_they_are_sent(world: World, name: str) -> None:
    expected = sorted(HOLDS[name], key=repr)
    bodies = [body for _, body in captured_requests(name)]
    whole, split = world.tenant(), world.tenant()
    for body in [*bodies, *bodies]:
        send(world, whole, body)
    assert found(world, whole) == expected
    pieces = [piece for body in bodies for piece in apart(body)]
    random.Random(name).shuffle(pieces)
    for piece in [*pieces, *pieces]:
        send(world, split, piece)
    assert found(world, split) == expected


def texts(world: World, tenant: Tenant) -> list[list[str]]:
    return [told for _, _, told in found(world, tenant)]


def call(number: int, *talk: str, **more: Any) -> dict[str, Any]:
    """A call of a trace of its own, in the second of its number."""
    named = turn(*talk) | more.pop("named", {})
    return traces(span(number, named, trace=more.pop("trace", f"{number:032x}"), at=number, **more))


NAMED = {"session.id": "c", "user.id": "u"}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (3, 1, 2), (2, 3, 1)])
def test_whole_histories_with_an_id_give_one_transcript_in_any_order(world: World, order: Sequence[int]) -> None:
    tenant, talk = world.tenant(), ["Hi", "Hello", "yes", "good", "yes", "good"]
    for number in [*order, *order]:
        send(world, tenant, call(number, *talk[: 2 * number], named=NAMED))
    assert found(world, tenant) == [("c", "u", talk)]


def test_single_questions_with_an_id_are_stored_as_often_as_they_were_asked(world: World) -> None:
    tenant = world.tenant()
    for number in (1, 2, 3, 4, 2, 1):
        send(world, tenant, call(number, "yes", "good", named=NAMED))
    assert found(world, tenant) == [("c", "u", ["yes", "good"] * 4)]


def test_a_history_of_the_last_messages_alone_adds_what_is_new(world: World) -> None:
    tenant = world.tenant()
    talk = [f"{who}{number}" for number in range(6) for who in ("question ", "answer ")]
    for number in range(1, 7):
        send(world, tenant, call(number, *talk[max(0, 2 * number - 6) : 2 * number], named=NAMED))
    assert found(world, tenant) == [("c", "u", talk)]


def test_a_turn_whose_span_never_came_is_stored_from_the_next_history(world: World) -> None:
    tenant, talk = world.tenant(), ["Hi", "Hello", "a", "b", "c", "d"]
    for number in (1, 3):
        send(world, tenant, call(number, *talk[: 2 * number], named=NAMED))
    assert found(world, tenant) == [("c", "u", talk)]


def test_an_agents_run_is_stored_only_where_its_calls_were_not_recorded(world: World) -> None:
    run = turn("Hi", "Hello") | {"gen_ai.operation.name": "invoke_agent"}
    alone, both = world.tenant(), world.tenant()
    send(world, alone, traces(span(1, run)))
    for body in (traces(span(1, run)), traces(span(2, turn("Hi", "Hello"), parent=1))):
        send(world, both, body)
    assert texts(world, alone) == texts(world, both) == [["Hi", "Hello"]]


def test_calls_of_one_trace_share_the_question(world: World) -> None:
    tenant, trace = world.tenant(), "a" * 32
    send(world, tenant, call(1, "Hi", "greeting", trace=trace, named=NAMED))
    send(world, tenant, call(2, "Hi", "Hello", trace=trace, named=NAMED))
    assert found(world, tenant) == [("c", "u", ["Hi", "greeting", "Hello"])]


def test_a_span_around_that_comes_later_names_the_conversation_and_the_user(world: World) -> None:
    tenant, trace = world.tenant(), "b" * 32
    send(world, tenant, call(1, "Hi", "Hello", trace=trace, parent=9))
    assert found(world, tenant) == [(None, None, ["Hi", "Hello"])]
    send(world, tenant, traces(span(9, NAMED, trace=trace, name="request")))
    send(world, tenant, call(2, "Hi", "Hello", "a", "b", parent=8))
    send(world, tenant, traces(span(8, NAMED, trace=f"{2:032x}", name="request")))
    assert found(world, tenant) == [("c", "u", ["Hi", "Hello", "a", "b"])]


def test_instructions_are_stored_once_and_blanks_around_an_answer_do_not_count(world: World) -> None:
    tenant = world.tenant()
    told = {"gen_ai.system_instructions": json.dumps([{"type": "text", "content": SYSTEM}])}
    send(world, tenant, call(1, "Hi", "Hello\n", named=told))
    send(world, tenant, call(2, "Hi", "Hello", "a", "b", named=told))
    assert texts(world, tenant) == [[SYSTEM, "Hi", "Hello\n", "a", "b"]]


def test_the_answer_keeps_model_tokens_and_duration(world: World) -> None:
    tenant = world.tenant()
    details = {"gen_ai.response.model": "m", "gen_ai.usage.input_tokens": 7}
    send(world, tenant, call(1, "Hi", "Hello", named={**NAMED, **details}))
    (listed,) = world.list_page(tenant.admin).body["conversations"]
    question, answer = world.read(tenant.admin, listed["id"]).body["messages"]
    assert answer["call"] == {"model": "m", "inputTokens": 7, "durationMs": 500, "service": "shop"}
    assert "call" not in question


def test_a_conversation_that_was_found_by_its_words_says_so(world: World) -> None:
    tenant = world.tenant()
    send(world, tenant, call(1, "Hi", "Hello", named=NAMED))
    send(world, tenant, call(2, "Hi", "Hello"))
    listed = world.list_page(tenant.admin).body["conversations"]
    found = {each["external_conversation_id"]: each.get("conversation_id_inferred") for each in listed}
    assert found == {"c": None, None: True}


@pytest.mark.parametrize("seed", range(3))
def test_talks_without_ids_that_begin_alike_stay_apart_in_any_order(world: World, seed: int) -> None:
    tenant, draw = world.tenant(), random.Random(seed)
    talks = [["Hi", "Hello", question, "Yes.", "and then", end] for question in "ab" for end in ("one", "two")]
    talks.append(talks[0][:2])
    calls = [(talk[: 2 * turn], turn) for talk in talks for turn in range(1, len(talk) // 2 + 1)]
    sent = [call(60 * turn + number, *told) for number, (told, turn) in enumerate(calls)]
    draw.shuffle(sent)
    for body in [*sent, *draw.sample(sent, 4)]:
        send(world, tenant, body)
    assert sorted(texts(world, tenant)) == sorted(talks)


def test_what_two_requests_tell_of_a_trace_at_once_is_kept(world: World) -> None:
    tenant, trace_id = world.tenant(), "5" * 32
    store = wiring.traces(world.deployment)
    known = store.trace(tenant.id, trace_id)

    def adds(conversation: str | None, **attributes: Mapping[str, str]) -> Callable[[Whose], Whose]:
        return lambda before: merged(before, Told(conversation=conversation, attributes=attributes))

    # Both have read the trace before either notes what it was told.
    store.learn(tenant.id, trace_id, known, adds(None, user={"id": "ann"}), world.now())
    told = store.learn(tenant.id, trace_id, known, adds("chat-1", custom={"plan": "pro"}), world.now())
    whole = Whose(conversation="chat-1", attributes={"user": {"id": "ann"}, "custom": {"plan": "pro"}})
    assert (told, store.trace(tenant.id, trace_id).whose) == (whole, whole)
