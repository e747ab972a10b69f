"""Real conversations: an export equals what was sent and the figures, and a reconciliation finds what is missing."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from confab.domain.identity import conversation_id
from confab.erasure import conversation_wiring
from confab.importing import wiring as importing_wiring
from confab.importing.files import File
from confab.importing.pieces import Options
from confab.importing.run import Progress
from confab.storage import keys
from confab_cli.main import app
from typer.testing import CliRunner, Result

from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.real_data import care_conversations
from tests.support.world import World

pytestmark = pytest.mark.long

CONVERSATIONS = None if "CONFAB_ALL_DATA" in os.environ else 40
NOW = datetime.now(UTC)
Confab = Callable[..., Result]


def _bodies() -> list[dict[str, Any]]:
    bodies = []
    for number, row in enumerate(list(care_conversations())[:CONVERSATIONS]):
        began = NOW - timedelta(days=1 + number % 28)
        messages = [
            {
                **{name: message[name] for name in ("id", "role", "content")},
                "sentAt": (began + timedelta(minutes=place)).isoformat(),
            }
            for place, message in enumerate(row["messages"])
        ]
        people = {name: {"id": row[name]} for name in ("user", "organization")}
        body = {"conversationId": row["conversationId"], "messages": messages, **people}
        bodies.append(body)
    return bodies


@pytest.fixture(scope="module")
def told(engine: Engine) -> tuple[World, Tenant, list[dict[str, Any]]]:
    """The real conversations, captured and analysed."""
    bodies = _bodies()
    if not bodies:
        pytest.skip("the real conversations are not beside this checkout")
    world = World(engine)
    tenant = world.tenant()
    for body in bodies:
        world.capture_directly(tenant, body)
    world.analyse_queued()
    return world, tenant, bodies


@pytest.fixture
def confab(told: tuple[World, Tenant, list[dict[str, Any]]], engine: Engine) -> Confab:
    table = told[0].deployment.settings.table

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["--table", table, "--endpoint-url", engine.dynamodb, *arguments])
        assert result.exit_code == code, result.output
        return result

    return run


def _exported(confab: Confab, tenant: Tenant, form: str, path: Path) -> str:
    confab("export", "-c", tenant.id, "--format", form, "-o", str(path))
    return path.read_text(encoding="utf-8")


def test_an_export_of_real_conversations_equals_what_was_sent(
    told: tuple[World, Tenant, list[dict[str, Any]]], confab: Confab, tmp_path: Path
) -> None:
    _, tenant, bodies = told
    lines = [json.loads(line) for line in _exported(confab, tenant, "jsonl", tmp_path / "c.jsonl").splitlines()]
    exported = {
        line["externalId"]: ([(m["id"], m["role"], m["content"]) for m in line["messages"]], line["user"]["id"])
        for line in lines
    }
    assert exported == {
        body["conversationId"]: ([(m["id"], m["role"], m["content"]) for m in body["messages"]], body["user"]["id"])
        for body in bodies
    }


def test_the_rows_of_real_conversations_add_up_to_the_figures(
    told: tuple[World, Tenant, list[dict[str, Any]]], confab: Confab, tmp_path: Path
) -> None:
    world, tenant, bodies = told
    text = _exported(confab, tenant, "csv", tmp_path / "c.csv")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    overview = world.request("GET", "/v1/insights/overview", tenant.admin, query={"chatbotId": tenant.id, "days": "30"})
    current = overview.body["current"]
    assert current["conversations"] == len(rows) == len(bodies)
    assert current["messages"] == sum(int(row["messages"]) for row in rows)
    labels = current["sentimentDistribution"]
    assert labels == {label: sum(int(row[f"messages{label.replace(' ', '')}"]) for row in rows) for label in labels}
    ended = {name: sum(row["outcome"] == name for row in rows) for name in current["outcomes"]}
    assert current["outcomes"] == ended


def test_an_export_of_real_conversations_comes_back_the_same(
    told: tuple[World, Tenant, list[dict[str, Any]]], confab: Confab, tmp_path: Path
) -> None:
    world, tenant, bodies = told
    empty = world.tenant("Empty")
    exports = [_exported(confab, tenant, form, tmp_path / f"one.{form}") for form in ("csv", "openai", "manifest")]
    _exported(confab, tenant, "jsonl", tmp_path / "one.jsonl")
    for stored in (sum(len(body["messages"]) for body in bodies), 0):
        found = Progress()
        for _ in importing_wiring.import_file(world.deployment, conversation_wiring.erase(world.deployment))(
            empty.id, File(tmp_path / "one.jsonl"), Options(), found
        ):
            pass
        assert (found.tally.stored, found.faulty) == (stored, 0)
    world.analyse_queued()
    again = [_exported(confab, empty, form, tmp_path / f"two.{form}") for form in ("csv", "openai", "manifest")]
    assert [sorted(each.splitlines()) for each in again[1:]] == [sorted(each.splitlines()) for each in exports[1:]]
    rows, others = (
        {row.pop("externalId"): row for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)}
        for text in (exports[0], again[0])
    )
    # Which words become topics depends on those that were found before, and the headline is a sentence about them.
    for row in (*rows.values(), *others.values()):
        for own in ("id", "url", "topics", "headline"):
            del row[own]
    assert others == rows
    overviews = [
        world.request("GET", "/api/v1/analytics/overview", each.admin, query={"chatbotId": each.id}).body
        for each in (tenant, empty)
    ]
    assert overviews[0] == overviews[1]
    assert confab("reconcile", "-c", empty.id, str(tmp_path / "one.manifest")).stdout == "match\n"


def test_a_message_that_was_deleted_behind_its_back_is_found(
    told: tuple[World, Tenant, list[dict[str, Any]]], confab: Confab, tmp_path: Path
) -> None:
    world, tenant, bodies = told
    manifest = tmp_path / "manifest.jsonl"
    _exported(confab, tenant, "manifest", manifest)
    assert confab("reconcile", "-c", tenant.id, str(manifest)).stdout == "match\n"
    body = bodies[len(bodies) // 2]
    message = body["messages"][-1]["id"]
    place = keys.conversation(tenant.id, conversation_id(tenant.id, body["conversationId"]))
    item = world.table.get((place, f"{keys.MESSAGE}i:{message}"))
    assert item is not None
    world.table.delete((place, f"{keys.MESSAGE}i:{message}"))
    try:
        found = confab("reconcile", "-c", tenant.id, str(manifest), code=1).stdout
        assert json.loads(confab("reconcile", "-c", tenant.id, str(manifest), "--json", code=1).stdout)["ok"] is False
    finally:
        world.table.put(item)
    assert found.splitlines() == [f"{body['conversationId']}\tmissing\t{message}"]
