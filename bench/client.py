"""What ``capture`` of the Python client costs the thread that calls it: ``python -m bench.client``.

A server of this process takes the messages meanwhile, so the client's thread and the server compete with the caller, as
they would in a busy bot. With a spool each message is also written to a file.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from confab_client import Confab

from tests.support.capture_server import capture_server

MESSAGES = 5000
TEXT = "Where is my order? I have been waiting for a week. " * 8


def measure(folder: Path | None) -> list[float]:
    """Milliseconds of each call, sorted."""
    took = []
    with capture_server() as server, Confab(server.url, "k", interval=0.05, spool=folder) as client:
        for number in range(MESSAGES):
            began = time.perf_counter()
            client.capture(f"c{number % 50}", content=TEXT, user={"id": "u", "plan": "pro"})
            took.append(1000 * (time.perf_counter() - began))
            time.sleep(0.0005)
        left = client.flush(60)
        assert left == 0, f"{left} messages are pending"
    return sorted(took)


def main() -> None:
    """Print medians and tails."""
    with tempfile.TemporaryDirectory() as folder:
        for name, spool in (("memory", None), ("with a spool", Path(folder))):
            took = measure(spool)
            shown = ", ".join(f"{part:.1%} {took[int(part * len(took)) - 1]:.3f} ms" for part in (0.5, 0.99, 0.999))
            sys.stdout.write(f"capture, {name}: {shown}, mean {sum(took) / len(took):.3f} ms\n")


if __name__ == "__main__":
    main()
