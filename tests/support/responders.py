"""A responder that does as it is told: a real HTTP server on this machine."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks import Webhook

from tests.support.processes import serving_here

Answers = Callable[[dict[str, Any]], tuple[int, Mapping[str, str], bytes]]


@dataclass
class Script:
    """A responder that does as it is told.

    Attributes:
        answers: gives status, headers and body of the answer to a delivery.
        received: the deliveries that were verified, in order, with their ids.
        refused: how many had no good signature.
    """

    answers: Answers
    secret: str = ""
    url: str = ""
    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: int = 0


def saying(*texts: str) -> Answers:
    """Answers every delivery with these messages."""
    body = json.dumps({"messages": [{"text": text} for text in texts]}).encode()
    return lambda _: (200, {}, body)


def slowly(seconds: float, *texts: str) -> Answers:
    """As ``saying``, after a while."""

    def answers(delivery: dict[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        time.sleep(seconds)
        return saying(*texts)(delivery)

    return answers


@contextmanager
def listening(script: Script) -> Iterator[str]:
    """The address where the script is followed, for as long as the block runs."""

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

    with serving_here(Server) as url:
        yield f"{url}/bot"
