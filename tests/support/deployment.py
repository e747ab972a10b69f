"""A deployment for tests: a table, queues and the functions over them, in the local engine."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment
from confab.domain.chatbot import Chatbot
from confab.platform import aws
from confab.platform.credentials import EVERY_CHATBOT, ROLES
from confab.platform.settings import Settings

from tests.support.answers import Answer, answer_of, published_only
from tests.support.bucket import MemoryBucket
from tests.support.clock import Clock
from tests.support.engine import TABLE, Engine
from tests.support.functions import function_of, load_function
from tests.support.lambda_events import CONTEXT, http_event
from tests.support.roles import Enforcement

FOR_TESTS: Final[Mapping[str, Any]] = {
    "debounce": timedelta(0),
    "allow_loopback_responder": True,
    # Indexes of the engine do not lag.
    "erasure_look_again_after": timedelta(0),
}


@dataclass(frozen=True)
class Tenant:
    """A chatbot of a workspace of its own, with a key for each role."""

    workspace_id: str
    chatbot: Chatbot
    ingest: str
    admin: str

    @property
    def id(self) -> str:
        return self.chatbot.id


class LocalDeployment:
    """One table and one queue in the engine, and the functions over them.

    Args:
        engine: where the services answer.
        clock: the functions' clock; the real one when None.
        settings: of the deployment, instead of those of tests.
        bedrock: makes a client for Bedrock's models of a region.
        roles: hold each function to its role in the template, and its answers to the OpenAPI document; off where time
            is measured.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock | None = None,
        settings: Mapping[str, Any] | None = None,
        bedrock: Callable[[str], Any] | None = None,
        *,
        roles: bool = True,
    ) -> None:
        self.clock = clock
        self.dynamodb = aws.Clients(engine.dynamodb)("dynamodb")
        self.sqs = aws.Clients(engine.sqs)("sqs")
        name = f"confab-{uuid.uuid4().hex[:12]}"
        # The name is nobody else's: a table that is there already is that of a first call, whose answer came too late.
        with suppress(self.dynamodb.exceptions.ResourceInUseException):
            self.dynamodb.create_table(TableName=name, **TABLE)
        self.queue_url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.delivery_url = self.sqs.create_queue(QueueName=f"{name}-delivery")["QueueUrl"]
        self.files_url = self.sqs.create_queue(QueueName=f"{name}-files")["QueueUrl"]
        self.notify_url = self.sqs.create_queue(QueueName=f"{name}-notify")["QueueUrl"]
        self.bucket = MemoryBucket(self.now)
        self.deployment = Deployment(
            Settings(
                table=name,
                analysis_queue_url=self.queue_url,
                delivery_queue_url=self.delivery_url,
                facts_bucket=name,
                files_bucket=name,
                files_queue_url=self.files_url,
                notify_queue_url=self.notify_url,
                **{**FOR_TESTS, **(settings or {})},
            ),
            now=self.now,
            sleep=self.sleep,
            client=lambda service: {"dynamodb": self.dynamodb, "sqs": self.sqs, "s3": self.bucket}[service],
            bedrock=bedrock,
        )
        self.table = self.deployment.table
        queues = {self.queue_url: "AnalysisQueue", self.delivery_url: "DeliveryQueue", self.files_url: "FilesQueue"}
        queues[self.notify_url] = "NotifyQueue"
        names = {name: "Table", **queues}
        self._enforcement = Enforcement(names) if roles else None
        if self._enforcement is not None:
            self._enforcement.watch(self.dynamodb)
            self._enforcement.watch(self.sqs)
        self._handlers: dict[str, Any] = {}

    def restarted(self, client: Callable[[str], Any]) -> Self:
        """The same deployment with functions that know nothing yet, as a new process has them.

        Args:
            client: makes their AWS clients, but for the bucket.
        """

        def held_to_roles(service: str) -> Any:
            if service == "s3":
                return self.bucket
            made = client(service)
            if self._enforcement is not None:
                self._enforcement.watch(made)
            return made

        fresh = copy(self)
        fresh.deployment = Deployment(self.deployment.settings, now=self.now, sleep=self.sleep, client=held_to_roles)
        fresh.table = fresh.deployment.table
        fresh._handlers = {}
        return fresh

    def now(self) -> datetime:
        return self.clock() if self.clock else datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Let time pass on a clock that tests move. On the real one nobody waits: functions that know an older setting
        may use it for some seconds more."""
        if self.clock:
            self.clock.advance(seconds=seconds)

    def tenant(self, name: str = "Helper") -> Tenant:
        """A new workspace with one chatbot."""
        admin = admin_wiring.administration(self.deployment)
        workspace = admin.create_workspace(f"{name} Ltd")
        chatbot = admin.create_chatbot(workspace, name)
        return Tenant(
            workspace,
            chatbot,
            admin.create_key(workspace, "ingest", chatbot_id=chatbot.id).secret,
            admin.create_key(workspace, "admin", chatbot_id=EVERY_CHATBOT, permissions=ROLES["admin"]).secret,
        )

    def key(self, tenant: Tenant, role: str, kind: str = "API") -> str:
        """A further key for a tenant's chatbot."""
        issued = admin_wiring.administration(self.deployment).create_key(
            tenant.workspace_id, role, chatbot_id=tenant.id, permissions=ROLES[role], kind=kind
        )
        return issued.secret

    def handler(self, function: str) -> Any:
        if function not in self._handlers:
            built = load_function(function).build(self.deployment)
            held = self._enforcement and published_only(self._enforcement.as_function(function, built))
            self._handlers[function] = held or built
        return self._handlers[function]

    def call(self, function: str, event: Mapping[str, Any]) -> Answer:
        return answer_of(self.handler(function)(dict(event), CONTEXT))

    def request(self, method: str, path: str, key: str | None, body: Any = None, **event: Any) -> Answer:
        """An HTTP request to the function that serves the path; ``event`` as for ``http_event``."""
        return self.call(function_of(path, method), http_event(method, path, key, body, **event))
