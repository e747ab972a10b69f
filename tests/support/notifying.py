"""Notices of a world: a receiver on this machine, the stream's records, and the queue's messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from confab.notify import wiring as notify_wiring
from standardwebhooks import Webhook

from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.processes import serving_here
from tests.support.world import World

ANGRY = "This is terrible. I hate it, the worst service ever, a complete disaster."
HAPPY = "Wonderful, thank you so much, that is perfect!"


@dataclass
class Receiver:
    """Takes deliveries and answers as it is told.

    Attributes:
        answers: statuses of the next answers, with headers; 200 when there is none left.
        deliveries: the bodies that came, in order, each with its headers.
    """

    url: str = ""
    answers: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    deliveries: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """The distinct deliveries: a receiver tells by ``webhook-id``."""
        return {headers["webhook-id"] for headers, _ in self.deliveries}

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What the deliveries said."""
        return [json.loads(body) for _, body in self.deliveries]


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    """A receiver at an address of this machine, for as long as the block runs."""

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            named = {name.lower(): value for name, value in self.headers.items()}
            receiver.deliveries.append((named, body))
            status, headers = receiver.answers.pop(0) if receiver.answers else (200, {})
            self.send_response(status)
            for name, value in {"content-length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    with serving_here(Server) as url:
        receiver.url = f"{url}/hook"
        yield receiver


def is_genuine(headers: Mapping[str, str], body: str, secret: str) -> bool:
    """Whether one of a delivery's signatures is by a secret."""
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    return Webhook(secret).sign(headers["webhook-id"], at, body) in headers["webhook-signature"].split()


def destination(world: World, tenant: Tenant, url: str, kind: str = "webhook") -> dict[str, Any]:
    """A new destination of a tenant; the answer."""
    body = {"type": kind, "name": "Here", "url": url}
    answer = world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/destinations", body)
    assert answer.status == 200, answer.body
    made: dict[str, Any] = answer.body
    return made


def rule(world: World, tenant: Tenant, destination_id: str, *conditions: tuple[str, str, Any], **more: Any) -> str:
    """A new workflow; its id."""
    when = {"conditions": [{"field": name, "operator": how, "value": value} for name, how, value in conditions]}
    body = {"kind": "workflow", "name": "Unhappy", "when": when, "destinations": [destination_id], **more}
    answer = world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/rules", body)
    assert answer.status == 200, answer.body
    return str(answer.body["rule"]["id"])


def say(world: World, tenant: Tenant, conversation: str, *texts: str, start: int = 0, **more: Any) -> str:
    """Capture messages of a user, each with an id; the conversation's own id."""
    messages = [{"id": f"m{number}", "role": "user", "content": text} for number, text in enumerate(texts, start)]
    answer = world.capture(tenant.ingest, {"conversationId": conversation, "messages": messages, **more})
    assert answer.status == 200, answer.body
    return str(answer.body["conversationId"])


def commit(world: World, tenant: Tenant, *conversations: str) -> dict[str, Any]:
    """Analyse what waits, and let the stream tell of the rows of conversations; what the function answers."""
    assert world.analyse_queued() == []
    return stream(world, tenant, *conversations)


def stream(world: World, tenant: Tenant, *conversations: str) -> dict[str, Any]:
    """Let the stream tell of the rows of conversations."""
    records = [
        {
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "Keys": {"pk": {"S": f"CONV#{tenant.id}#{each}"}, "sk": {"S": "HEAD"}},
                "SequenceNumber": str(number),
            },
        }
        for number, each in enumerate(conversations)
    ]
    answer: dict[str, Any] = world.handler("notify")({"Records": records}, CONTEXT)
    return answer


def deliver(world: World, tenant: Tenant) -> list[str]:
    """Deliver all that waits and is due, as the queue does; the statuses of these runs then."""
    log = notify_wiring.run_store(world.deployment)
    waiting = [run for run in log.page(tenant.id, None, 1000).runs if run.status == "pending"]
    due = [run for run in waiting if run.send_at <= world.now()]
    for run in due:
        record = sqs_record({"chatbotId": tenant.id, "runId": run.id})
        world.handler("notify")({"Records": [record]}, CONTEXT)
    found = [log.get(tenant.id, run.id) for run in due]
    return [run.status for run in found if run is not None]


def runs(world: World, tenant: Tenant, **query: str) -> list[dict[str, Any]]:
    """The log of a tenant, the latest run first."""
    answer = world.request("GET", f"/api/v1/chatbots/{tenant.id}/runs", tenant.admin, query=query or None)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.body["runs"]
    return found


def clock(world: World) -> None:
    """A run of the schedule."""
    world.handler("notify")({"source": "aws.events"}, CONTEXT)
