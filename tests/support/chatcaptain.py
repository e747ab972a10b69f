"""What the tests of the ChatCaptain dialect share: bodies, callers, and a responder that does as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from confab.dialects.chatcaptain.models import BODIES, HandleBody
from confab.dialects.chatcaptain.writing import channel_conversation, handled_draft
from confab.usecases.handle import Handled
from standardwebhooks import Webhook

from tests.support.world import Answer, Tenant, World

CHANNEL = {"channelId": "site", "channelName": "web"}
UNKNOWN_ID = "00000000-0000-5000-8000-000000000000"


def handle_body(provider: str = "p1", text: str = "hello", **changes: Any) -> dict[str, Any]:
    return {**CHANNEL, "providerId": provider, "message": {"text": text}, **changes}


def new_conversation(**changes: Any) -> dict[str, Any]:
    return {
        "conversation": {
            "contactId": "c1",
            "channelId": "site",
            "channelType": "web",
            "name": "Ann",
            "environment": "prod",
            "language": "EN",
            **changes,
        }
    }


def handle(world: World, tenant: Tenant, body: Mapping[str, Any] | None = None, **changes: Any) -> Answer:
    return world.manage(tenant.admin, "POST", tenant.id, "/handle", body or handle_body(**changes))


def handle_beside(world: World, tenant: Tenant, body: Mapping[str, Any]) -> Handled:
    """Handle below the resolver, which serves one request a process: for channels side by side in one process."""
    for model in BODIES:
        model.model_rebuild()
    parsed = HandleBody.model_validate(dict(body))
    chatbot = world.composition.chatbots.get(tenant.id)
    assert chatbot is not None
    return world.composition.handle.message(
        chatbot, channel_conversation(parsed), handled_draft(parsed), in_background=parsed.in_background
    )


def assert_error(answer: Answer, status: int, error: str) -> None:
    assert answer.status == status, answer.body
    assert answer.body.keys() == {"statusCode", "message", "error", "requestId"}
    assert answer.body["statusCode"] == status
    assert answer.body["error"] == error
    assert answer.body["requestId"] == answer.headers["x-request-id"]
    if status == 400:
        assert answer.body["message"] and all(isinstance(line, str) for line in answer.body["message"])
    else:
        assert isinstance(answer.body["message"], str)


@dataclass
class Script:
    """A responder that does as it is told.

    Attributes:
        answers: gives status, headers and body of the answer to a delivery.
        received: the deliveries that were verified, in order, with their ids.
        refused: how many had no good signature.
    """

    answers: Callable[[dict[str, Any]], tuple[int, Mapping[str, str], bytes]]
    secret: str = ""
    url: str = ""
    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: int = 0


def saying(*texts: str) -> Callable[[dict[str, Any]], tuple[int, Mapping[str, str], bytes]]:
    """Answers every delivery with these messages."""
    body = json.dumps({"messages": [{"text": text} for text in texts]}).encode()
    return lambda _: (200, {}, body)


def slowly(seconds: float, *texts: str) -> Callable[[dict[str, Any]], tuple[int, Mapping[str, str], bytes]]:
    """As ``saying``, after a while."""

    def answers(delivery: dict[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        time.sleep(seconds)
        return saying(*texts)(delivery)

    return answers


@contextmanager
def responder(world: World, tenant: Tenant, script: Script) -> Iterator[Script]:
    """The chatbot's responder, a real HTTP server on this machine, for as long as the block runs."""

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                delivery = Webhook(script.secret).verify(body, dict(self.headers.items()))
            except Exception:
                script.refused += 1
                self.send_error(401)
                return
            script.received.append((self.headers["webhook-id"], delivery))
            status, headers, answer = script.answers(delivery)
            try:
                self.send_response(status)
                for name, value in {"content-length": str(len(answer)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                return

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}/bot"
    script.secret = world.composition.responders.put(tenant.id, script.url).secret
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
