"""The batch of Langfuse's older SDKs: traces and observations as spans, each event with its own outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from confab.domain.times import read_time
from confab.spans.found import span_key, trace_key
from confab.spans.records import Span

GENERATION: Final = "generation"
SPAN: Final = "span"
TRACE: Final = "trace"
SCORE: Final = "score-create"
_KINDS: Final = {
    "trace-create": TRACE,
    "generation-create": GENERATION,
    "generation-update": GENERATION,
    "span-create": SPAN,
    "span-update": SPAN,
    "observation-create": "",
    "observation-update": "",
}
_DROPPED: Final = frozenset({"event-create", "sdk-log", "agent-create", "tool-create", "chain-create"})
"""Events that say nothing of a conversation."""
_OBSERVATIONS: Final = {"GENERATION": GENERATION, "SPAN": SPAN}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_USAGE: Final = {"input": ("input", "promptTokens", "prompt_tokens"), "output": ("output", "completionTokens")}
_SCOPE: Final = "langfuse-sdk"


@dataclass(slots=True)
class Events:
    """A batch, taken apart.

    Attributes:
        spans: what its traces and observations are, what several events say of one together.
        scores: bodies of scores, by the id of their event.
        taken: the ids of events that are taken with the spans, or say nothing.
        wrong: why an event cannot be taken, by its id.
    """

    spans: list[Span] = field(default_factory=list)
    scores: list[tuple[str, Any]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)


def events_of(batch: Sequence[Any]) -> Events:
    """The events of a batch."""
    found, bodies = Events(), dict[tuple[str, str], dict[str, Any]]()
    for place, event in enumerate(batch):
        body, said = (event.get("body"), event.get("type")) if isinstance(event, Mapping) else (None, None)
        kind = said if isinstance(said, str) else ""
        name = str(event.get("id") or place) if isinstance(event, Mapping) else str(place)
        if kind == SCORE:
            found.scores.append((name, body))
        elif kind in _DROPPED:
            found.taken.append(name)
        elif kind not in _KINDS:
            found.wrong.append((name, f"there is no type of event '{kind[:64]}'"))
        elif not isinstance(body, Mapping) or not isinstance(body.get("id"), str) or not body["id"]:
            found.wrong.append((name, "body: needs an id"))
        else:
            which = _KINDS[kind] or _OBSERVATIONS.get(str(body.get("type")).upper(), SPAN)
            known = bodies.setdefault((which, body["id"]), {"timestamp": event.get("timestamp")})
            known.update({field: value for field, value in body.items() if value is not None})
            found.taken.append(name)
    found.spans = [_trace(body) if kind == TRACE else _observation(kind, body) for (kind, _), body in bodies.items()]
    return found


def _trace(body: Mapping[str, Any]) -> Span:
    attributes: dict[str, Any] = {
        "langfuse.observation.type": SPAN,
        "session.id": body.get("sessionId"),
        "user.id": body.get("userId"),
        "langfuse.trace.input": body.get("input"),
        "langfuse.trace.output": body.get("output"),
        "langfuse.trace.tags": body.get("tags"),
        "langfuse.environment": body.get("environment"),
    }
    if isinstance(body.get("metadata"), Mapping):
        attributes |= {f"langfuse.trace.metadata.{name}": value for name, value in body["metadata"].items()}
    at = _nanoseconds(body.get("timestamp"))
    trace_id = trace_key(body["id"])
    return Span(
        trace_id=trace_id,
        span_id=_root(trace_id),
        start=at,
        end=at,
        attributes=_present(attributes),
        scope=_SCOPE,
    )


def _observation(kind: str, body: Mapping[str, Any]) -> Span:
    trace_id = trace_key(str(body.get("traceId") or body["id"]))
    parent = body.get("parentObservationId")
    start = _nanoseconds(body.get("startTime") or body.get("timestamp"))
    attributes = {
        "langfuse.observation.type": kind,
        "langfuse.observation.input": body.get("input"),
        "langfuse.observation.output": body.get("output"),
        "langfuse.observation.model.name": body.get("model"),
        "langfuse.observation.usage_details": _usage(body),
    }
    return Span(
        trace_id=trace_id,
        span_id=span_key(body["id"]),
        parent_id=span_key(parent) if isinstance(parent, str) and parent else _root(trace_id),
        name=str(body.get("name") or ""),
        start=start,
        end=max(_nanoseconds(body.get("endTime")), start),
        attributes=_present(attributes),
        scope=_SCOPE,
    )


def _usage(body: Mapping[str, Any]) -> dict[str, int] | None:
    said = body.get("usageDetails") or body.get("usage")
    if not isinstance(said, Mapping):
        return None
    counts = {name: next((said[word] for word in words if word in said), None) for name, words in _USAGE.items()}
    return {name: count for name, count in counts.items() if type(count) is int}


def _present(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def _root(trace_id: str) -> str:
    return hashlib.sha256(f"root {trace_id}".encode()).hexdigest()[:16]


def _nanoseconds(value: Any) -> int:
    """A time in nanoseconds since 1970; 0 for none."""
    try:
        return max((read_time(value) - _EPOCH) // timedelta(microseconds=1), 0) * 1_000 if value else 0
    except (ValueError, TypeError, OverflowError):
        return 0
