"""A server on this machine that speaks Bedrock's Converse, does as it is told, and remembers what it was asked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

from confab.platform import aws

from tests.support.processes import serving_here

NOVA = "amazon.nova-lite-v1:0"
CLAUDE = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
TOOL = "record_judgement"


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    model: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def parts(self) -> list[str]:
        """The text blocks of the user's message: the task, the fenced transcript, what was wrong before."""
        return [block["text"] for block in self.body["messages"][0]["content"]]

    @property
    def users(self) -> list[int]:
        """Numbers of the user messages that are to be judged."""
        return _numbers(self.parts[0], "User")

    @property
    def replies(self) -> list[int]:
        """Numbers of the assistant messages that are to be judged."""
        return _numbers(self.parts[0], "Assistant")


@dataclass(frozen=True)
class Given:
    """An answer of the server: status, body (bytes are sent as they are), and the type of an error."""

    status: int
    body: Mapping[str, Any] | bytes
    error: str = ""


Step = Callable[[Asked], Given]


def judgement(asked: Asked, **user: Any) -> dict[str, Any]:
    """A valid answer to a request; ``user`` changes every user message's result."""
    result = {"score": -0.5, "reasoning": "waits for a refund", "intent": "request_refund", "topics": ["refunds"]}
    return {
        "users": [{"n": number, **result, "flags": ["frustrated_user"], **user} for number in asked.users],
        "replies": [{"n": number, "behaviour": "helpful", "outcome": "deflected"} for number in asked.replies],
        "conversation": {
            "outcome": "unresolved",
            "topics": ["refunds", "waiting time"],
            "first_bad_turn": asked.users[0] if asked.users else -1,
            "trend": "declining",
            "summary": "A user waits for a refund.",
        },
    }


def answered(answer: Any = None, *, stop: str = "", tokens: tuple[int, int] = (1000, 200), **user: Any) -> Step:
    """Answers as the model was asked to: by the tool's call or as text.

    Args:
        answer: the answer, or a function of the request; a valid one when None. A string is sent as plain text.
        stop: why the model stopped; what is usual when empty.
        tokens: what the answer says it used.
        user: see ``judgement``.
    """

    def step(asked: Asked) -> Given:
        made = judgement(asked, **user) if answer is None else answer(asked) if callable(answer) else answer
        if isinstance(made, str):
            block, usual = {"text": made}, "end_turn"
        elif "toolConfig" in asked.body:
            block, usual = {"toolUse": {"toolUseId": "t1", "name": TOOL, "input": made}}, "tool_use"
        else:
            block, usual = {"text": json.dumps(made)}, "end_turn"
        used = {"inputTokens": tokens[0], "outputTokens": tokens[1], "totalTokens": sum(tokens)}
        message = {"role": "assistant", "content": [block]}
        body = {"output": {"message": message}, "stopReason": stop or usual, "usage": used, "metrics": {"latencyMs": 1}}
        return Given(200, body)

    return step


def refused(status: int, error: str) -> Step:
    """Answers with an error."""
    return lambda _: Given(status, {"message": "no"}, error)


@dataclass
class Bedrock:
    """The server: each request takes the next step; the last one stays.

    Attributes:
        url: its address.
        steps: what it answers.
        asked: what it was asked, in order.
    """

    url: str = ""
    steps: list[Step] = field(default_factory=lambda: [answered()])
    asked: list[Asked] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _clients: dict[tuple[str, float], Any] = field(default_factory=dict)

    def does(self, *steps: Step) -> None:
        """From now on it does this."""
        self.steps = list(steps)
        self.asked.clear()

    def take(self, asked: Asked) -> Step:
        with self._lock:
            self.asked.append(asked)
            return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]

    def client(self, region: str = "eu-west-1", seconds: float = 10) -> Any:
        """The real SDK's client, pointed here."""
        with self._lock:
            if (region, seconds) not in self._clients:
                self._clients[region, seconds] = aws.Clients(self.url).bedrock(region, seconds=seconds)
            return self._clients[region, seconds]


@contextmanager
def bedrock_server() -> Iterator[Bedrock]:
    """A server for as long as the block runs."""
    bedrock = Bedrock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            found = re.fullmatch("/model/([^/]+)/converse", self.path)
            assert found is not None, self.path
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(unquote(found[1]), body, headers)
            with suppress(ConnectionError):
                self.give(bedrock.take(asked)(asked))

        def give(self, given: Given) -> None:
            payload = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            self.send_response(given.status)
            if given.error:
                self.send_header("x-amzn-errortype", given.error)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            return

    with serving_here(Handler) as bedrock.url:
        yield bedrock


def _numbers(task: str, who: str) -> list[int]:
    found = re.search(rf"{who} messages to judge: ([^.]*)\.", task)
    assert found is not None
    return [] if found[1] == "none" else [int(number) for number in found[1].split(", ")]


def lines_of(fenced: str) -> Sequence[str]:
    """The lines inside the fence; it must be whole."""
    first, *inside, last = fenced.split("\n")
    mark = re.fullmatch('<transcript mark="([0-9a-f]+)">', first)
    assert mark is not None
    assert last == f'</transcript mark="{mark[1]}">'
    return inside
