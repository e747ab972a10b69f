"""Statements run in a process of their own, which has no credentials and is ended when it must be.

DuckDB's own bounds hold between its steps only: one expression may take gigabytes or a minute by itself. The process
has the system's bounds besides, and an environment without anything in it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict
from typing import Any, Final

from confab.platform.errors import InvalidRequest
from confab.query.job import Bounds, Job, Rows

GRACE_SECONDS: Final = 1.0
"""How long after its time a process has to say so itself."""
BESIDE_MB: Final = 1024
"""Address space of the process beside what DuckDB may use: the interpreter, libraries, and stacks of threads."""
_MB: Final = 1024 * 1024


def run_isolated(job: Job) -> list[Rows]:
    """Run statements in a process of their own.

    Raises:
        InvalidRequest: DuckDB refuses one, or it needs more memory or time than it may have.
    """
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    # In Lambda the interpreter finds its own library by this alone.
    environment |= {name: value for name, value in os.environ.items() if name == "LD_LIBRARY_PATH"}
    command = [sys.executable, "-m", "confab.query.isolated"]
    try:
        ran = subprocess.run(  # noqa: S603  the command is fixed, and the statement goes in by its input
            command,
            input=json.dumps(asdict(job)),
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=job.bounds.seconds + GRACE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidRequest(f"The query takes longer than {job.bounds.seconds:g} seconds; ask for less.") from error
    try:
        answer: dict[str, Any] = json.loads(ran.stdout)
    except ValueError as error:
        raise InvalidRequest("The query needs more memory than it may have; ask for less.") from error
    if "error" in answer:
        raise InvalidRequest(answer["error"])
    return [Rows(**rows) for rows in answer["rows"]]


def _bound(bounds: Bounds) -> None:
    """Let the system hold this process to its bounds."""
    space = (bounds.memory_mb + BESIDE_MB) * _MB
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    processor = int(bounds.seconds * bounds.threads) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Run the job that the input describes, and print its rows, or why there are none."""
    # Only this process needs the engine.
    from confab.query.sandbox import run

    described = json.load(sys.stdin)
    job = Job(**{**described, "bounds": Bounds(**described["bounds"])})
    _bound(job.bounds)
    try:
        answer: dict[str, Any] = {"rows": [asdict(rows) for rows in run(job)]}
    except InvalidRequest as error:
        answer = {"error": error.message}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    # Threads of DuckDB that are still at it do not hold the process up.
    os._exit(0)


if __name__ == "__main__":
    main()
