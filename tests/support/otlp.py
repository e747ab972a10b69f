"""OTLP requests for tests: made of plain values, and captured ones where they are beside the checkout."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.real_data import SHARED_DATA

CAPTURED = SHARED_DATA / "otel"
"""Requests that real packages sent, as JSON; they are no part of the checkout."""
TRACE = "0af7651916cd43dd8448eb211c80319c"
SECOND = 1_000_000_000
BEGUN = 1_790_000_000 * SECOND


def value(content: Any) -> dict[str, Any]:
    """A plain value as OTLP has it in JSON."""
    if isinstance(content, bool):
        return {"boolValue": content}
    if isinstance(content, int):
        return {"intValue": str(content)}
    if isinstance(content, float):
        return {"doubleValue": content}
    if isinstance(content, str):
        return {"stringValue": content}
    if isinstance(content, Mapping):
        return {"kvlistValue": {"values": attributes(content)}}
    if isinstance(content, Sequence):
        return {"arrayValue": {"values": [value(each) for each in content]}}
    return {}


def attributes(named: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": value(content)} for name, content in named.items()]


def span(
    number: int,
    named: Mapping[str, Any],
    *,
    trace: str = TRACE,
    parent: int | None = None,
    name: str = "chat",
    at: float = 0,
    events: Sequence[tuple[str, Mapping[str, Any]]] = (),
) -> dict[str, Any]:
    """A span that takes half a second.

    Args:
        number: its id, and that of its parent.
        at: seconds after the first one.
    """
    start = BEGUN + int(at * SECOND)
    found: dict[str, Any] = {
        "traceId": trace,
        "spanId": f"{number:016x}",
        "name": name,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + SECOND // 2),
        "attributes": attributes(named),
        "events": [{"name": each, "attributes": attributes(own)} for each, own in events],
    }
    return found | ({} if parent is None else {"parentSpanId": f"{parent:016x}"})


def traces(*spans: Mapping[str, Any], scope: str = "test", service: str = "shop") -> dict[str, Any]:
    """An export of spans."""
    resource = {"attributes": attributes({"service.name": service})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": scope}, "spans": list(spans)}]}]}


def logs(*records: Mapping[str, Any], scope: str = "test") -> dict[str, Any]:
    """An export of log records."""
    return {"resourceLogs": [{"scopeLogs": [{"scope": {"name": scope}, "logRecords": list(records)}]}]}


def said(role: str, text: str) -> dict[str, Any]:
    """A message of the GenAI conventions."""
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def turn(*texts: str, instructions: str = "") -> dict[str, Any]:
    """The attributes of a call by the GenAI conventions: the talk so far, and its last text as the answer."""
    told = [said("user" if place % 2 == 0 else "assistant", text) for place, text in enumerate(texts)]
    named = {
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": json.dumps(told[:-1]),
        "gen_ai.output.messages": json.dumps(told[-1:]),
    }
    return named | (
        {"gen_ai.system_instructions": json.dumps([{"type": "text", "content": instructions}])} if instructions else {}
    )


def packed(body: dict[str, Any], message: type[Any] = ExportTraceServiceRequest) -> bytes:
    """A request in JSON as OpenTelemetry's package writes it: there ids are base64, here hexadecimal digits."""

    def ids(each: Any) -> Any:
        if isinstance(each, dict):
            return {
                name: base64.b64encode(bytes.fromhex(inner)).decode() if name.endswith("Id") else ids(inner)
                for name, inner in each.items()
            }
        return [ids(inner) for inner in each] if isinstance(each, list) else each

    raw: bytes = ParseDict(ids(body), message()).SerializeToString()
    return raw


def captured() -> list[str]:
    """The names of the captured set-ups; none where they are not there."""
    return sorted(path.stem for path in CAPTURED.glob("*.json"))


def captured_requests(name: str) -> list[tuple[str, dict[str, Any]]]:
    """The requests of a set-up: path and body."""
    found = json.loads((CAPTURED / f"{name}.json").read_text())
    return [(each["path"], each["body"]) for each in found]
