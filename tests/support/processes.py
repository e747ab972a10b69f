"""Servers for tests on free loopback ports: a process each, stopped by its process id, or a thread of this one."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Generous: it bounds a hang, it is no expectation.
PATIENCE_SECONDS = 60.0


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str], port: int, *, path: str = "/", environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """A server's address, for as long as the block runs.

    Args:
        command: starts the server.
        port: where it will listen.
        path: what it answers, with any status below 500, once it is ready.
        environment: variables on top of this process's own.

    Raises:
        RuntimeError: it ended, or did not answer in time.
    """
    server = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(server, command, port, path)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait(server: subprocess.Popen[bytes], command: Sequence[str], port: int, path: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"{command[0]} ended with code {server.returncode}")
        if _answers(port, path):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{command[0]} did not answer within {PATIENCE_SECONDS:.0f} s")


def _answers(port: int, path: str) -> bool:
    with (
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection,
        suppress(OSError, http.client.HTTPException),
    ):
        connection.request("GET", path)
        return connection.getresponse().status < 500
    return False


@contextmanager
def serving_here(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address, without a path, where a handler answers from a thread of this process, while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
