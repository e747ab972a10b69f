"""The reader of Protocol Buffers: what OpenTelemetry's own package writes is read as that package reads it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from confab.spans.otlp import MAX_SPANS, MAX_VALUES, SCHEMA, NotOtlp, read_logs, read_traces
from confab.spans.wire import NotWire, Reader, message_of, nested
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceResponse,
)

from tests.support.otlp import SECOND, TRACE, attributes, logs, packed, span, traces, turn, value

TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)
PLAIN = st.recursive(
    TEXTS | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
NAMED = st.dictionaries(TEXTS, PLAIN, max_size=4)
SOME = settings(max_examples=60, deadline=None)


@SOME
@given(NAMED, NAMED, st.lists(NAMED, max_size=2), st.integers(0, 1 << 62))
def test_a_span_in_protobuf_is_the_same_span_as_in_json(
    named: dict[str, Any], inner: dict[str, Any], events: list[dict[str, Any]], at: int
) -> None:
    body = traces(
        span(7, named, parent=3, events=[("e", each) for each in events], at=at / SECOND % 1e9), span(8, inner)
    )
    assert read_traces(packed(body), is_json=False) == read_traces(json.dumps(body).encode(), is_json=True)
    assert read_traces(packed(body), is_json=False).spans[0].attributes == named


@SOME
@given(NAMED, PLAIN)
def test_a_log_record_in_protobuf_is_the_same_record_as_in_json(named: dict[str, Any], said: Any) -> None:
    record = {
        "traceId": TRACE,
        "spanId": "7" * 16,
        "eventName": "gen_ai.choice",
        "body": value(said),
        "attributes": attributes(named),
        "timeUnixNano": str(5 * SECOND),
    }
    raw, body = packed(logs(record), ExportLogsServiceRequest), json.dumps(logs(record)).encode()
    assert read_logs(raw, is_json=False) == read_logs(body, is_json=True)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_spans_or_refused(raw: bytes) -> None:
    for read in (read_traces, read_logs):
        with contextlib.suppress(NotOtlp):
            read(raw, is_json=False)


@SOME
@given(st.data())
def test_a_damaged_request_is_refused_or_read_in_part(data: st.DataObject) -> None:
    raw = bytearray(packed(traces(span(1, turn("Hi", "Hello")), span(2, turn("Hi", "Hello")))))
    for _ in range(3):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotOtlp):
        assert len(read_traces(bytes(raw), is_json=False).spans) <= 2


def test_one_bad_span_costs_no_other() -> None:
    good, body = span(1, {}), traces(span(1, {}), span(2, {}), span(3, {}))
    spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[1]["traceId"] = "AAAAAAAAAAAAAAAAAAAAAA=="
    found = read_traces(json.dumps(body).encode(), is_json=True)
    assert [each.span_id for each in found.spans] == [good["spanId"], spans[2]["spanId"]]
    assert (found.rejected, found.reasons) == (1, ["a span has a traceId that is not 32 hexadecimal digits"])


def test_a_span_more_than_a_request_may_have_is_rejected_and_the_others_are_taken() -> None:
    body = traces(*(span(number, {}) for number in range(1, MAX_SPANS + 3)))
    found = read_traces(packed(body), is_json=False)
    assert (len(found.spans), found.rejected) == (MAX_SPANS, 2)


def test_many_empty_values_in_few_bytes_are_refused() -> None:
    most = 1_000
    empty = b"\x0a\x00" * (most + 1)
    with pytest.raises(NotWire, match="1,000 values"):
        Reader(SCHEMA, most)(empty, "ArrayValue")
    assert len(Reader(SCHEMA, most)(empty[2:], "ArrayValue")["values"]) == most


def test_levels_without_end_are_refused() -> None:
    deep = b""
    for _ in range(200):
        deep = nested(5, nested(1, deep) or b"\x0a\x00")
    with pytest.raises(NotWire, match="levels"):
        Reader(SCHEMA, MAX_VALUES)(deep, "AnyValue")


def test_snake_case_is_read_like_camel_case() -> None:
    raw = json.dumps(traces(span(1, {"a": "b"}))).replace("traceId", "trace_id").replace("stringValue", "string_value")
    assert read_traces(raw.encode(), is_json=True).spans[0].attributes == {"a": "b"}


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"resourceSpans": 3}', b'{"resourceSpans": [[]]}'])
def test_what_is_no_export_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(NotOtlp):
        read_traces(body, is_json=True)


@SOME
@given(st.integers(0, 1 << 40), TEXTS)
def test_an_answer_is_what_the_package_reads(rejected: int, message: str) -> None:
    answer = ExportTraceServiceResponse()
    answer.ParseFromString(nested(1, message_of([(1, rejected), (2, message)])))
    assert (answer.partial_success.rejected_spans, answer.partial_success.error_message) == (rejected, message)
