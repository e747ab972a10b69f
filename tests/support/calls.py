"""What the functions of a world ask AWS for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from tests.support.world import World


@dataclass(frozen=True)
class Call:
    """One call: the operation and its parameters."""

    operation: str
    parameters: dict[str, Any]


@contextmanager
def calls_of(world: World) -> Iterator[list[Call]]:
    """The calls to the table and the queues, as they are made."""
    seen: list[Call] = []
    lock = Lock()

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        with lock:
            seen.append(Call(model.name, params))

    clients = (world.dynamodb, world.sqs)
    for client in clients:
        client.meta.events.register("provide-client-params", note)
    try:
        yield seen
    finally:
        for client in clients:
            client.meta.events.unregister("provide-client-params", note)
