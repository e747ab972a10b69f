"""Meters on a DynamoDB or SQS client: calls, consumed write units, and a transport that answers without a network."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from typing import Any

from botocore.awsrequest import AWSResponse

METERED = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


class Meter:
    """Counts what passes a DynamoDB client.

    Attributes:
        calls: number of calls by operation.
        table_units: write units on the table itself.
        index_units: write units on its indexes.
        refused: conditional writes that were refused; AWS charges them like writes, the engine does not say how much.
    """

    def __init__(self, client: Any) -> None:
        self.reset()
        events = client.meta.events
        events.register("provide-client-params.dynamodb.*", self._ask)
        events.register("after-call.dynamodb.*", self._note)

    def reset(self) -> None:
        self.calls: Counter[str] = Counter()
        self.table_units = 0.0
        self.index_units = 0.0
        self.refused = 0

    def _ask(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any] | None:
        self.calls[model.name] += 1
        return {**params, "ReturnConsumedCapacity": "INDEXES"} if model.name in METERED else None

    def _note(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if model.name not in METERED:
            return
        self.refused += parsed.get("Error", {}).get("Code") == "ConditionalCheckFailedException"
        consumed = parsed.get("ConsumedCapacity", [])
        for entry in consumed if isinstance(consumed, list) else [consumed]:
            self.table_units += entry.get("Table", {}).get("CapacityUnits", entry.get("CapacityUnits", 0.0))
            for index in entry.get("GlobalSecondaryIndexes", {}).values():
                self.index_units += index.get("CapacityUnits", 0.0)


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
