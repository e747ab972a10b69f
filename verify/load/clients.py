"""Clients that never give up, and what they saw."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import httpx

from verify.ledger import Ledger, empty
from verify.load.workload import Step, Telling

PATIENCE_SECONDS: Final = 120.0
"""How long a client tries one request; longer than any fault of the runs lasts."""
MAX_WAIT: Final = 2.0
TRANSIENT: Final = frozenset({429, 500, 502, 503, 504})


@dataclass(slots=True)
class Seen:
    """What one client saw.

    Attributes:
        latencies: seconds of each request that was acknowledged, of its last try.
        answers: tries by status; those that broke off under 0.
        acknowledged: requests.
        messages: that were told and acknowledged for the first time.
        findings: answers that may not be.
        ledgers: what was told, by the conversation's id.
        answered: the conversations in which a responder takes part.
    """

    latencies: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    acknowledged: int = 0
    messages: int = 0
    findings: list[str] = field(default_factory=list)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)

    @property
    def tries(self) -> int:
        return self.answers.total()


class Client:
    """One client: one request after another, each until it is acknowledged.

    Args:
        http: knows the service's address and a key that may do everything with the chatbot.
        workload: what it tells.
        running: whether to begin another conversation; one that was begun is told to its end.
        sleep: waits between tries, in seconds.
    """

    def __init__(
        self,
        http: httpx.Client,
        workload: Iterable[Telling],
        running: Callable[[], bool],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http
        self._workload = workload
        self._running = running
        self._sleep = sleep
        self.seen = Seen()

    def run(self) -> Seen:
        """Tell conversations until the time is over."""
        with self._http:
            for telling in self._workload:
                if not self._running():
                    break
                self._tell(telling)
        return self.seen

    def _tell(self, telling: Telling) -> None:
        ledger = self.seen.ledgers.setdefault(telling.id, Ledger())
        if telling.answered:
            self.seen.answered.add(telling.id)
        for step in telling.steps:
            for _ in range(2 if step.twice else 1):
                self._send(step, ledger)

    def _send(self, step: Step, ledger: Ledger) -> None:
        change = ledger.attempt(empty) if step.erases else ledger.send(step.said)
        if not self._acknowledged(step):
            return
        ledger.confirm(change)
        self.seen.acknowledged += 1
        self.seen.messages += ledger.acknowledge(step.said)

    def _acknowledged(self, step: Step) -> bool:
        """Send a request until the service says that it is done."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        wait = 0.05
        while time.monotonic() < deadline:
            started = time.monotonic()
            try:
                answer = self._http.request(step.method, step.path, json=step.body)
            except httpx.TransportError:
                self.seen.answers[0] += 1
                self._sleep(wait)
                wait = min(2 * wait, MAX_WAIT)
                continue
            self.seen.answers[answer.status_code] += 1
            # A deletion that was done already finds nothing.
            if answer.is_success or (step.erases and answer.status_code == 404):
                self.seen.latencies.append(time.monotonic() - started)
                return True
            if answer.status_code not in TRANSIENT:
                self.seen.findings.append(f"{step.method} {step.path}: {answer.status_code} {answer.text[:200]}")
                return False
            self._sleep(min(float(answer.headers.get("retry-after", wait)), MAX_WAIT))
            wait = min(2 * wait, MAX_WAIT)
        self.seen.findings.append(f"{step.method} {step.path}: not acknowledged in {PATIENCE_SECONDS:.0f} s")
        return False
