"""Erasures after a restore: whoever was erased since then is erased again, by receipts that name nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confab.erasure import reapply_wiring
from confab.erasure import wiring as erasure_wiring
from confab.erasure.identifier_store import IdentifierStore
from confab_cli.main import app
from typer.testing import CliRunner, Result

from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.lambda_events import CONTEXT
from tests.support.planting import JANE, PLANTERS, of_jane
from tests.support.world import World


@pytest.fixture
def clocked(engine: Engine) -> World:
    return World(engine, Clock())


def _said(world: World, tenant: Tenant, conversation: str, user: str, **more: Any) -> None:
    body = {"conversationId": conversation, "messages": [{"role": "user", "content": "hello"}], "user": {"id": user}}
    assert world.capture(tenant.ingest, body | more).status == 200


@contextmanager
def _restored(world: World, into: World) -> Iterator[World]:
    """The world as it stands now, restored into another world's table when the block ends."""
    pages = world.dynamodb.get_paginator("scan").paginate(
        TableName=world.deployment.settings.table, ConsistentRead=True
    )
    backup = list(pages.search("Items[]"))
    yield into
    for item in backup:
        into.dynamodb.put_item(TableName=into.deployment.settings.table, Item=item)


def _erased(world: World, tenant: Tenant, user: str) -> Any:
    """Erase a user until there is a receipt."""
    erase = erasure_wiring.erase_user(world.deployment)
    for _ in range(20):
        progress = erase(None, tenant.id, user, 100)
        if progress.receipt is not None:
            return progress.receipt
        assert world.clock is not None
        world.clock.advance(minutes=10)
        world.handler("maintenance")({}, CONTEXT)
    raise AssertionError("no receipt")


def _users(world: World, tenant: Tenant) -> set[str]:
    """The users whose conversations are there."""
    rows = world.list_page(tenant.admin, chatbotId=tenant.id, limit="100").body["conversations"]
    return {str((world.read(tenant.admin, row["id"]).body.get("user") or {}).get("id")) for row in rows}


@pytest.fixture
def restored(clocked: World, engine: Engine) -> tuple[World, World, Tenant, list[Any]]:
    """The former world, the restored one, the tenant of both, and the receipts that came after the backup."""
    tenant = clocked.tenant()
    api = clocked.key(tenant, "api")
    for number, user in enumerate(("ann", "bob", "cyd", "ann")):
        _said(clocked, tenant, f"c{number}", user)
    search = {"type": "search", "entityType": "search", "searchQuery": "x", "userProperties": {"userId": "dora"}}
    assert clocked.inkeep(api, "POST", "/events", search).status == 200
    clocked.analyse_queued()
    before = _erased(clocked, tenant, "cyd")
    other = World(engine, clocked.clock)
    with _restored(clocked, other):
        receipts = [_erased(clocked, tenant, user) for user in ("ann", "dora", "nobody")]
    assert _users(clocked, tenant) == {"bob"}
    assert _users(other, tenant) == {"ann", "bob"}
    return clocked, other, tenant, [before, *receipts]


def _reapplied(world: World, receipts: list[Any]) -> list[tuple[str, str]]:
    work = reapply_wiring.reapply_erasures(world.deployment)
    due = work.due(receipts)
    users = work.users(due)
    for chatbot, user in users:
        work.erase(chatbot, user, 100)
    work.keep(due)
    return list(users)


def test_applying_erasures_again_removes_exactly_who_was_erased(
    restored: tuple[World, World, Tenant, list[Any]],
) -> None:
    old, world, tenant, _ = restored
    former, _ = reapply_wiring.records_of(world.deployment, old.deployment.settings.table)
    receipts = reapply_wiring.reapply_erasures(world.deployment).receipts_of(former)
    assert {user for _, user in _reapplied(world, receipts)} == {"ann", "dora"}
    assert _users(world, tenant) == {"bob"}
    assert _erased(world, tenant, "dora")["removed"]["searches"] in (0, 1)
    kept = world.admin(tenant.admin, "GET", f"/chatbots/{tenant.id}/erasures").body["receipts"]
    assert {receipt["id"] for receipt in receipts} <= {receipt["id"] for receipt in kept}
    assert _reapplied(world, receipts) == [], "a second run has nothing to do"


def test_receipts_older_than_the_data_or_forged_are_left_out(
    restored: tuple[World, World, Tenant, list[Any]],
) -> None:
    _, world, tenant, (before, ann, *_) = restored
    work = reapply_wiring.reapply_erasures(world.deployment)
    forged = {**ann, "subject": before["subject"]}
    due = work.due([before, forged, ann])
    assert (due.known, due.foreign) == (1, [ann["id"]])
    assert due.again == {tenant.id: [ann]}


def test_a_table_without_the_erased_users_finds_nobody(
    clocked: World,
) -> None:
    tenant = clocked.tenant()
    _said(clocked, tenant, "c", "bob")
    receipt = _erased(clocked, tenant, "ann")
    work = reapply_wiring.reapply_erasures(clocked.deployment)
    assert work.due([receipt]).again == {}
    assert work.users(work.due([receipt])) == {}
    assert _users(clocked, tenant) == {"bob"}


@pytest.mark.parametrize("name", list(PLANTERS))
def test_a_users_id_is_found_in_any_field(world: World, name: str) -> None:
    tenant = world.tenant()
    everything = replace(tenant, ingest=world.key(tenant, "api"))
    PLANTERS[name].plant(world, everything, "planted", of_jane())
    store = IdentifierStore(world.table)
    found = store.of_searches(tenant.id)
    for conversation in world.deployment.conversations.every(tenant.id):
        found |= store.of_conversation(tenant.id, conversation)
    assert JANE in found


class TestCommand:
    """``confab erase --reapply``, over the restored table."""

    def _confab(self, world: World, *arguments: str, code: int = 0) -> Result:
        endpoint = str(world.dynamodb.meta.endpoint_url)
        options = ["--table", world.deployment.settings.table, "--endpoint-url", endpoint]
        result = CliRunner().invoke(app, [*options, "erase", *arguments])
        assert result.exit_code == code, result.output
        return result

    def test_applying_again_names_receipts_and_nobody(self, restored: tuple[World, World, Tenant, list[Any]]) -> None:
        old, world, tenant, (_, ann, dora, _) = restored
        result = self._confab(world, "--reapply", "--yes", "--from-table", old.deployment.settings.table)
        rows = [line.split("\t") for line in result.stdout.splitlines()]
        assert {row[0] for row in rows} == {ann["id"], dora["id"]}
        assert "3 receipts are newer than this table's data, 1 are its own." in result.stderr
        assert "ann" not in result.stdout
        assert _users(world, tenant) == {"bob"}

    @pytest.mark.parametrize("form", ["one", "list", "lines", "answer"])
    def test_given_receipts_in_a_file_of_any_form_when_applied_again_then_they_are_read(
        self, restored: tuple[World, World, Tenant, list[Any]], tmp_path: Path, form: str
    ) -> None:
        _, world, tenant, (_, ann, dora, _) = restored
        forms = {
            "one": json.dumps(ann, indent=2),
            "list": json.dumps([ann, dora]),
            "lines": f"{json.dumps(ann)}\n\n{json.dumps(dora)}\n",
            "answer": json.dumps({"receipts": [ann, dora]}),
        }
        file = tmp_path / "receipts.json"
        file.write_text(forms[form], encoding="utf-8")
        self._confab(world, "--reapply", "--yes", "--receipts", str(file))
        assert _users(world, tenant) == {"bob"}

    def test_a_forged_receipt_sets_the_exit_code_and_the_others_count(
        self, restored: tuple[World, World, Tenant, list[Any]], tmp_path: Path
    ) -> None:
        _, world, tenant, (_, ann, dora, _) = restored
        file = tmp_path / "receipts.json"
        file.write_text(json.dumps([{**dora, "completedAt": "2030-01-01T00:00:00+00:00"}, ann]), encoding="utf-8")
        result = self._confab(world, "--reapply", "--yes", "--receipts", str(file), code=1)
        assert f"{dora['id']} is not genuine" in " ".join(result.output.split())
        assert _users(world, tenant) == {"bob"}

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (["--reapply"], 2),
            (["--reapply", "--from-table", "x", "--receipts", "y"], 2),
            (["--reapply", "--from-table", "x", "--user", "ann"], 2),
            (["--reapply", "--receipts", "/nowhere/receipts.json"], 1),
            (["--reapply", "--receipts", __file__], 1),
            (["--reapply", "--from-table", "no-such-table"], 1),
            (["--user", "ann"], 2),
        ],
        ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else str(value),
    )
    def test_given_options_that_make_no_sense_when_run_then_a_sentence_says_so(
        self, clocked: World, arguments: list[str], code: int
    ) -> None:
        clocked.tenant()
        result = self._confab(clocked, *arguments, code=code)
        assert "Traceback" not in result.output
