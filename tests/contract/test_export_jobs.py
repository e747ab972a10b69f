"""Exports as jobs (docs/data.md): files that hold what the list holds, whatever dies on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.dialects.fields import iso
from confab.platform.data_version import MARK, VERSION
from confab.platform.errors import Unavailable
from confab.transfer import export_job
from confab.transfer import wiring as transfer_wiring
from confab.transfer.job_store import JobStore

from tests.support.answers import Answer
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.openbat import assert_error
from tests.support.scripted import tell
from tests.support.world import World

START = datetime(2026, 2, 1, tzinfo=UTC)
COUNT = 23


@pytest.fixture(scope="module")
def shelf(engine: Any) -> tuple[World, Tenant]:
    world = World(engine, Clock(START + timedelta(days=20)))
    tenant = world.tenant()
    for number in range(COUNT):
        told = f"score=0&ends={'resolved' if number % 2 else 'escalated'}"
        user = {"id": f"u{number % 4}", "name": "=Ann"}
        tell(world, tenant, f"talk-{number}", told, ">outcome=other", at=START + timedelta(hours=number), user=user)
    return world, tenant


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of a page of four conversations."""
    monkeypatch.setattr(export_job, "MAX_FILE", 1)
    monkeypatch.setattr(export_job, "FIRST_PAGE", 4)


@pytest.fixture(autouse=True)
def ended(shelf: tuple[World, Tenant]) -> Iterator[None]:
    """No job of one test is left to the next one."""
    yield
    shelf[0].queued(shelf[0].files_url)
    for item in shelf[0].table.query(f"JOB#{shelf[1].id}"):
        shelf[0].table.delete((item["pk"], item["sk"]))


def _begin(shelf: tuple[World, Tenant], key: str | None = None, **body: Any) -> Answer:
    world, tenant = shelf
    return world.admin(key or tenant.admin, "POST", f"/chatbots/{tenant.id}/exports", body)


def _read(shelf: tuple[World, Tenant], job: str) -> dict[str, Any]:
    world, tenant = shelf
    answer = world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}/exports/{job}")
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def _step(world: World, records: list[dict[str, Any]]) -> list[Any]:
    failures: list[Any] = world.handler("files")({"Records": records}, CONTEXT)["batchItemFailures"]
    return failures


def _run(world: World) -> int:
    """Take all steps that wait; how many deliveries that took."""
    steps = 0
    while records := world.queued(world.files_url):
        for record in records:
            assert _step(world, [record]) == []
            steps += 1
    return steps


def _text(world: World, job: dict[str, Any]) -> str:
    """The files of a job, one after the other."""
    keys = [file["url"].removeprefix("https://bucket.test/") for file in job["files"]]
    content = [world.bucket.objects[key].content for key in keys]
    assert [len(each) for each in content] == [file["bytes"] for file in job["files"]]
    return b"".join(content).decode()


def _direct(shelf: tuple[World, Tenant], **query: str) -> str:
    world, tenant = shelf
    path, query = "/v1/insights/conversations/export", {"chatbotId": tenant.id, **query}
    return str(world.request("GET", path, tenant.admin, query=query).body)


@pytest.mark.parametrize("form", ["csv", "jsonl", "openai", "manifest"])
def test_a_job_writes_what_the_direct_export_has(shelf: tuple[World, Tenant], form: str) -> None:
    world = shelf[0]
    answer = _begin(shelf, format=form)
    assert (answer.status, answer.body["status"]) == (202, "queued")
    begun = _read(shelf, answer.body["id"])
    assert (begun["status"], begun["rows"], begun["total"], begun["files"]) == ("queued", 0, COUNT, [])
    assert _run(world) == 6
    job = _read(shelf, answer.body["id"])
    assert (job["status"], job["rows"], job["failure"]) == ("done", COUNT, None)
    assert [file["rows"] for file in job["files"]] == [4, 4, 4, 4, 4, 3]
    assert _text(world, job) == _direct(shelf, format=form)


def test_filters_are_those_of_the_list(shelf: tuple[World, Tenant]) -> None:
    filters = {"outcome": "resolved", "user": "u1", "from": "2026-02-01", "to": "2026-02-01"}
    answer = _begin(shelf, format="csv", filters=filters)
    _run(shelf[0])
    job = _read(shelf, answer.body["id"])
    assert job["total"] is None
    assert _text(shelf[0], job) == _direct(shelf, format="csv", **filters)


def test_a_chatbot_without_conversations_has_a_file_with_the_header(shelf: tuple[World, Tenant]) -> None:
    answer = _begin(shelf, format="csv", filters={"user": "nobody"})
    _run(shelf[0])
    job = _read(shelf, answer.body["id"])
    assert (job["status"], len(_text(shelf[0], job).splitlines())) == ("done", 1)


def test_a_conversation_that_moves_in_the_list_is_in_the_files_once(shelf: tuple[World, Tenant]) -> None:
    world, tenant = shelf
    job = _begin(shelf, format="manifest").body["id"]
    for _ in range(2):
        for record in world.queued(world.files_url):
            assert _step(world, [record]) == []
    older = {"id": "older", "role": "user", "content": "hi", "sentAt": (START - timedelta(days=1)).isoformat()}
    world.capture(tenant.ingest, {"conversationId": f"talk-{COUNT - 1}", "messages": [older]})
    world.analyse_queued()
    _run(world)
    lines = [json.loads(line) for line in _text(world, _read(shelf, job)).splitlines()]
    assert sorted(line["conversationId"] for line in lines) == sorted(f"talk-{number}" for number in range(COUNT))
    assert _read(shelf, job)["rows"] == COUNT
    direct = [json.loads(line)["conversationId"] for line in _direct(shelf, format="manifest").splitlines()]
    assert direct[-1] == f"talk-{COUNT - 1}", "it has moved"


@pytest.mark.parametrize("dies", ["before the file", "after the file", "after the note"])
def test_a_step_that_dies_anywhere_is_taken_again_and_no_row_is_twice_or_lost(
    shelf: tuple[World, Tenant], monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    world = shelf[0]
    job_id = _begin(shelf, format="jsonl").body["id"]
    advance, deaths = JobStore.advance, [0]

    def dying(*arguments: Any) -> Any:
        if dies == "after the note":
            advance(*arguments)
        deaths[0] += 1
        if deaths[0] % 2:
            raise Unavailable("died")
        return None if dies == "after the note" else advance(*arguments)

    if dies == "before the file":
        monkeypatch.setattr(world.bucket, "before", lambda what: dying_put() if what == "put" else None)

        def dying_put() -> None:
            deaths[0] += 1
            if deaths[0] % 5 in (1, 3):
                raise Unavailable("died")
    else:
        monkeypatch.setattr(JobStore, "advance", dying)
    deliveries = 0
    waiting = world.queued(world.files_url)
    while waiting:
        record = waiting.pop(0)
        if _step(world, [record]):
            waiting.append(record)
        waiting += world.queued(world.files_url)
        deliveries += 1
        assert deliveries < 60
    assert deaths[0] > 5
    job = _read(shelf, job_id)
    assert (job["status"], job["rows"]) == ("done", COUNT)
    assert _text(world, job) == _direct(shelf, format="jsonl")


def test_a_step_that_is_delivered_twice_is_taken_once(shelf: tuple[World, Tenant]) -> None:
    world = shelf[0]
    job_id = _begin(shelf, format="jsonl").body["id"]
    while records := world.queued(world.files_url):
        for record in records[:1]:
            assert _step(world, [record]) == _step(world, [record]) == []
    job = _read(shelf, job_id)
    assert (job["status"], job["rows"]) == ("done", COUNT)
    assert _text(world, job) == _direct(shelf, format="jsonl")


def test_a_step_without_time_for_a_page_looks_for_fewer_conversations(shelf: tuple[World, Tenant]) -> None:
    world, tenant = shelf
    job_id = _begin(shelf, format="jsonl").body["id"]
    step = transfer_wiring.step_export(world.deployment)
    number, sizes = 0, []
    while (job := step(tenant.id, job_id, number, lambda: False)) is not None:
        number += 1
        sizes.append(job.page)
    assert sizes[:2] == [1, 1]
    assert _text(world, _read(shelf, job_id)) == _direct(shelf, format="jsonl")


def test_a_page_that_is_too_large_for_memory_is_taken_in_smaller_ones(
    shelf: tuple[World, Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_job, "MAX_PAGE", 1_500)
    job_id = _begin(shelf, format="jsonl").body["id"]
    assert _run(shelf[0]) == COUNT + 1
    assert _text(shelf[0], _read(shelf, job_id)) == _direct(shelf, format="jsonl")


def test_a_job_that_fails_again_and_again_says_so(shelf: tuple[World, Tenant], monkeypatch: pytest.MonkeyPatch) -> None:
    world = shelf[0]
    job_id = _begin(shelf, format="jsonl").body["id"]

    def refuse(what: str) -> None:
        raise Unavailable("no bucket")

    monkeypatch.setattr(world.bucket, "before", refuse)
    (record,) = world.queued(world.files_url)
    record["attributes"]["ApproximateReceiveCount"] = "5"
    assert _step(world, [record]) == [{"itemIdentifier": record["messageId"]}]
    job = _read(shelf, job_id)
    assert (job["status"], job["files"]) == ("failed", [])
    assert job["failure"].startswith("It failed again and again")


def _end(world: World, tenant: Tenant, job_id: str) -> None:
    """The message that the end of a job has left, delivered now."""
    work = {"kind": "export", "chatbotId": tenant.id, "jobId": job_id, "step": "0"}
    assert _step(world, [sqs_record({**work, MARK: VERSION}, "end")]) == []


def test_files_are_handed_out_for_less_than_an_hour_and_then_removed(shelf: tuple[World, Tenant]) -> None:
    world, tenant = shelf
    job_id = _begin(shelf).body["id"]
    _run(world)
    left = f"exports/{tenant.id}/{job_id}/00000-of-a-crash.csv"
    world.bucket.objects[left] = next(iter(world.bucket.objects.values()))
    assert world.clock is not None
    world.clock.advance(minutes=30)
    _end(world, tenant, job_id)
    job = _read(shelf, job_id)
    assert job["files"][0]["expiresAt"] == iso(world.now() + timedelta(minutes=15))
    assert _text(world, job) == _direct(shelf, format="jsonl")
    world.clock.advance(minutes=11)
    assert_error(world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}/exports/{job_id}"), 404, "not_found")
    _end(world, tenant, job_id)
    assert [key for key in world.bucket.objects if job_id in key] == []


def test_a_chatbot_has_three_exports_under_way(shelf: tuple[World, Tenant]) -> None:
    for _ in range(3):
        assert _begin(shelf).status == 202
    assert_error(_begin(shelf), 429, "rate_limited")


def test_the_same_request_with_an_idempotency_key_is_one_export(shelf: tuple[World, Tenant]) -> None:
    world, tenant = shelf
    path, headers = f"/chatbots/{tenant.id}/exports", {"idempotency-key": "k1"}
    first, second = (world.admin(tenant.admin, "POST", path, {"format": "csv"}, headers=headers) for _ in range(2))
    assert first.body["id"] == second.body["id"]
    _run(world)
    assert _read(shelf, first.body["id"])["rows"] == COUNT


def test_an_export_is_in_the_audit_log(shelf: tuple[World, Tenant]) -> None:
    world, tenant = shelf
    assert world.clock is not None
    world.clock.advance(seconds=1)
    job_id = _begin(shelf, format="openai").body["id"]
    entry = world.admin(tenant.admin, "GET", "/audit").body["entries"][0]
    assert (entry["action"], entry["object_id"], entry["changed"]) == ("export.create", job_id, ["openai"])


@pytest.mark.parametrize(
    "body", [{"format": "xls"}, {"filters": {"label": "Grumpy"}}, {"filters": []}, {"filters": {"from": "x"}}]
)
def test_a_body_that_is_not_understood_is_refused(shelf: tuple[World, Tenant], body: dict[str, Any]) -> None:
    assert_error(_begin(shelf, **body), 400, "invalid_request")
    assert shelf[0].queued(shelf[0].files_url) == []


def test_only_a_key_that_reads_the_chatbot_has_its_exports(shelf: tuple[World, Tenant]) -> None:
    world, tenant = shelf
    stranger, job_id = world.tenant("Other"), _begin(shelf).body["id"]
    _run(world)
    path = f"/chatbots/{tenant.id}/exports"
    assert_error(_begin(shelf, stranger.admin), 404, "not_found")
    assert_error(_begin(shelf, tenant.ingest), 403, "forbidden")
    assert_error(world.admin(stranger.admin, "GET", f"{path}/{job_id}"), 404, "not_found")
    assert_error(world.admin(stranger.admin, "GET", f"/chatbots/{stranger.id}/exports/{job_id}"), 404, "not_found")
    assert_error(world.admin(tenant.ingest, "GET", f"{path}/{job_id}"), 403, "forbidden")
    assert_error(world.admin(tenant.admin, "GET", f"{path}/nothing"), 404, "not_found")
    assert json.dumps(_read(shelf, job_id)).count(tenant.id) > 0
