"""`make load`, and the second part of `make verify-faults`: run, print what was seen, and judge."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from local.settings import REGION
from tests.support.engine import CREDENTIALS
from verify.load.run import Outcome, Plan, run

FINDINGS_SHOWN = 20


def main() -> int:
    """Run, report, and return the exit code."""
    parser = argparse.ArgumentParser(description="Load with faults and kills on the local stack.")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--kill-every", type=float, default=6.0, help="seconds between two kills, on average")
    parser.add_argument("--fault-rate", type=float, default=0.02, help="share of the functions' AWS calls that fail")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.update(CREDENTIALS, AWS_DEFAULT_REGION=REGION)
    plan = Plan(
        clients=options.clients,
        seconds=options.seconds,
        kill_every=options.kill_every,
        fault_rate=options.fault_rate,
        seed=options.seed,
    )
    return _report(Console(), plan, run(plan))


def _report(console: Console, plan: Plan, outcome: Outcome) -> int:
    latencies = [latency for seen in outcome.seen for latency in seen.latencies]
    answers: Counter[int] = sum((seen.answers for seen in outcome.seen), Counter())
    acknowledged = sum(seen.acknowledged for seen in outcome.seen)
    messages = sum(seen.messages for seen in outcome.seen)
    drained = "not drained" if outcome.drained is None else f"drained after {outcome.drained:.0f} s"
    rows = {
        "machine": f"{os.cpu_count()} processors, Python {platform.python_version()}",
        "clients": f"{plan.clients} for {outcome.seconds:.0f} s (seed {plan.seed})",
        "conversations": str(sum(len(seen.ledgers) for seen in outcome.seen)),
        "requests": f"{acknowledged} acknowledged ({acknowledged / outcome.seconds:.1f} a second)",
        "messages": f"{messages} ({messages / outcome.seconds:.1f} a second)",
        "latency": _percentiles(latencies),
        "answers": _counts({str(status or "broken off"): count for status, count in sorted(answers.items())}),
        "tried again": str(answers.total() - acknowledged),
        "faults": f"{outcome.faults.total()}: {_counts(outcome.faults)}",
        "kills": f"{outcome.killed.total()}: {_counts(outcome.killed)}",
        "queues": f"{drained}; dead letters: {_counts(outcome.dead_letters)}",
    }
    table = Table(show_header=False)
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table)
    for finding in outcome.findings[:FINDINGS_SHOWN]:
        console.print(f"FINDING {finding}", soft_wrap=True, markup=False, highlight=False)
    verdict = "nothing lost, nothing doubled" if not outcome.findings else f"{len(outcome.findings)} findings"
    console.print(f"verdict: {verdict}")
    return int(bool(outcome.findings))


def _percentiles(latencies: Sequence[float]) -> str:
    cuts = statistics.quantiles(latencies, n=100)
    return ", ".join(f"p{percent} {cuts[percent - 1] * 1000:.0f} ms" for percent in (50, 95, 99))


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


if __name__ == "__main__":
    sys.exit(main())
