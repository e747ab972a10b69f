"""Calls of models in spans and log records, by the conventions of each package."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from confab.domain.message_forms import form_of, unwrapped
from confab.spans.calls import MODEL, RUN, Call, call_of, kind_of, logged_calls
from confab.spans.otlp import read_logs, read_traces
from confab.spans.relatives import relatives
from confab.spans.turns import ROOT, placed, turn_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.otlp import CAPTURED, attributes, captured, captured_requests, logs, span, traces, value

SYSTEM = ("system", "You help with orders.")
TALK = [SYSTEM, ("user", "Hello"), ("assistant", "Hi, how can I help?"), ("user", "Where is my refund?")]
ANSWER = ("assistant", "Your refund takes five days.")
WEATHER = [("user", "Is it warm?"), ("assistant", "Yes.")]
PARTS = [{"role": "user", "parts": [{"type": "text", "content": "Is it warm?"}]}]
CHAT = [{"role": "user", "content": "Is it warm?"}]
OUT = [{"role": "assistant", "parts": [{"type": "text", "content": "Yes."}], "finish_reason": "stop"}]
COMPLETION = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}}]}
GENERATIONS = {"generations": [[{"text": "Yes.", "message": {"type": "ai", "data": {"content": "Yes."}}}]]}


def texts(messages: Iterable[Any]) -> list[tuple[str, str]]:
    forms = [form_of(unwrapped(message)) for message in messages]
    return [(form.role, form.text) for form in forms if form is not None]


def talk(call: Call) -> list[tuple[str, str]]:
    return texts([*call.talk.heard, *call.talk.said])


def calls(body: dict[str, Any]) -> list[Call]:
    spans = read_traces(json.dumps(body).encode(), is_json=True).spans
    return [call for each in spans if (call := call_of(each)) is not None]


def one(named: dict[str, Any], **more: Any) -> Call:
    scope = more.pop("scope", "test")
    (call,) = calls(traces(span(1, named, **more), scope=scope))
    return call


CONVENTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "GenAI, as JSON": (
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.input.messages": json.dumps(PARTS),
            "gen_ai.output.messages": json.dumps(OUT),
        },
        {},
    ),
    "GenAI, structured": (
        {"gen_ai.operation.name": "generate_content", "gen_ai.input.messages": PARTS, "gen_ai.output.messages": OUT},
        {},
    ),
    "GenAI, an event of the span": (
        {"gen_ai.operation.name": "chat"},
        {
            "events": [
                (
                    "gen_ai.client.inference.operation.details",
                    {"gen_ai.input.messages": PARTS, "gen_ai.output.messages": OUT},
                )
            ]
        },
    ),
    "GenAI until 1.36, events": (
        {"gen_ai.operation.name": "chat"},
        {
            "events": [
                ("gen_ai.user.message", {"content": "Is it warm?"}),
                ("gen_ai.choice", {"index": 0, "message": json.dumps({"content": "Yes."})}),
            ]
        },
    ),
    "GenAI until 1.36, a choice without a message": (
        {"gen_ai.operation.name": "chat"},
        {"events": [("gen_ai.user.message", {"content": "Is it warm?"}), ("gen_ai.choice", {"content": "Yes."})]},
    ),
    "OpenInference": (
        {
            "openinference.span.kind": "LLM",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.contents.0.message_content.type": "text",
            "llm.input_messages.0.message.contents.0.message_content.text": "Is it warm?",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": "Yes.",
        },
        {},
    ),
    "OpenInference, the request and the answer": (
        {
            "openinference.span.kind": "LLM",
            "input.value": json.dumps({"messages": CHAT}),
            "output.value": json.dumps(COMPLETION),
        },
        {},
    ),
    "OpenInference, LangChain's generations": (
        {"openinference.span.kind": "LLM", "input.value": "Is it warm?", "output.value": json.dumps(GENERATIONS)},
        {},
    ),
    "OpenLLMetry before": (
        {
            "llm.request.type": "chat",
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": "Is it warm?",
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "Yes.",
        },
        {},
    ),
    "Langfuse, messages": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.input": json.dumps(CHAT),
            "langfuse.observation.output": json.dumps({"role": "assistant", "content": "Yes."}),
        },
        {},
    ),
    "Langfuse, texts": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.input": "Is it warm?",
            "langfuse.observation.output": "Yes.",
        },
        {},
    ),
    "Langfuse, a program's own names": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.input": json.dumps({"question": "Is it warm?"}),
            "langfuse.observation.output": json.dumps({"answer": "Yes."}),
        },
        {},
    ),
    "Langfuse, a function's arguments": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.input": json.dumps({"args": ["Is it warm?"], "kwargs": {}}),
            "langfuse.observation.output": json.dumps("Yes."),
        },
        {},
    ),
    "Vercel AI SDK": (
        {
            "ai.operationId": "ai.streamText.doStream",
            "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": "Is it warm?"}]}]),
            "ai.response.text": "Yes.",
        },
        {"scope": "ai"},
    ),
    "Vercel AI SDK, an object": (
        {
            "ai.operationId": "ai.generateObject.doGenerate",
            "ai.prompt.messages": json.dumps(CHAT),
            "ai.response.object": "Yes.",
        },
        {"scope": "ai"},
    ),
}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_the_talk_is_found_by_each_convention(name: str) -> None:
    named, more = CONVENTIONS[name]
    call = one(named, **more)
    assert (call.kind, talk(call)) == (MODEL, WEATHER)


@pytest.mark.parametrize(
    ("named", "scope", "kind"),
    [
        ({"openinference.span.kind": "CHAIN", "llm.input_messages.0.message.role": "user"}, "t", "other"),
        ({"openinference.span.kind": "AGENT"}, "t", RUN),
        ({"openinference.span.kind": "TOOL", "gen_ai.operation.name": "chat"}, "t", "other"),
        ({"gen_ai.operation.name": "execute_tool"}, "t", "other"),
        ({"gen_ai.operation.name": "embeddings"}, "t", "other"),
        ({"gen_ai.operation.name": "invoke_agent"}, "t", RUN),
        ({"ai.operationId": "ai.generateText"}, "ai", RUN),
        ({"ai.operationId": "ai.toolCall"}, "ai", "other"),
        ({"ai.operationId": "ai.embed.doEmbed"}, "ai", "other"),
        ({"langfuse.observation.type": "span"}, "langfuse-sdk", RUN),
        ({"langfuse.observation.type": "embedding"}, "langfuse-sdk", RUN),
        ({"http.method": "GET"}, "http", "other"),
    ],
)
def test_only_calls_of_models_and_runs_around_them_count(named: dict[str, Any], scope: str, kind: str) -> None:
    (found,) = read_traces(json.dumps(traces(span(1, named), scope=scope)).encode(), is_json=True).spans
    assert kind_of(found) == kind


@pytest.mark.parametrize(
    "named",
    [
        {"session.id": "c-1"},
        {"gen_ai.conversation.id": "c-1"},
        {"langfuse.trace.metadata.langfuse_session_id": '"c-1"'},
        {"ai.telemetry.metadata.chatId": "c-1"},
        {"ai.settings.context.sessionId": "c-1"},
        {"traceloop.association.properties.thread_id": "c-1"},
        {"metadata": json.dumps({"conversation_id": "c-1"})},
        {"metadata.session_id": "c-1"},
        {"llm.invocation_parameters": json.dumps({"conversation": {"id": "c-1"}})},
    ],
)
def test_the_conversation_is_found_by_each_name(named: dict[str, Any]) -> None:
    assert one({"gen_ai.operation.name": "chat", **named}).conversation == "c-1"


@pytest.mark.parametrize(
    "name",
    [
        "user.id",
        "langfuse.user.id",
        "gen_ai.user",
        "llm.user",
        "enduser.id",
        "ai.settings.context.userId",
        "ai.telemetry.metadata.userId",
        "traceloop.association.properties.user_id",
    ],
)
def test_the_user_is_found_by_each_name(name: str) -> None:
    assert one({"gen_ai.operation.name": "chat", name: "u-1"}).user == {"id": "u-1"}


def test_metadata_tags_and_environment_are_custom_fields() -> None:
    call = one(
        {
            "langfuse.observation.type": "generation",
            "langfuse.trace.metadata.plan": "pro",
            "langfuse.trace.metadata.seats": 3,
            "langfuse.trace.tags": ["a", "b"],
            "langfuse.environment": "staging",
            "session.id": "c",
        }
    )
    assert call.custom == {"plan": "pro", "seats": 3, "tags": "a, b", "environment": "staging"}


def test_model_tokens_and_duration_are_kept() -> None:
    call = one(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.response.model": "m",
            "gen_ai.usage.input_tokens": 3,
            "gen_ai.usage.completion_tokens": 5,
        }
    )
    assert call.details == {"model": "m", "inputTokens": 3, "outputTokens": 5, "durationMs": 500, "service": "shop"}


def test_of_several_candidates_the_first_is_the_answer() -> None:
    twice = [*OUT, {**OUT[0], "parts": [{"type": "text", "content": "No."}]}]
    call = one(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.input.messages": json.dumps(PARTS),
            "gen_ai.output.messages": json.dumps(twice),
        }
    )
    assert talk(call) == WEATHER


def test_a_log_record_without_an_answer_is_no_call_yet() -> None:
    record = {
        "traceId": "1" * 32,
        "spanId": "2" * 16,
        "eventName": "gen_ai.user.message",
        "body": value({"content": "Hi"}),
    }
    (call,) = logged_calls(read_logs(json.dumps(logs(record)).encode(), is_json=True).records)
    assert call.kind == "other"


NAMES = [*{name for named, _ in CONVENTIONS.values() for name in named}, "metadata", "session.id"]
JSON = ['{"a":', "[[[[", '{"messages":[1]}', '[{"role":3}]', '{"choices":[]}', '{"input":{"input":{"input":"x"}}}']
KEYS = ["role", "content", "messages", "parts", "type", "input", "output", "args"]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1 << 62) | st.text(max_size=8) | st.sampled_from(JSON),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), ANY))
def test_attributes_of_any_value_are_read(named: dict[str, Any]) -> None:
    body = traces(span(1, {}, events=[("gen_ai.choice", {}), ("gen_ai.user.message", {})]))
    (given_span,) = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
    given_span["attributes"] = attributes(named)
    for event in given_span["events"]:
        event["attributes"] = attributes(named)
    read = read_traces(json.dumps(body).encode(), is_json=True)
    relatives(read.spans)
    for call in filter(None, map(call_of, read.spans)):
        made = turn_of(call, lambda draft: repr(draft).encode())
        assert len(placed(made, call, 0, ROOT, lambda draft: repr(draft).encode())) <= len(made.lines)


CALLED = ("assistant", "")
HOLDS: dict[str, list[list[tuple[str, str]]]] = {
    "litellm-otel": [[*TALK, ANSWER]],
    "openinference-langgraph": [[*TALK[:2], TALK[2]], [*TALK, ANSWER]],
    "openinference-openai": [[*TALK, ANSWER], [SYSTEM, TALK[3], ANSWER]],
    "openllmetry-openai": [[*TALK, ANSWER], [SYSTEM, TALK[3], ANSWER]],
    "otel-genai-openai-default": [[], []],
    "otel-genai-openai-event": [[], [], [SYSTEM, TALK[3], ANSWER], [*TALK, ANSWER]],
    "otel-genai-openai-span": [[*TALK, ANSWER], [SYSTEM, TALK[3], ANSWER]],
    "otel-genai-openai-true": [[], []],
    "otel-openai-v2-events": [[], [*TALK, ANSWER]],
    "otel-openai-v2-experimental": [[*TALK, ANSWER]],
    "otel-openai-v2-legacy": [[], [*TALK, ANSWER]],
    "pydantic-ai": [[*TALK[:3]], [*TALK, ("assistant", "")], [*TALK, ("assistant", ""), ("tool", "refunded"), ANSWER]],
    "vercel-ai-sdk-7": [
        [*TALK, ("assistant", "")],
        [*TALK, ("assistant", ""), ("tool", '{"state":"refunded"}'), ANSWER],
    ],
}
HOLDS |= {f"vercel-ai-sdk-7-{kind}": HOLDS["vercel-ai-sdk-7"] for kind in ("legacy", "runtimecontext")}


@pytest.mark.skipif(not captured(), reason=f"the captured requests are not at {CAPTURED}")
@pytest.mark.parametrize("name", HOLDS)
def test_captured_requests_give_the_talk_that_they_hold(name: str) -> None:
    found: list[Call] = []
    for path, body in captured_requests(name):
        raw = json.dumps(body).encode()
        logged = list(logged_calls(read_logs(raw, is_json=True).records)) if path.endswith("logs") else []
        found += logged or [call for call in calls(body) if call.kind == MODEL]
    assert [talk(call) for call in found] == HOLDS[name]


@pytest.mark.skipif(not captured(), reason=f"the captured requests are not at {CAPTURED}")
def test_every_captured_set_up_is_tested() -> None:
    assert captured() == sorted(HOLDS)
