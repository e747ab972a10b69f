"""What a deployment costs a month, from the units that the other benchmarks measure and the list prices of AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

WRITE_UNITS: Final = 0.625e-6
READ_UNITS: Final = 0.125e-6
API_REQUEST: Final = 1.00e-6
LAMBDA_REQUEST: Final = 0.20e-6
GB_SECOND: Final = 13.3334e-6
QUEUE_REQUEST: Final = 0.40e-6
STORED_GB: Final = 0.25
"""US dollars in us-east-1, on demand, without the free tier; Lambda on arm64. See docs/cost.md for where they stand."""
MESSAGES_A_TURN: Final = 2
TURNS: Final = 3
"""Of a conversation; each turn is a request and a burst of its own, so it is analysed by itself."""
CAPTURE_SECONDS: Final = 0.05
ANALYSIS_SECONDS: Final = 0.1
"""For each request of 512 MiB, and for each conversation that is analysed in 1,024 MiB: assumed, not measured."""
MESSAGE_BYTES: Final = 1_500
"""Of a message with its share of the row, results and entries."""
MONTHS_KEPT: Final = 12
VOLUMES: Final = (10_000, 1_000_000, 100_000_000)


@dataclass(frozen=True, slots=True)
class Units:
    """Write units, index units included, as ``bench.capture`` and ``bench.count`` print them."""

    first_turn: float = 6
    turn: float = 3
    first_analysis: float = 24
    analysis: float = 18


ALONE: Final = Units()
BUSY: Final = Units(first_analysis=15.8, analysis=9.4)


@dataclass(frozen=True, slots=True)
class Bill:
    """US dollars a month."""

    writes: float
    requests: float
    compute: float
    storage: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.writes + self.requests + self.compute + self.storage


def bill(messages: int, units: Units) -> Bill:
    """What some messages a month cost.

    Args:
        messages: stored a month.
    """
    turns = messages / MESSAGES_A_TURN
    first = turns / TURNS
    later = turns - first
    captured = first * units.first_turn + later * units.turn
    analysed = first * units.first_analysis + later * units.analysis
    reads = turns * 10
    return Bill(
        writes=(captured + analysed) * WRITE_UNITS + reads * READ_UNITS,
        requests=turns * (API_REQUEST + 2 * LAMBDA_REQUEST + 3 * QUEUE_REQUEST),
        compute=turns * (CAPTURE_SECONDS * 0.5 + ANALYSIS_SECONDS) * GB_SECOND,
        storage=messages * MONTHS_KEPT * MESSAGE_BYTES / 1e9 * STORED_GB,
    )


def main() -> None:
    """Print."""
    table = Table(
        "messages a month", "analysed", "DynamoDB", "API, queue, invocations", "run time", "storage", "in all"
    )
    for messages in VOLUMES:
        for name, units in (("alone", ALONE), ("ten at a time", BUSY)):
            made = bill(messages, units)
            figures = (made.writes, made.requests, made.compute, made.storage, made.total)
            table.add_row(f"{messages:,}", name, *(f"${figure:,.2f}" for figure in figures))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
