"""All that a table holds, readable: what erasures and redaction must leave nothing in."""

from __future__ import annotations

import json
from typing import Any

from confab.storage.messages import inflate
from confab.storage.values import Item, from_attributes

from tests.support.world import World


def items_of(world: World) -> list[Item]:
    """Every item of the table."""
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.deployment.settings.table)
    return [from_attributes(item) for page in pages for item in page["Items"]]


def text_of(items: Any) -> str:
    """Items as one text, with what is deflated in them unpacked."""
    return json.dumps(items, default=_readable, ensure_ascii=False)


def _readable(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    try:
        return inflate(bytes(value)).decode()
    except Exception:
        return bytes(value).hex()
