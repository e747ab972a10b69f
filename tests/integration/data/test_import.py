"""Import: every message once, whatever is imported again; what an export holds comes back as it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from confab.domain.identity import conversation_id
from confab.erasure import conversation_wiring
from confab.importing import run
from confab.importing import wiring as importing_wiring
from confab.importing.files import File
from confab.importing.pieces import Options
from confab.importing.run import Progress
from confab.storage import conversation_parts
from confab_cli.main import app
from typer.testing import CliRunner, Result

from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.world import World

Confab = Callable[..., Result]
AT = datetime(2026, 1, 10, 9, tzinfo=UTC)
UNLIKE = ("id", "chatbotId", "conversationId", "createdAt", "lastActiveAt", "storedAt", "updatedAt")
"""Fields of an export that say where and when something is stored."""


@pytest.fixture
def confab(fresh: World, engine: Engine) -> Confab:
    table = fresh.deployment.settings.table

    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["--table", table, "--endpoint-url", engine.dynamodb, *arguments])
        assert result.exit_code == code, result.output
        return result

    return call


def _counts(result: Result) -> dict[str, int]:
    return {name: int(count) for name, count in (line.split("\t") for line in result.stdout.splitlines())}


def _import(world: World, tenant: Tenant, path: Path, **options: Any) -> Progress:
    eraser = conversation_wiring.erase(world.deployment)
    found = Progress()
    for _ in importing_wiring.import_file(world.deployment, eraser)(tenant.id, File(path), Options(**options), found):
        pass
    return found


def _exported(world: World, tenant: Tenant, path: Path, confab: Confab) -> list[dict[str, Any]]:
    confab("export", "-c", tenant.id, "--format", "jsonl", "-o", str(path))
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _alike(value: Any, *, message: bool = False) -> Any:
    """What two exports have alike: all but where and when things were stored."""
    if isinstance(value, list):
        return [_alike(each, message=message) for each in value]
    if isinstance(value, Mapping):
        own = ("storedAt", *(("id", "key") if "key" in value else ())) if message else UNLIKE
        return {name: _alike(each, message=name == "messages") for name, each in value.items() if name not in own}
    return value


def _tell_everything(world: World, tenant: Tenant) -> None:
    """Conversations of every way in: with ids, without, probes, browsers', histories with feedback and events."""
    key = tenant.ingest
    later = (AT + timedelta(seconds=5)).isoformat()
    world.capture(key, {
        "conversationId": "with-ids", "user": {"id": "u1", "name": "Ann", "plan": "pro"}, "custom": {"seats": 3},
        "messages": [
            {"id": "a", "role": "user", "content": "Where is my parcel? 🙂", "sentAt": AT.isoformat()},
            {"id": "b", "role": "assistant", "content": "At the depot.", "sentAt": later, "reasoning": "look",
             "tools": [{"name": "track", "input": {"n": 1}, "output": "depot"}]},
        ],
    })  # fmt: skip
    said = [{"role": "user", "content": "ok"}, {"role": "assistant", "content": "Next."}] * 3
    world.track(key, {"conversationId": "without", "messages": said})
    timed = {"role": "user", "content": "x", "sentAt": AT.isoformat()}
    world.capture(key, {"conversationId": "timed", "messages": [timed]})
    links = [{"url": "https://x.example"}]
    history = {
        "type": "openai", "id": "logged", "properties": {"page": "/faq", "n": [1]}, "tags": ["a"],
        "userProperties": {"userId": "u2", "email": "bo@example.com"},
        "messages": [
            {"id": "k0", "role": "user", "content": [{"type": "text", "text": "Hi"}], "createdAt": AT.isoformat()},
            {"id": "k1", "role": "assistant", "content": "Hello", "links": links, "createdAt": AT.isoformat()},
        ],
    }  # fmt: skip
    assert world.send_history(key, history).status == 200
    for kind, who in (("negative", "p"), ("positive", "p"), ("positive", "q")):
        given = {"type": kind, "messageId": "k1", "userProperties": {"userId": who}, "details": "why"}
        assert world.inkeep(key, "POST", "/feedback", given).status == 200
    event = {"type": "copied", "entityType": "message", "messageId": "k1", "properties": {"a": 1}}
    assert world.inkeep(key, "POST", "/events", event).status == 200
    browsers = {**history, "id": "browsers", "messages": [{"id": "w", "role": "user", "content": "Hi"}]}
    world.send_history_directly(tenant, browsers, web=True)
    world.analyse_queued()


def test_an_export_that_is_imported_is_the_same_export_again(fresh: World, confab: Confab, tmp_path: Path) -> None:
    first, second = fresh.tenant("One"), fresh.tenant("Two")
    _tell_everything(fresh, first)
    sent = _exported(fresh, first, tmp_path / "one.jsonl", confab)
    assert len(sent) == 5
    _import(fresh, second, tmp_path / "one.jsonl")
    fresh.analyse_queued()
    again = _exported(fresh, second, tmp_path / "two.jsonl", confab)
    key = {line["externalId"]: _alike(line) for line in sent}
    assert {line["externalId"]: _alike(line) for line in again} == key
    overviews = [
        fresh.request("GET", "/api/v1/analytics/overview", tenant.admin, query={"chatbotId": tenant.id}).body
        for tenant in (first, second)
    ]
    assert overviews[0] == overviews[1]


def test_the_command_counts_what_it_stored(fresh: World, confab: Confab, tmp_path: Path) -> None:
    first, second = fresh.tenant("One"), fresh.tenant("Two")
    _tell_everything(fresh, first)
    _exported(fresh, first, tmp_path / "one.jsonl", confab)
    for found in ({"new": 12}, {"already stored": 12}):
        counts = _counts(confab("import", "-c", second.id, str(tmp_path / "one.jsonl")))
        assert counts == {"conversations": 5, "messages": 12, **found, "feedback": 3, "events": 1}


def test_what_was_imported_is_imported_again_without_a_change(fresh: World, confab: Confab, tmp_path: Path) -> None:
    tenant, other = fresh.tenant(), fresh.tenant("Other")
    _tell_everything(fresh, tenant)
    before = _exported(fresh, tenant, tmp_path / "one.jsonl", confab)
    for target in (tenant, other, other):
        _import(fresh, target, tmp_path / "one.jsonl")
        fresh.analyse_queued()
    found = _import(fresh, tenant, tmp_path / "one.jsonl").tally
    assert (found.stored, found.duplicates, found.conflicts) == (0, 12, 0)
    fresh.analyse_queued()
    assert _alike(_exported(fresh, tenant, tmp_path / "again.jsonl", confab)) == _alike(before)
    assert len(_exported(fresh, other, tmp_path / "other.jsonl", confab)) == len(before)
    assert sum(len(line["messages"]) for line in _exported(fresh, other, tmp_path / "other.jsonl", confab)) == 12


def test_a_client_without_ids_goes_on_in_an_imported_conversation(fresh: World, confab: Confab, tmp_path: Path) -> None:
    tenant, other = fresh.tenant(), fresh.tenant("Other")
    said = [{"role": "user", "content": "ok"}, {"role": "assistant", "content": "Next."}] * 3
    fresh.track(tenant.ingest, {"conversationId": "c", "messages": said})
    fresh.analyse_queued()
    _exported(fresh, tenant, tmp_path / "c.jsonl", confab)
    assert _import(fresh, other, tmp_path / "c.jsonl").tally.stored == 6
    answer = fresh.track(
        other.ingest, {"conversationId": "c", "messages": [*said, {"role": "user", "content": "thanks"}]}
    )
    assert [each["status"] for each in answer.body["results"]] == ["duplicate"] * 6 + ["stored"]


@pytest.mark.parametrize("most", [1, 3])
def test_a_conversation_in_several_parts_comes_back_whole(
    fresh: World, confab: Confab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    tenant, other = fresh.tenant(), fresh.tenant("Other")
    said = [{"role": ("user", "assistant")[n % 2], "content": f"message {n}"} for n in range(8)]
    fresh.track(tenant.ingest, {"conversationId": "c", "messages": said})
    ids = [{**each, "id": f"m{n}"} for n, each in enumerate(said)]
    fresh.capture(tenant.ingest, {"conversationId": "d", "messages": ids})
    fresh.analyse_queued()
    monkeypatch.setattr(conversation_parts, "MAX_MESSAGES", most)
    sent = _exported(fresh, tenant, tmp_path / "c.jsonl", confab)
    assert len(sent) == 2 * -(-8 // most)
    for expected in (16, 0):
        assert _import(fresh, other, tmp_path / "c.jsonl").tally.stored == expected
    fresh.analyse_queued()
    assert _alike(_exported(fresh, other, tmp_path / "d.jsonl", confab)) == _alike(sent)


def test_an_import_that_died_goes_on_where_it_was_or_begins_again(
    fresh: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = fresh.tenant()
    lines = [{"id": f"c{n}", "messages": [{"role": "user", "content": f"q{n}"}]} for n in range(10)]
    lines[4]["messages"] = []
    (tmp_path / "f.jsonl").write_text("\n".join(map(json.dumps, lines)))
    monkeypatch.setattr(run, "SIDE_BY_SIDE", 3)
    importer = importing_wiring.import_file(fresh.deployment, conversation_wiring.erase(fresh.deployment))
    found, steps = Progress(), 0
    while not found.ended:
        for _ in importer(tenant.id, File(tmp_path / "f.jsonl"), Options(), found, has_time=lambda: False):
            pass
        steps += 1
    assert steps > 3
    assert (found.tally.stored, found.done, found.faulty) == (9, 10, 1)
    assert [(fault.line, fault.message) for fault in found.faults] == [(5, "has no message that says anything")]
    again = _import(fresh, tenant, tmp_path / "f.jsonl").tally
    assert (again.stored, again.duplicates) == (0, 9)


def test_old_times_count_where_they_were_and_what_retention_would_remove_is_told(
    clocked: World, tmp_path: Path
) -> None:
    tenant, now = clocked.tenant(), clocked.now()
    settings = {"privacy": {"retentionDays": 10}}
    assert clocked.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"settings": settings}).status == 200
    days = {"old": 11, "young": 9}
    (tmp_path / "f.csv").write_text(
        "conversation_id,message_id,role,content,sent_at\n"
        + "".join(f"{name},m,user,hello,{(now - timedelta(days=ago)).isoformat()}\n" for name, ago in days.items())
    )
    found = _import(clocked, tenant, tmp_path / "f.csv")
    assert (found.tally.stored, found.tally.expired, found.faulty) == (1, 1, 0)
    clocked.analyse_queued()
    query = {"chatbotId": tenant.id, "days": "30"}
    overview = clocked.request("GET", "/v1/insights/overview", tenant.admin, query=query).body
    assert [day["date"] for day in overview["days"]] == [(now - timedelta(days=9)).date().isoformat()]
    (row,) = clocked.list_page(tenant.admin, chatbotId=tenant.id).body["conversations"]
    assert row["id"] == conversation_id(tenant.id, "young")


def _period(world: World, tenant: Tenant) -> dict[str, Any]:
    query = {"chatbotId": tenant.id, "days": "182"}
    current: dict[str, Any] = world.request("GET", "/v1/insights/overview", tenant.admin, query=query).body["current"]
    return current


def test_what_is_imported_without_analysis_is_counted_and_judged_once_somebody_asks(
    fresh: World, confab: Confab, tmp_path: Path
) -> None:
    tenant, other = fresh.tenant(), fresh.tenant("Other")
    _tell_everything(fresh, tenant)
    judged = _exported(fresh, tenant, tmp_path / "one.jsonl", confab)
    _import(fresh, other, tmp_path / "one.jsonl", analyse=False)
    fresh.analyse_queued()
    stored = _exported(fresh, other, tmp_path / "two.jsonl", confab)
    assert sum(len(line["messages"]) for line in stored) == 12
    assert not [message for line in stored for message in line["messages"] if message.get("result")]
    known, counted = _period(fresh, tenant), _period(fresh, other)
    assert [counted[name] for name in ("conversations", "messages", "feedback")] == [
        known[name] for name in ("conversations", "messages", "feedback")
    ]
    assert (counted["notAnalysed"], counted["avgSentiment"]) == (known["conversations"], None)
    assert known["notAnalysed"] == 0
    later = [{"id": "c", "role": "user", "content": "It never came, this is awful."}]
    fresh.capture(other.ingest, {"conversationId": "with-ids", "messages": later})
    fresh.analyse_queued()
    (line,) = [
        each for each in _exported(fresh, other, tmp_path / "3.jsonl", confab) if each["externalId"] == "with-ids"
    ]
    assert [message["id"] for message in line["messages"] if message.get("result")] == ["c"]
    assert _period(fresh, other)["notAnalysed"] == counted["notAnalysed"]
    confab("recount", "-c", other.id)
    confab("reanalyze", "-c", other.id, "--yes")
    fresh.analyse_queued()
    assert _period(fresh, other)["notAnalysed"] == 0
    again = {line["externalId"]: line for line in _exported(fresh, other, tmp_path / "4.jsonl", confab)}
    for line in judged:
        messages = again[line["externalId"]]["messages"]
        assert _alike(messages[: len(line["messages"])], message=True) == _alike(line["messages"], message=True)


def test_a_dry_run_stores_nothing_and_finds_every_fault(fresh: World, confab: Confab, tmp_path: Path) -> None:
    tenant = fresh.tenant()
    lines = [
        {"type": "conversation", "externalId": "c", "dialect": "inkeep", "logged": {"type": "openai"},
         "messages": [{"id": "m", "role": "robot", "content": "x"}]},
        {"type": "conversation", "externalId": "d", "messages": [{"id": "m", "role": "user", "content": "x"}]},
    ]  # fmt: skip
    (tmp_path / "f.jsonl").write_text("\n".join(map(json.dumps, lines)))
    result = confab("import", "-c", tenant.id, "--dry-run", str(tmp_path / "f.jsonl"), code=1)
    assert "line 1: messages.0.role" in result.stderr
    assert _counts(result) == {"conversations": 1, "messages": 1, "faults": 1}
    assert fresh.list_page(tenant.admin, chatbotId=tenant.id).body["conversations"] == []


def test_what_cannot_be_read_is_one_line(fresh: World, confab: Confab, tmp_path: Path) -> None:
    tenant = fresh.tenant()
    (tmp_path / "f.txt").write_text("hello")
    assert "the format cannot be told" in confab("import", "-c", tenant.id, str(tmp_path / "f.txt"), code=1).stderr
    assert "cannot be read" in confab("import", "-c", tenant.id, str(tmp_path / "no.csv"), code=1).stderr
    confab("chatbot", "archive", tenant.id)
    (tmp_path / "f.csv").write_text(confab("import", "--template").stdout)
    assert "archived" in confab("import", "-c", tenant.id, str(tmp_path / "f.csv"), code=1).stderr


def test_redaction_holds_for_what_is_imported(fresh: World, tmp_path: Path) -> None:
    tenant = fresh.tenant()
    settings = {"privacy": {"redaction": {"email": "mask"}}}
    assert fresh.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"settings": settings}).status == 200
    (tmp_path / "f.csv").write_text("conversation_id,message_id,role,content\nc,m,user,I am ann@example.com\n")
    for stored in (1, 0):
        assert _import(fresh, tenant, tmp_path / "f.csv").tally.stored == stored
    (row,) = fresh.list_page(tenant.admin, chatbotId=tenant.id).body["conversations"]
    assert fresh.read(tenant.admin, row["id"]).body["messages"][0]["content"] == "I am [email]"
