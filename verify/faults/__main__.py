"""`make verify-faults`, first part: every case in one process each, a fresh engine beside every worker."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from itertools import islice

from rich.console import Console
from rich.table import Table

from tests.support.engine import CREDENTIALS, running_engine
from verify.faults.injection import Kind, hasty_sdk
from verify.faults.matrix import BY_NAME, Case, calls_of, cases_of, play, play_all, sampled
from verify.faults.stage import Site, answering

QUIET = {
    "POWERTOOLS_METRICS_NAMESPACE": "Confab",
    "POWERTOOLS_SERVICE_NAME": "verify",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}
CASES_A_SITE = 40
"""After how many cases a table is given up: the engine's queries slow down with its size."""
FINDINGS_SHOWN = 3
REPORT_COLUMNS = 120
"""The width of the report where it goes to no terminal, so that no name is cut."""


@dataclass(frozen=True, slots=True)
class Played:
    """What became of the cases of one operation.

    Attributes:
        tried, survived: cases by kind of fault.
        failed: what did not hold, by the name of the case.
    """

    operation: str
    calls: int
    tried: Counter[Kind]
    survived: Counter[Kind]
    failed: dict[str, Sequence[str]]
    seconds: float


def main() -> int:
    """Play what was asked for, report, and return the exit code."""
    parser = argparse.ArgumentParser(description="Faults at every AWS call of every operation.")
    parser.add_argument("--case", default="", help="one case, as a report names it")
    parser.add_argument("--operation", action="append", choices=sorted(BY_NAME), help="these operations only")
    parser.add_argument("--sample", type=int, help="only so many cases of each operation, chosen by the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    os.environ.update(CREDENTIALS, **QUIET)
    console = Console(width=None if sys.stdout.isatty() else REPORT_COLUMNS)
    if options.case:
        findings = _play_one(Case.named(options.case))
        console.print("\n".join(findings) or "survived", soft_wrap=True, markup=False)
        return int(bool(findings))
    chosen = options.operation or list(BY_NAME)
    with ProcessPoolExecutor(options.workers) as pool:
        play_operation = partial(_play_operation, sample=options.sample, seed=options.seed)
        return _report(console, pool.map(play_operation, chosen))


def _play_one(case: Case) -> Sequence[str]:
    with running_engine() as engine, answering() as responder, hasty_sdk(), redirect_stdout(io.StringIO()):
        return play(Site(engine, responder), case).findings


def _play_operation(name: str, *, sample: int | None, seed: int) -> Played:
    """Play the cases of an operation. The functions' metrics go to the standard output, which is not theirs here."""
    started = time.monotonic()
    operation = BY_NAME[name]
    tried: Counter[Kind] = Counter()
    survived: Counter[Kind] = Counter()
    failed: dict[str, Sequence[str]] = {}
    with running_engine() as engine, answering() as responder, hasty_sdk(), redirect_stdout(io.StringIO()):
        calls = calls_of(Site(engine, responder), operation)
        groups = cases_of(operation, calls)
        every = groups if sample is None else iter(sampled(groups, sample, seed))
        while some := list(islice(every, CASES_A_SITE // 2)):
            site = Site(engine, responder)
            for outcome in (outcome for group in some for outcome in play_all(site, group)):
                tried[outcome.case.fault.kind] += 1
                survived[outcome.case.fault.kind] += not outcome.findings
                if outcome.findings:
                    failed[str(outcome.case)] = outcome.findings
    return Played(name, len(calls), tried, survived, failed, time.monotonic() - started)


def _report(console: Console, every: Iterator[Played]) -> int:
    table = Table("operation", "calls", *Kind, title="cases survived / tried", title_justify="left")
    tried = failed = 0
    for played in every:
        cells = [f"{played.survived[kind]}/{played.tried[kind]}" if played.tried[kind] else "" for kind in Kind]
        table.add_row(played.operation, str(played.calls), *cells)
        tried += played.tried.total()
        failed += len(played.failed)
        summary = f"{played.operation}: {played.tried.total()} cases, {len(played.failed)} failed"
        console.print(f"{summary}, {played.seconds:.0f} s", highlight=False)
        _show(console, played)
    console.print(table)
    console.print(f"{tried} cases tried, {tried - failed} survived, {failed} failed")
    return int(bool(failed))


def _show(console: Console, played: Played) -> None:
    for name, findings in played.failed.items():
        lines = [f"FAILED {name}", *(f"    {finding}" for finding in findings[:FINDINGS_SHOWN])]
        lines.append(f"    again: make verify-faults CASE={name}")
        console.print("\n".join(lines), soft_wrap=True, markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
