"""The public address: every route of the HTTP API without a prefix, answering as API Gateway does.

It is an ASGI application in front of the emulator's own, in the same process: no second hop, no connection pool.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = logging.getLogger("confab.local")

MAX_BODY = 10 * 1024 * 1024
# Every call at once starts a process of its own, which costs a second of a processor when it is new; a burst of
# clients is served sooner by few warm ones.
MAX_CALLS = max(4, 2 * (os.cpu_count() or 1))
_LAMBDA_FAILED = 502
_NOT_API_GATEWAY = frozenset({b"x-amzn-requestid", b"x-amz-request-id", b"x-amz-id-2"})


class Gateway:
    """Sends requests that arrive at the public port to one HTTP API; all others to the emulator as they are."""

    def __init__(self, emulator: Application, public_port: int, touched: Callable[[], None]) -> None:
        self._emulator = emulator
        self._public_port = public_port
        self._touched = touched
        self._open = 0
        self._turns = asyncio.Semaphore(MAX_CALLS)
        self.api_id: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._emulator(scope, receive, send)
            return
        self._touched()
        if (scope.get("server") or ("", 0))[1] != self._public_port:
            await self._emulator(scope, receive, send)
        elif self.api_id is None:
            await answer(send, 503, "Service Unavailable", ((b"retry-after", b"1"),))
        elif _declared_length(scope) > MAX_BODY:
            await answer(send, 413, "Request Entity Too Large", ((b"connection", b"close"),))
        else:
            await self._forward(scope, receive, send, self.api_id)

    async def quiet(self, within: float) -> None:
        """Return when no request is being answered, or after that many seconds."""
        deadline = time.monotonic() + within
        while self._open and time.monotonic() < deadline:
            await asyncio.sleep(0.02)

    async def _forward(self, scope: Scope, receive: Receive, send: Send, api_id: str) -> None:
        self._open += 1
        try:
            async with self._turns:
                await self._emulator(_with_prefix(scope, api_id), receive, AsApiGateway(send))
        finally:
            self._open -= 1
            self._touched()


class AsApiGateway:
    """Turns the emulator's answers into those of API Gateway.

    A failed function shows its traceback through the emulator (502); AWS tells the caller nothing (500).
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [(k, v) for k, v in message["headers"] if k.lower() not in _NOT_API_GATEWAY]
            if message["status"] == _LAMBDA_FAILED:
                self._held = message
                return
        elif self._held is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            await self._release()
            return
        await self._send(message)

    async def _release(self) -> None:
        held, self._held = self._held, None
        assert held is not None
        if is_function_failure(self._body):
            _log.error("a function failed: %s", told_of(self._body))
            kept = [(k, v) for k, v in held["headers"] if k.lower() not in (b"content-length", b"content-type")]
            await answer(self._send, 500, "Internal Server Error", kept)
            return
        await self._send(held)
        await self._send({"type": "http.response.body", "body": self._body})


def is_function_failure(body: bytes) -> bool:
    """Whether a 502 body is the runtime's report of an error, not a 502 that a function chose to answer."""
    try:
        report = json.loads(body)
    except ValueError:
        return False
    return isinstance(report, dict) and ("errorMessage" in report or "not found" in str(report.get("message", "")))


def told_of(report: bytes) -> str:
    """What may be logged of a function's failure: its type and where it was; its message may quote what was sent."""
    body = json.loads(report)
    places = (re.match(r'\s*File "[^"]*", line \d+', str(frame)) for frame in body.get("stackTrace") or ())
    return " ".join([str(body.get("errorType", "unknown")), *(place[0].strip() for place in places if place)])


async def answer(
    send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    """Answer with API Gateway's own error form."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    fields = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


def _with_prefix(scope: Scope, api_id: str) -> Scope:
    prefix = f"/_aws/execute-api/{api_id}/$default"
    raw = scope.get("raw_path") or scope["path"].encode()
    forwarded = {**scope, "path": prefix + scope["path"], "raw_path": prefix.encode() + raw}
    if any(name.lower() == b"content-encoding" for name, _ in scope["headers"]):
        forwarded["headers"] = [field for field in scope["headers"] if not _is_json_type(field)]
    return forwarded


def _is_json_type(field: tuple[bytes, bytes]) -> bool:
    """Whether a header makes the emulator pass a body on as text, which a packed one does not survive.

    A body without a type is passed on as bytes, and taken as JSON.
    """
    name, value = field
    return name.lower() == b"content-type" and value.partition(b";")[0].strip().lower() == b"application/json"


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return 0
