"""What analyses cost: write units, read units and calls of the consumer, alone, in a busy chatbot, and by length."""

from __future__ import annotations

import contextlib
import io
import os
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from confab.domain.identity import conversation_id
from confab.erasure import conversation_wiring
from rich.console import Console
from rich.table import Table

from bench.meter import Meter
from tests.support.deployment import Tenant
from tests.support.engine import CREDENTIALS, running_engine
from tests.support.world import World

TURNS: Final = (
    ("user", "Where is my order? I have been waiting for a week and nobody answers."),
    ("assistant", "I am sorry to hear that. It left our warehouse yesterday and arrives on Friday."),
    ("user", "You told me that three times already, I want my refund now."),
    ("assistant", "I have started the refund; it takes three days."),
)
PEOPLE: Final = {"user": {"id": "ann", "name": "Ann"}, "organization": {"id": "acme", "name": "Acme"}}
BATCH: Final = 10
"""Conversations that the consumer gets at once from the queue of a busy chatbot."""
ORGANIZATIONS: Final = 3
LENGTHS: Final = (10, 98, 1_000, 10_000)
AT_A_TIME: Final = 50


class Bench:
    """A deployment, and what its consumer does."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._meter = Meter(world.dynamodb)

    def alone(self) -> Table:
        """Over the life of one conversation."""
        world, tenant = self._world, self._world.tenant()
        table = Table("one conversation", "write units", "index units", "in all", "read", "refused", "calls", "which")
        # The topics have their names already, as in a chatbot that is in use.
        self._say(tenant, "earlier", TURNS, {})
        self._quietly(world.analyse_queued)
        self._say(tenant, "plain", [("user", "Hi")], {})
        table.add_row("one message, nothing known of the user", *self._measured(world.analyse_queued))
        self._say(tenant, "c", TURNS[:2], PEOPLE)
        table.add_row("first turn, with user and organization", *self._measured(world.analyse_queued))
        self._say(tenant, "c", TURNS, PEOPLE)
        table.add_row("second turn, with a further topic", *self._measured(world.analyse_queued))
        self._say(tenant, "c", TURNS[:2], PEOPLE, 4)
        table.add_row("third turn, of the topics before", *self._measured(world.analyse_queued))
        erase, conversation = conversation_wiring.erase(world.deployment), conversation_id(tenant.id, "c")
        table.add_row("erasure", *self._measured(lambda: erase(tenant.id, conversation)))
        return table

    def busy(self) -> Table:
        """Each of a batch of conversations of one chatbot."""
        world, tenant = self._world, self._world.tenant()
        self._quietly(world.analyse_queued)
        table = Table(
            f"each of {BATCH} conversations of one chatbot",
            *("write units", "index units", "in all", "read", "refused", "calls", "which"),
        )
        self._say(tenant, "earlier", TURNS, {})
        self._quietly(world.analyse_queued)
        turns = (
            ("first turn, with user and organization", TURNS[:2], 0),
            ("second turn, with a further topic", TURNS, 0),
            ("third turn, of the topics before", TURNS[:2], 4),
        )
        for name, said, first in turns:
            for number in range(BATCH):
                self._say(tenant, f"c{number}", said, _people(number), first)
            table.add_row(name, *self._measured(world.analyse_queued, BATCH))
        return table

    def lengths(self) -> Table:
        """The analysis of a further turn of conversations of several lengths."""
        world, tenant = self._world, self._world.tenant()
        table = Table("a further turn after", "write units", "read units", "items read", "CPU ms", "memory MB", "calls")
        for length in LENGTHS:
            name = f"c{length}"
            for start in range(0, length, AT_A_TIME):
                turns = [TURNS[number % len(TURNS)] for number in range(start, min(start + AT_A_TIME, length))]
                self._say(tenant, name, turns, PEOPLE, start)
            self._quietly(world.analyse_queued)
            # The first analysis makes caches; the second one is what a warm function does, and the third one is slowed
            # down by the count of memory.
            self._further(tenant, name, length)
            spent = self._further(tenant, name, length + 2)
            tracemalloc.start()
            self._further(tenant, name, length + 4)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            table.add_row(
                f"{length:,} messages",
                f"{self._meter.table_units + self._meter.index_units:g}",
                f"{self._meter.read_units:g}",
                f"{self._meter.items_read:,}",
                f"{1000 * spent:.0f}",
                f"{peak / 1e6:.1f}",
                str(sum(self._meter.calls.values())),
            )
        return table

    def _further(self, tenant: Tenant, name: str, first: int) -> float:
        """A further turn and its analysis: the seconds of processor time; the meter has the rest of what it took."""
        self._say(tenant, name, TURNS[:2], PEOPLE, first)
        records = self._world.queued()
        self._meter.reset()
        begun = time.process_time()
        self._quietly(partial(self._world.consume, records))
        return time.process_time() - begun

    def _say(self, tenant: Tenant, name: str, turns: Sequence[tuple[str, str]], people: Any, first: int = 0) -> None:
        messages = [
            {"id": f"m{number}", "role": role, "content": text} for number, (role, text) in enumerate(turns, first)
        ]
        self._world.capture_directly(tenant, {"conversationId": name, "messages": messages, **people})

    def _quietly(self, work: Callable[[], Any]) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            work()

    def _measured(self, work: Callable[[], Any], share: int = 1) -> list[str]:
        meter = self._meter
        meter.reset()
        self._quietly(work)
        units = (meter.table_units, meter.index_units, meter.table_units + meter.index_units)
        figures = (*units, meter.items_read, meter.refused, sum(meter.calls.values()))
        which = " ".join(f"{operation} {count}" for operation, count in sorted(meter.calls.items()))
        return [*(f"{figure / share:g}" for figure in figures), which]


def _people(number: int) -> dict[str, Any]:
    return {"user": {"id": f"u{number}", "name": "Ann"}, "organization": {"id": f"o{number % ORGANIZATIONS}"}}


def main() -> None:
    """Measure and print."""
    os.environ.update(CREDENTIALS, POWERTOOLS_METRICS_NAMESPACE="Confab", POWERTOOLS_SERVICE_NAME="bench")
    with running_engine() as engine:
        bench = Bench(World(engine))
        for table in (bench.alone(), bench.busy(), bench.lengths()):
            Console(width=150).print(table)


if __name__ == "__main__":
    main()
