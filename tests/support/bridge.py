"""A deployment's handlers behind a plain HTTP server, for clients that speak HTTP and nothing else."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.functions import function_of
from tests.support.lambda_events import CONTEXT, http_event
from tests.support.world import World


@contextmanager
def served(world: World, function: str = "") -> Iterator[str]:
    """The address of a function, or of all, for as long as the block runs. One request at a time, as in Lambda."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            sent = self._sent()
            event = http_event(
                self.command,
                as_http_api(parts.path),
                headers={name.lower(): value for name, value in self.headers.items()},
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                base64_body=sent or None,
            )
            answer = world.handler(function or function_of(event["rawPath"]))(event, CONTEXT)
            packed = answer.get("isBase64Encoded")
            body = base64.b64decode(answer["body"]) if packed else answer["body"].encode()
            self.send_response(answer["statusCode"])
            for name, value in answer.get("headers", {}).items():
                self.send_header(name, value)
            for name, values in answer.get("multiValueHeaders", {}).items():
                self.send_header(name, ",".join(values))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _sent(self) -> bytes:
            if self.headers.get("transfer-encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def as_http_api(path: str) -> str:
    """The path as an HTTP API passes it on: every escape decoded but that of the per cent sign."""
    return "%25".join(unquote(part) for part in re.split("%25", path))
