"""What logging whole conversations costs: write units, calls, time and memory."""

from __future__ import annotations

import os
import resource
import time
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.meter import Meter
from tests.support.deployment import Tenant
from tests.support.engine import CREDENTIALS, running_engine
from tests.support.world import World

PROSE = "I ordered two of these last week and nobody could tell me yet when they will be delivered to us. "
MAX_CALLS = 6
MAX_UNITS = 6
TURNS = (1, 2, 5, 10, 20, 50, 100, 200)


def main() -> None:
    """Measure and print."""
    os.environ.update(CREDENTIALS, POWERTOOLS_METRICS_NAMESPACE="Confab", POWERTOOLS_SERVICE_NAME="bench")
    console = Console()
    with running_engine() as engine:
        console.print(_long_history(World(engine)))
        console.print(_turn_by_turn(World(engine)))


def _message(number: int, size: int) -> dict[str, Any]:
    text = (f"{number}: " + PROSE * (size // len(PROSE) + 1))[:size]
    return {"id": f"message-{number}", "role": "assistant" if number % 2 else "user", "content": text}


def _body(count: int, size: int) -> dict[str, Any]:
    user = {"userId": "user-1", "email": "ann@example.com", "plan": "pro"}
    messages = [_message(number, size) for number in range(count)]
    return {"type": "openai", "id": "bench", "messages": messages, "userProperties": user, "tags": ["bench"]}


def _long_history(world: World) -> Table:
    """A history of 1,000 messages of 1 KB: the first post, the same again, and one message more."""
    tenant = world.tenant()
    calls = Meter(world.dynamodb)
    queue_calls = _count(world.sqs)
    table = Table(
        "1,000 messages of 1 KB", "DynamoDB calls", "SQS calls", "write units", "index units", "s", "resident MB"
    )
    for name, count in (("first post", 1000), ("the same again", 1000), ("one message more", 1001)):
        world.queued()
        calls.reset()
        queue_calls.clear()
        seconds, megabytes = _measured(world, tenant, _body(count, 1024))
        named = ", ".join(f"{number} {operation}" for operation, number in sorted(calls.calls.items()))
        units = f"{calls.table_units:g}"
        table.add_row(
            name, named, str(len(queue_calls)), units, f"{calls.index_units:g}", f"{seconds:.2f}", f"{megabytes:.0f}"
        )
        if count > 1000:
            made = sum(calls.calls.values()) + len(queue_calls)
            table.caption = (
                f"one message more: {made} calls (at most {MAX_CALLS}), {units} write units (at most {MAX_UNITS})"
            )
            assert made <= MAX_CALLS and calls.table_units <= MAX_UNITS, table.caption
    return table


def _measured(world: World, tenant: Tenant, body: dict[str, Any]) -> tuple[float, float]:
    """Seconds of one request, and how far the process's memory has ever risen."""
    start = time.perf_counter()
    world.send_history_directly(tenant, body)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _count(client: Any) -> list[str]:
    made: list[str] = []
    client.meta.events.register("before-call.sqs.SendMessage", lambda **_: made.append("SendMessage"))
    return made


def _turn_by_turn(world: World) -> Table:
    """A conversation of n turns of two short messages, the whole history posted after each message."""
    table = Table("turns", "messages", "write units in all", "a message", "index units", "DynamoDB calls a post")
    for turns in TURNS:
        tenant = world.tenant()
        meter = Meter(world.dynamodb)
        for upto in range(1, 2 * turns + 1):
            world.send_history_directly(tenant, _body(upto, 200))
        messages = 2 * turns
        calls = sum(meter.calls.values()) / messages
        table.add_row(
            str(turns),
            str(messages),
            f"{meter.table_units:g}",
            f"{meter.table_units / messages:.2f}",
            f"{meter.index_units:g}",
            f"{calls:.1f}",
        )
    return table


if __name__ == "__main__":
    main()
