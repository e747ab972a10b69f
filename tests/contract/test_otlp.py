"""OTLP over HTTP: traces and logs in both encodings, and what is wrong with them in words."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.otlp import attributes, logs, packed, span, traces, turn
from tests.support.world import World

PROTOBUF = "application/x-protobuf"
PATHS = ("/v1/traces", "/api/public/otel/v1/traces")
NAMED = {"session.id": "c", "user.id": "u"}
GOOD = traces(span(1, turn("Hi", "Hello") | NAMED))
BAD = traces(span(1, turn("Hi", "Hello") | NAMED), {**span(2, {}), "spanId": "nonsense"})


def export(
    world: World, key: str, body: bytes, path: str = "/v1/traces", *, kind: str = "application/json", **headers: str
) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return world.request("POST", path, key, base64_body=body, headers={"content-type": kind, **names})


def texts(world: World, tenant: Tenant) -> list[str]:
    listed = world.list_page(tenant.admin).body["conversations"]
    return [m["content"] for each in listed for m in world.read(tenant.admin, each["id"]).body["messages"]]


def as_json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("kind", ["application/json", PROTOBUF])
def test_an_export_is_taken_in_both_encodings_packed_or_not(world: World, path: str, zipped: bool, kind: str) -> None:
    tenant = world.tenant()
    raw = packed(GOOD) if kind == PROTOBUF else as_json(GOOD)
    headers = {"content_encoding": "gzip"} if zipped else {}
    answer = export(world, tenant.ingest, gzip.compress(raw) if zipped else raw, path, kind=kind, **headers)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind)
    assert answer.body in (b"", {})
    assert texts(world, tenant) == ["Hi", "Hello"]


def test_a_bad_span_is_rejected_in_words_and_the_others_are_stored(world: World) -> None:
    tenant = world.tenant()
    answer = export(world, tenant.ingest, as_json(BAD))
    reason = "a span has a spanId that is not 16 hexadecimal digits"
    assert (answer.status, answer.body) == (200, {"partialSuccess": {"rejectedSpans": 1, "errorMessage": reason}})
    assert texts(world, tenant) == ["Hi", "Hello"]
    record = {"traceId": "x", "spanId": "y", "eventName": "gen_ai.choice"}
    answer = export(world, tenant.ingest, as_json(logs(record)), "/v1/logs")
    assert answer.body["partialSuccess"]["rejectedLogRecords"] == 1


def test_a_partial_success_in_protobuf_is_what_opentelemetrys_package_reads(world: World) -> None:
    body = traces(*(span(number, {}) for number in range(1, 2_003)))
    answer = export(world, world.tenant().ingest, packed(body), kind=PROTOBUF)
    found = ExportTraceServiceResponse()
    found.ParseFromString(answer.body)
    assert found.partial_success.rejected_spans == 2
    assert "2,000 spans" in found.partial_success.error_message
    empty = export(world, world.tenant().ingest, b"", "/v1/logs", kind=PROTOBUF)
    assert ExportLogsServiceResponse.FromString(empty.body) == ExportLogsServiceResponse()


def test_the_password_of_basic_authentication_is_the_key(world: World) -> None:
    tenant = world.tenant()
    basic = base64.b64encode(f"pk-lf-anything:{tenant.ingest}".encode()).decode()
    headers = {"content-type": "application/json", "authorization": f"Basic {basic}"}
    answer = world.request("POST", PATHS[1], None, base64_body=as_json(GOOD), headers=headers)
    assert answer.status == 200
    for wrong in ("Basic nonsense", f"Basic {base64.b64encode(b'a:b').decode()}", "Bearer pk-lf-1234", "Basic"):
        headers["authorization"] = wrong
        answer = world.request("POST", PATHS[1], None, base64_body=as_json(GOOD), headers=headers)
        assert (answer.status, answer.body["code"]) == (401, 16)


@pytest.mark.parametrize(
    ("body", "kind", "headers", "word"),
    [
        (b"", "application/json", {}, "empty"),
        (b"{", "application/json", {}, "JSON"),
        (b"[]", "application/json", {}, "object"),
        (b"\xff\xff\xff", PROTOBUF, {}, "protobuf"),
        (b"<x/>", "text/xml", {}, "content type"),
        (b"nonsense", PROTOBUF, {"content_encoding": "gzip"}, "gzip"),
        (gzip.compress(b"\0" * (20 * 1024 * 1024 + 1)), PROTOBUF, {"content_encoding": "gzip"}, "20 MB"),
    ],
)
def test_what_is_no_export_is_refused_in_words(
    world: World, body: bytes, kind: str, headers: dict[str, str], word: str
) -> None:
    answer = export(world, world.tenant().ingest, body, kind=kind, **headers)
    assert (answer.status, answer.body["code"]) == (400, 3)
    assert word in answer.body["message"]


def test_log_records_are_joined_by_their_span_and_others_are_dropped(world: World) -> None:
    tenant, named = world.tenant(), {"traceId": "1" * 32, "spanId": "2" * 16}
    said = {"kvlistValue": {"values": attributes({"content": "Hi"})}}
    chosen = {"kvlistValue": {"values": attributes({"message": {"role": "assistant", "content": "Hello"}})}}
    records = [
        {**named, "eventName": "gen_ai.user.message", "body": said, "timeUnixNano": "1790000000000000000"},
        {**named, "eventName": "gen_ai.choice", "body": chosen, "timeUnixNano": "1790000001000000000"},
        {"body": {"stringValue": "GET / 200"}},
    ]
    assert export(world, tenant.ingest, as_json(logs(*records)), "/v1/logs").body == {}
    assert texts(world, tenant) == ["Hi", "Hello"]


def test_a_key_without_the_permission_stores_nothing(world: World) -> None:
    tenant = world.tenant()
    answer = export(world, world.key(tenant, "read"), as_json(GOOD))
    assert (answer.status, answer.body["code"]) == (403, 7)


def test_what_is_missing_is_told_with_the_switch_that_changes_it(world: World) -> None:
    tenant, path = world.tenant(), "/api/v1/chatbots/{}/ingestion"
    bare = {"gen_ai.operation.name": "chat"}
    spans = [span(1, bare), span(2, turn("Hi", "Hello")), {**span(3, {}), "traceId": "x"}]
    export(world, tenant.ingest, as_json(traces(*spans, scope="opentelemetry.instrumentation.genai.openai")))
    found = world.request("GET", path.format(tenant.id), tenant.admin).body
    warnings = found.pop("warnings")
    assert found == {"days": 7, "calls": 1, "withoutText": 1, "inferred": 1, "cut": 0, "rejected": 1}
    switches = ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY", "gen_ai.conversation.id", "exporter"]
    assert all(switch in warning for switch, warning in zip(switches, warnings, strict=True))
    other = world.tenant()
    assert world.request("GET", path.format(tenant.id), other.admin).status == 404
    assert world.request("GET", path.format(other.id), other.admin, query={"days": "31"}).status == 400
    assert world.request("GET", path.format(other.id), other.admin).body["warnings"] == []
