"""OTLP requests, in Protocol Buffers or JSON, as spans and log records. What cannot be read is refused one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from confab.platform.bodies import read_json, text_of
from confab.spans.records import Decoded, Event, Record, Span
from confab.spans.wire import DOUBLE, FIXED32, FIXED64, FLAG, HEX, RAW, TEXT, WHOLE, Field, NotWire, Reader

MAX_SPANS: Final = 2_000
"""Spans or log records of a request."""
MAX_ATTRIBUTES: Final = 4_000
"""Attributes of a span, those of its events together with its own."""
MAX_VALUES: Final = 400_000
"""Values of a request."""
DEEPEST: Final = 128
"""Levels of a request in JSON: a value has up to five for each level of its own."""
DEEPEST_VALUE: Final = 24
"""Levels of lists and mappings of an attribute."""

_RESOURCE: Final = {1: Field("attributes", "KeyValue", many=True)}
SCHEMA: Final[Mapping[str, Mapping[int, Field]]] = {
    "AnyValue": {
        1: Field("stringValue", TEXT),
        2: Field("boolValue", FLAG),
        3: Field("intValue", WHOLE),
        4: Field("doubleValue", DOUBLE),
        5: Field("arrayValue", "ArrayValue"),
        6: Field("kvlistValue", "KeyValueList"),
        7: Field("bytesValue", HEX),
    },
    "ArrayValue": {1: Field("values", "AnyValue", many=True)},
    "KeyValueList": {1: Field("values", "KeyValue", many=True)},
    "KeyValue": {1: Field("key", TEXT), 2: Field("value", "AnyValue")},
    "Scope": {1: Field("name", TEXT), 2: Field("version", TEXT)},
    "Resource": _RESOURCE,
    "Traces": {1: Field("resourceSpans", "ResourceSpans", many=True)},
    "ResourceSpans": {1: Field("resource", "Resource"), 2: Field("scopeSpans", "ScopeSpans", many=True)},
    "ScopeSpans": {1: Field("scope", "Scope"), 2: Field("spans", RAW, many=True)},
    "Span": {
        1: Field("traceId", HEX),
        2: Field("spanId", HEX),
        4: Field("parentSpanId", HEX),
        5: Field("name", TEXT),
        7: Field("startTimeUnixNano", FIXED64),
        8: Field("endTimeUnixNano", FIXED64),
        9: Field("attributes", "KeyValue", many=True),
        11: Field("events", "Event", many=True),
        15: Field("status", "Status"),
    },
    "Event": {
        1: Field("timeUnixNano", FIXED64),
        2: Field("name", TEXT),
        3: Field("attributes", "KeyValue", many=True),
    },
    "Status": {3: Field("code", WHOLE)},
    "Logs": {1: Field("resourceLogs", "ResourceLogs", many=True)},
    "ResourceLogs": {1: Field("resource", "Resource"), 2: Field("scopeLogs", "ScopeLogs", many=True)},
    "ScopeLogs": {1: Field("scope", "Scope"), 2: Field("logRecords", RAW, many=True)},
    "LogRecord": {
        1: Field("timeUnixNano", FIXED64),
        5: Field("body", "AnyValue"),
        6: Field("attributes", "KeyValue", many=True),
        8: Field("flags", FIXED32),
        9: Field("traceId", HEX),
        10: Field("spanId", HEX),
        11: Field("observedTimeUnixNano", FIXED64),
        12: Field("eventName", TEXT),
    },
}
"""The fields that are used, of OTLP 1.x."""

_HEX: Final = re.compile(r"[0-9a-fA-F]*")
_TRACE_DIGITS, _SPAN_DIGITS = 32, 16
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")
_FAILED: Final = (2, "STATUS_CODE_ERROR")
_EVENT_NAME: Final = "event.name"
_MAX_TIME: Final = 1 << 63

Kind = TypeVar("Kind")


class Refused(ValueError):
    """A span or a log record cannot be used; the text says why."""


class NotOtlp(ValueError):
    """A request is none; the text says why, as in "is not valid protobuf: ends in the middle of a field"."""


@dataclass(slots=True)
class _Tally:
    """What was refused so far."""

    taken: int = 0
    rejected: int = 0
    reasons: list[str] = field(default_factory=list)

    def refuse(self, reason: str) -> None:
        self.rejected += 1
        if reason not in self.reasons and len(self.reasons) < 5:
            self.reasons.append(reason)

    def room(self, what: str) -> bool:
        """Whether one more may be read."""
        if self.taken < MAX_SPANS:
            self.taken += 1
            return True
        self.refuse(f"a request has at most {MAX_SPANS:,} {what}; send smaller batches")
        return False


def read_traces(raw: bytes, *, is_json: bool) -> Decoded:
    """The spans of a request.

    Raises:
        NotOtlp: it is no export of traces at all.
    """
    tally, spans, reader = _Tally(), list[Span](), Reader(SCHEMA, MAX_VALUES)
    for each, scope, resource in _walk(raw, "Traces", "spans", None if is_json else reader):
        if not tally.room("spans"):
            continue
        try:
            spans.append(_span(_opened(each, "Span", reader), scope, resource))
        except (Refused, NotWire) as error:
            tally.refuse(f"a span {error}")
    return Decoded(spans=spans, rejected=tally.rejected, reasons=tally.reasons)


def read_logs(raw: bytes, *, is_json: bool) -> Decoded:
    """The log records of a request.

    Raises:
        NotOtlp: it is no export of logs at all.
    """
    tally, records, ignored, reader = _Tally(), list[Record](), 0, Reader(SCHEMA, MAX_VALUES)
    for each, scope, resource in _walk(raw, "Logs", "logRecords", None if is_json else reader):
        if not tally.room("log records"):
            continue
        try:
            record = _record(_opened(each, "LogRecord", reader), scope, resource)
        except (Refused, NotWire) as error:
            tally.refuse(f"a log record {error}")
            continue
        if record is None:
            ignored += 1
        else:
            records.append(record)
    return Decoded(records=records, ignored=ignored, rejected=tally.rejected, reasons=tally.reasons)


def _walk(raw: bytes, message: str, leaves: str, reader: Reader | None) -> Iterator[tuple[Any, str, Mapping[str, Any]]]:
    """The spans or records of a request as they stand, with their scope and what is said of their process.

    Args:
        reader: of Protocol Buffers; None for JSON.
    """
    outer, inner = ("resourceSpans", "scopeSpans") if message == "Traces" else ("resourceLogs", "scopeLogs")
    request = _json_of(raw) if reader is None else _protobuf_of(raw, message, reader)
    try:
        for group in _list(request, outer):
            resource = _attributes(_list(_object(group, "resource"), "attributes"))
            for part in _list(group, inner):
                scope = _text(_object(part, "scope"), "name")
                for each in _list(part, leaves):
                    yield each, scope, resource
    except Refused as error:
        raise NotOtlp(str(error)) from None


def _json_of(raw: bytes) -> Mapping[str, Any]:
    try:
        value = read_json(raw, most=MAX_VALUES, deepest=DEEPEST)
    except ValueError as error:
        raise NotOtlp(f"is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise NotOtlp("is valid JSON but not an object")
    return value


def _protobuf_of(raw: bytes, message: str, reader: Reader) -> Mapping[str, Any]:
    try:
        return reader(raw, message)
    except NotWire as error:
        raise NotOtlp(f"is not valid protobuf: {error}") from None


def _opened(each: Any, message: str, reader: Reader) -> Mapping[str, Any]:
    value = reader(each, message) if isinstance(each, bytes) else each
    if not isinstance(value, Mapping):
        raise Refused("is not an object")
    return value


def _span(value: Mapping[str, Any], scope: str, resource: Mapping[str, Any]) -> Span:
    attributes, events = _list(value, "attributes"), _list(value, "events")
    inner = [_list(_mapping(each), "attributes") for each in events]
    _require_room(len(attributes) + sum(map(len, inner)))
    return Span(
        trace_id=_id(value, "traceId", _TRACE_DIGITS),
        span_id=_id(value, "spanId", _SPAN_DIGITS),
        parent_id=_id(value, "parentSpanId", _SPAN_DIGITS, required=False),
        name=_text(value, "name"),
        start=_whole(value, "startTimeUnixNano"),
        end=_whole(value, "endTimeUnixNano"),
        attributes=_attributes(attributes),
        events=[
            Event(name=_text(each, "name"), attributes=_attributes(own))
            for each, own in zip(events, inner, strict=True)
        ],
        scope=scope,
        resource=resource,
        failed=_get(_object(value, "status"), "code") in _FAILED,
    )


def _record(value: Mapping[str, Any], scope: str, resource: Mapping[str, Any]) -> Record | None:
    """A log record; None for one that belongs to no span or is no event."""
    listed = _list(value, "attributes")
    _require_room(len(listed))
    attributes = _attributes(listed)
    name = _text(value, "eventName") or str(attributes.get(_EVENT_NAME) or "")
    span_id = _id(value, "spanId", _SPAN_DIGITS, required=False)
    trace_id = _id(value, "traceId", _TRACE_DIGITS, required=False)
    if not name or not span_id or not trace_id:
        return None
    return Record(
        trace_id=trace_id,
        span_id=span_id,
        name=name,
        at=_whole(value, "timeUnixNano") or _whole(value, "observedTimeUnixNano"),
        body=_plain(_get(value, "body")),
        attributes=attributes,
        scope=scope,
        resource=resource,
    )


def _require_room(count: int) -> None:
    if count > MAX_ATTRIBUTES:
        raise Refused(f"has more than {MAX_ATTRIBUTES:,} attributes")


def _attributes(listed: Sequence[Any]) -> dict[str, Any]:
    """Attributes by name; the last of one name counts."""
    found = dict[str, Any]()
    for each in listed:
        entry = _mapping(each)
        found[_text(entry, "key")] = _plain(_get(entry, "value"))
    return found


def _plain(value: Any, depth: int = 0) -> Any:
    """An attribute's value without the word that says of which type it is."""
    if value is None or value == {}:
        return None
    if depth > DEEPEST_VALUE:
        raise Refused(f"has an attribute of more than {DEEPEST_VALUE} levels")
    ((name, content), *_) = _mapping(value).items()
    reader = _READERS.get(_camel(name))
    if reader is None:
        raise Refused("has an attribute of an unknown type")
    return reader(content, depth)


def _listed(content: Any, depth: int) -> list[Any]:
    return [_plain(each, depth + 1) for each in _list(_mapping(content), "values")]


def _named(content: Any, depth: int) -> dict[str, Any]:
    entries = [_mapping(each) for each in _list(_mapping(content), "values")]
    return {_text(each, "key"): _plain(_get(each, "value"), depth + 1) for each in entries}


def _scalar(*types: type, cast: Callable[[Any], Any]) -> Callable[[Any, int], Any]:
    def read(content: Any, _depth: int) -> Any:
        if not isinstance(content, types):
            raise Refused("has an attribute whose value does not fit its type")
        try:
            return cast(content)
        except (ValueError, OverflowError):
            raise Refused("has an attribute whose value does not fit its type") from None

    return read


_READERS: Final[Mapping[str, Callable[[Any, int], Any]]] = {
    "stringValue": _scalar(str, cast=text_of),
    "boolValue": _scalar(bool, cast=bool),
    "intValue": _scalar(int, str, cast=int),
    "doubleValue": _scalar(int, float, str, cast=float),
    "bytesValue": _scalar(str, cast=text_of),
    "arrayValue": _listed,
    "kvlistValue": _named,
}


def _camel(name: str) -> str:
    """A name in camel case: some exporters write JSON in snake case."""
    if "_" not in name:
        return name
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _snake(name: str) -> str:
    return _CAPITAL.sub(lambda found: "_" + found[1].lower(), name)


def _get(value: Mapping[str, Any], name: str) -> Any:
    found = value.get(name)
    return value.get(_snake(name)) if found is None else found


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused("has a list of something else than objects")
    return value


def _object(value: Any, name: str) -> Mapping[str, Any]:
    found = _get(_mapping(value), name)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise Refused(f"has a field {name} that is no object")
    return found


def _list(value: Any, name: str) -> Sequence[Any]:
    found = _get(_mapping(value), name)
    if found is None:
        return ()
    if not isinstance(found, list):
        raise Refused(f"has a field {name} that is no list")
    return found


def _text(value: Mapping[str, Any], name: str) -> str:
    found = _get(value, name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Refused(f"has a field {name} that is no text")
    return text_of(found)


def _whole(value: Mapping[str, Any], name: str) -> int:
    """A time in nanoseconds; JSON has it as a text, because it is too large for its numbers."""
    found = _get(value, name)
    if found is None or found == "":
        return 0
    if isinstance(found, bool) or not isinstance(found, int | str):
        raise Refused(f"has a field {name} that is no whole number")
    try:
        number = int(found)
    except ValueError:
        raise Refused(f"has a field {name} that is no whole number") from None
    if not 0 <= number < _MAX_TIME:
        raise Refused(f"has a field {name} that is no time")
    return number


def _id(value: Mapping[str, Any], name: str, digits: int, *, required: bool = True) -> str:
    found = _text(value, name)
    if not found.strip("0") and not required:
        return ""
    if len(found) != digits or not _HEX.fullmatch(found) or not found.strip("0"):
        raise Refused(f"has a {name} that is not {digits} hexadecimal digits")
    return found.lower()
