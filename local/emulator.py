"""The emulator in this process: its environment, its two addresses, its memory on disk and its end.

It keeps everything in memory and saves on a clean stop by itself. Here it also saves soon after every burst of
requests, so that even a killed process loses a second or so. That uses functions the emulator does not publish, which
is why its version is pinned.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any

from local.emulator_patches import apply_patches, start_no_more
from local.gateway import Gateway
from local.settings import HOST, REGION, Settings

# What requests of clients and functions change; the rest changes with a deployment only.
DATA_SERVICES = ("dynamodb", "sqs")
_QUIET_SECONDS = 1.0
_AT_MOST_SECONDS = 10.0
_DRAIN_SECONDS = 5.0

_log = logging.getLogger("confab.local")


def prepare_environment(environ: MutableMapping[str, str], settings: Settings, port: int) -> None:
    """Set what the emulator reads when it is imported and what the functions inherit from this process.

    A developer's own AWS profile, endpoints or Python path would change what the functions do, so they are removed.
    """
    for name in [name for name in environ if name.startswith("AWS_") or name in {"PYTHONPATH", "PYTHONHOME"}]:
        del environ[name]
    scratch = settings.state / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    environ.update(
        {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "GATEWAY_PORT": str(port),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(settings.state / "emulator"),
            "S3_DATA_DIR": str(settings.state / "emulator-s3"),
            "S3_PERSIST": "1",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "LAMBDA_WARM_TTL_SECONDS": "120",
            "LOG_LEVEL": "WARNING",
            "DOCKER_HOST": f"unix://{scratch}/no-container-engine.sock",
            "NO_PROXY": ",".join(filter(None, [environ.get("NO_PROXY"), HOST, "localhost"])),
            "TMPDIR": str(scratch),
        }
    )
    if settings.functions_endpoint is not None:
        environ.update({f"AWS_ENDPOINT_URL_{name.upper()}": settings.functions_endpoint for name in DATA_SERVICES})
    # The module keeps the first answer it found.
    tempfile.tempdir = str(scratch)


class Emulator:
    """The emulator, with the public gateway in front of it."""

    def __init__(self, public: socket.socket, internal: socket.socket) -> None:
        self._app = importlib.import_module("ministack.app")
        self._persistence = importlib.import_module("ministack.core.persistence")
        self._workers = importlib.import_module("ministack.core.lambda_runtime")
        apply_patches()
        self._sockets = (public, internal)
        self._changed = 0.0
        self._finished = threading.Event()
        self.gateway = Gateway(self._app.app, public.getsockname()[1], self._touch)

    async def serve(self, shutdown: asyncio.Event) -> None:
        """Serve both addresses until the event is set, then save and end the functions' processes."""
        hypercorn = importlib.import_module("hypercorn.asyncio")
        config = importlib.import_module("hypercorn.config").Config()
        config.bind = [f"fd://{listener.detach()}" for listener in self._sockets]
        config.keep_alive_timeout = 75
        # Connections kept alive by clients would use up whatever time is given here.
        config.graceful_timeout = 0.1
        config.loglevel = "WARNING"
        config.errorlog = logging.getLogger("hypercorn.error")
        config.accesslog = None

        async def stop() -> None:
            await shutdown.wait()
            await self.gateway.quiet(within=_DRAIN_SECONDS)

        saver = threading.Thread(target=self._save_on_change, name="snapshots", daemon=True)
        saver.start()
        try:
            await hypercorn.serve(self.gateway, config, shutdown_trigger=stop)
        finally:
            self.close()

    def close(self) -> None:
        """Save everything and end every function's process. Harmless when repeated."""
        if not self._finished.is_set():
            self._finished.set()
            # What queues and streams have is left to the next start: no function is started from here on.
            start_no_more()
            self.save()
        self._workers.reset()

    def save(self, only: Iterable[str] | None = None) -> None:
        """Write the state of all services, or of some, to disk."""
        services: dict[str, Callable[[], Any]] = self._app._build_persistence_save_dict()
        for name in services if only is None else [name for name in only if name in services]:
            self._persistence.save_state(name, _steady(services[name]))

    def _touch(self) -> None:
        self._changed = time.monotonic()

    def _save_on_change(self) -> None:
        saved = time.monotonic()
        while not self._finished.wait(0.25):
            now = time.monotonic()
            if self._changed <= saved:
                continue
            if now - self._changed >= _QUIET_SECONDS or now - saved >= _AT_MOST_SECONDS:
                saved = now
                try:
                    self.save(DATA_SERVICES)
                except Exception:
                    _log.exception("the state could not be saved; trying again")


def log_to(path: Path) -> None:
    """Send what the emulator and the web server log to a file of this run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _steady(get_state: Callable[[], Any]) -> Any:
    """A service's state, copied between requests: a copy that was changed under way is taken again."""
    for _ in range(20):
        try:
            return get_state()
        except RuntimeError:
            time.sleep(0.01)
    return get_state()
