"""A deployment for tests: the real handlers over the local engine, with a clock and tenants of the test's own."""

from __future__ import annotations

import base64
import gzip
import importlib.util
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

from confab.analysis.consumer import Analyse
from confab.capture.reach import BROWSERS, SERVERS
from confab.composition import Composition
from confab.dialects.inkeep.mapping import conversation_answer, log_request
from confab.dialects.inkeep.models import conversation_model
from confab.dialects.openbat.capture import CaptureBody, capture_answer, capture_request
from confab.dialects.openbat.track import TrackBody, track_request
from confab.domain.chatbot import Chatbot
from confab.platform import aws
from confab.platform.credentials import EVERY_CHATBOT, ROLES
from confab.platform.settings import Settings
from confab.storage.people import PeopleStore

from openapi.conformance import published
from tests.support.engine import TABLE, Engine
from tests.support.roles import Enforcement, Handler

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = ROOT.parent / "shared" / "data"


FOR_TESTS: Final[Mapping[str, Any]] = {
    "debounce": timedelta(0),
    "allow_loopback_responder": True,
    # Indexes of the engine do not lag.
    "erasure_look_again_after": timedelta(0),
}


def load_function(name: str) -> ModuleType:
    """The entry module of a function, as Lambda imports it."""
    spec = importlib.util.spec_from_file_location(f"confab_function_{name}", ROOT / "functions" / name / "app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime | None = None) -> None:
        self.time = start or datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **spans: float) -> None:
        self.time += timedelta(**spans)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer of a handler."""

    status: int
    headers: Mapping[str, str]
    body: Any
    size: int = 0


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


class World:
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
        self.composition = Composition(
            Settings(
                table=name,
                analysis_queue_url=self.queue_url,
                delivery_queue_url=self.delivery_url,
                **{**FOR_TESTS, **(settings or {})},
            ),
            now=self.now,
            sleep=self.sleep,
            client=lambda service: {"dynamodb": self.dynamodb, "sqs": self.sqs}[service],
            bedrock=bedrock,
        )
        self.table = self.composition.table
        names = {name: "Table", self.queue_url: "AnalysisQueue", self.delivery_url: "DeliveryQueue"}
        self._enforcement = Enforcement(names) if roles else None
        if self._enforcement is not None:
            self._enforcement.watch(self.dynamodb)
            self._enforcement.watch(self.sqs)
        self._handlers: dict[str, Any] = {}

    def restarted(self, client: Callable[[str], Any]) -> World:
        """The same deployment with functions that know nothing yet, as a new process has them.

        Args:
            client: makes their AWS clients.
        """

        def held_to_roles(service: str) -> Any:
            made = client(service)
            if self._enforcement is not None:
                self._enforcement.watch(made)
            return made

        fresh = copy(self)
        fresh.composition = Composition(self.composition.settings, now=self.now, sleep=self.sleep, client=held_to_roles)
        fresh.table = fresh.composition.table
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
        admin = self.composition.administration
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
        issued = self.composition.administration.create_key(
            tenant.workspace_id, role, chatbot_id=tenant.id, permissions=ROLES[role], kind=kind
        )
        return issued.secret

    def inkeep(self, key: str | None, method: str, path: str, body: Any = None, **event: Any) -> Answer:
        """A request in the Inkeep dialect."""
        return self.call("conversations", http_event(method, path, key, body, **event))

    def manage(
        self, key: str | None, method: str, chatbot_id: str, path: str = "", body: Any = None, **event: Any
    ) -> Answer:
        """A request in the ChatCaptain dialect; ``path`` follows the chatbot's conversations."""
        whole = f"/v1/chatbots/{chatbot_id}/conversations{path}"
        return self.call("management", http_event(method, whole, key, body, **event))

    def admin(self, key: str | None, method: str, path: str, body: Any = None, **event: Any) -> Answer:
        """A request to the administration; ``path`` follows ``/api/v1``."""
        return self.call("admin", http_event(method, f"/api/v1{path}", key, body, **event))

    def log(self, key: str, body: Any) -> Answer:
        return self.inkeep(key, "POST", "/conversations", body)

    def log_beside(self, tenant: Tenant, body: dict[str, Any], *, web: bool = False) -> dict[str, Any]:
        """Log below the resolver, as ``capture_beside``; as a server or a browser's key."""
        request = log_request(conversation_model(body).model_validate(body))
        logged = self.composition.log(tenant.id, request, BROWSERS if web else SERVERS)
        return dict(conversation_answer(logged.stored).answer)

    def handler(self, function: str) -> Any:
        if function not in self._handlers:
            built = load_function(function).build(self.composition)
            held = self._enforcement and published_only(self._enforcement.as_function(function, built))
            self._handlers[function] = held or built
        return self._handlers[function]

    def call(self, function: str, event: Mapping[str, Any]) -> Answer:
        return answer_of(self.handler(function)(dict(event), CONTEXT))

    def capture(self, key: str, body: Any, **event: Any) -> Answer:
        return self.call("capture", http_event("POST", "/api/v1/capture", key, body, **event))

    def track(self, key: str, body: Any, **event: Any) -> Answer:
        return self.call("track", http_event("POST", "/v1/track", key, body, **event))

    def capture_beside(self, tenant: Tenant, body: Mapping[str, Any]) -> dict[str, Any]:
        """Capture below the resolver, which serves one request a process: for clients side by side in one process."""
        request = capture_request(CaptureBody.model_validate(dict(body)), {})
        return dict(capture_answer(self.composition.capture(tenant.id, request), []))

    def track_beside(self, tenant: Tenant, body: Mapping[str, Any]) -> None:
        """As ``capture_beside``, for track."""
        self.composition.capture(tenant.id, track_request(TrackBody.model_validate(dict(body)), {}))

    def read(self, key: str, conversation_id: str) -> Answer:
        return self.call("insights", http_event("GET", f"/api/v1/conversations/{conversation_id}", key))

    def list_page(self, key: str, **query: str) -> Answer:
        return self.call("insights", http_event("GET", "/api/v1/conversations", key, query=query))

    def queued(self, queue_url: str | None = None) -> list[dict[str, Any]]:
        """Take the messages that wait in a queue, that of the analysis if none is named, as Lambda records."""
        url = queue_url or self.queue_url
        records: list[dict[str, Any]] = []
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], VisibilityTimeout=600
            )
            messages = answer.get("Messages", [])
            if not messages:
                return records
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                records.append(sqs_record(json.loads(message["Body"]), message["MessageId"]))

    def analyse_queued(self) -> list[dict[str, Any]]:
        """Run the consumer over all that waits in the queue; the failures it reports."""
        failures: list[dict[str, Any]] = []
        while records := self.queued():
            for start in range(0, len(records), 10):
                answer = self.handler("analysis")({"Records": records[start : start + 10]}, CONTEXT)
                failures += answer["batchItemFailures"]
        return failures

    def analyse_with(self, analyzer: Any) -> Analyse:
        """The consumer's use case with an analyzer of the test's own."""
        return self.composition.analyse(lambda _: analyzer)

    def items(self, chatbot_id: str, conversation_id: str) -> list[dict[str, Any]]:
        """All items of a conversation."""
        return list(self.table.query(f"CONV#{chatbot_id}#{conversation_id}", consistent=True))

    def people(self, chatbot_id: str, group: str = "user") -> list[str]:
        """The ids of the users or organizations that the statistics count for, the last seen first."""
        found = PeopleStore(self.table).newest(chatbot_id, group, None, 100)
        return [person.profile["id"] for person in found.people]

    def statistics(self, chatbot_id: str) -> dict[str, dict[str, int]]:
        """The statistics of a chatbot, shards summed, zeros left out."""
        sums: dict[str, dict[str, int]] = {}
        for item in self.table.query(f"STAT#{chatbot_id}", consistent=True):
            counters = sums.setdefault(item["sk"].rpartition("#")[0], {})
            for name, value in item.items():
                if name not in ("pk", "sk"):
                    counters[name] = counters.get(name, 0) + value
        trimmed = {name: {c: v for c, v in counters.items() if v} for name, counters in sums.items()}
        return {name: counters for name, counters in trimmed.items() if counters}


def answer_of(answer: Mapping[str, Any]) -> Answer:
    """What a handler handed over, as a client sees it."""
    headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = ",".join(values)
    body = answer["body"]
    if answer.get("isBase64Encoded"):
        body = gzip.decompress(base64.b64decode(body))
    return Answer(answer["statusCode"], headers, json.loads(body), len(answer["body"]))


def published_only(handler: Handler) -> Handler:
    """A handler whose answers to HTTP requests must be those that the OpenAPI document has."""

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        answer: dict[str, Any] = handler(event, context)
        if "requestContext" in event:
            seen = answer_of(answer)
            method = event["requestContext"]["http"]["method"]
            findings = published().findings(method, event["rawPath"], seen.status, seen.headers, seen.body)
            assert not findings, findings
        return answer

    return handle


CONTEXT = SimpleNamespace(
    function_name="test",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:test",
    aws_request_id="test",
    get_remaining_time_in_millis=lambda: 30_000,
)


def http_event(
    method: str,
    path: str,
    key: str | None = None,
    body: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    raw: str | None = None,
    base64_body: bytes | None = None,
) -> dict[str, Any]:
    """An HTTP API event (payload 2.0). ``raw`` and ``base64_body`` replace the JSON body."""
    sent = {"content-type": "application/json", "host": "api.test"}
    if key is not None:
        sent["authorization"] = f"Bearer {key}"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {**sent, **(headers or {})},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "test",
            "domainName": "api.test",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t"},
            "requestId": f"req-{uuid.uuid4().hex[:8]}",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "01/Mar/2026:12:00:00 +0000",
            "timeEpoch": 1772366400000,
        },
        "isBase64Encoded": base64_body is not None,
    }
    if query:
        event["queryStringParameters"] = dict(query)
    if raw is not None:
        event["body"] = raw
    elif base64_body is not None:
        event["body"] = base64.b64encode(base64_body).decode()
    elif body is not None:
        event["body"] = json.dumps(body)
    return event


def sqs_record(body: Mapping[str, Any], message_id: str = "m-1", receives: int = 1) -> dict[str, Any]:
    """An SQS record as the event source mapping hands it over."""
    return {
        "messageId": message_id,
        "receiptHandle": "r",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:analysis",
        "awsRegion": "eu-west-1",
    }


def care_conversations() -> Sequence[dict[str, Any]]:
    """The real customer-care conversations, when the checkout has them beside it; else nothing."""
    path = SHARED_DATA / "customer-care.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Runs of at most ``size`` items."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
