"""A small responder: it checks the signature of what Confab sends, and answers. Python 3.11, nothing to install.

    python samples/responder/responder.py --secret whsec_… [--port 8765]

Exchange ``answer`` for a bot of your own; the rest can stay.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE_SECONDS = 300


def answer(delivery: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What to say to a delivery: a list of messages, which may be empty."""
    if delivery["type"] != "message.created":
        return []
    text = delivery["data"]["message"]["content"].get("text", "")
    if "human" in text.lower():
        return [{"text": "I am calling a colleague."}]
    return [{"text": f"You said: {text}"}, {"text": "Is there anything else?"}]


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether a delivery is Confab's and fresh (https://www.standardwebhooks.com)."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(f"v1,{expected}".encode(), each.encode()) for each in given)


class Responder(BaseHTTPRequestHandler):
    """Answers deliveries."""

    secret = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_signed(self.secret, headers, body, time.time()):
            self.reply(401, {"error": "the signature does not fit"})
            return
        self.reply(200, {"messages": answer(json.loads(body))})

    def reply(self, status: int, value: Mapping[str, Any]) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def serve(port: int, secret: str) -> ThreadingHTTPServer:
    """A server on this machine alone; port 0 takes any free one."""
    handler = type("SignedResponder", (Responder,), {"secret": secret})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="An example responder.")
    parser.add_argument("--secret", required=True, help="what `confab responder set` printed")
    parser.add_argument("--port", type=int, default=8765)
    options = parser.parse_args()
    with serve(options.port, options.secret) as server:
        sys.stdout.write(f"answering at http://127.0.0.1:{server.server_address[1]}\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
