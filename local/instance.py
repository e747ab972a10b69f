"""One running stack per state directory: its lock, its ports and how to stop it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import signal
import socket
import time
from pathlib import Path
from typing import IO, Any

from local.settings import HOST, StackError


class Instance:
    """The exclusive right to a state directory.

    The lock is the kernel's, so it ends with the process however that ends; the record beside it only tells others
    where the holder listens.

    Attributes:
        died: whether the last holder ended without giving the directory back; known once the lock is taken.
    """

    died = False

    def __init__(self, state: Path) -> None:
        self._lock_path = state / "lock"
        self._record_path = state / "instance.json"
        self._lock: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock, or say who has it."""
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        handle = self._lock_path.open("a", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            record = self.record()
            holder = f"{record.get('baseUrl', 'this directory')} (process {record.get('pid', '?')})"
            raise StackError(f"already running at {holder}; `make stop` ends it") from None
        self._lock = handle
        self.died = self._record_path.exists()

    def running(self) -> bool:
        """Whether some process holds the lock now."""
        if not self._lock_path.exists():
            return False
        with self._lock_path.open("a", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def record(self) -> dict[str, Any]:
        """What the last holder wrote down; empty when there is nothing readable."""
        return read_json(self._record_path)

    def write(self, **facts: Any) -> None:
        """Write down where this instance listens."""
        write_private_json(self._record_path, {"pid": os.getpid(), **facts})

    def release(self) -> None:
        """Give the directory back."""
        self._record_path.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def stop(self, patience: float = 20.0) -> bool:
        """End the process that holds the lock; False when none does."""
        if not self.running():
            return False
        pid = int(self.record().get("pid") or 0)
        if pid <= 1:
            raise StackError("a stack is running, but its process number was not written down")
        for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
            _signal(pid, number)
            if self._wait_until_free(seconds):
                return True
        raise StackError(f"process {pid} could not be stopped")

    def _wait_until_free(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def listen(port: int) -> socket.socket:
    """A listening loopback socket; port 0 lets the system choose."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Without it a port stays unusable for a minute after a stop with open connections.
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        server.bind((HOST, port))
        server.listen(512)
    except OSError as error:
        server.close()
        if error.errno == errno.EADDRINUSE:
            raise StackError(f"port {port} is in use; choose another with CONFAB_PORT=<port>") from None
        raise StackError(f"cannot listen on {HOST}:{port}: {error.strerror}") from None
    return server


def listen_remembered(path: Path) -> socket.socket:
    """The port used last time, so that stored queue addresses stay right; any free one when it is taken."""
    remembered = read_json(path).get("port")
    if isinstance(remembered, int):
        try:
            return listen(remembered)
        except StackError:
            pass
    server = listen(0)
    write_private_json(path, {"port": server.getsockname()[1]})
    return server


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; empty when it is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_private_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file as ``write_private`` does."""
    write_private(path, json.dumps(content, indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; readers see the old or the new content, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    draft.replace(path)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
