"""The local AWS engine for tests: one process on a free loopback port, stopped by its process id."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
from botocore.config import Config

TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "g1pk", "g1sk", "g2pk", "g2sk")
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": f"GSI{number}",
            "KeySchema": [
                {"AttributeName": f"g{number}pk", "KeyType": "HASH"},
                {"AttributeName": f"g{number}sk", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        for number in (1, 2)
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_engine() -> Iterator[str]:
    """The engine's address, for as long as the block runs."""
    port = free_port()
    environment = {
        **os.environ,
        **CREDENTIALS,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
        "PERSIST_STATE": "0",
    }
    command = [sys.executable, "-c", "from ministack.app import main; main()"]
    engine = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _answering(f"http://127.0.0.1:{port}", engine)
    finally:
        engine.terminate()
        engine.wait(timeout=20)


def _answering(url: str, engine: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if engine.poll() is not None:
            raise RuntimeError(f"the engine ended with code {engine.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health", timeout=2):
                return url
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the engine did not answer within a minute")


def aws_client(service: str, url: str) -> Any:
    """A client of the engine, for many threads."""
    session = botocore.session.Session()
    session.set_credentials("test", "test")
    config = Config(max_pool_connections=64, retries={"total_max_attempts": 2, "mode": "standard"}, read_timeout=30)
    return session.create_client(service, region_name="eu-west-1", endpoint_url=url, config=config)
