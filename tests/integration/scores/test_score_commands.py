"""The operator's commands for scores, and corrections that measure an analyzer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from confab.domain.identity import conversation_id
from confab_cli.main import app
from typer.testing import CliRunner, Result

from tests.integration.scores.test_scores import _tenant
from tests.support.deployment import Tenant
from tests.support.engine import Engine
from tests.support.lambda_events import sqs_record
from tests.support.world import World

Confab = Callable[..., Result]


@pytest.fixture
def confab(fresh: World, engine: Engine) -> Confab:
    """The command on a world of the test's own; it must succeed unless told otherwise."""
    table = fresh.deployment.settings.table

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["--table", table, "--endpoint-url", engine.dynamodb, *arguments])
        assert result.exit_code == code, result.output
        return result

    return run


def _count(world: World, tenant: Tenant, *names: str) -> None:
    """Count what the command left for the sweep, which has no queue here."""
    places = [{"chatbotId": tenant.id, "conversationId": conversation_id(tenant.id, name)} for name in names]
    assert world.consume([sqs_record(place, name) for place, name in zip(places, names, strict=True)]) == []


def test_scores_are_given_listed_counted_and_removed_by_command(fresh: World, confab: Confab) -> None:
    tenant = _tenant(fresh)
    first = confab("scores", "add", "c", "4.5", "--name", "stars", "--id", "s1").stdout.strip()
    assert first == "s1"
    confab("scores", "add", "c", "true", "--name", "solved", "--message", "m2")
    confab("scores", "add", "c", "neither", "--finding", "outcome", code=1)
    listed = json.loads(confab("scores", "list", "--json").stdout)
    assert [(each["name"], each["value"]) for each in listed] == [("solved", True), ("stars", 4.5)]
    _count(fresh, tenant, "c")
    shown = [line.split("\t") for line in confab("scores", "figures").stdout.splitlines()]
    assert shown == [["solved", "BOOLEAN", "1", ""], ["stars", "NUMERIC", "1", "4.50"]]
    found = json.loads(confab("list", "--score", "stars", "--score-value", "4", "--json").stdout)
    assert [each["externalId"] for each in found] == ["c"]
    assert json.loads(confab("list", "--score", "stars", "--score-value", "5", "--json").stdout) == []
    confab("scores", "remove", "s1")
    confab("scores", "remove", "s1", code=1)
    assert len(json.loads(confab("scores", "list", "--conversation", "c", "--json").stdout)) == 1


def test_corrections_measure_the_analyzer(fresh: World, confab: Confab, tmp_path: Path) -> None:
    tenant = _tenant(fresh, "c", "d")
    for conversation, value in (("c", "open"), ("d", "resolved")):
        confab("scores", "add", conversation, value, "--finding", "outcome", "--author", "ann")
    confab("scores", "add", "c", "false", "--finding", "flag:buying_signal", "--message", "m1", "--author", "ann")
    _count(fresh, tenant, "c", "d")
    (flags, outcomes) = sorted(line.split("\t")[:3] for line in confab("scores", "agreement").stdout.splitlines())[::-1]
    assert (flags, outcomes) == (["user", "flag", "1"], ["conversation", "outcome", "2"])
    path = tmp_path / "corrections.jsonl"
    path.write_text(confab("scores", "corrections").stdout, encoding="utf-8")
    measured = json.loads(confab("evaluate", str(path), "--corrections").stdout)
    found = {(each["on"], each["finding"]): each for each in measured["findings"]}
    assert measured["conversations"] == 2
    assert (found["user", "flag"]["count"], found["user", "flag"]["share"]) == (1, 1.0)
    assert found["conversation", "outcome"]["count"] == 2
    path.write_text('{"messages": []}\n', encoding="utf-8")
    assert "line 1" in confab("evaluate", str(path), "--corrections", code=1).stderr
