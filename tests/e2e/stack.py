"""The whole local stack as a process of its own, for tests that go through the front door."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx

from local.instance import Instance, read_json

ROOT = Path(__file__).resolve().parents[2]
# Generous: it bounds a hang, it is no expectation.
PATIENCE_SECONDS = 180.0

Result = TypeVar("Result")


class LocalStack:
    """`make run` on a free port with its state in a directory of the test.

    Args:
        environment: further variables for it.
    """

    def __init__(self, state: Path, environment: Mapping[str, str] | None = None) -> None:
        self.state = state
        self._environment = environment or {}
        self.instance = Instance(state)
        self.output = state.parent / "output.txt"
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return str(self.demo["baseUrl"])

    @property
    def demo(self) -> dict[str, Any]:
        """The demo chatbot's ids and keys."""
        return read_json(self.state / "demo.json")

    def start(self) -> None:
        """Start, and wait until everything answers; a later start takes the port of the first."""
        self._process = self.spawn(self._port)
        try:
            eventually(self._ready)
        except AssertionError:
            self.kill()
            raise
        self._port = int(self.base_url.rpartition(":")[2])

    def spawn(self, port: int, state: Path | None = None) -> subprocess.Popen[bytes]:
        """A `make run` of its own, waited for by the caller."""
        environment = {
            **os.environ,
            "CONFAB_PORT": str(port),
            "CONFAB_LOCAL_STATE": str(state or self.state),
            "CONFAB_DEBOUNCE_SECONDS": "1",
            "PYTHONPATH": str(ROOT / "layers" / "confab" / "python"),
            **self._environment,
        }
        with self.output.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "local.run"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
            )

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """End it without a warning."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)

    def processes(self) -> list[int]:
        """The processes that belong to this stack: itself and the functions that run from its directory."""
        return [pid for pid, command in _command_lines() if str(self.state) in command]

    def functions(self) -> dict[int, str]:
        """The functions' processes, and whose each is."""
        begin = f"{self.state}/tmp/ministack-lambda-"
        return {
            pid: command.partition(begin)[2].rpartition("-")[0] for pid, command in _command_lines() if begin in command
        }

    def request(self, method: str, path: str, *, key: str | None = None, **arguments: Any) -> httpx.Response:
        """One HTTP request; the key is the demo chatbot's for writing unless another is given, "" for none."""
        secret = self.demo["apiKey"] if key is None else key
        headers = {**({"authorization": f"Bearer {secret}"} if secret else {}), **arguments.pop("headers", {})}
        with httpx.Client(base_url=self.base_url, timeout=60.0, trust_env=False) as client:
            return client.request(method, path, headers=headers, **arguments)

    def read(self, path: str, **arguments: Any) -> httpx.Response:
        """One GET with the demo's administration key."""
        return self.request("GET", path, key=self.demo["adminKey"], **arguments)

    def confab(self, *arguments: str, code: int = 0) -> str:
        """What the operator's command prints; it is to end with this exit code."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": f"{ROOT / 'cli'}:{ROOT / 'layers/confab/python'}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        command = [sys.executable, "-m", "confab_cli.main", *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout.strip()

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.output.read_text()
        record = self.instance.record()
        return bool(record.get("ready")) and record.get("pid") == self._process.pid


def eventually(check: Callable[[], Result | None], every: float = 0.2) -> Result:
    """The first true answer of a check, repeated until it comes."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = check()
        if answer:
            return answer
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(every)


def _command_lines() -> Iterator[tuple[int, str]]:
    # Twice w: without it some systems cut a line at the terminal's width, which is 80 where there is none.
    listing = subprocess.run(["ps", "-axwwo", "pid=,command="], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command
