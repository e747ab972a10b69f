"""The Python client: messages are sent in the background, each once, and what is lost is told."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confab_client import About, Confab, Lost, worker
from confab_client.item import MAX_BYTES, Item, batches, body_of

from tests.support.capture_server import CaptureServer, capture_server
from tests.support.sources import ROOT

KEY = "ob_live_" + "0" * 32
WAIT = 20.0


@pytest.fixture(scope="module")
def shared() -> Iterator[CaptureServer]:
    with capture_server() as server:
        yield server


@pytest.fixture
def server(shared: CaptureServer, monkeypatch: pytest.MonkeyPatch) -> CaptureServer:
    monkeypatch.setattr(worker, "FIRST_WAIT_SECONDS", 0.01)
    url = shared.url
    shared.__init__()  # type: ignore[misc]
    shared.url = url
    return shared


@pytest.fixture
def lost() -> list[Lost]:
    return []


@pytest.fixture
def client(server: CaptureServer, lost: list[Lost]) -> Iterator[Confab]:
    client = Confab(server.url, KEY, interval=0.01, on_lost=lost.append)
    yield client
    client.close(0)


def test_messages_arrive_once_in_order_with_what_is_known(client: Confab, server: CaptureServer) -> None:
    client.capture("c1", content="Hi", user={"id": "u1"})
    client.capture(About("c1", user={"id": "u1", "plan": "pro"}, custom={"cart": 3}), role="assistant", content="Hello")
    client.capture("c1", {"role": "user", "content": "Bye", "id": "own"})
    client.capture("c2", content="Elsewhere")
    assert client.flush(WAIT) == 0
    assert server.texts("c1") == ["Hi", "Hello", "Bye"]
    assert server.about["c1"] == {"user": {"id": "u1", "plan": "pro"}, "custom": {"cart": 3}}
    assert "own" in server.stored["c1"]
    assert set(server.keys) == {f"Bearer {KEY}"}
    assert client.counts.sent == client.counts.captured == 4


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_doubles(client: Confab, server: CaptureServer) -> None:
    fates = iter([(0, True), (503, False), (500, True), (429, False), (408, True)])
    server.answer = lambda _: next(fates, (200, True))
    for number in range(5):
        client.capture("c", content=f"m{number}")
    assert client.flush(WAIT) == 0
    assert len(server.requests) >= 6
    assert server.texts("c") == [f"m{number}" for number in range(5)]
    assert client.counts.lost == 0


def test_the_same_id_is_one_message_however_often_it_is_captured(client: Confab, server: CaptureServer) -> None:
    for _ in range(3):
        client.capture("c", content="Hi", id="m1")
        client.flush(WAIT)
    assert len(server.stored["c"]) == 1


def test_one_refused_message_costs_no_other(client: Confab, server: CaptureServer, lost: list[Lost]) -> None:
    def answer(body: dict[str, Any]) -> tuple[int, bool]:
        bad = any(message["content"] == "bad" for message in body["messages"])
        return (400, False) if bad else (200, True)

    server.answer = answer
    for text in ("one", "bad", "two"):
        client.capture("c", content=text)
    assert client.flush(WAIT) == 0
    assert server.texts("c") == ["one", "two"]
    assert [(each.messages, each.reason) for each in lost] == [(1, "status 400: as the test says")]
    assert (client.counts.sent, client.counts.lost) == (2, 1)


def test_a_key_that_is_refused_is_told_for_all_messages(
    client: Confab, server: CaptureServer, lost: list[Lost]
) -> None:
    server.answer = lambda _: (401, False)
    for number in range(3):
        client.capture("c", content=f"m{number}")
    assert client.flush(WAIT) == 0
    assert sum(each.messages for each in lost) == 3
    assert len(server.requests) <= 3, "no message is tried alone"


@pytest.mark.parametrize(
    ("conversation", "message", "content"),
    [
        ("", None, "x"),
        ("c" * 257, None, "x"),
        (7, None, "x"),
        ("c", None, object()),
        ("c", None, float("nan")),
        ("c", "no message", None),
        ("c", 3, None),
    ],
)
def test_what_cannot_be_sent_is_told_and_never_raised(
    client: Confab, lost: list[Lost], conversation: Any, message: Any, content: Any
) -> None:
    client.capture(conversation, message, content=content)
    assert [each.messages for each in lost] == [1]
    assert client.counts.pending == 0


def test_a_caller_that_is_told_of_losses_may_fail(server: CaptureServer, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Lost) -> None:
        raise RuntimeError("no")

    client = Confab(server.url, KEY, on_lost=fail)
    client.capture("", content="x")
    assert "on_lost failed" in caplog.text


def test_what_waits_is_bounded_and_no_caller_waits(lost: list[Lost]) -> None:
    client = Confab("http://127.0.0.1:9", KEY, interval=60, max_pending=2, on_lost=lost.append)
    for number in range(5):
        client.capture("c", content=f"m{number}")
    assert (client.counts.pending, client.counts.lost) == (2, 3)
    assert client.close(0) == 2
    assert client.counts.lost == 5
    client.capture("c", content="late")
    assert lost[-1].reason == "the client is closed"


def test_losses_are_logged_without_texts(server: CaptureServer, caplog: pytest.LogCaptureFixture) -> None:
    server.answer = lambda _: (403, False)
    with caplog.at_level(logging.WARNING, "confab_client"), Confab(server.url, KEY, interval=0.01) as client:
        client.capture("c", content="a secret")
        client.flush(WAIT)
    assert "1 messages are lost: status 403" in caplog.text
    assert "secret" not in caplog.text and KEY not in caplog.text


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://x", "example.com", "https://"])
def test_a_key_goes_over_https_or_to_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="url must begin"):
        Confab(url, KEY)


def test_address_and_key_may_come_from_variables(server: CaptureServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="CONFAB_URL"):
        Confab()
    monkeypatch.setenv("CONFAB_URL", server.url)
    monkeypatch.setenv("CONFAB_KEY", KEY)
    with Confab(interval=0) as client:
        client.capture("c", content="Hi")
    assert server.texts("c") == ["Hi"]


def test_a_lambda_handler_returns_after_its_messages_are_sent(server: CaptureServer) -> None:
    client = Confab(server.url, KEY, interval=3600)

    @client.flushed
    def handler(event: str, _: None) -> str:
        client.capture("c", content=event)
        return event

    assert handler("Hi", None) == "Hi"
    assert server.texts("c") == ["Hi"]
    client.close(0)


def test_requests_have_at_most_100_messages_of_one_conversation_and_a_megabyte() -> None:
    items = [Item(f"c{number % 2}", f'"{number}"') for number in range(404)]
    made = list(batches(items))
    assert [len(batch) for batch in made] == [100, 100, 2, 100, 100, 2]
    assert sorted(item.message for batch in made for item in batch) == sorted(item.message for item in items)
    large = Item("c", '"' + "x" * MAX_BYTES + '"')
    assert [len(batch) for batch in batches([large, large, Item("c", '"s"')])] == [1, 1, 1]


def test_another_user_in_one_request_keeps_nothing_of_the_former() -> None:
    known = ('{"user": {"id": "a", "name": "Ann"}}', '{"user": {"id": "b"}}', '{"user": {"plan": "pro"}}')
    body = body_of([Item("c", "{}", each) for each in known])
    assert b'"user": {"id": "b", "plan": "pro"}' in body


PROGRAM = """
import os, sys, time
from confab_client import Confab
client = Confab(sys.argv[1], "k", interval=float(sys.argv[2]), spool=sys.argv[3] or None)
for number in range(int(sys.argv[4])):
    client.capture("c", content=f"m{number}", id=f"m{number}")
    if number == 49 and sys.argv[5] == "flushes":
        client.flush(30)
print("captured", flush=True)
if sys.argv[5] != "ends":
    time.sleep(60)
"""


def _process(server: CaptureServer, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "clients" / "python")}
    command = [sys.executable, "-c", PROGRAM, server.url, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_process_that_ends_sends_what_it_captured(server: CaptureServer) -> None:
    process = _process(server, "3600", "", "70", "ends")
    assert process.communicate(timeout=60) == ("captured\n", "")
    assert len(server.stored["c"]) == 70


def test_a_killed_process_loses_only_what_was_not_flushed(server: CaptureServer) -> None:
    process = _process(server, "3600", "", "70", "flushes")
    assert process.stdout is not None and process.stdout.readline() == "captured\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert list(server.stored["c"]) == [f"m{number}" for number in range(50)]


def test_with_a_spool_the_next_process_sends_what_a_killed_one_did_not_and_says_so(
    server: CaptureServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    process = _process(server, "3600", str(tmp_path), "70", "flushes")
    assert process.stdout is not None and process.stdout.readline() == "captured\n"
    other = Confab(server.url, KEY, spool=tmp_path)
    assert other.counts.captured == 0, "the file of a process that runs is its own"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with (next(iter(tmp_path.glob("*.spool")))).open("a", encoding="utf-8") as file:
        file.write('["c", "{broken')
    with caplog.at_level(logging.WARNING, "confab_client"), Confab(server.url, KEY, spool=tmp_path) as client:
        assert client.flush(WAIT) == 0
    other.close()
    assert "20 messages that an earlier process could not confirm are sent again" in caplog.text
    assert list(server.stored["c"]) == [f"m{number}" for number in range(70)]
    assert list(tmp_path.iterdir()) == []


def test_what_a_closed_client_could_not_send_stays_in_its_spool(tmp_path: Path, lost: list[Lost]) -> None:
    client = Confab("http://127.0.0.1:9", KEY, interval=60, spool=tmp_path, on_lost=lost.append)
    client.capture("c", content="Hi")
    assert client.close(0) == 1
    assert client.counts.lost == 0
    assert [each.messages for each in lost] == [0] and "the spool keeps them" in lost[0].reason
    assert len(list(tmp_path.iterdir())) == 1


def test_a_forked_child_sends_its_own_messages_and_the_parent_its_own(server: CaptureServer) -> None:
    program = (
        "import os, sys\nfrom confab_client import Confab\nclient = Confab(sys.argv[1], 'k', interval=3600)\n"
        "client.capture('c', content='parent', id='p')\n"
        "child = os.fork()\n"
        "if child == 0: client.capture('c', content='child', id='q'); client.flush(30); os._exit(0)\n"
        "os.waitpid(child, 0)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "clients" / "python")}
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", program, server.url], env=environment, timeout=60)
    assert ran.returncode == 0
    assert [[message["id"] for message in request["messages"]] for request in server.requests] == [["q"], ["p"]]
