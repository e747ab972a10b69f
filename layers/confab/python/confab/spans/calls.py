"""Calls of models: which spans are such calls, and what each says (docs/opentelemetry.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from confab.spans import genai, langfuse, openinference, traceloop, vercel
from confab.spans.people import conversation_of, custom_of, user_of
from confab.spans.records import Attributes, Record, Span
from confab.spans.talk import SILENCE, Talk, loaded

MODEL: Final = "model"
"""A call of a model."""
RUN: Final = "run"
"""What surrounds calls and repeats what they say: an agent's run, a trace's root."""
OTHER: Final = "other"

_OPERATIONS: Final = {"chat": MODEL, "generate_content": MODEL, "text_completion": MODEL, "invoke_agent": RUN}
_KINDS: Final = {"LLM": MODEL, "AGENT": RUN}
_OBSERVATIONS: Final = {"generation": MODEL, "agent": RUN}
_CALLS: Final = (".doGenerate", ".doStream")
_RUNS: Final = ("ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject")
_COUNTS: Final[Mapping[str, tuple[str, ...]]] = {
    "inputTokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    "outputTokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
}
_USAGE: Final = {"inputTokens": "input", "outputTokens": "output"}
_MODELS: Final = (
    "gen_ai.response.model",
    "gen_ai.request.model",
    "langfuse.observation.model.name",
    "llm.model_name",
    "ai.response.model",
    "ai.model.id",
)
_MAX_WORD: Final = 128
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a model, or a run that stands for calls which were not recorded.

    Attributes:
        kind: ``model`` or ``run``.
        start, end: in nanoseconds since 1970; 0 where unknown.
        conversation: the id that it names itself; None for none.
        user: what it says of the user, by field.
        custom: a team's own fields.
        details: the model, the tokens, the duration; for the message that it said.
        scope: the library that recorded it.
        logged: whether it comes from log records.
    """

    kind: str
    trace_id: str
    span_id: str
    parent_id: str = ""
    start: int = 0
    end: int = 0
    talk: Talk = SILENCE
    conversation: str | None = None
    user: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    scope: str = ""
    logged: bool = False


def kind_of(span: Span) -> str:
    """Whether a span is a call of a model, a run that surrounds calls, or something else."""
    attributes = span.attributes
    kind = attributes.get("openinference.span.kind")
    if isinstance(kind, str) and kind:
        # Chains and nodes carry the messages of the calls within them.
        return _KINDS.get(kind.upper(), OTHER)
    if span.scope == vercel.SCOPE or str(attributes.get("ai.operationId") or "").startswith("ai."):
        return _of_vercel(str(attributes.get("ai.operationId") or span.name))
    operation = _OPERATIONS.get(str(attributes.get("gen_ai.operation.name") or "").lower())
    return operation or _of_others(attributes, is_root=not span.parent_id)


def _of_others(attributes: Attributes, *, is_root: bool) -> str:
    """What Langfuse and OpenLLMetry say of a span; the root of a trace may stand for what was not recorded."""
    observed = attributes.get(langfuse.TYPE)
    if isinstance(observed, str) and observed:
        return _OBSERVATIONS.get(observed.lower(), RUN if is_root else OTHER)
    if attributes.get("llm.request.type") in ("chat", "completion"):
        return MODEL
    return RUN if is_root and attributes.get("traceloop.span.kind") in ("workflow", "agent") else OTHER


def _of_vercel(operation: str) -> str:
    if operation.endswith(_CALLS):
        return MODEL
    return RUN if operation in _RUNS else OTHER


def call_of(span: Span) -> Call | None:
    """The call that a span is; None for a span that is none."""
    kind = kind_of(span)
    if kind == OTHER:
        return None
    readers = _READERS if kind == MODEL else _RUN_READERS
    return Call(
        kind=kind,
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_id=span.parent_id,
        start=span.start,
        end=max(span.end, span.start),
        talk=next((talk for read in readers if (talk := read(span))), SILENCE),
        conversation=conversation_of(span.attributes),
        user=user_of(span.attributes),
        custom=custom_of(span),
        details=_details(span.attributes, span.end - span.start if span.start else 0, span.resource),
        scope=span.scope,
    )


_READERS: Final[Sequence[Callable[[Span], Talk]]] = (
    langfuse.of_span,
    vercel.of_span,
    genai.of_span,
    openinference.of_span,
    traceloop.of_span,
    traceloop.of_entity,
)
"""Where the talk may be; the first place that has one counts."""
_RUN_READERS: Final[Sequence[Callable[[Span], Talk]]] = (
    lambda span: genai.of_agent(span.attributes),
    langfuse.of_trace,
    *_READERS,
)


def logged_calls(records: Sequence[Record]) -> Iterator[Call]:
    """The calls that log records tell of, those of one span together."""

    def span_of(record: Record) -> tuple[str, str]:
        return record.trace_id, record.span_id

    told = sorted((record for record in records if record.name in genai.EVENTS), key=lambda each: each.at)
    for (trace_id, span_id), group in groupby(sorted(told, key=span_of), key=span_of):
        own = list(group)
        attributes = {name: value for record in own for name, value in record.attributes.items()}
        yield Call(
            kind=MODEL if genai.is_whole(own) else OTHER,
            trace_id=trace_id,
            span_id=span_id,
            start=own[0].at,
            end=own[-1].at,
            talk=genai.of_records(own),
            conversation=conversation_of(attributes),
            user=user_of(attributes),
            details=_details(attributes, 0, own[0].resource),
            scope=own[0].scope,
            logged=True,
        )


def _details(attributes: Attributes, nanoseconds: int, resource: Attributes) -> dict[str, Any]:
    usage = loaded(attributes.get("langfuse.observation.usage_details"))
    found: dict[str, Any] = {"model": next((attributes[name] for name in _MODELS if attributes.get(name)), None)}
    for field_name, names in _COUNTS.items():
        counts = [attributes.get(name) for name in names]
        counts.append(usage.get(_USAGE[field_name]) if isinstance(usage, Mapping) else None)
        found[field_name] = next((each for each in counts if type(each) is int and 0 <= each < 1 << 53), None)
    found["durationMs"] = nanoseconds // _MILLION if nanoseconds > 0 else None
    found["service"] = resource.get("service.name")
    return {name: _short(value) for name, value in found.items() if value is not None}


def _short(value: Any) -> Any:
    return value if type(value) is int else str(value)[:_MAX_WORD]
