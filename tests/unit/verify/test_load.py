"""The clients and the workload of the load test."""

from __future__ import annotations

from itertools import islice

import httpx

from verify.load.clients import Client
from verify.load.workload import Step, Telling, Workload

CHATBOT = "5c4bb6b7-6f67-4b7c-9d1f-0b8a3f1f1f1f"


def _client(answers: list[int | Exception], step: Step) -> tuple[Client, list[float]]:
    """A client that has one request to make, and how long it waited between its tries."""

    def answer(_: httpx.Request) -> httpx.Response:
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return httpx.Response(given, headers={"retry-after": "1"} if given == 503 else {})

    waits: list[float] = []
    http = httpx.Client(base_url="http://service", transport=httpx.MockTransport(answer))
    return Client(http, [Telling("c", [step])], lambda: True, waits.append), waits


def test_a_client_tries_until_it_is_acknowledged() -> None:
    step = Step(method="POST", path="/v1/track", said={0: "hello"})
    client, waits = _client([503, 500, httpx.ReadError("broken"), 200], step)
    seen = client.run()
    assert (seen.acknowledged, seen.messages, seen.tries, seen.findings) == (1, 1, 4, [])
    assert waits[0] == 1.0
    assert len(seen.latencies) == 1
    assert seen.ledgers["c"].finding([]) is not None
    assert seen.ledgers["c"].finding(["hello"]) is None


def test_an_impossible_answer_is_a_finding() -> None:
    client, waits = _client([422], Step(method="POST", path="/v1/track", said={0: "hello"}))
    seen = client.run()
    assert (seen.acknowledged, waits) == (0, [])
    assert seen.findings == ["POST /v1/track: 422 "]
    assert seen.ledgers["c"].finding([]) is None


def test_a_repeated_deletion_that_was_done_counts() -> None:
    client, _ = _client([500, 404], Step(method="DELETE", path="/conversations/c", erases=True))
    assert client.run().acknowledged == 1


def test_a_seed_gives_the_same_workload_in_every_dialect() -> None:
    first, again, other = (list(islice(Workload(CHATBOT, "run", 0, seed), 60)) for seed in (1, 1, 2))
    assert [(telling.id, [step.said for step in telling.steps]) for telling in first] == [
        (telling.id, [step.said for step in telling.steps]) for telling in again
    ]
    assert [telling.id for telling in first] != [telling.id for telling in other]
    paths = {step.path.partition(f"/{CHATBOT}/")[0] for telling in first for step in telling.steps if not step.erases}
    assert paths == {"/api/v1/capture", "/v1/track", "/conversations", "/v1/chatbots"}
    for telling in first:
        told: dict[int, str] = {}
        for step in telling.steps:
            told.update(step.said)
        assert sorted(told) == list(range(len(told))), "every place is told"
