"""``python -m verify.size``: conversations of the largest size, and what each function needs for them.

Functions run in processes of their own, one each, which stay warm. Memory is measured; time is computed, from the
processor time that a function used and from the share of a processor that Lambda gives to a function of its size.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.support.engine import CREDENTIALS, Choice, running_engine
from tests.support.world import World
from verify.size.functions import Functions, Needed, functions
from verify.size.scenario import Scenario

FULL_PROCESSOR: Final = 1_769
"""MiB of memory for which Lambda gives a whole processor."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a function may need: MiB and seconds, as the template has them."""

    memory: int
    seconds: int

    @property
    def share(self) -> float:
        """The share of a processor that Lambda gives."""
        return min(1.0, self.memory / FULL_PROCESSOR)

    def computed(self, needed: Needed) -> float:
        """The seconds that a request would take in Lambda, as far as its processor decides that."""
        return needed.cpu / self.share


OF_API: Final = ("capture", "log_conversation", "conversation_management", "reading", "admin")
BOUNDS: Final[Mapping[str, Bounds]] = {
    **dict.fromkeys(OF_API, Bounds(512, 20)),
    "analysis": Bounds(1_024, 120),
}


class Meter:
    """Asks functions, and keeps the most that each kind of request needed."""

    def __init__(self, running: Functions) -> None:
        self._running = running
        self._most: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0.0, 0.0, 0.0])
        self.wrong: list[str] = []

    def __call__(self, what: str, function: str, event: Mapping[str, Any]) -> Any:
        bounds = BOUNDS[function]
        needed = self._running(function, event, bounds.seconds, bounds.share)
        most = self._most[what, function]
        figures = (1, needed.cpu, bounds.computed(needed), needed.peak)
        most[:] = [most[0] + 1, *(max(pair) for pair in zip(most[1:], figures[1:], strict=True))]
        if needed.peak > bounds.memory:
            self.wrong.append(f"{what}: {needed.peak:.0f} MiB of {bounds.memory}")
        if bounds.computed(needed) > bounds.seconds:
            self.wrong.append(f"{what}: {bounds.computed(needed):.0f} s of {bounds.seconds}")
        return needed.answer

    def report(self) -> Table:
        """The most that each kind of request needed."""
        table = Table("request", "function", "requests", "processor s", "s in Lambda", "peak MiB")
        for (what, function), (count, cpu, seconds, peak) in self._most.items():
            table.add_row(what, function, f"{count:.0f}", f"{cpu:.2f}", f"{seconds:.1f}", f"{peak:.0f}")
        return table


def main() -> int:
    """Play it, report, and return the exit code."""
    parser = argparse.ArgumentParser(description="Play a scenario with conversations of the largest size.")
    parser.add_argument("--messages", type=int, default=75_000)
    parser.add_argument("--images", type=int, default=40)
    parser.add_argument("--pages", type=int, help="of each route at most; all without it")
    options = parser.parse_args()
    os.environ.update(CREDENTIALS, POWERTOOLS_METRICS_NAMESPACE="Confab", POWERTOOLS_SERVICE_NAME="size")
    begun = time.monotonic()
    with running_engine(Choice(dynamodb="local")) as engine:
        world = World(engine, roles=False)
        with functions(engine, world.deployment.settings) as running:
            meter = Meter(running)
            walk = Scenario(world, meter, options.messages, options.images, options.pages)
            walk()
    Console(width=120).print(meter.report())
    wrong = [*walk.wrong, *meter.wrong]
    sys.stdout.writelines(f"WRONG {line}\n" for line in wrong)
    minutes = (time.monotonic() - begun) / 60
    sys.stdout.write(f"{minutes:.0f} minutes; the largest answer has {walk.largest:,} bytes; {len(wrong)} are wrong\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
