"""The functions in processes of their own, as Lambda runs them, with what each request needs."""

from __future__ import annotations

import multiprocessing
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from confab.deployment import Deployment
from confab.platform import aws
from confab.platform.deadline import Deadline
from confab.platform.settings import Settings

from tests.support.engine import CREDENTIALS, Engine
from tests.support.functions import load_function

STATUS: Final = Path("/proc/self/status")
CLEAR: Final = Path("/proc/self/clear_refs")
RESET_PEAK: Final = "5"
ENGINE_SECONDS: Final = 60.0
"""What the engine may take for an answer; it is not what is measured."""
_PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Needed:
    """What one request needed.

    Attributes:
        answer: of the handler.
        cpu: seconds of processor time of the function.
        peak: the most memory that the process had, in MiB.
        calls: of AWS.
    """

    answer: Any
    cpu: float
    peak: float
    calls: int


class Functions:
    """Functions over one table, each in a process that stays warm.

    Args:
        engine: where the services answer.
        settings: of the deployment.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._spawn = multiprocessing.get_context("spawn")
        self._running: dict[str, tuple[Any, Connection]] = {}

    def __call__(self, name: str, event: Mapping[str, Any], seconds: float, share: float) -> Needed:
        """Let a function handle an event. Only its own processor time counts: the engine is slower than AWS.

        Args:
            seconds: what its context says it has at the beginning.
            share: of a processor that it would have.
        """
        if name not in self._running:
            here, there = self._spawn.Pipe()
            process = self._spawn.Process(target=_serve, args=(name, share, self._engine, self._settings, there))
            process.start()
            self._running[name] = process, here
        _, pipe = self._running[name]
        pipe.send((dict(event), seconds))
        needed: Needed | str = pipe.recv()
        if isinstance(needed, str):
            raise RuntimeError(f"{name}: {needed}")
        return needed

    def stop(self) -> None:
        """End every process."""
        for process, pipe in self._running.values():
            pipe.send(None)
            process.join(10)
            if process.is_alive():
                process.kill()
        self._running.clear()


@contextmanager
def functions(engine: Engine, settings: Settings) -> Iterator[Functions]:
    """Functions for as long as the block runs."""
    running = Functions(engine, settings)
    try:
        yield running
    finally:
        running.stop()


def _serve(name: str, share: float, engine: Engine, settings: Settings, pipe: Connection) -> None:
    os.environ.update(CREDENTIALS, POWERTOOLS_METRICS_NAMESPACE="Confab", POWERTOOLS_LOG_LEVEL="CRITICAL")
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    of_table, of_queue = (aws.Clients(url, seconds=ENGINE_SECONDS) for url in (engine.dynamodb, engine.sqs))
    clients = {"dynamodb": of_table("dynamodb"), "sqs": of_queue("sqs")}
    calls = []
    for service, client in clients.items():
        client.meta.events.register(f"before-send.{service}", lambda **_: calls.append(1))
    deployment = Deployment(settings, client=clients.__getitem__)
    deployment.deadline = Deadline(lambda: time.process_time() / share)
    handler = load_function(name).build(deployment)
    while (asked := pipe.recv()) is not None:
        event, seconds = asked
        calls.clear()
        CLEAR.write_text(RESET_PEAK)
        begun = time.process_time()
        try:
            answer = handler(event, _context(name, seconds))
        except Exception as error:
            pipe.send(f"{type(error).__name__}: {error}")
            continue
        used = time.process_time() - begun
        pipe.send(Needed(answer, used, _peak(), len(calls)))


def _peak() -> float:
    found = _PEAK.search(STATUS.read_text())
    assert found is not None
    return int(found[1]) / 1024


def _context(name: str, seconds: float) -> SimpleNamespace:
    return SimpleNamespace(
        function_name=name,
        memory_limit_in_mb=512,
        invoked_function_arn=f"arn:aws:lambda:eu-west-1:000000000000:function:{name}",
        aws_request_id="size",
        get_remaining_time_in_millis=lambda: int(seconds * 1000),
    )
