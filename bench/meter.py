"""Meters on a DynamoDB or SQS client: calls, items read, write units; and a transport that needs no network."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import Any

from botocore.awsrequest import AWSResponse

METERED = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
READING = ("GetItem", "BatchGetItem", "Query")


class Meter:
    """Counts what passes a DynamoDB client.

    Attributes:
        calls: number of calls by operation.
        items_read: how many items the reads looked at.
        read_units: what the reads took.
        table_units: write units on the table itself.
        index_units: write units on its indexes.
        refused: conditional writes that were refused; AWS charges them like writes, the engine does not say how much.
    """

    def __init__(self, client: Any) -> None:
        self._lock = Lock()
        self.reset()
        events = client.meta.events
        events.register("provide-client-params.dynamodb.*", self._ask)
        events.register("after-call.dynamodb.*", self._note)

    def reset(self) -> None:
        self.calls: Counter[str] = Counter()
        self.items_read = 0
        self.read_units = 0.0
        self.table_units = 0.0
        self.index_units = 0.0
        self.refused = 0

    def _ask(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any] | None:
        with self._lock:
            self.calls[model.name] += 1
        if model.name in METERED:
            return {**params, "ReturnConsumedCapacity": "INDEXES"}
        return {**params, "ReturnConsumedCapacity": "TOTAL"} if model.name in READING else None

    def _note(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        with self._lock:
            self.items_read += _items_read(parsed)
            if model.name in READING:
                self.read_units += sum(entry.get("CapacityUnits", 0.0) for entry in _consumed(parsed))
            if model.name in METERED:
                self._note_write(parsed)

    def _note_write(self, parsed: Mapping[str, Any]) -> None:
        self.refused += parsed.get("Error", {}).get("Code") == "ConditionalCheckFailedException"
        for entry in _consumed(parsed):
            indexes = sum(each.get("CapacityUnits", 0.0) for each in entry.get("GlobalSecondaryIndexes", {}).values())
            self.index_units += indexes
            # Of a transaction the engine says only what the table and its indexes took together.
            self.table_units += entry.get("Table", {}).get("CapacityUnits", entry.get("CapacityUnits", 0.0) - indexes)


def _consumed(parsed: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What an answer says of the units that its call took: one entry for each table."""
    consumed = parsed.get("ConsumedCapacity", [])
    return consumed if isinstance(consumed, list) else [consumed]


def _items_read(parsed: Mapping[str, Any]) -> int:
    """How many items the answer of a GetItem, BatchGetItem or Query stands for."""
    several = sum(len(items) for items in parsed.get("Responses", {}).values())
    return int(several + parsed.get("ScannedCount", 0) + ("Item" in parsed))


class _Raw(io.BytesIO):
    """A body as the SDK reads it."""

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self.read()


def without_network(client: Any, answers: Mapping[str, bytes]) -> None:
    """Let a client answer by itself: these bodies by operation, and an empty object for every other."""

    def answer(request: Any, event_name: str, **_: Any) -> AWSResponse:
        body = answers.get(event_name.rsplit(".", 1)[-1], b"{}")
        headers = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, 200, headers, _Raw(body))

    client.meta.events.register(f"before-send.{client.meta.service_model.service_id.hyphenize()}", answer)
