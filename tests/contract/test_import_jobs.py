"""Imports as jobs (docs/data.md): an uploaded file is stored step by step, each message once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from confab.importing import run
from confab.platform.errors import Unavailable
from confab.transfer.import_store import ImportStore

from tests.support.answers import Answer
from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT
from tests.support.openbat import assert_error
from tests.support.world import World

LINES = [{"id": f"talk-{n}", "messages": [{"role": "user", "content": f"question {n}"}]} for n in range(10)]
FILE = "\n".join(map(json.dumps, [*LINES[:4], {"messages": []}, *LINES[4:]]))
INKEEP = json.dumps({
    "type": "conversation", "externalId": "logged", "dialect": "inkeep", "logged": {"type": "openai"}, "properties": {},
    "messages": [{"id": "k1", "role": "user", "content": "Hi", "createdAt": "2026-01-31T12:00:00Z"}],
    "feedback": [{"id": "f", "kind": "positive", "messageId": "k1", "createdAt": "2026-01-31T12:00:00Z"}],
    "events": [{"id": "e", "name": "copied", "entity": "message", "subject": "k1", "createdAt": "2026-01-31"}],
})  # fmt: skip


@pytest.fixture
def tenant(world: World) -> Iterator[Tenant]:
    """A chatbot of the test's own; no step of a job is left to the next test."""
    yield world.tenant()
    world.queued(world.files_url)


def _make(world: World, tenant: Tenant, key: str | None = None, **body: Any) -> Answer:
    return world.admin(key or tenant.admin, "POST", f"/chatbots/{tenant.id}/imports", body)


def _uploaded(world: World, tenant: Tenant, content: str, **body: Any) -> str:
    """The address of an import whose file is there."""
    answer = _make(world, tenant, **body)
    assert (answer.status, answer.body["status"]) == (200, "waiting"), answer.body
    assert answer.body["upload"]["maxBytes"] == 1_000_000_000
    key = answer.body["upload"]["fields"]["key"]
    world.bucket.put_object(Bucket="", Key=key, Body=content.encode())
    return f"/chatbots/{tenant.id}/imports/{answer.body['id']}"


def _run(world: World) -> int:
    """Take all steps that wait; how many deliveries that took."""
    steps = 0
    while records := world.queued(world.files_url):
        for record in records:
            assert world.handler("files")({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}
            steps += 1
    return steps


def test_a_file_is_uploaded_begun_and_stored(world: World, tenant: Tenant) -> None:
    path = _uploaded(world, tenant, FILE)
    begun = world.admin(tenant.admin, "POST", f"{path}/start")
    assert (begun.status, begun.body["status"]) == (202, "queued")
    assert _run(world) == 1
    job = world.admin(tenant.admin, "GET", path).body
    assert (job["status"], job["conversations"], job["stored"], job["failure"]) == ("done", 10, 10, None)
    assert (job["faulty"], job["faults"]) == (1, [{"line": 5, "message": "has no message that says anything"}])
    assert len(world.list_page(tenant.admin, chatbotId=tenant.id, limit="100").body["conversations"]) == 10
    assert not [key for key in world.bucket.objects if tenant.id in key], "the file is removed"
    world.analyse_queued()
    query = {"chatbotId": tenant.id, "days": "1"}
    overview = world.request("GET", "/v1/insights/overview", tenant.admin, query=query).body
    assert overview["current"]["conversations"] == 10


def test_histories_feedback_and_events_come_with_the_rights_of_the_function(world: World, tenant: Tenant) -> None:
    for new in (1, 0):
        path = _uploaded(world, tenant, INKEEP)
        world.admin(tenant.admin, "POST", f"{path}/start")
        _run(world)
        job = world.admin(tenant.admin, "GET", path).body
        assert (job["status"], job["stored"], job["feedback"], job["events"], job["faults"]) == ("done", new, 1, 1, [])


@pytest.mark.parametrize("dies", ["before the note", "after the note"])
def test_a_step_that_dies_is_taken_again_and_no_message_is_twice_or_lost(
    world: World, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    monkeypatch.setattr(run, "SIDE_BY_SIDE", 2)
    advance, deaths = ImportStore.advance, [0]

    def dying(*arguments: Any) -> None:
        if dies == "after the note":
            advance(*arguments)
        deaths[0] += 1
        if deaths[0] % 2 == 0:
            raise Unavailable("died")
        if dies == "before the note":
            advance(*arguments)

    path = _uploaded(world, tenant, FILE)
    world.admin(tenant.admin, "POST", f"{path}/start")
    monkeypatch.setattr(ImportStore, "advance", dying)
    monkeypatch.setattr("confab.platform.deadline.Deadline.has_time", lambda _: False)
    waiting, deliveries = world.queued(world.files_url), 0
    while waiting:
        record = waiting.pop(0)
        if world.handler("files")({"Records": [record]}, CONTEXT)["batchItemFailures"]:
            waiting.append(record)
        waiting += world.queued(world.files_url)
        deliveries += 1
        assert deliveries < 60
    assert deaths[0] > 5
    job = world.admin(tenant.admin, "GET", path).body
    assert (job["status"], job["conversations"], job["faulty"]) == ("done", 10, 1)
    rows = world.list_page(tenant.admin, chatbotId=tenant.id, limit="100").body["conversations"]
    assert [len(world.read(tenant.admin, row["id"]).body["messages"]) for row in rows] == [1] * 10
    assert not [key for key in world.bucket.objects if tenant.id in key], "the file is removed, whatever died"


def test_a_dry_run_stores_nothing(world: World, tenant: Tenant) -> None:
    path = _uploaded(world, tenant, FILE, dryRun=True)
    world.admin(tenant.admin, "POST", f"{path}/start")
    _run(world)
    job = world.admin(tenant.admin, "GET", path).body
    assert (job["status"], job["dryRun"], job["conversations"], job["stored"]) == ("done", True, 10, 0)
    assert world.list_page(tenant.admin, chatbotId=tenant.id).body["conversations"] == []


def test_what_is_stored_without_analysis_counts_as_not_analysed(world: World, tenant: Tenant) -> None:
    for content, analysed in ((FILE, 10), (INKEEP, 1)):
        path = _uploaded(world, tenant, content, analyse=False)
        world.admin(tenant.admin, "POST", f"{path}/start")
        _run(world)
        job = world.admin(tenant.admin, "GET", path).body
        assert (job["status"], job["analyse"], job["stored"]) == ("done", False, analysed)
    world.analyse_queued()
    query = {"chatbotId": tenant.id, "days": "1"}
    current = world.request("GET", "/v1/insights/overview", tenant.admin, query=query).body["current"]
    assert (current["conversations"], current["notAnalysed"], current["avgSentiment"]) == (10, 10, None)


def test_a_file_that_cannot_be_read_fails_in_words(world: World, tenant: Tenant) -> None:
    path = _uploaded(world, tenant, "hello")
    world.admin(tenant.admin, "POST", f"{path}/start")
    _run(world)
    job = world.admin(tenant.admin, "GET", path).body
    assert job["status"] == "failed"
    assert job["failure"].startswith("the format cannot be told")


def test_columns_are_mapped(world: World, tenant: Tenant) -> None:
    columns = {"conversation_id": "Chat", "role": "Who", "content": "Text"}
    path = _uploaded(world, tenant, "Chat,Who,Text\nc,user,Hi\n", format="csv", columns=columns)
    world.admin(tenant.admin, "POST", f"{path}/start")
    _run(world)
    assert world.admin(tenant.admin, "GET", path).body["stored"] == 1


def test_without_a_file_it_does_not_begin_and_beginning_twice_is_one_import(world: World, tenant: Tenant) -> None:
    bare = _make(world, tenant).body["id"]
    assert_error(world.admin(tenant.admin, "POST", f"/chatbots/{tenant.id}/imports/{bare}/start"), 404, "not_found")
    path = _uploaded(world, tenant, FILE)
    for _ in range(2):
        assert world.admin(tenant.admin, "POST", f"{path}/start").status == 202
    _run(world)
    assert world.admin(tenant.admin, "POST", f"{path}/start").body["status"] == "done"
    assert world.admin(tenant.admin, "GET", path).body["stored"] == 10


@pytest.mark.parametrize(
    "body",
    [
        {"format": "xls"},
        {"columns": ["a"]},
        {"dates": "dym"},
        {"assistants": [""]},
        {"dryRun": "yes"},
        {"analyse": "no"},
    ],
)
def test_a_body_that_is_not_understood_is_refused(world: World, tenant: Tenant, body: dict[str, Any]) -> None:
    assert_error(_make(world, tenant, **body), 400, "invalid_request")


def test_only_an_admin_of_the_chatbot_imports(world: World, tenant: Tenant) -> None:
    stranger, path = world.tenant("Other"), _uploaded(world, tenant, FILE)
    assert_error(_make(world, tenant, stranger.admin), 404, "not_found")
    for key in (tenant.ingest, world.key(tenant, "read")):
        assert_error(_make(world, tenant, key), 403, "forbidden")
        assert_error(world.admin(key, "GET", path), 403, "forbidden")
    for method, address in (("GET", path), ("POST", f"{path}/start")):
        assert_error(world.admin(stranger.admin, method, address), 404, "not_found")
        elsewhere = address.replace(tenant.id, stranger.id)
        assert_error(world.admin(stranger.admin, method, elsewhere), 404, "not_found")
