"""`make run` from the outside: what it serves, what it keeps and how it ends."""

from __future__ import annotations

import gzip
import json
import socket
import stat
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.stack import PATIENCE_SECONDS, LocalStack, eventually


def capture(stack: LocalStack, conversation_id: str, text: str = "Where is my order? I am waiting!") -> dict[str, Any]:
    message = {"id": "m1", "role": "user", "content": text}
    response = stack.request("POST", "/api/v1/capture", json={"conversationId": conversation_id, "messages": [message]})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_started_stack_stores_and_analyses_a_message(stack: LocalStack) -> None:
    answer = capture(stack, f"e2e-{uuid4()}")
    assert answer["messagesStored"] == 1

    def analysed() -> dict[str, Any] | None:
        transcript: dict[str, Any] = stack.read(f"/api/v1/conversations/{answer['conversationId']}").json()
        return None if transcript["analysis_pending"] else transcript

    transcript = eventually(analysed)
    assert transcript["messages"][0]["user_sentiments"][0]["score"] < 0


def test_only_their_owner_can_read_the_stored_keys(stack: LocalStack) -> None:
    assert set(stack.demo) == {"baseUrl", "workspaceId", "chatbotId", "apiKey", "adminKey"}
    assert stat.S_IMODE((stack.state / "demo.json").stat().st_mode) == 0o600


def test_given_a_browser_when_it_asks_first_then_the_api_answers_for_the_function(stack: LocalStack) -> None:
    asked = {"origin": "https://shop.example", "access-control-request-method": "POST"}
    response = stack.request("OPTIONS", "/api/v1/capture", key="", headers=asked)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" in response.headers["access-control-allow-methods"]


def test_given_no_key_when_something_is_captured_then_it_is_refused(stack: LocalStack) -> None:
    response = stack.request("POST", "/v1/capture", key="", json={"conversationId": "x", "messages": []})
    assert response.status_code == 401
    assert response.json()["ok"] is False


def test_an_unknown_path_is_a_404(stack: LocalStack) -> None:
    for path in ("/nothing/here", "/_ministack/health", "/_aws/execute-api/x/$default/v1/capture"):
        assert stack.read(path).status_code == 404


def test_given_a_body_over_ten_megabytes_when_it_is_sent_then_the_api_refuses_it(stack: LocalStack) -> None:
    response = stack.request("POST", "/v1/capture", content=b" " * (10 * 1024 * 1024 + 1))
    assert response.status_code == 413
    assert response.json() == {"message": "Request Entity Too Large"}


@pytest.mark.parametrize(("encoding", "packed"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_given_a_packed_body_when_it_is_sent_as_json_then_it_is_read(
    stack: LocalStack, encoding: str, packed: Callable[..., bytes]
) -> None:
    body = {"conversationId": f"packed-{uuid4()}", "messages": [{"role": "user", "content": "cut here \ud83d"}]}
    headers = {"content-encoding": encoding, "content-type": "application/json"}
    response = stack.request("POST", "/v1/capture", content=packed(json.dumps(body).encode()), headers=headers)
    assert response.status_code == 200, response.text
    stored = stack.read(f"/api/v1/conversations/{response.json()['conversationId']}").json()
    assert stored["messages"][0]["content"] == "cut here \ufffd"


def test_given_a_running_stack_when_another_is_started_then_one_line_says_why_not(
    stack: LocalStack, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        for port, state, said in (
            (0, stack.state, "already running"),
            (taken, tmp_path / "other", f"port {taken} is in use"),
        ):
            before = stack.output.stat().st_size
            assert stack.spawn(port, state).wait(PATIENCE_SECONDS) == 1
            printed = stack.output.read_bytes()[before:].decode().splitlines()
            assert len(printed) == 1
            assert said in printed[0]


def test_a_captured_message_survives_the_death_of_the_stack(
    stack: LocalStack,
) -> None:
    conversation_id = f"kept-{uuid4()}"
    stored = capture(stack, conversation_id)["conversationId"]
    before = stack.demo
    snapshot = stack.state / "emulator" / "dynamodb.json"
    eventually(lambda: conversation_id in snapshot.read_text())

    stack.kill()
    eventually(lambda: not stack.processes())
    stack.start()

    assert stack.demo == before
    assert stack.read(f"/api/v1/conversations/{stored}").json()["messages"][0]["external_message_id"] == "m1"
    assert capture(stack, conversation_id)["results"] == [{"id": "m1", "status": "duplicate"}]


def test_stopping_the_stack_leaves_nothing_running(stack: LocalStack) -> None:
    answer = capture(stack, f"stopped-{uuid4()}")
    assert stack.processes()

    assert stack.stop() == 0

    assert not stack.processes()
    assert not (stack.state / "instance.json").exists()
    stack.start()
    assert stack.read(f"/api/v1/conversations/{answer['conversationId']}").status_code == 200
