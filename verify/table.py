"""Reading a whole table, which the product never does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confab.storage.values import Item, from_attributes


def scan(client: Any, name: str, chatbot_id: str | None = None) -> Iterator[Item]:
    """Every item of a table, or every one that belongs to a chatbot's conversations, read consistently."""
    parameters: dict[str, Any] = {"TableName": name, "ConsistentRead": True}
    if chatbot_id is not None:
        parameters["FilterExpression"] = "contains(pk, :chatbot)"
        parameters["ExpressionAttributeValues"] = {":chatbot": {"S": chatbot_id}}
    for page in client.get_paginator("scan").paginate(**parameters):
        yield from map(from_attributes, page["Items"])
