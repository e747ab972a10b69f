"""What goes wrong while clients talk: a fault proxy before the table and the queues, and functions that are killed."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpx

from tests.support.processes import serving

WRITES: Final = ("PutItem", "UpdateItem", "DeleteItem")
# It draws from Python's own generator and has no option for its seed.
PROGRAM: Final = (
    "import random, sys; random.seed(int(sys.argv.pop(1))); from microburst.cli import main; sys.exit(main())"
)
SPARED_SECONDS: Final = 6.0
"""How long a new process is spared: killed again and again while it starts, no function would ever answer."""
THROTTLED: Final = "ProvisionedThroughputExceededException"


def fault_rules(rate: float) -> list[dict[str, Any]]:
    """Rules of the proxy.

    Args:
        rate: of all calls to the table and the queues, the share in which something goes wrong, roughly.
    """
    each = rate / 6
    cancelled = {"CancellationReasons": [{"Code": "TransactionConflict", "Message": "conflict"}]}
    anywhere: list[dict[str, Any]] = [
        {"error": {"code": "InternalServerError", "status": 500}},
        {"reset": True},
        {"response": {"abort_frac": 0}},
        {"latency": {"min": 100, "max": 1500}},
    ]
    table: list[dict[str, Any]] = [
        {"error": {"code": THROTTLED, "status": 400}},
        *({"operation": name, "error": {"code": "TransactionConflictException", "status": 400}} for name in WRITES),
        {
            "operation": "TransactWriteItems",
            "error": {"code": "TransactionCanceledException", "status": 400, "fields": cancelled},
        },
        # Longer than a function lives: it is ended in the middle of the call.
        {"timeout_ms": 25_000, "probability": each / 50},
    ]
    queue: list[dict[str, Any]] = [{"error": {"code": "RequestThrottled", "status": 400}}]
    rules = [{"service": service, **rule} for service in ("dynamodb", "sqs") for rule in anywhere]
    rules += [{"service": "dynamodb", **rule} for rule in table]
    rules += [{"service": "sqs", **rule} for rule in queue]
    return [{"probability": each, **rule} for rule in rules]


class FaultProxy:
    """The proxy, running.

    Args:
        url: its own address.
    """

    def __init__(self, url: str) -> None:
        self._rules = f"{url}/_microburst/rules"

    def play(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Play these rules instead of those before; none at all lets everything through."""
        httpx.post(self._rules, json=rules, trust_env=False).raise_for_status()

    def fired(self) -> Counter[str]:
        """How often each kind of fault was played since the rules were set."""
        counts: Counter[str] = Counter()
        for rule in httpx.get(self._rules, trust_env=False).raise_for_status().json():
            counts[_name(rule)] += rule["fired_count"]
        return counts


def _name(rule: Mapping[str, Any]) -> str:
    """What a rule does, for people."""
    if rule.get("error"):
        return str(rule["error"]["code"])
    if rule.get("response"):
        return "answer lost"
    if rule.get("reset"):
        return "connection reset"
    return "no answer in time" if rule.get("timeout_ms") else "slow answer"


@contextmanager
def fault_proxy(upstream: str, port: int, seed: int) -> Iterator[FaultProxy]:
    """A proxy before the local engine, without faults yet."""
    command = [sys.executable, "-c", PROGRAM, str(seed), "--upstream", upstream, "--port", str(port)]
    with serving(command, port, path="/_microburst/health") as url:
        yield FaultProxy(url)


class Killer:
    """Kills functions at random while it runs.

    Args:
        functions: the functions' processes now, and whose each is.
        every: seconds between two kills, on average.

    Attributes:
        killed: how many, by function.
    """

    def __init__(self, functions: Callable[[], Mapping[int, str]], every: float, seed: int) -> None:
        self.killed: Counter[str] = Counter()
        self._functions = functions
        self._every = every
        self._random = random.Random(seed)
        self._seen: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._random.uniform(0.2, 1.8) * self._every):
            grown = self._grown()
            if not grown:
                continue
            # The seed chooses among functions, not among processes: those of a busy one are many.
            function = self._random.choice(sorted({name for _, name in grown}))
            pid = self._random.choice([pid for pid, name in grown if name == function])
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.killed[function] += 1

    def _grown(self) -> list[tuple[int, str]]:
        """The processes that had time to start, and whose each is."""
        now, alive = time.monotonic(), self._functions()
        self._seen = {pid: self._seen.get(pid, now) for pid in alive}
        return sorted((pid, name) for pid, name in alive.items() if now - self._seen[pid] >= SPARED_SECONDS)
