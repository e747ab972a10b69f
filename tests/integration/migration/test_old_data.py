"""Data of an earlier version: read by the functions as it is, and brought to the present version by the command."""

from __future__ import annotations

import json
from typing import Any

import pytest
from confab.analysis import recount_wiring
from confab.analysis import wiring as analysis_wiring
from confab.erasure import conversation_wiring
from confab.migration import wiring
from confab.migration.migrate import Migrate
from confab.migration.store import MigrationStore
from confab.platform.data_version import VERSION
from confab.platform.errors import Unavailable
from confab.storage.data_marker import DataMarker
from confab_cli import findings
from confab_cli.main import app
from typer.testing import CliRunner, Result

from tests.support.engine import Engine
from tests.support.lambda_events import CONTEXT, http_event
from tests.support.old_data import Old, old_data
from tests.support.world import World

ANN = {"user": "ann"}


@pytest.fixture
def old(engine: Engine) -> Old:
    return old_data(engine)


def _confab(old: Old, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [*old.options, *arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def _found(old: Old, **query: str) -> set[str]:
    event = http_event("GET", "/v1/insights/conversations", old.admin, query={"chatbotId": old.chatbot, **query})
    return {row["id"] for row in old.world.call("reading", event).body["conversations"]}


def _scan(old: Old) -> list[Any]:
    answer = old.world.dynamodb.scan(TableName=old.world.deployment.settings.table, ConsistentRead=True)
    items: list[Any] = answer["Items"]
    return items


def _version(old: Old) -> int:
    return DataMarker(old.world.table).read().version


def test_given_old_data_when_read_in_every_dialect_then_it_is_there(old: Old) -> None:
    world = old.world
    assert len(world.list_page(old.admin, chatbotId=old.chatbot).body["conversations"]) >= 8
    for name in ("c1", "idless", "long", "pending"):
        assert old.shared(name)["messages"], name
    assert [message["content"] for message in world.inkeep(old.api, "GET", "/conversations/log-1").body["messages"]]
    assert world.inkeep(old.api, "GET", f"/feedback/{old.ids['feedback']}").status == 200
    assert world.manage(old.admin, "GET", old.chatbot, f"/{old.ids['c1']}/messages").status == 200
    assert world.read(old.other_admin, old.ids["c1"]).status == 404


def test_a_new_message_of_an_old_conversation_is_analysed_and_counted(old: Old) -> None:
    message = {"id": "new", "role": "user", "content": "Ok that did it, thanks a lot!"}
    again = {"id": "m0", "role": "user", "content": "Where is my order? I am waiting!"}
    answer = old.world.capture(old.ingest, {"conversationId": "c1", "messages": [again, message]}).body
    assert [result["status"] for result in answer["results"]] == ["duplicate", "stored"]
    assert old.world.analyse_queued() == []
    told = old.shared("c1")
    assert told["analysis_pending"] is False
    assert told["messages"][-1]["user_sentiments"]
    assert old.ids["c1"] in _found(old, **ANN)


def test_the_sweep_has_an_old_waiting_conversation_analysed(old: Old) -> None:
    swept = old.world.handler("maintenance")({}, CONTEXT)
    assert (swept["queued"], swept["failed"]) == (2, 0)
    assert old.world.analyse_queued() == []
    assert old.shared("pending")["analysis_pending"] is False


def test_deleting_an_old_conversation_corrects_the_statistics(old: Old) -> None:
    before = old.world.statistics(old.chatbot)["TOTAL"]
    assert old.world.manage(old.admin, "DELETE", old.chatbot, f"/{old.ids['c2']}").body == {"deleted": True}
    assert old.world.inkeep(old.api, "DELETE", "/conversations/log-1").status == 200
    assert old.world.items(old.chatbot, old.ids["c2"]) == []
    after = old.world.statistics(old.chatbot)["TOTAL"]
    assert (before["conversations"] - after["conversations"], before["messages"] - after["messages"]) == (2, 8)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("recount", "--chatbot", "{}"), 1),
        (("recount", "--chatbot", "{}", "--mend"), 0),
        (("reanalyze", "--chatbot", "{}", "--yes"), 0),
        (("export", "--chatbot", "{}", "--user", "ann"), 1),
        (("erase", "--chatbot", "{}", "--user", "ann", "--yes"), 1),
        (("migrate", "--dry-run"), 0),
        (("audit", "--workspace", "00000000-0000-4000-8000-000000000000"), 0),
        (("workspace", "list"), 0),
        (("chatbot", "archive", "{}"), 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_given_old_data_when_a_command_looks_at_it_then_it_ends_in_a_sentence(
    old: Old, arguments: tuple[str, ...], code: int
) -> None:
    result = _confab(old, *(argument.format(old.chatbot) for argument in arguments), code=code)
    if arguments[0] in ("export", "erase"):
        assert "confab migrate" in " ".join(result.output.split())


def test_a_migration_finds_and_counts_everything_and_a_second_does_nothing(
    old: Old,
) -> None:
    assert findings.of_data(_version(old)).level == "problem"
    assert "confab migrate" in findings.of_data(_version(old)).advice
    assert old.ids["c2"] not in _found(old, **ANN)
    judged = {name: old.shared(name)["messages"] for name in ("c1", "c2", "c3")}
    assert f"version {VERSION}" in _confab(old, "migrate").output
    assert {old.ids[name] for name in ("c1", "c2", "c3")} <= _found(old, **ANN)
    assert judged["c2"] == old.shared("c2")["messages"], "what was judged is not judged again"
    assert findings.of_data(_version(old)).level == "ok"
    assert len(_confab(old, "workspace", "list").stdout.splitlines()) == 2
    assert "nothing to do" in _confab(old, "migrate").output
    old.world.handler("maintenance")({}, CONTEXT)
    assert old.world.analyse_queued() == []
    for chatbot in (old.chatbot, old.other):
        assert recount_wiring.recount(old.world.deployment)(chatbot).exact


def test_given_migrated_data_when_a_user_is_erased_then_nothing_of_theirs_is_left(old: Old) -> None:
    _confab(old, "migrate")
    exported = [json.loads(line) for line in _confab(old, "export", "-c", old.chatbot, "-u", "ann").stdout.splitlines()]
    found = {part["id"] for part in exported if part["type"] == "conversation"}
    assert {old.ids[name] for name in ("c1", "c2", "c3", "pending")} < found, "and the one that was logged"
    answer = old.world.admin(old.admin, "DELETE", f"/chatbots/{old.chatbot}/users/ann")
    while answer.status == 202:
        assert old.world.clock is not None
        old.world.clock.advance(minutes=5)
        old.world.handler("maintenance")({}, CONTEXT)
        answer = old.world.admin(old.admin, "DELETE", f"/chatbots/{old.chatbot}/users/ann")
    for name in ("c1", "c2", "c3", "pending"):
        assert old.world.items(old.chatbot, old.ids[name]) == []
    assert old.world.items(old.other, old.ids["other"]) != [], "another tenant's user of the same id"


def test_erasing_a_user_before_the_migration_is_a_503_that_says_what_to_do(old: Old) -> None:
    for method in ("DELETE", "GET"):
        answer = old.world.admin(old.admin, method, f"/chatbots/{old.chatbot}/users/ann")
        assert answer.status == 503
        assert "confab migrate" in answer.body["error"]


def _migration(world: World) -> Migrate:
    eraser = conversation_wiring.erase(world.deployment)
    analyzers = analysis_wiring.analyzers(world.deployment)
    return wiring.migrate(world.deployment, analysis_wiring.analyse(world.deployment, analyzers, eraser))


class TestInterrupted:
    """Runs that end early, and functions that go on meanwhile."""

    def test_given_a_run_that_died_when_run_again_then_it_goes_on_where_it_ended(self, old: Old) -> None:
        work = _migration(old.world)
        work._store = MigrationStore(old.world.table, at_a_time=10)
        seen: list[int] = []

        def dying(items: int) -> None:
            seen.append(items)
            if len(seen) == 3:
                raise Unavailable("The table did not answer; try again.")

        with pytest.raises(Unavailable):
            work(work.state(), dying)
        state = DataMarker(old.world.table).read()
        assert state.version == 0
        assert state.position
        work(state, seen.append)
        assert _version(old) == VERSION
        assert sum(seen) <= len(_scan(old)), "nothing is looked at twice"
        for chatbot in (old.chatbot, old.other):
            assert recount_wiring.recount(old.world.deployment)(chatbot).differences == []
        assert {old.ids[name] for name in ("c1", "c2", "c3")} <= _found(old, **ANN)

    def test_a_migration_loses_and_doubles_nothing_that_comes_meanwhile(self, old: Old) -> None:
        world = old.world
        work = _migration(world)
        original = work._count

        def overtaken(chatbot_id: str, conversation_id: str) -> object:
            """Another request and the consumer come right before each conversation is counted."""
            if conversation_id == old.ids["c1"]:
                body = {"conversationId": "c1", "messages": [{"id": "late", "role": "user", "content": "hello again"}]}
                world.capture_directly(_tenant(old), body)
                original(chatbot_id, conversation_id)
            if conversation_id == old.ids["c2"]:
                conversation_wiring.erase(world.deployment)(chatbot_id, conversation_id)
            return original(chatbot_id, conversation_id)

        work._count = overtaken
        work(work.state())
        assert world.items(old.chatbot, old.ids["c2"]) == []
        assert old.shared("c1")["messages"][-1]["content"] == "hello again"
        world.handler("maintenance")({}, CONTEXT)
        world.analyse_queued()
        assert recount_wiring.recount(world.deployment)(old.chatbot).exact


def _tenant(old: Old) -> Any:
    class _Named:
        id = old.chatbot

    return _Named
