"""What Langfuse's SDKs call besides OTLP: the batch of older ones, scores, projects and health."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.otlp import span, traces, turn
from tests.support.world import World

TRACE = "0b8f5f3e-1111-4111-8111-111111111111"
AT = "2026-01-31T12:00:0{}Z"


def event(kind: str, name: str, /, **body: Any) -> dict[str, Any]:
    return {"id": f"e-{name}-{kind}", "type": kind, "timestamp": AT.format(0), "body": {"id": name, **body}}


def send(world: World, tenant: Tenant, *events: Any) -> Answer:
    return world.request("POST", "/api/public/ingestion", tenant.ingest, {"batch": list(events), "metadata": {}})


def whole(world: World, tenant: Tenant) -> list[Mapping[str, Any]]:
    listed = world.list_page(tenant.admin).body["conversations"]
    return [world.read(tenant.admin, each["id"]).body for each in listed]


def texts(world: World, tenant: Tenant) -> list[list[str]]:
    return [[message["content"] for message in each["messages"]] for each in whole(world, tenant)]


TRACED = event("trace-create", TRACE, sessionId="chat-1", userId="u", metadata={"plan": "pro"}, tags=["a"])
ASKED = event(
    "generation-create",
    "g",
    traceId=TRACE,
    startTime=AT.format(1),
    model="m",
    input=[{"role": "user", "content": "Hi"}],
)
SAID = event(
    "generation-update", "g", traceId=TRACE, endTime=AT.format(2), output="Hello", usage={"input": 3, "output": 5}
)


def test_a_batch_is_taken_event_by_event(world: World) -> None:
    tenant = world.tenant()
    wrong = [{"id": "w-1", "type": "nonsense", "body": {}}, {"id": "w-2", "type": "span-create", "body": {}}, "x"]
    wrong.append({"type": [], "body": []})
    answer = send(world, tenant, TRACED, ASKED, SAID, *wrong, event("sdk-log", "l"))
    assert answer.status == 207
    assert [each["status"] for each in answer.body["successes"]] == [201] * 4
    assert [(each["id"], each["status"]) for each in answer.body["errors"]] == [
        ("w-1", 400),
        ("w-2", 400),
        ("5", 400),
        ("6", 400),
    ]
    (talk,) = whole(world, tenant)
    assert [message["content"] for message in talk["messages"]] == ["Hi", "Hello"]
    assert (talk["external_conversation_id"], talk["external_user_id"]) == ("chat-1", "u")
    assert talk["custom"] == {"plan": "pro", "tags": "a"}
    assert talk["messages"][1]["call"] == {"model": "m", "inputTokens": 3, "outputTokens": 5, "durationMs": 1000}


def test_an_answer_that_comes_in_a_later_batch_follows_its_question_once(world: World) -> None:
    tenant = world.tenant()
    for one in (ASKED, TRACED, SAID, SAID, ASKED, TRACED):
        assert send(world, tenant, one).status == 207
    (talk,) = whole(world, tenant)
    assert [message["content"] for message in talk["messages"]] == ["Hi", "Hello"]
    assert talk["external_conversation_id"] == "chat-1"
    told = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "a"},
    ]
    send(world, tenant, event("generation-create", "h", traceId="t-2", startTime=AT.format(3), input=told, output="b"))
    assert texts(world, tenant) == [["Hi", "Hello", "a", "b"]]


def test_a_batch_that_is_no_list_is_refused(world: World) -> None:
    answer = world.request("POST", "/api/public/ingestion", world.tenant().ingest, {"batch": {}})
    assert (answer.status, answer.body["error"]) == (400, "Bad Request")


def test_scores_find_their_message_by_trace_and_their_conversation_by_session(world: World) -> None:
    tenant = world.tenant()
    export = json.dumps(traces(span(1, turn("Hi", "Hello") | {"session.id": "chat-1"}))).encode()
    world.request("POST", "/api/public/otel/v1/traces", tenant.ingest, base64_body=export)
    trace = "0af7651916cd43dd8448eb211c80319c"
    given = [
        {"id": "s-1", "traceId": trace, "name": "helpful", "value": 1.0, "comment": "good", "timestamp": AT.format(3)},
        {
            "id": "s-2",
            "traceId": trace,
            "observationId": f"{1:016x}",
            "name": "polite",
            "value": 1,
            "dataType": "BOOLEAN",
        },
        {"id": "s-3", "sessionId": "chat-1", "name": "kind", "value": "good", "dataType": "CATEGORICAL"},
    ]
    for _ in range(2):
        answer = world.request("POST", "/api/public/scores", tenant.ingest, given)
        assert (answer.status, answer.body) == (200, {"id": "s-3"})
    (talk,) = whole(world, tenant)
    stored = world.request("GET", "/api/v1/scores", tenant.admin).body["data"]
    found = {each["id"]: (each["name"], each["value"], each["messageId"]) for each in stored}
    message = found["s-1"][2]
    assert found == {"s-1": ("helpful", 1, message), "s-2": ("polite", True, message), "s-3": ("kind", "good", None)}
    assert message is not None
    assert {each["conversationId"] for each in stored} == {talk["id"]}


def test_a_score_of_an_unknown_trace_waits_for_it_and_then_is_refused(world: World) -> None:
    tenant = world.tenant()
    score = {"id": "s", "traceId": "f" * 32, "name": "n", "value": 1, "timestamp": world.now().isoformat()}
    assert world.request("POST", "/api/public/scores", tenant.ingest, score).status == 503
    late = {**score, "timestamp": AT.format(0)}
    assert world.request("POST", "/api/public/scores", tenant.ingest, late).status == 422
    assert world.request("POST", "/api/public/scores", tenant.ingest, {**score, "traceId": ""}).status == 400
    answer = world.request("POST", "/api/public/scores", tenant.ingest, [late])
    assert (answer.status, [each["status"] for each in answer.body["errors"]]) == (207, [422])
    scored = event("score-create", "s", traceId="f" * 32, name="n", value=1)
    assert [each["status"] for each in send(world, tenant, scored).body["errors"]] == [422]


def test_an_sdk_sees_its_project_and_that_confab_answers(world: World) -> None:
    tenant = world.tenant()
    (project,) = world.request("GET", "/api/public/projects", tenant.ingest).body["data"]
    assert (project["id"], project["organization"]["id"]) == (tenant.id, tenant.workspace_id)
    assert world.request("GET", "/api/public/health", tenant.ingest).body["status"] == "OK"
