"""What capture costs: write units, calls, CPU, and the start-up of its function."""

from __future__ import annotations

import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from confab.platform.credentials import ApiKey
from confab.platform.plans import STANDARD
from confab.platform.rate import RateLimiter
from rich.console import Console
from rich.table import Table

from bench.meter import Meter, without_network
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import CREDENTIALS, Engine, running_engine
from tests.support.lambda_events import http_event
from tests.support.sources import ROOT
from tests.support.world import World

PROSE = "I ordered two of these last week and nobody could tell me yet when they will be delivered to us. "
KEY = ApiKey(
    id="k",
    hash="h",
    prefix="p",
    name="k",
    workspace_id="w",
    chatbot_id="b",
    permissions=(),
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
)
STARTS = 11
STARTUP_LIMIT = 33
RESIDENT_LIMIT_MB = 110


def main() -> None:
    """Measure and print."""
    os.environ.update(CREDENTIALS, POWERTOOLS_METRICS_NAMESPACE="Confab", POWERTOOLS_SERVICE_NAME="bench")
    console = Console(width=150)
    with running_engine() as engine:
        console.print(_costs(World(engine)))
        console.print(_leases())
        console.print(_cpu(engine))
    console.print(_startup())


def _message(number: int, size: int, *, identified: bool = True) -> dict[str, Any]:
    text = (f"{number}: " + PROSE * (size // len(PROSE) + 1))[:size]
    message = {"role": "user" if number % 2 == 0 else "assistant", "content": text}
    return {"id": f"message-{number}", **message} if identified else message


def _body(numbers: Sequence[int], size: int, *, identified: bool = True, name: str = "bench") -> dict[str, Any]:
    return {
        "conversationId": name,
        "messages": [_message(number, size, identified=identified) for number in numbers],
        "user": {"id": "user-1", "name": "Ann Example", "email": "ann@example.com", "plan": "pro"},
        "organization": {"id": "org-1", "name": "Example Ltd"},
    }


def _costs(world: World) -> Table:
    """Write units and calls of typical requests, from what the engine says each write consumed."""
    meter = Meter(world.dynamodb)
    table = Table("request", "messages", "write units", "of them messages", "refused writes", "index units", "calls")
    for name, before, body in _scenarios():
        tenant = world.tenant()
        for earlier in before:
            _send(world, tenant, earlier)
        meter.reset()
        _send(world, tenant, body)
        calls = ", ".join(f"{count} {operation}" for operation, count in sorted(meter.calls.items()))
        head = 2.0 if meter.calls["TransactWriteItems"] else 1.0
        units = meter.table_units
        table.add_row(
            name,
            str(len(body["messages"])),
            f"{units:g}",
            f"{units - head:g}",
            str(meter.refused),
            f"{meter.index_units:g}",
            calls,
        )
    return table


def _scenarios() -> list[tuple[str, list[dict[str, Any]], dict[str, Any]]]:
    warm = _body([-2, -1], 60)
    return [
        ("first turn of a conversation", [], _body([0, 1], 200)),
        ("two-message turn, running conversation", [warm], _body([0, 1], 200)),
        ("two-message turn, whole history sent again", [_body(range(8), 200)], _body(range(10), 200)),
        ("one message of 1 KB", [warm], _body([0], 1024)),
        ("100 messages of 500 bytes", [warm], _body(range(100), 500)),
        ("the same 100 again", [_body(range(100), 500)], _body(range(100), 500)),
        (
            "two-message turn without ids",
            [_body([-2, -1], 60, identified=False)],
            _body([0, 1], 200, identified=False),
        ),
        (
            "99 messages without ids",
            [_body([-2, -1], 60, identified=False)],
            _body(range(99), 500, identified=False),
        ),
    ]


def _leases() -> Table:
    """How often one function asks the table about a key of the standard plan; each time is a write unit."""
    table = Table("requests of a key", "leases", "a request", "of them the day's")
    for name, requests, gap in (
        ("one a second, 10 minutes", 600, 1.0),
        ("ten a second, a minute", 600, 0.1),
        ("50 a second, 20 seconds", 1000, 0.02),
    ):
        clock, asked = Clock(), _Asked()
        limiter = RateLimiter(asked, now=clock, default_plan=STANDARD)
        for _ in range(requests):
            limiter.admit(KEY)
            clock.advance(seconds=gap)
        asks = len(asked.windows)
        days = sum(window.startswith("D") for window in asked.windows)
        table.add_row(name, str(asks), f"{asks / requests:.4f}", str(days))
    return table


class _Asked:
    """A store of leases that only this function uses."""

    def __init__(self) -> None:
        self.windows: list[str] = []
        self._counted: Counter[tuple[str, str]] = Counter()

    def add(self, key_id: str, window: str, amounts: Mapping[str, int], window_end: int) -> Mapping[str, int]:
        self.windows.append(window)
        before = {name: self._counted[window, name] for name in amounts}
        self._counted.update({(window, name): amount for name, amount in amounts.items()})
        return before


def _send(world: World, tenant: Tenant, body: Mapping[str, Any]) -> None:
    answer = world.capture_directly(tenant, body)
    assert answer["ok"]


def _cpu(engine: Engine) -> Table:
    """CPU time of the whole handler for one request, with a transport that answers at once."""
    world = World(engine, roles=False)
    tenant = world.tenant()
    world.capture(tenant.ingest, _body([0], 60))
    without_network(world.dynamodb, {})
    without_network(world.sqs, {"SendMessage": b'{"MessageId":"m","MD5OfMessageBody":""}'})
    table = Table("handler CPU, no network", "ms a request", "ms a message")
    for count, rounds in ((2, 200), (100, 20)):
        event = http_event("POST", "/api/v1/capture", tenant.ingest, _body(range(count), 200))
        used = _cpu_seconds(partial(world.call, "capture", event), rounds) * 1000
        table.add_row(f"{count} messages", f"{used:.1f}", f"{used / count:.2f}")
    return table


def _cpu_seconds(work: Callable[[], Any], rounds: int) -> float:
    samples = []
    with contextlib.redirect_stdout(io.StringIO()):
        for _ in range(rounds):
            start = time.process_time()
            work()
            samples.append(time.process_time() - start)
    return statistics.median(samples)


def _startup() -> Table:
    """Start-up of the capture function as deployed: compiled layers, imports and clients made."""
    table = Table("start-up", "ms (median)", "times an empty Python", "resident MB")
    with tempfile.TemporaryDirectory() as folder:
        layers = Path(folder) / "layers"
        builder = [sys.executable, "-m", "local.build_layers", "--output", str(layers)]
        subprocess.run(builder, cwd=ROOT, check=True, capture_output=True)
        environment = _function_environment(layers)
        programs = {"empty Python": "pass", "capture": "import app; app.handler"}
        times: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(STARTS):
            for name, program in programs.items():
                start = time.perf_counter()
                subprocess.run([sys.executable, "-c", program], env=environment, check=True)
                times[name].append((time.perf_counter() - start) * 1000)
        empty = statistics.median(times["empty Python"])
        for name, program in programs.items():
            median = statistics.median(times[name])
            table.add_row(name, f"{median:.0f}", f"{median / empty:.1f}", f"{_resident(program, environment):.0f}")
    table.caption = f"targets: at most {STARTUP_LIMIT} times an empty Python, below {RESIDENT_LIMIT_MB} MB"
    return table


def _function_environment(layers: Path) -> dict[str, str]:
    paths = [ROOT / "functions" / "capture", *sorted(path / "python" for path in layers.iterdir())]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "CONFAB_TABLE": "table",
        "PYDANTIC_DISABLE_PLUGINS": "true",
        "CONFAB_ANALYSIS_QUEUE_URL": "http://127.0.0.1/queue",
    }


def _resident(program: str, environment: Mapping[str, str]) -> float:
    # The peak of this program alone: what getrusage says includes the parent it was forked from.
    report = (
        f"{program}; print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", report], env=dict(environment), check=True, capture_output=True, text=True
    )
    return int(ran.stdout) / 1024


if __name__ == "__main__":
    main()
