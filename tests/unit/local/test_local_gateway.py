"""The public address: paths as they came, answers as API Gateway gives them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from local.gateway import MAX_BODY, Gateway, Message, Receive, Scope, Send, told_of

PUBLIC, INTERNAL = 3000, 4566


class Emulator:
    """Records what it was asked and answers with what it was given."""

    def __init__(
        self, status: int = 200, body: bytes = b"{}", headers: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        self.asked: list[Scope] = []
        self._status, self._body, self._headers = status, body, headers or []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope)
        await send({"type": "http.response.start", "status": self._status, "headers": list(self._headers)})
        half = len(self._body) // 2
        await send({"type": "http.response.body", "body": self._body[:half], "more_body": True})
        await send({"type": "http.response.body", "body": self._body[half:]})


def ask(emulator: Emulator, scope: Scope, api_id: str | None = "abc") -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    gateway = Gateway(emulator, PUBLIC, lambda: None)
    gateway.api_id = api_id
    asyncio.run(gateway(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


def request(raw_path: str = "/v1/capture", path: str | None = None, port: int = PUBLIC, **fields: Any) -> Scope:
    scope = {"type": "http", "server": ("127.0.0.1", port), "path": path or raw_path, "headers": []}
    return {**scope, "raw_path": raw_path.encode(), "query_string": b"a=1&a=2%2F", **fields}


def test_a_forwarded_path_keeps_its_encoding_behind_the_prefix() -> None:
    emulator = Emulator()
    ask(emulator, request("/a%2Fb/c%20d", "/a/b/c d"))
    assert emulator.asked[0]["raw_path"] == b"/_aws/execute-api/abc/$default/a%2Fb/c%20d"
    assert emulator.asked[0]["path"] == "/_aws/execute-api/abc/$default/a/b/c d"
    assert emulator.asked[0]["query_string"] == b"a=1&a=2%2F"


def test_given_a_packed_body_when_forwarded_then_nothing_has_it_taken_as_text() -> None:
    emulator = Emulator()
    packed, json_type = (b"Content-Encoding", b"gzip"), (b"Content-Type", b"application/json; charset=utf-8")
    ask(emulator, request(headers=[packed, json_type]))
    ask(emulator, request(headers=[packed, (b"content-type", b"text/plain")]))
    ask(emulator, request(headers=[json_type]))
    assert [each["headers"] for each in emulator.asked] == [
        [packed],
        [packed, (b"content-type", b"text/plain")],
        [json_type],
    ]


def test_given_the_internal_port_when_asked_then_nothing_is_changed() -> None:
    emulator = Emulator(502, b'{"errorMessage": "x"}')
    scope = request(port=INTERNAL)
    assert ask(emulator, scope)[0] == 502
    assert emulator.asked == [scope]


def test_the_caller_learns_nothing_of_a_functions_failure() -> None:
    report = json.dumps({"errorMessage": "secret", "errorType": "KeyError", "stackTrace": ["secret"]}).encode()
    headers = [(b"content-length", b"9"), (b"access-control-allow-origin", b"*")]
    status, kept, body = ask(Emulator(502, report, headers), request())
    assert (status, body) == (500, b'{"message":"Internal Server Error"}')
    assert kept[b"content-length"] == str(len(body)).encode()
    assert kept[b"access-control-allow-origin"] == b"*"


def test_the_log_of_a_failed_function_has_no_message_text() -> None:
    frame = '  File "/var/task/app.py", line 7, in handle\n    raise KeyError("secret")\n'
    report = {"errorMessage": "secret", "errorType": "KeyError", "stackTrace": [frame, "secret"]}
    assert told_of(json.dumps(report).encode()) == 'KeyError File "/var/task/app.py", line 7'
    assert told_of(b'{"message": "Function not found: secret"}') == "unknown"


def test_a_functions_own_502_stays() -> None:
    for body in (b'{"ok": false}', b"not json"):
        assert ask(Emulator(502, body), request())[::2] == (502, body)


def test_given_a_body_that_says_it_is_too_large_when_sent_then_it_is_refused_unread() -> None:
    emulator = Emulator()
    too_large = [(b"content-length", str(MAX_BODY + 1).encode())]
    assert ask(emulator, request(headers=too_large))[0] == 413
    assert ask(emulator, request(headers=[(b"content-length", str(MAX_BODY).encode())]))[0] == 200
    assert len(emulator.asked) == 1


def test_given_nothing_deployed_yet_when_asked_then_the_answer_is_to_come_back() -> None:
    emulator = Emulator()
    status, headers, _ = ask(emulator, request(), api_id=None)
    assert (status, headers[b"retry-after"], emulator.asked) == (503, b"1", [])


def test_given_headers_of_another_service_when_answered_then_they_are_left_out() -> None:
    headers = [(b"X-Amzn-RequestId", b"1"), (b"content-type", b"text/plain")]
    assert ask(Emulator(headers=headers), request())[1] == {b"content-type": b"text/plain"}


def test_quiet_comes_with_the_end_of_requests_under_way() -> None:
    async def scenario() -> list[str]:
        order: list[str] = []
        release = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            await release.wait()
            order.append("answered")

        async def nothing(*_: Any) -> Any:
            return {}

        gateway = Gateway(slow, PUBLIC, lambda: None)
        gateway.api_id = "abc"
        call = asyncio.create_task(gateway(request(), nothing, nothing))
        await asyncio.sleep(0)
        quiet = asyncio.create_task(gateway.quiet(within=30))
        await asyncio.sleep(0.05)
        release.set()
        await quiet
        order.append("quiet")
        await call
        return order

    assert asyncio.run(scenario()) == ["answered", "quiet"]
