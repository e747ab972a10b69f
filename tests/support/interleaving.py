"""Another client's whole request before any call of one: races in a fixed order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def overtaken(client: Any, position: int, other: Callable[[], None], send: Callable[[], None]) -> bool:
    """Send a request, with another's whole request before one of its calls to the table.

    Args:
        client: the DynamoDB client that both use.
        position: before which call, from 0.

    Returns:
        Whether the request made that many calls, so that the other one came between.
    """
    calls, inside = 0, False

    def before(**_: Any) -> None:
        nonlocal calls, inside
        if inside:
            return
        calls += 1
        if calls == position + 1:
            inside = True
            other()
            inside = False

    client.meta.events.register("before-call.dynamodb", before)
    try:
        send()
    finally:
        client.meta.events.unregister("before-call.dynamodb", before)
    return calls > position
