"""Spans and log records as OpenTelemetry has them, with their attributes as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Attributes = Mapping[str, Any]
"""By name: texts, numbers, truths, None, lists and mappings of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened during a span."""

    name: str
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One operation of a trace.

    Attributes:
        trace_id, span_id: in hexadecimal digits.
        parent_id: the span that it is a part of; empty for the root of a trace.
        start, end: in nanoseconds since 1970; 0 where unknown.
        scope: the library that recorded it.
        resource: what is said of the process.
        failed: whether it ended with an error.
    """

    trace_id: str
    span_id: str
    parent_id: str = ""
    name: str = ""
    start: int = 0
    end: int = 0
    attributes: Attributes = field(default_factory=dict)
    events: Sequence[Event] = ()
    scope: str = ""
    resource: Attributes = field(default_factory=dict)
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A log record that belongs to a span.

    Attributes:
        name: of the event.
        at: in nanoseconds since 1970.
        body: what it says.
    """

    trace_id: str
    span_id: str
    name: str
    at: int
    body: Any
    attributes: Attributes
    scope: str = ""
    resource: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a request holds.

    Attributes:
        spans, records: what can be used; of records, those that belong to a span and have the name of an event.
        ignored: how many log records were none of those.
        rejected: how many spans or records cannot be read.
        reasons: why, in words for the sender, each once.
    """

    spans: Sequence[Span] = ()
    records: Sequence[Record] = ()
    ignored: int = 0
    rejected: int = 0
    reasons: Sequence[str] = ()
