"""One run: a stack of its own, clients, faults and kills, then rest, and the verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Final

import httpx
from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment
from confab.platform import aws
from confab.platform.credentials import ROLES
from confab.platform.settings import Settings
from confab.storage import keys

from samples.responder.responder import serve
from tests.e2e.stack import LocalStack
from tests.support.processes import free_port
from verify.consistency import findings
from verify.load.clients import Client, Seen
from verify.load.faults import FaultProxy, Killer, fault_proxy, fault_rules
from verify.load.workload import Workload
from verify.table import scan

REST_SECONDS: Final = 420.0
"""How long the queues may take to drain: a sweep comes every minute, and a lease may double twice."""
VISIBILITY_SECONDS: Final = 20
"""How long work that a killed function held stays invisible here; twelve minutes where it is deployed."""
READERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does.

    Attributes:
        seconds: how long clients begin new conversations.
        kill_every: seconds between two kills, on average.
        fault_rate: the share of the functions' AWS calls in which something goes wrong.
    """

    clients: int
    seconds: float
    kill_every: float
    fault_rate: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run.

    Attributes:
        seconds: how long clients talked.
        drained: seconds until nothing waited any more; None when something still does.
        dead_letters: by queue.
        findings: what does not hold.
    """

    seen: Sequence[Seen]
    seconds: float
    faults: Counter[str]
    killed: Counter[str]
    drained: float | None
    dead_letters: Mapping[str, int]
    findings: Sequence[str]


class RunningStack:
    """The running stack as its operator sees it, past the proxy."""

    def __init__(self, stack: LocalStack) -> None:
        record = stack.instance.record()
        clients = aws.Clients(record["endpoint"])
        self.base_url = stack.base_url
        self.dynamodb, self.sqs = clients("dynamodb"), clients("sqs")
        self.table_name = record["table"]
        self.deployment = Deployment(
            Settings(table=self.table_name, allow_loopback_responder=True),
            client={"dynamodb": self.dynamodb, "sqs": self.sqs}.__getitem__,
        )
        urls = self.sqs.list_queues()["QueueUrls"]
        self.dead = [url for url in urls if "DeadLetter" in url]
        self.queues = [url for url in urls if url not in self.dead]
        for url in self.queues:
            self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})

    def chatbot(self) -> tuple[str, str]:
        """A new chatbot, and a key that may do everything with it."""
        administration = admin_wiring.administration(self.deployment)
        workspace = administration.create_workspace("Load")
        chatbot = administration.create_chatbot(workspace, "Load").id
        key = administration.create_key(workspace, "load", chatbot_id=chatbot, permissions=ROLES["api"])
        return chatbot, key.secret

    def waiting(self) -> int:
        """How much waits: messages in queues, out for delivery too, and rows."""
        names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        queued = sum(self._count(url, names) for url in self.queues)
        pending = (keys.pending(shard) for shard in range(keys.SHARDS))
        return queued + sum(self.deployment.table.count_index(keys.PENDING_INDEX, pk) for pk in pending)

    def dead_letters(self) -> dict[str, int]:
        """How many messages are in each dead-letter queue."""
        return {url.rpartition("/")[2]: self._count(url, ["ApproximateNumberOfMessages"]) for url in self.dead}

    def _count(self, url: str, names: Sequence[str]) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
        return sum(int(attributes[name]) for name in names)


def run(plan: Plan) -> Outcome:
    """Do what the plan says, and judge it."""
    with TemporaryDirectory(prefix="confab-load-") as directory, _stack(Path(directory)) as (stack, port):
        running = RunningStack(stack)
        with fault_proxy(stack.instance.record()["endpoint"], port, plan.seed) as proxy:
            return _judged(plan, stack, running, proxy)


def _judged(plan: Plan, stack: LocalStack, running: RunningStack, proxy: FaultProxy) -> Outcome:
    chatbot, key = running.chatbot()
    with _responder(running, chatbot):
        started = time.monotonic()
        proxy.play(fault_rules(plan.fault_rate))
        with Killer(stack.functions, plan.kill_every, plan.seed) as killer:
            seen = _talk(plan, running.base_url, chatbot, key)
        seconds = time.monotonic() - started
        faults = proxy.fired()
        proxy.play([])
        drained = rested(running)
    ledgers = {place: ledger for each in seen for place, ledger in each.ledgers.items()}
    answered = {place for each in seen for place in each.answered}
    found = [finding for each in seen for finding in each.findings]
    found += [] if drained is not None else [f"{running.waiting()} still wait after {REST_SECONDS:.0f} s"]
    found += findings(scan(running.dynamodb, running.table_name, chatbot))
    for place, transcript in _transcripts(running.base_url, key, list(ledgers)):
        texts = [message["content"] for message in transcript if place not in answered or message["role"] == "user"]
        finding = ledgers[place].finding(texts)
        found += [f"{place}: {finding}"] if finding else []
    return Outcome(
        seen=seen,
        seconds=seconds,
        faults=faults,
        killed=killer.killed,
        drained=drained,
        dead_letters=running.dead_letters(),
        findings=found,
    )


def _talk(plan: Plan, base_url: str, chatbot: str, key: str) -> list[Seen]:
    end = time.monotonic() + plan.seconds
    clients = [
        Client(http_client(base_url, key), Workload(chatbot, "run", number, plan.seed), lambda: time.monotonic() < end)
        for number in range(plan.clients)
    ]
    with ThreadPoolExecutor(plan.clients) as pool:
        return list(pool.map(Client.run, clients))


def http_client(base_url: str, key: str) -> httpx.Client:
    """A client of the service with a key."""
    headers = {"authorization": f"Bearer {key}"}
    return httpx.Client(base_url=base_url, headers=headers, timeout=60.0, trust_env=False)


def rested(running: RunningStack) -> float | None:
    """Seconds until nothing waits, twice in a row: an answer of a queue is an estimate."""
    started = time.monotonic()
    still = 0
    while time.monotonic() - started < REST_SECONDS:
        still = 0 if running.waiting() else still + 1
        if still == 2:
            return time.monotonic() - started
        time.sleep(2)
    return None


def _transcripts(base_url: str, key: str, places: Sequence[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each conversation as its reader sees it; nothing for one that is not there."""
    with http_client(base_url, key) as http, ThreadPoolExecutor(READERS) as pool:

        def read(place: str) -> list[dict[str, Any]]:
            answer = http.get(f"/api/v1/conversations/{place}")
            messages: list[dict[str, Any]] = answer.json()["messages"] if answer.status_code == 200 else []
            return messages

        yield from zip(places, pool.map(read, places), strict=True)


@contextmanager
def _stack(directory: Path) -> Iterator[tuple[LocalStack, int]]:
    """A local stack whose functions take a proxy for AWS that is still to be started, and the proxy's port."""
    port = free_port()
    stack = LocalStack(directory / "state", {"CONFAB_FUNCTIONS_ENDPOINT": f"http://127.0.0.1:{port}"})
    stack.start()
    try:
        yield stack, port
    finally:
        stack.stop()


@contextmanager
def _responder(running: RunningStack, chatbot: str) -> Iterator[None]:
    """The chatbot's responder: the example that comes with the project."""
    port = free_port()
    secret = admin_wiring.responders(running.deployment).put(chatbot, f"http://127.0.0.1:{port}/").secret
    with ExitStack() as stack:
        server = stack.enter_context(serve(port, secret))
        server.RequestHandlerClass.log_message = _silent  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield


def _silent(*_: object) -> None:
    return
