"""Real conversations over HTTP, by clients side by side, through the deployed functions."""

from __future__ import annotations

import json
import os
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.stack import LocalStack, eventually
from tests.support.real_data import care_conversations, chunks

CLIENTS = 8
CONVERSATIONS = None if "CONFAB_ALL_DATA" in os.environ else 50


@pytest.fixture(scope="module")
def conversations() -> list[dict[str, Any]]:
    rows = list(care_conversations())[:CONVERSATIONS]
    if not rows:
        pytest.skip("the real conversations are not beside this checkout")
    return rows


def _post_all(stack: LocalStack, path: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    headers = {"authorization": f"Bearer {stack.demo['apiKey']}"}
    with (
        httpx.Client(base_url=stack.base_url, headers=headers, timeout=60, trust_env=False) as client,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        answers = list(pool.map(lambda body: client.post(path, json=body), bodies))
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json() for answer in answers]


def _body(row: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    kept = ("id", "role", "content", "sentAt")
    return {
        "conversationId": row["conversationId"],
        "messages": [{name: message[name] for name in kept if message.get(name)} for message in messages],
        "user": {"id": row["user"]},
        "organization": {"id": row["organization"]},
    }


def test_eight_clients_that_send_twice_have_each_message_stored_once(
    stack: LocalStack, conversations: list[dict[str, Any]]
) -> None:
    sent = sum(len(row["messages"]) for row in conversations)
    first = _post_all(stack, "/api/v1/capture", [_body(row, row["messages"]) for row in conversations])
    assert sum(answer["messagesStored"] for answer in first) == sent
    again = [_body(row, part) for row in conversations for part in chunks(row["messages"], 2)]
    random.Random(11).shuffle(again)
    assert sum(answer["messagesStored"] for answer in _post_all(stack, "/v1/capture", again)) == 0
    for row, answer in zip(conversations, first, strict=True):
        read = eventually(lambda answer=answer: _analysed(stack, answer["conversationId"]))
        assert [(m["external_message_id"], m["role"], m["content"]) for m in read["messages"]] == [
            (m["id"], m["role"], m["content"]) for m in row["messages"]
        ]
        # What the analyzer cannot judge, in a language that it does not read, has a result that says so.
        found = stack.read(f"/v1/insights/conversations/{answer['conversationId']}/analysis").json()
        assert all(message["result"] for message in found["messages"])


def _analysed(stack: LocalStack, conversation_id: str) -> dict[str, Any] | None:
    read: dict[str, Any] = stack.read(f"/api/v1/conversations/{conversation_id}").json()
    return None if read["analysis_pending"] else read


def test_growing_transcripts_without_ids_read_back_exactly(
    stack: LocalStack, conversations: list[dict[str, Any]]
) -> None:
    rows = conversations[:12]

    def grow(row: dict[str, Any]) -> None:
        plain = [{"role": message["role"], "content": message["content"]} for message in row["messages"]]
        for upto in range(1, len(plain) + 1):
            for _ in range(2):
                body = {"conversationId": f"track-{row['conversationId']}", "messages": plain[:upto]}
                answer = stack.request("POST", "/v1/track", json=body)
                told = answer.json()
                assert told["success"] is True
                assert told["conversationId"] == body["conversationId"]

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(grow, rows))
    listed = _list_all(stack)
    for row in rows:
        read = stack.read(f"/api/v1/conversations/{listed['track-' + row['conversationId']]['id']}").json()
        assert [message["content"] for message in read["messages"]] == [m["content"] for m in row["messages"]]


def _list_all(stack: LocalStack) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    page, listed = 1, 0
    while True:
        body = stack.read("/api/v1/conversations", params={"page": page, "limit": 100}).json()
        listed += len(body["conversations"])
        rows.update({row["external_conversation_id"]: row for row in body["conversations"]})
        if len(body["conversations"]) < 100:
            # Other tests of the same stack may have left conversations without an id of their own.
            assert body["total"] == listed
            return rows
        page += 1


def test_sixteen_clients_that_send_the_same_hundred_store_a_hundred(
    stack: LocalStack,
) -> None:
    messages = [{"id": f"m{number}", "role": "user", "content": f"text {number}"} for number in range(100)]
    body = {"conversationId": "storm", "messages": messages}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: stack.request("POST", "/api/v1/capture", json=body).json(), range(16)))
    assert sum(answer["messagesStored"] for answer in answers) == 100
    read = stack.read(f"/api/v1/conversations/{answers[0]['conversationId']}").json()
    assert len(read["messages"]) == 100


def test_given_the_printed_curl_line_when_it_is_pasted_then_it_answers_ok(stack: LocalStack) -> None:
    lines = stack.output.read_text().splitlines()
    start = max(index for index, line in enumerate(lines) if line.startswith("curl ") and "/capture" in line)
    command = "\n".join(lines[start : start + 2])
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["ok"] is True


def test_the_api_follows_keys_that_the_command_makes_rotates_and_revokes(
    stack: LocalStack,
) -> None:
    record = stack.instance.record()
    target = ["--table", record["table"], "--endpoint-url", record["endpoint"]]
    workspace = stack.confab(*target, "workspace", "create", "Acme")
    chatbot = stack.confab(*target, "chatbot", "create", "Helper", "-w", workspace)
    key = stack.confab(
        *target, "key", "create", "-w", workspace, "--chatbot", chatbot, "--name", "site", "--rate", "100"
    )
    body = {"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}
    assert stack.request("POST", "/v1/capture", key=key, json=body).status_code == 200
    (row,) = stack.confab(*target, "key", "list", "-w", workspace).splitlines()
    key_id, prefix, name, owner, kind, permissions, rate, expires = row.split("\t")
    assert (prefix, name, owner, kind) == (f"{key[:14]}…", "site", chatbot, "API")
    assert "messages.capture" in permissions.split(", ")
    assert (rate, expires) == ("default, 100/min", "never")
    rotated = stack.confab(*target, "key", "rotate", key_id, "-w", workspace)
    assert rotated != key
    assert stack.request("POST", "/v1/capture", key=rotated, json=body).status_code == 200
    stack.confab(*target, "key", "revoke", key_id, "-w", workspace)
    assert stack.confab(*target, "key", "list", "-w", workspace) == ""
    assert stack.confab(*target, "chatbot", "list", "-w", workspace).split("\t")[:2] == [chatbot, "Helper"]
