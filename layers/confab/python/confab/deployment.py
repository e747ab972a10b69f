"""A deployment: what every function is put together from. Only wiring and entry modules use it.

Each subject's ``wiring`` module has a plain function for each object that entry modules need:
``capture(deployment) -> Capture``. Such a function imports only its own subject, so a Lambda function starts with no
more than it uses.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, cached_property, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

from aws_lambda_powertools import Logger, Metrics

from confab.domain.limits import Limits
from confab.platform import aws
from confab.platform.cursors import Cursors
from confab.platform.deadline import Deadline
from confab.platform.ids import RANDOM_BITS, timed_id
from confab.platform.objects import Objects
from confab.platform.queue import Queue
from confab.platform.runtime import Runtime
from confab.platform.settings import Settings
from confab.platform.telemetry import Telemetry
from confab.redaction.retention import Retentions
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.chatbot_lookup import Chatbots
from confab.storage.conversations import ConversationStore
from confab.storage.credentials import CredentialStore
from confab.storage.secrets import SecretStore
from confab.storage.table import Table
from confab.storage.visibility import Visibility

if TYPE_CHECKING:
    from confab.platform.http import Handler

SECRET_BYTES: Final = 32
TOKEN_BYTES: Final = 6

Object = TypeVar("Object")


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Deployment:
    """Settings, clock, ids, clients, table and queues, and the objects that rest on them and that every function needs.

    Attributes:
        shared: the objects that wiring functions made for this deployment, by function (``shared`` below).

    Args:
        settings: what the deployment decides.
        now: the clock.
        sleep: waits until a change holds everywhere, in seconds.
        client: makes an AWS client of a service; those of AWS itself when None.
        bedrock: makes a client for Bedrock's models of a region; those of AWS itself when None.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        client: Callable[[str], Any] | None = None,
        bedrock: Callable[[str], Any] | None = None,
    ) -> None:
        self.settings = settings
        self.now = now
        self.sleep = sleep
        self.deadline = Deadline()
        self.bedrock = cache(bedrock or aws.Clients().bedrock)
        self._make_client = client or aws.Clients()
        self.shared: dict[Callable[[Deployment], Any], Any] = {}
        self._counts: list[Callable[[], Mapping[str, float]]] = []

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Deployment:
        """The deployment that the environment describes."""
        return cls(Settings.from_environment(environment))

    @staticmethod
    def new_id() -> str:
        """A random id."""
        return str(uuid4())

    def new_timed_id(self) -> str:
        """A UUIDv7 (RFC 9562): ids that sort by their time, to the microsecond, for what comes without an id."""
        return timed_id(self.now(), secrets.randbits(RANDOM_BITS))

    @staticmethod
    def request_token() -> bytes:
        """A random mark of one request."""
        return secrets.token_bytes(TOKEN_BYTES)

    @cached_property
    def runtime(self) -> Runtime:
        """The clock, the ids and the waits of use cases; a wait ends with the request that waits."""
        return Runtime(
            now=self.now,
            new_id=self.new_id,
            new_timed_id=self.new_timed_id,
            request_token=self.request_token,
            sleep=self.deadline.sleep,
        )

    @cached_property
    def table(self) -> Table:
        """The one table."""
        return self.table_of(self.settings.table)

    def table_of(self, name: str) -> Table:
        """A table by its name; the deployment's own is ``table``."""
        pool = ThreadPoolExecutor(aws.WRITERS)
        return Table(self._client("dynamodb"), name, pool, self.deadline.sleep)

    @cached_property
    def analysis_queue(self) -> Queue:
        """Conversations that wait for the consumer."""
        return Queue(self._client("sqs"), self.settings.analysis_queue_url)

    @cached_property
    def delivery_queue(self) -> Queue:
        """Messages and events that wait for a responder."""
        return Queue(self._client("sqs"), self.settings.delivery_queue_url)

    def objects(self, bucket: str) -> Objects:
        """A bucket by its name."""
        return Objects(self._client("s3"), bucket)

    @cached_property
    def files_queue(self) -> Queue:
        """Steps of jobs that write files."""
        return Queue(self._client("sqs"), self.settings.files_queue_url)

    @cached_property
    def notify_queue(self) -> Queue:
        """Notices that wait for their destinations."""
        return Queue(self._client("sqs"), self.settings.notify_queue_url)

    @cached_property
    def sns(self) -> Any:
        """A client of the Simple Notification Service."""
        return self._client("sns")

    @cached_property
    def event_bus(self) -> Any:
        """A client of EventBridge."""
        return self._client("events")

    @cached_property
    def athena(self) -> Any:
        """A client of Athena."""
        return self._client("athena")

    def _client(self, service: str) -> Any:
        """A client whose calls end with the request that makes them."""
        return self.deadline.watch(self._make_client(service))

    @cached_property
    def telemetry(self) -> Telemetry:
        """Logs and metrics."""
        return Telemetry(Logger(), Metrics(), self._counted)

    def add_counts(self, source: Callable[[], Mapping[str, float]]) -> None:
        """Let the metrics of each request have what ``source`` counted since it was asked last."""
        self._counts.append(source)

    def _counted(self) -> dict[str, float]:
        counted: dict[str, float] = {**self.table.take_retries()}
        for source in self._counts:
            counted.update(source())
        return counted

    @cached_property
    def secret(self) -> SecretStore:
        """``secret(name)`` is the deployment's secret of a name."""
        return SecretStore(self.table, lambda: secrets.token_bytes(SECRET_BYTES))

    @cached_property
    def cursors(self) -> Cursors:
        """Writes and reads the cursors of lists."""
        return Cursors(lambda: self.secret("cursor"))

    @cached_property
    def credentials(self) -> CredentialStore:
        """Keys and chatbots as the table has them."""
        return CredentialStore(self.table)

    @cached_property
    def chatbots(self) -> Chatbots:
        """Chatbots by id, each kept for some seconds."""
        return Chatbots(self.credentials, now=self.now)

    @cached_property
    def visibility(self) -> Visibility:
        """Which conversations may be read."""
        return Visibility(Retentions(self.chatbots).of, self.now)

    @cached_property
    def limits(self) -> Limits:
        """How large a conversation may be."""
        return Limits(messages=self.settings.conversation_messages, megabytes=self.settings.conversation_megabytes)

    @cached_property
    def conversations(self) -> ConversationStore:
        """The conversations' rows and messages."""
        return ConversationStore(self.table, self.limits, self.visibility, self.deadline.sleep)

    @cached_property
    def enqueue_analysis(self) -> EnqueueAnalysis:
        """Puts a conversation on the analysis queue."""
        return EnqueueAnalysis(self.analysis_queue, self.conversations, self.settings.debounce)


def shared(make: Callable[[Deployment], Object]) -> Callable[[Deployment], Object]:
    """Let a wiring function give one deployment the same object every time: caches and counters are in one place."""

    @wraps(make)
    def given(deployment: Deployment) -> Object:
        if given not in deployment.shared:
            deployment.shared[given] = make(deployment)
        made: Object = deployment.shared[given]
        return made

    return given


def entry_point(namespace: dict[str, Any], build: Callable[[Deployment], Handler]) -> Callable[[str], Handler]:
    """A module's ``__getattr__`` that makes its ``handler`` when the Lambda runtime asks for it.

    The runtime asks during its initialisation, where clients are best made; an import alone touches nothing.
    """

    def get(name: str) -> Handler:
        if name != "handler":
            raise AttributeError(name)
        handler = namespace["handler"] = build(Deployment.from_environment())
        return handler

    return get
