"""What ChatCaptain's dialect costs: write units and AWS calls of a handled message, calls of a page of a list."""

from __future__ import annotations

import contextlib
import io
import os
from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.meter import Meter
from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.engine import CREDENTIALS, Engine, running_engine
from tests.support.world import World

PAGE = 50
SIZES = (60, 600)
CALLS_LIMIT = 4
UNITS_LIMIT = 4


def main() -> None:
    """Measure and print."""
    os.environ.update(CREDENTIALS, POWERTOOLS_METRICS_NAMESPACE="Confab", POWERTOOLS_SERVICE_NAME="bench")
    console = Console(width=150)
    with running_engine() as engine:
        console.print(_handles(World(engine)))
        console.print(_pages(engine))


class _Calls:
    """Counts the calls of a client by operation."""

    def __init__(self, client: Any) -> None:
        self.counts: Counter[str] = Counter()
        client.meta.events.register("provide-client-params.*.*", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        self.counts[model.name] += 1


def _handle(world: World, tenant: Tenant, number: int, **more: Any) -> Answer:
    body = {
        "channelId": "site",
        "channelName": "web",
        "providerId": "visitor-17",
        "providerMessageId": f"in-{number}",
        "message": "I ordered two of these last week; when will they be delivered to us?",
        "contact": {"id": "contact-17", "name": "Ann Example", "email": "ann@example.com"},
        **more,
    }
    with contextlib.redirect_stdout(io.StringIO()):
        answer = world.manage(tenant.admin, "POST", tenant.id, "/handle", body)
    assert answer.status == 201, answer.body
    return answer


def _analyse(world: World) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        world.analyse_queued()


def _handles(world: World) -> Table:
    """Write units and calls of handled messages without a responder, from what the engine says each consumed."""
    meter, queue = Meter(world.dynamodb), _Calls(world.sqs)
    table = Table("handle", "write units", "index units", "refused writes", "AWS calls", "which")
    limits = f"at most {CALLS_LIMIT} calls and {UNITS_LIMIT} units in a running conversation"
    table.caption = limits
    tenant = world.tenant()
    for number in range(40):
        # The key's rate is leased in growing blocks: after these, most requests ask the table for none.
        _handle(world, tenant, number, providerId="warm")
    _analyse(world)
    scenarios = [
        ("first message of a conversation", 0, {}),
        ("the next one, while it waits for analysis", 1, {}),
        ("the next one, analysed meanwhile", 2, {}),
        ("the same again", 2, {}),
        ("600 characters", 3, {"message": "word " * 120}),
    ]
    for name, number, more in scenarios:
        if name.endswith("meanwhile"):
            _analyse(world)
        meter.reset()
        queue.counts.clear()
        _handle(world, tenant, number, **more)
        calls = meter.calls + queue.counts
        if number:
            assert calls.total() <= CALLS_LIMIT, calls
            assert meter.table_units + meter.index_units <= UNITS_LIMIT, meter.table_units
        table.add_row(
            name,
            f"{meter.table_units:g}",
            f"{meter.index_units:g}",
            str(meter.refused),
            str(calls.total()),
            ", ".join(f"{count} {operation}" for operation, count in sorted(calls.items())),
        )
    return table


def _pages(engine: Engine) -> Table:
    """Calls of a page of 50 conversations, in a small chatbot and in one of ten times the size."""
    table = Table("page of 50", *(f"calls, {size} conversations" for size in SIZES))
    columns: list[list[str]] = []
    for size in SIZES:
        world = World(engine)
        tenant = world.tenant()
        for number in range(size):
            _handle(world, tenant, number, providerId=f"p{number}")
        meter = Meter(world.dynamodb)
        columns.append([])
        for query in ({"contactId": "contact-17"}, {"channelId": "site"}, {}):
            for _ in range(2):
                # The first answer may look for the cursors' secret.
                meter.reset()
                with contextlib.redirect_stdout(io.StringIO()):
                    answer = world.manage(tenant.admin, "GET", tenant.id, query=query)
            assert len(answer.body["conversations"]) == PAGE
            if query:
                assert meter.calls["Query"] == meter.calls["BatchGetItem"] == 1, meter.calls
            columns[-1].append(", ".join(f"{count} {operation}" for operation, count in sorted(meter.calls.items())))
    for name, *cells in zip(("by contact", "by channel", "all"), *columns, strict=True):
        table.add_row(name, *cells)
    return table


if __name__ == "__main__":
    main()
