"""What the consumer's writes cost: write units and AWS calls of an analysis, of later ones, and of an erasure."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from typing import Any

from confab.erasure import conversation_wiring
from confab.storage import wiring as storage_wiring
from rich.console import Console
from rich.table import Table

from bench.meter import Meter
from tests.support.engine import CREDENTIALS, running_engine
from tests.support.world import World

TURNS = (
    ("user", "Where is my order? I have been waiting for a week and nobody answers."),
    ("assistant", "I am sorry to hear that. It left our warehouse yesterday and arrives on Friday."),
    ("user", "You told me that three times already, I want my refund now."),
    ("assistant", "I have started the refund; it takes three days."),
)
PEOPLE = {"user": {"id": "ann", "name": "Ann"}, "organization": {"id": "acme", "name": "Acme"}}


def main() -> None:
    """Measure and print."""
    os.environ.update(CREDENTIALS, POWERTOOLS_METRICS_NAMESPACE="Confab", POWERTOOLS_SERVICE_NAME="bench")
    with running_engine() as engine:
        Console(width=150).print(_analyses(World(engine)))


def _analyses(world: World) -> Table:
    """Write units and calls of the consumer over the life of one conversation."""
    meter, tenant = Meter(world.dynamodb), world.tenant()
    table = Table("consumer", "write units", "index units", "refused writes", "AWS calls", "which")

    def send(turns: int, people: Any) -> None:
        messages = [
            {"id": f"m{number}", "role": role, "content": text} for number, (role, text) in enumerate(TURNS[:turns])
        ]
        world.capture_directly(tenant, {"conversationId": "c", "messages": messages, **people})

    def measured(name: str, work: Callable[[], Any]) -> None:
        meter.reset()
        with contextlib.redirect_stdout(io.StringIO()):
            work()
        calls = " ".join(f"{operation} {count}" for operation, count in sorted(meter.calls.items()))
        row = (meter.table_units, meter.index_units, meter.refused, sum(meter.calls.values()), calls)
        table.add_row(name, *map(str, row))

    world.capture_directly(
        tenant, {"conversationId": "plain", "messages": [{"id": "a", "role": "user", "content": "Hi"}]}
    )
    measured("one message, nothing known of the user", world.analyse_queued)
    send(2, PEOPLE)
    measured("first turn, with user and organization", world.analyse_queued)
    send(4, PEOPLE)
    measured("second turn", world.analyse_queued)
    conversation = storage_wiring.list_walks(world.deployment).active([tenant.id], None, 1, world.now()).rows[0].id
    measured("erasure", lambda: conversation_wiring.erase(world.deployment)(tenant.id, conversation))
    return table


if __name__ == "__main__":
    main()
