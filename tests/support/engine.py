"""The engines that stand for AWS in tests, and the choice among them.

CONFAB_TEST_DYNAMODB    ministack (default) or local: AWS's own DynamoDB Local
CONFAB_TEST_SQS         ministack (default) or moto
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import botocore.session
from botocore.config import Config

from tests.support import dynamodb_local
from tests.support.processes import free_port, serving

_KEYS_ONLY = {"ProjectionType": "KEYS_ONLY"}
_AGES = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["g1sk", "user.id", "named"]}
TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"}
        for name in ("pk", "sk", "g1pk", "g1sk", "g2pk", "g2sk", "g3pk", "g3sk")
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": f"GSI{number}",
            "KeySchema": [
                {"AttributeName": f"g{number}pk", "KeyType": "HASH"},
                {"AttributeName": f"g{number}sk", "KeyType": "RANGE"},
            ],
            "Projection": projection,
        }
        for number, projection in enumerate((_KEYS_ONLY, _KEYS_ONLY, _AGES), 1)
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which program stands for which service.

    Attributes:
        dynamodb, sqs: keys of ``STARTERS``.
    """

    dynamodb: str = "ministack"
    sqs: str = "ministack"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Choice:
        """What the two variables say; empty means the default.

        Raises:
            ValueError: a variable names none that there is.
        """
        wanted = {}
        for service, allowed in SERVICES.items():
            variable = f"CONFAB_TEST_{service.upper()}"
            wanted[service] = environment.get(variable) or "ministack"
            if wanted[service] not in allowed:
                raise ValueError(f"{variable} must be one of {', '.join(allowed)}, not {wanted[service]}")
        return cls(**wanted)

    def __str__(self) -> str:
        return f"DynamoDB by {_TITLES[self.dynamodb]()}, SQS by {_TITLES[self.sqs]()}"


@dataclass(frozen=True, slots=True)
class Engine:
    """Where the services of a run answer."""

    dynamodb: str
    sqs: str


@contextmanager
def running_engine(choice: Choice | None = None) -> Iterator[Engine]:
    """The addresses of what the environment chose, for as long as the block runs.

    Raises:
        EngineMissing: this machine cannot run what was chosen.
    """
    choice = choice or Choice.from_environment(os.environ)
    with ExitStack() as stack:
        started = {name: stack.enter_context(STARTERS[name]()) for name in {choice.dynamodb, choice.sqs}}
        yield Engine(started[choice.dynamodb], started[choice.sqs])


@contextmanager
def running_ministack() -> Iterator[str]:
    """The project's everyday engine."""
    port = free_port()
    environment = {
        **CREDENTIALS,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
        "PERSIST_STATE": "0",
    }
    command = [sys.executable, "-c", "from ministack.app import main; main()"]
    with serving(command, port, path="/_ministack/health", environment=environment) as url:
        yield url


@contextmanager
def running_moto() -> Iterator[str]:
    """An SQS written independently of ministack's."""
    port = free_port()
    command = [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)]
    with serving(command, port, path="/moto-api/", environment=CREDENTIALS) as url:
        yield url


SERVICES = {"dynamodb": ("ministack", "local"), "sqs": ("ministack", "moto")}
STARTERS: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "ministack": running_ministack,
    "local": dynamodb_local.running_dynamodb_local,
    "moto": running_moto,
}
_TITLES: dict[str, Callable[[], str]] = {
    "ministack": lambda: f"ministack {version('ministack')}",
    "local": lambda: f"DynamoDB Local {dynamodb_local.VERSION}",
    "moto": lambda: f"moto {version('moto')}",
}


def aws_client(service: str, url: str) -> Any:
    """A client of an engine, for many threads."""
    session = botocore.session.Session()
    session.set_credentials("test", "test")
    config = Config(max_pool_connections=64, retries={"total_max_attempts": 2, "mode": "standard"}, read_timeout=30)
    return session.create_client(service, region_name="eu-west-1", endpoint_url=url, config=config)
