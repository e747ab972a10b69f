"""ChatCaptain through the front door: deployed functions, queues, and a responder in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.stack import ROOT, LocalStack, eventually
from tests.support.real_data import care_conversations
from tests.support.responders import Answers, Script, listening, saying, slowly

CLIENTS = 8
CONVERSATIONS = 300 if "CONFAB_ALL_DATA" in os.environ else 20


class Bot:
    """A chatbot of its own in the stack, with a key for everything in it."""

    def __init__(self, stack: LocalStack) -> None:
        record = stack.instance.record()
        self.stack = stack
        self.target = ["--table", record["table"], "--endpoint-url", record["endpoint"]]
        workspace = stack.confab(*self.target, "workspace", "create", "Acme")
        self.id = stack.confab(*self.target, "chatbot", "create", "Helper", "-w", workspace)
        options = ["-w", workspace, "--chatbot", self.id, "--permission", "*"]
        self.key = stack.confab(*self.target, "key", "create", *options)

    def call(self, method: str, path: str = "", **arguments: Any) -> httpx.Response:
        path = f"/v1/chatbots/{self.id}/conversations{path}"
        return self.stack.request(method, path, key="", headers={"x-chatcaptain-key": self.key}, **arguments)

    def handle(self, provider: str, text: str | None, **more: Any) -> dict[str, Any]:
        body = {"channelId": "site", "channelName": "web", "providerId": provider, "message": text, **more}
        response = self.call("POST", "/handle", json=body)
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def texts(self, conversation: str) -> list[str]:
        messages = self.call("GET", f"/{conversation}/messages").json()["messages"]
        return [message["content"]["text"] for message in messages]

    def shared(self, conversation: str) -> dict[str, Any]:
        read: dict[str, Any] = self.stack.request("GET", f"/api/v1/conversations/{conversation}", key=self.key).json()
        return read


@pytest.fixture
def bot(stack: LocalStack) -> Bot:
    return Bot(stack)


@contextmanager
def scripted(bot: Bot, answers: Answers) -> Iterator[Script]:
    """The chatbot's responder, for as long as the block runs."""
    script = Script(answers)
    with listening(script) as url:
        script.secret = bot.stack.confab(*bot.target, "responder", "set", url, "--chatbot", bot.id)
        yield script


def test_the_example_responder_answers_now_and_later(bot: Bot) -> None:
    secret = bot.stack.confab(*bot.target, "responder", "set", "http://127.0.0.1:1/", "--chatbot", bot.id)
    command = [sys.executable, str(ROOT / "samples/responder/responder.py"), "--port", "0", "--secret", secret]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split()[-1]
            assert bot.stack.confab(*bot.target, "responder", "set", url, "--chatbot", bot.id) == secret
            assert bot.stack.confab(*bot.target, "responder", "show", "--chatbot", bot.id) == f"{url}\tenabled"
            now = bot.handle("p1", "Where is it?", providerMessageId="in-1")
            replies = [message["content"]["text"] for message in now["messages"]]
            assert replies == ["You said: Where is it?", "Is there anything else?"]
            later = bot.handle("p1", "A human, please", providerMessageId="in-2", **{"async": True})
            assert later["messages"] == []
            conversation = later["conversation"]["id"]
            eventually(lambda: len(bot.texts(conversation)) == 5)
            assert bot.texts(conversation)[-2:] == ["A human, please", "I am calling a colleague."]
        finally:
            process.terminate()


def test_given_literal_segments_when_called_then_they_win_over_ids(bot: Bot) -> None:
    made = bot.handle("p1", "hi")["conversation"]["id"]
    found = bot.call("GET", "/find", params={"channelId": "site", "providerId": "p1"})
    assert found.json()["conversation"]["id"] == made
    event = bot.call("POST", f"/{made}/custom-event", json={"event": "vip"})
    assert event.status_code == 201
    assert bot.call("POST", "/custom-event", json={"event": "vip", "conversationId": made}).status_code == 201
    assert bot.call("GET", "/handle").status_code == 404
    listed = bot.call("GET", params={"channelId": "site"}).json()["conversations"]
    assert [row["id"] for row in listed] == [made]
    (message,) = bot.call("GET", f"/{made}/messages").json()["messages"]
    where = f"/{made}/messages/{message['id']}"
    assert bot.call("PATCH", where, json={"message": {"status": "read"}}).json()["message"]["status"] == "read"
    assert bot.call("GET", where).json()["message"]["status"] == "read"
    assert bot.call("DELETE", f"/{made}").json() == {"deleted": True}
    assert bot.call("GET", f"/{made}").status_code == 404


def test_a_misbehaving_responder_loses_no_message_and_doubles_nothing(
    bot: Bot,
) -> None:
    behaviours: list[tuple[str, Answers, str]] = [
        ("failing", lambda _: (500, {}, b""), "it answered 500"),
        ("garbage", lambda _: (200, {}, b"\xff\x00"), "not valid JSON"),
        ("redirecting", lambda _: (307, {"location": "http://127.0.0.1/"}, b""), "redirects"),
        ("slow", slowly(11.5, "late"), "no answer within 10 seconds"),
    ]
    current: list[Answers] = []
    with scripted(bot, lambda delivery: current[-1](delivery)):
        for name, answers, says in behaviours:
            current.append(answers)
            answer = bot.handle(name, "kept", providerMessageId="in-1")
            assert answer["messages"] == []
            assert says in answer["error"]
            assert bot.texts(answer["conversation"]["id"]) == ["kept"]
            assert bot.shared(answer["conversation"]["id"])["events"][0]["event"] == "responder_failed"
        current.append(saying(*map(str, range(1000))))
        for _ in range(2):
            answer = bot.handle("talkative", "hi", providerMessageId="in-1")
            assert len(answer["messages"]) == 100
            assert "1000 messages" in answer["error"]
        assert len(bot.texts(answer["conversation"]["id"])) == 101


def test_a_responder_that_recovers_has_its_answer_stored_once(bot: Bot) -> None:
    attempts: list[float] = []

    def recovering(delivery: dict[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        attempts.append(time.monotonic())
        return (500, {}, b"") if len(attempts) < 3 else saying("at last")(delivery)

    with scripted(bot, recovering):
        answer = bot.handle("p1", "hi", providerMessageId="in-1", **{"async": True})
        conversation = answer["conversation"]["id"]
        eventually(lambda: len(bot.texts(conversation)) == 2)
        assert bot.texts(conversation) == ["hi", "at last"]
        assert len(attempts) == 3


def test_given_sixteen_channels_when_they_open_the_same_conversation_then_it_is_one(bot: Bot) -> None:
    with ThreadPoolExecutor(16) as pool:
        done = list(
            pool.map(lambda n: bot.handle("storm", f"text {n % 4}", providerMessageId=f"in-{n % 4}"), range(16))
        )
    assert len({answer["conversation"]["id"] for answer in done}) == 1
    assert sum(not answer.get("duplicate") for answer in done) == 4
    assert sorted(bot.texts(done[0]["conversation"]["id"])) == [f"text {n}" for n in range(4)]


def test_every_dialect_reads_real_conversations_alike(bot: Bot) -> None:
    rows = list(care_conversations())[:CONVERSATIONS]
    if not rows:
        pytest.skip("the real conversations are not beside this checkout")

    with ThreadPoolExecutor(CLIENTS) as pool:
        ids = list(pool.map(lambda row: _play(bot, row), rows))
    for row, conversation in zip(rows, ids, strict=True):
        shared = eventually(lambda c=conversation: _analysed(bot, c))
        sent = [(m["id"], m["role"], m["content"]) for m in row["messages"]]
        assert [(m["external_message_id"], m["role"], m["content"]) for m in shared["messages"]] == sent
        assert all(m["user_sentiments"] for m in shared["messages"] if m["role"] == "user")
        own = bot.call("GET", f"/{conversation}/messages").json()["messages"]
        assert [(m["providerMessageId"], m["content"]["text"]) for m in own] == [(i, text) for i, _, text in sent]
        assert [m["sender"] for m in own] == ["user" if role == "user" else "agent" for _, role, _ in sent]
        assert [m["created"] for m in own] == [m["created_at"] for m in shared["messages"]]
        one = bot.call("GET", f"/{conversation}").json()["conversation"]
        assert one["messageCount"] == len(sent)
        assert one["contactId"] == str(row["user"])


def _play(bot: Bot, row: dict[str, Any]) -> str:
    """One conversation turn by turn: what users say through handle, what agents say as messages; its id."""
    timed = all(message.get("sentAt") for message in row["messages"])
    opened = bot.handle(row["conversationId"], None, contact={"id": row["user"]})
    conversation = str(opened["conversation"]["id"])
    for message in row["messages"]:
        known = {"providerMessageId": message["id"]}
        if message["role"] == "user":
            times = {"sent": message["sentAt"]} if timed else {}
            bot.handle(row["conversationId"], message["content"], **known, **times)
            continue
        times = {"created": message["sentAt"]} if timed else {}
        written = {"content": {"text": message["content"]}, "sender": "agent", **known, **times}
        response = bot.call("POST", f"/{conversation}/messages", json={"disableSending": True, "message": written})
        assert response.status_code == 201, response.text
    return conversation


def _analysed(bot: Bot, conversation: str) -> dict[str, Any] | None:
    read = bot.shared(conversation)
    return None if read["analysis_pending"] else read
