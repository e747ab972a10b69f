"""What a deletion leaves: a record that names nobody, by which a restored table is brought to where the other stood."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from confab.erasure import conversation_wiring, reapply_wiring
from confab.erasure import wiring as erasure_wiring
from confab.erasure.record_store import DeletionRecordStore
from confab.storage import keys
from confab_cli.main import app
from typer.testing import CliRunner, Result

from tests.support.chatcaptain import handle_body, handle_directly
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.erasing import Crash, dying_at, eraser
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

BODY: Final = {"messages": [{"role": "user", "content": "hello"}], "user": {"id": "ann", "email": "ann@example.com"}}


@pytest.fixture
def clocked(engine: Engine) -> World:
    return World(engine, Clock())


def _captured(world: World, tenant: Tenant, conversation: str) -> str:
    """A conversation that was captured and counted; its internal id."""
    before = set(world.deployment.conversations.every(tenant.id))
    world.capture_directly(tenant, {"conversationId": conversation, **BODY})
    world.analyse_queued()
    (made,) = set(world.deployment.conversations.every(tenant.id)) - before
    return made


def _records(world: World, tenant: Tenant) -> set[str]:
    return set(DeletionRecordStore(world.table).conversations(tenant.id))


def _inkeep(world: World, tenant: Tenant) -> str:
    key = world.key(tenant, "api")
    world.send_history(
        key, {"type": "openai", "id": "c", "messages": [{"id": "m", "role": "user", "content": "hello"}]}
    )
    (made,) = world.deployment.conversations.every(tenant.id)
    assert world.inkeep(key, "DELETE", "/conversations/c").status == 200
    return made


def _chatcaptain(world: World, tenant: Tenant) -> str:
    handle_directly(world, tenant, handle_body())
    (made,) = world.deployment.conversations.every(tenant.id)
    path = f"/chatbots/{tenant.id}/conversations/{made}"
    assert world.request("DELETE", f"/v1{path}", world.key(tenant, "api"), None).status == 200
    return made


def _user(world: World, tenant: Tenant) -> str:
    made = _captured(world, tenant, "c")
    assert world.admin(tenant.admin, "DELETE", f"/chatbots/{tenant.id}/users/ann").status == 200
    return made


@pytest.mark.parametrize("delete", [_inkeep, _chatcaptain, _user])
def test_whatever_deletes_a_conversation_leaves_a_record_that_names_nobody(
    clocked: World, delete: Callable[[World, Tenant], str]
) -> None:
    tenant = clocked.tenant()
    made = delete(clocked, tenant)
    (record,) = clocked.table.query(keys.deleted_conversations(tenant.id), consistent=True)
    assert record["sk"] == made
    assert record.keys() == {"pk", "sk", "at", "expiresAt", "v"}
    assert 400 * 86_400 - 1 <= record["expiresAt"] - record["at"] // 1_000_000 <= 400 * 86_400


def test_a_deletion_costs_one_write_for_its_record(clocked: World) -> None:
    tenant = clocked.tenant()
    made = _captured(clocked, tenant, "c")
    puts: list[Any] = []
    clocked.dynamodb.meta.events.register(
        "provide-client-params.dynamodb.PutItem", lambda params, **_: puts.append(params)
    )
    assert conversation_wiring.erase(clocked.deployment)(tenant.id, made)
    assert [put["Item"]["pk"]["S"] for put in puts] == [keys.deleted_conversations(tenant.id)]


def test_what_expired_leaves_no_record(clocked: World) -> None:
    tenant = clocked.tenant()
    _captured(clocked, tenant, "c")
    clocked.admin(tenant.admin, "PATCH", f"/chatbots/{tenant.id}", {"settings": {"privacy": {"retentionDays": 1}}})
    assert clocked.clock is not None
    clocked.clock.advance(days=2)
    assert clocked.handler("maintenance")({}, CONTEXT)["expired"] == 1
    assert _records(clocked, tenant) == set()


@pytest.mark.parametrize("step", ["record", "remove", "remove_row"])
def test_a_crash_after_the_mark_loses_no_record(clocked: World, step: str) -> None:
    tenant = clocked.tenant()
    made = _captured(clocked, tenant, "c")
    dying = eraser(clocked, dying_at(step))
    with pytest.raises(Crash):
        dying(tenant.id, made)
    assert clocked.analyse_queued() == []
    assert clocked.items(tenant.id, made) == []
    assert _records(clocked, tenant) == {made}


@contextmanager
def _restored(world: World, into: World) -> Iterator[None]:
    """The world as it stands now, restored into another world's table when the block ends."""
    name = world.deployment.settings.table
    backup = list(world.dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True).search("Items[]"))
    yield
    for item in backup:
        into.dynamodb.put_item(TableName=into.deployment.settings.table, Item=item)


class TestRestored:
    """A table restored to a state of before some deletions."""

    @pytest.fixture(autouse=True)
    def _two_tables(self, clocked: World, engine: Engine) -> None:
        self.old, self.new = clocked, World(engine, clocked.clock)
        self.tenant, self.other = clocked.tenant(), clocked.tenant("Other")
        names = ("kept", "early", "late", "again")
        self.ids = {name: _captured(clocked, self.tenant, name) for name in names}
        _captured(clocked, self.other, "c")
        self._delete("early", "again")
        self._say(clocked, "again")
        with _restored(clocked, self.new):
            self._tick()
            self._delete("late", "again")
            erasure_wiring.delete_chatbot(clocked.deployment)(None, self.other.id)
            self._tick()

    def _tick(self) -> None:
        assert self.old.clock is not None
        self.old.clock.advance(minutes=1)

    def _say(self, world: World, name: str) -> None:
        self._tick()
        world.capture_directly(self.tenant, {"conversationId": name, **BODY})
        world.analyse_queued()

    def _delete(self, *names: str) -> None:
        for name in names:
            assert conversation_wiring.erase(self.old.deployment)(self.tenant.id, self.ids[name])

    def _there(self) -> set[str]:
        rows = self.new.list_page(self.tenant.admin, chatbotId=self.tenant.id, limit="100").body["conversations"]
        return {name for name, made in self.ids.items() if made in {row["id"] for row in rows}}

    def _chatbots(self) -> set[str]:
        ids = {self.tenant.id, self.other.id}
        return {each for each in ids if self.new.deployment.credentials.chatbot(each) is not None}

    def _confab(self, world: World, *arguments: str, code: int = 0) -> Result:
        options = ["--table", world.deployment.settings.table, "--endpoint-url", world.dynamodb.meta.endpoint_url]
        result = CliRunner().invoke(app, [*options, *arguments])
        assert result.exit_code == code, result.output
        return result

    def _reapply(self, *arguments: str, code: int = 0) -> Result:
        return self._confab(self.new, "erase", "--reapply", "--yes", *arguments, code=code)

    def test_what_was_deleted_since_is_deleted_again_and_nothing_else(self) -> None:
        assert self._there() == {"kept", "late", "again"}
        result = self._reapply("--from-table", self.old.deployment.settings.table)
        assert "0 users, 2 conversations, 1 chatbots" in " ".join(result.stderr.split())
        assert self._there() == {"kept"}
        assert self._chatbots() == {self.tenant.id}
        again = self._reapply("--from-table", self.old.deployment.settings.table)
        assert "there is nothing to erase again" in " ".join(again.stderr.split())
        assert self._there() == {"kept"}

    def test_a_file_that_was_printed_before_does_the_same(self, tmp_path: Path) -> None:
        printed = self._confab(self.old, "privacy", "receipts").stdout
        assert "ann" not in printed
        file = tmp_path / "records.jsonl"
        file.write_text(printed, encoding="utf-8")
        self._reapply("--receipts", str(file))
        assert self._there() == {"kept"}
        assert self._chatbots() == {self.tenant.id}

    def test_a_record_that_was_changed_is_left_out_and_named(self, tmp_path: Path) -> None:
        lines = [json.loads(line) for line in self._confab(self.old, "privacy", "receipts").stdout.splitlines()]
        forged = [{**line, "conversationId": self.ids["kept"]} for line in lines if "conversationId" in line]
        file = tmp_path / "records.json"
        file.write_text(json.dumps([*forged, {"deleted": "conversation"}]), encoding="utf-8")
        result = self._reapply("--receipts", str(file), code=1)
        assert f"{self.ids['kept']} is not genuine" in " ".join(result.output.split())
        assert self._there() == {"kept", "late", "again"}

    def test_a_conversation_that_began_after_the_deletion_stays(self) -> None:
        work = reapply_wiring.reapply_deletions(self.new.deployment)
        records = list(
            work.records_of(reapply_wiring.records_of(self.new.deployment, self.old.deployment.settings.table)[1])
        )
        assert conversation_wiring.erase(self.new.deployment)(self.tenant.id, self.ids["late"])
        self.new.table.delete((keys.deleted_conversations(self.tenant.id), self.ids["late"]))
        self._say(self.new, "late")
        work.apply(work.due(records))
        assert self._there() == {"kept", "late"}

    def test_a_run_that_crashed_is_gone_on_with(self) -> None:
        work = reapply_wiring.reapply_deletions(self.new.deployment)
        records = list(
            work.records_of(reapply_wiring.records_of(self.new.deployment, self.old.deployment.settings.table)[1])
        )
        seen: list[int] = []

        def crash(step: int) -> None:
            seen.append(step)
            if len(seen) == 2:
                raise Crash

        with pytest.raises(Crash):
            work.apply(work.due(records), crash)
        work.apply(work.due(records))
        assert self._there() == {"kept"}
        due = work.due(records)
        assert (due.chatbots, due.conversations, due.gone) == ([], {}, {})


@pytest.mark.parametrize("name", ["own", "Confab's"])
def test_an_operator_erases_one_conversation_by_either_id(clocked: World, name: str) -> None:
    tenant = clocked.tenant()
    made, kept = _captured(clocked, tenant, "c"), _captured(clocked, tenant, "d")
    wanted = "c" if name == "own" else made
    options = ["--table", clocked.deployment.settings.table, "--endpoint-url", clocked.dynamodb.meta.endpoint_url]
    erase = [*options, "erase", "--yes", "--chatbot", tenant.id, "--conversation", wanted]
    assert CliRunner().invoke(app, erase).exit_code == 0
    assert clocked.items(tenant.id, made) == []
    assert clocked.items(tenant.id, kept)
    assert _records(clocked, tenant) == {made}
    again = CliRunner().invoke(app, erase)
    assert (again.exit_code, "There is no such conversation." in again.output) == (1, True)
