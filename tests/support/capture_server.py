"""A server that takes captures as Confab does, each message once by its id, and answers as a test tells it to."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class CaptureServer:
    """What was sent.

    Attributes:
        requests: the bodies, in order.
        stored: the messages of each conversation by id, each as it first came.
        answer: says what a body is answered with: a status, before or after it was stored. 200 when nothing is said.
    """

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.stored: dict[str, dict[str, Any]] = {}
        self.about: dict[str, dict[str, Any]] = {}
        self.answer: Callable[[dict[str, Any]], tuple[int, bool]] = lambda _: (200, True)
        self.url = ""

    def take(self, body: dict[str, Any], key: str) -> int:
        self.requests.append(body)
        self.keys.append(key)
        status, stores = self.answer(body)
        if stores:
            conversation = self.stored.setdefault(body["conversationId"], {})
            for message in body["messages"]:
                conversation.setdefault(message["id"], message)
            known = {name: value for name, value in body.items() if name not in ("conversationId", "messages")}
            self.about.setdefault(body["conversationId"], {}).update(known)
        return status

    def texts(self, conversation: str) -> list[str]:
        """What a conversation says, by the times of its messages."""
        found = sorted(self.stored.get(conversation, {}).values(), key=lambda message: message["sentAt"])
        return [message["content"] for message in found]


@contextmanager
def capture_server() -> Iterator[CaptureServer]:
    """A server for as long as the block runs."""
    server = CaptureServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status = server.take(body, self.headers.get("authorization", ""))
            if status == 0:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            told = json.dumps({"ok": status == 200, "error": "as the test says"}).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            return

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):
                return

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
