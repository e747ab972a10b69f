"""Cases: one operation, one of its calls, one way to go wrong, and one way in which things go on afterwards."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from tests.support.world import World
from verify.faults.injection import DEATHS, SINGLE_WRITES, TRANSACTION, Call, Fault, Kind, kinds_for
from verify.faults.operation import Operation
from verify.faults.operations import OPERATIONS
from verify.faults.overtaking import overtake, overtakers_of
from verify.faults.stage import LOOK_AGAIN, Site, Stage, survived

TRIES: Final = 5
WRITES: Final = SINGLE_WRITES | {TRANSACTION, "SendMessage"}
TELLING: Final = DEATHS | {Kind.ERROR, Kind.LOST}
"""Faults that are played with everything that may come afterwards."""
BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}


class Recovery(StrEnum):
    """What happens after a try that was not acknowledged."""

    AGAIN = "again"
    """The client sends the same again, or the queue delivers again."""
    GOES_ON = "goes-on"
    """The client gives up on it, and the conversation goes on."""
    SILENCE = "silence"
    """Nobody comes back; only the sweeper looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case.

    Attributes:
        call: the name of the call at the fault's position, for people.
    """

    operation: Operation
    fault: Fault
    call: str
    recovery: Recovery

    def __str__(self) -> str:
        return f"{self.operation.name}/{self.fault.position}-{self.call}/{self.fault}/{self.recovery}"

    @property
    def pair(self) -> str:
        """Who is overtaken by whom."""
        return f"{self.operation.name}/{self.fault.by}"

    @classmethod
    def named(cls, name: str) -> Case:
        """The case that a report names.

        Raises:
            ValueError: no case has such a name.
        """
        try:
            operation, place, fault, recovery = name.split("/")
            position, _, call = place.partition("-")
            return cls(
                operation=BY_NAME[operation],
                fault=Fault.named(int(position), fault),
                call=call,
                recovery=Recovery(recovery),
            )
        except (KeyError, ValueError) as error:
            raise ValueError(f"'{name}' is no case: OPERATION/POSITION-CALL/KIND/RECOVERY is expected") from error


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended.

    Attributes:
        findings: what did not hold.
        at_once: whether the first try was acknowledged, so that it does not matter what would have come after it.
    """

    case: Case
    findings: Sequence[str]
    at_once: bool


def calls_of(site: Site, operation: Operation) -> list[Call]:
    """The calls that an operation makes when nothing goes wrong.

    Raises:
        AssertionError: even then something is not as it should be.
    """
    stage = _prepared(site, operation)
    process, injector = site.process(None)
    attempt = operation.attempt(stage, process)
    assert attempt.done, attempt.finding
    found = stage.findings(stage.rest(), silent=False)
    assert not found, found
    return injector.calls


def cases_of(operation: Operation, calls: Sequence[Call]) -> Iterator[list[Case]]:
    """The cases of an operation, those together that differ in nothing but what comes afterwards."""
    if operation.alone:
        yield from alone(operation, calls)
    yield from overtaken(operation, calls)


def overtaken(operation: Operation, calls: Sequence[Call]) -> Iterator[list[Case]]:
    """The cases in which another request overtakes an operation, by who that is and then by call.

    Before a call that is not about a conversation is as good as after it, so such a place is not played twice.
    """
    for by in overtakers_of(operation):
        for position, call in enumerate(calls):
            if not call.aside:
                fault = Fault(position, Kind.OVERTAKEN, by=by)
                yield [Case(operation=operation, fault=fault, call=call.name, recovery=Recovery.AGAIN)]


def alone(operation: Operation, calls: Sequence[Call]) -> Iterator[list[Case]]:
    """The cases in which one of its own calls goes wrong."""
    for position, call in enumerate(calls):
        for kind in kinds_for(call.name):
            recoveries = _recoveries(operation, call.name, kind)
            for always in _attempts(call.name, kind):
                fault = Fault(position, kind, always)
                yield [Case(operation=operation, fault=fault, call=call.name, recovery=each) for each in recoveries]


def play(site: Site, case: Case) -> Outcome:
    """Play one case."""
    operation = case.operation
    stage = _prepared(site, operation)
    found: list[str] = []
    process, injector = site.process(case.fault, lambda: found.extend(overtake(stage, operation, case.fault.by)))
    attempt = survived(lambda: operation.attempt(stage, process))
    injector.heal()
    found += [] if injector.fired else ["the fault was never played: the operation makes other calls now"]
    found += [attempt.finding] if attempt.finding else []
    if not attempt.done or _sent_again(stage, case):
        finding = _recover(stage, case, site.clean if injector.dead else process)
        found += [finding] if finding else []
    silent = not attempt.done and case.recovery == Recovery.SILENCE
    return Outcome(case, [*found, *stage.findings(stage.rest(), silent=silent)], attempt.done)


def play_all(site: Site, cases: Sequence[Case]) -> Iterator[Outcome]:
    """Play cases that differ only in what comes afterwards; the first alone when nothing has to."""
    for case in cases:
        outcome = play(site, case)
        yield outcome
        if outcome.at_once:
            return


def sampled(groups: Iterable[list[Case]], size: int, seed: int) -> list[list[Case]]:
    """Some of an operation's cases, each by itself; a seed always gives the same."""
    every = [case for cases in groups for case in cases]
    return [[case] for case in random.Random(seed).sample(every, min(size, len(every)))]


def _attempts(call: str, kind: Kind) -> Sequence[bool]:
    """Whether the fault lasts: once, which the SDK repairs, or always. What it repairs is one of a few."""
    if kind in DEATHS:
        return (False,)
    repaired = {Kind.ERROR, Kind.LOST, Kind.CONFLICT} if call in WRITES else {Kind.ERROR}
    return (False, True) if kind in repaired else (True,)


def _recoveries(operation: Operation, call: str, kind: Kind) -> list[Recovery]:
    """What may come afterwards. A read leaves nothing behind, and a refusal no more than an error."""
    if kind not in TELLING or call not in WRITES:
        return [Recovery.AGAIN]
    goes_on = [Recovery.GOES_ON] if operation.go_on else []
    silence = [Recovery.SILENCE] if operation.silence else []
    return [Recovery.AGAIN, *goes_on, *silence]


def _prepared(site: Site, operation: Operation) -> Stage:
    """A stage with all that must be there before an operation."""
    site.look_again(LOOK_AGAIN if operation.looks_again else timedelta(0))
    stage = Stage(site)
    for step in operation.before:
        attempt = step(stage, stage.clean)
        assert attempt.done, attempt.finding
    return stage


def _sent_again(stage: Stage, case: Case) -> bool:
    """Whether the same is sent again although it was acknowledged: nothing may change, unless something was erased."""
    erased = any(ledger.erased for ledger in stage.ledgers.values())
    return case.fault.kind == Kind.OVERTAKEN and case.fault.by not in case.operation.once and not erased


def _recover(stage: Stage, case: Case, process: World) -> str | None:
    """What comes after the first try; what was wrong with it, or None."""
    if case.recovery == Recovery.SILENCE:
        stage.records.clear()
        return None
    step = case.operation.attempt if case.recovery == Recovery.AGAIN else case.operation.go_on
    assert step is not None
    for _ in range(TRIES):
        stage.site.clock.advance(seconds=1)
        attempt = step(stage, process)
        if attempt.done or attempt.finding:
            return attempt.finding
    return f"not acknowledged after {TRIES} tries"
