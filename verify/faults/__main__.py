"""`make verify-faults`, first part: every case in one process each, a fresh engine beside every worker."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from rich.console import Console
from rich.table import Table

from tests.support.engine import CREDENTIALS, Engine, running_engine
from verify.faults.injection import Kind, hasty_sdk
from verify.faults.known import KNOWN
from verify.faults.matrix import BY_NAME, Case, Outcome, calls_of, cases_of, play, play_all, sampled
from verify.faults.stage import Site, answering

QUIET = {
    "POWERTOOLS_METRICS_NAMESPACE": "Confab",
    "POWERTOOLS_SERVICE_NAME": "verify",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}
CASES_A_SITE = 40
"""After how many cases a table is given up: the engine's queries slow down with its size."""
FINDINGS_SHOWN = 3
REPORT_COLUMNS = 130
"""The width of the report where it goes to no terminal, so that no name is cut."""


@dataclass(slots=True)
class Played:
    """What became of the cases of one operation.

    Attributes:
        tried, survived: cases by kind of fault.
        pairs: cases that failed, by the pair that met in them.
        failed: what did not hold, by the name of the case.
        known: what of this was known before.
        fixed: pairs that are known to fail, and did not.
    """

    operation: str
    calls: int = 0
    tried: Counter[Kind] = field(default_factory=Counter)
    survived: Counter[Kind] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)
    failed: dict[str, Sequence[str]] = field(default_factory=dict)
    known: dict[str, Sequence[str]] = field(default_factory=dict)
    fixed: Sequence[str] = ()
    seconds: float = 0.0

    def note(self, outcome: Outcome) -> None:
        """Count one case."""
        case, findings = outcome.case, outcome.findings
        self.tried[case.fault.kind] += 1
        self.survived[case.fault.kind] += not findings
        if findings:
            self.fail(case.pair, str(case), findings)

    def fail(self, pair: str, name: str, findings: Sequence[str]) -> None:
        """Note what did not hold."""
        self.pairs[pair] += 1
        (self.known if pair in KNOWN else self.failed)[name] = findings


def main() -> int:
    """Play what was asked for, report, and return the exit code."""
    parser = argparse.ArgumentParser(description="Faults at every AWS call of every operation.")
    parser.add_argument("--case", default="", help="one case, as a report names it")
    parser.add_argument("--operation", action="append", choices=sorted(BY_NAME), help="these operations only")
    parser.add_argument("--kind", action="append", choices=list(Kind), help="these kinds of fault only")
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
    kinds = [Kind(kind) for kind in options.kind or Kind]
    with ProcessPoolExecutor(options.workers) as pool:
        play_operation = partial(_play_operation, kinds=kinds, sample=options.sample, seed=options.seed)
        return _report(console, pool.map(play_operation, chosen))


def _play_one(case: Case) -> Sequence[str]:
    with running_engine() as engine, answering() as responder, hasty_sdk(), redirect_stdout(io.StringIO()):
        return play(Site(engine, responder), case).findings


def _play_operation(name: str, *, kinds: Collection[Kind], sample: int | None, seed: int) -> Played:
    """Play the cases of an operation. The functions' metrics go to the standard output, which is not theirs here."""
    started = time.monotonic()
    played = Played(name)
    with running_engine() as engine, answering() as responder, hasty_sdk(), redirect_stdout(io.StringIO()):
        try:
            calls = calls_of(Site(engine, responder), BY_NAME[name])
        except AssertionError as error:
            played.fail(name, name, [f"although nothing went wrong: {error}"])
        else:
            played.calls = len(calls)
            groups = _of_kinds(cases_of(BY_NAME[name], calls), kinds)
            _play_groups(engine, responder, groups if sample is None else iter(sampled(groups, sample, seed)), played)
    if sample is None and Kind.OVERTAKEN in kinds:
        played.fixed = sorted(pair for pair in KNOWN - played.pairs.keys() if pair.partition("/")[0] == name)
    played.seconds = time.monotonic() - started
    return played


def _of_kinds(groups: Iterator[list[Case]], kinds: Collection[Kind]) -> Iterator[list[Case]]:
    return (group for group in groups if group[0].fault.kind in kinds)


def _play_groups(engine: Engine, responder: str, groups: Iterator[list[Case]], played: Played) -> None:
    while some := list(islice(groups, CASES_A_SITE // 2)):
        site = Site(engine, responder)
        for outcome in (outcome for group in some for outcome in play_all(site, group)):
            played.note(outcome)


def _report(console: Console, every: Iterator[Played]) -> int:
    table = Table("operation", "calls", *Kind, title="cases survived / tried", title_justify="left")
    tried = failed = known = 0
    fixed: list[str] = []
    for played in every:
        cells = [f"{played.survived[kind]}/{played.tried[kind]}" if played.tried[kind] else "" for kind in Kind]
        table.add_row(played.operation, str(played.calls), *cells)
        tried += played.tried.total()
        failed += len(played.failed)
        known += len(played.known)
        fixed += played.fixed
        summary = f"{played.operation}: {played.tried.total()} cases, {len(played.failed)} failed"
        more = f", {len(played.known)} known to fail" if played.known else ""
        console.print(f"{summary}{more}, {played.seconds:.0f} s", highlight=False)
        _show(console, played)
    console.print(table)
    survived = tried - failed - known
    console.print(f"{tried} cases tried, {survived} survived, {failed} failed, {known} are known to fail")
    for pair in fixed:
        console.print(f"FIXED {pair} fails no longer: take it out of verify/faults/known.py", highlight=False)
    return int(bool(failed or fixed))


def _show(console: Console, played: Played) -> None:
    for pair, times in played.pairs.items():
        if pair in KNOWN:
            console.print(f"KNOWN {pair}: {times}", markup=False, highlight=False)
    for name, findings in played.failed.items():
        lines = [f"FAILED {name}", *(f"    {finding}" for finding in findings[:FINDINGS_SHOWN])]
        lines.append(f"    again: make verify-faults CASE={name}")
        console.print("\n".join(lines), soft_wrap=True, markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
