"""A model's server that repeats what it is told last, for the official packages to call."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
        said = f"You said: {body['messages'][-1]['content']}"
        answer: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        }
        raw = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        return


def started() -> str:
    """The base URL of a server that runs until the process ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v1"


def talk(client: Any, *questions: str) -> None:
    """Ask a model question after question, with the whole history each time."""
    messages: list[dict[str, str]] = [{"role": "system", "content": "Be brief."}]
    for question in questions:
        messages.append({"role": "user", "content": question})
        made = client.chat.completions.create(model="gpt-5-mini", messages=messages)
        messages.append({"role": "assistant", "content": made.choices[0].message.content})
