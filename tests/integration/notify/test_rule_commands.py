"""`confab destinations` and `confab rules`: what an operator makes and reads at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from confab_cli.main import app
from typer.testing import CliRunner

from tests.support.engine import Engine
from tests.support.notifying import ANGRY, clock, commit, say
from tests.support.world import World

Command = Callable[..., Result]


@pytest.fixture
def command(engine: Engine, world: World) -> Command:
    table = world.deployment.settings.table

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--table", table, "--endpoint-url", engine.dynamodb, *arguments])

    return run


def test_an_operator_makes_rules_and_reads_what_became_of_them(command: Command, world: World, tmp_path: Path) -> None:
    tenant = world.tenant()
    of = ("--chatbot", tenant.id)
    added = command("destinations", "add", "webhook", "https://hooks.example.com/", *of)
    assert added.exit_code == 0, added.output
    to, secret = added.stdout.split()
    assert secret.startswith("whsec_")
    preset = command("rules", "add", "--template", "negative-sentiment-alert", "--to", to, *of)
    assert preset.exit_code == 0, preset.output
    file = tmp_path / "rule.json"
    when = {"conditions": [{"field": "topic", "operator": "=", "value": "refund"}]}
    file.write_text(json.dumps({"kind": "workflow", "name": "Refunds", "when": when}))
    second = command("rules", "add", str(file), *of).stdout.strip()
    command("rules", "set", second, "--off", *of)
    listed = json.loads(command("rules", "list", "--json", *of).stdout)
    assert [(each["name"], each["enabled"]) for each in listed] == [
        ("Negative Sentiment Alert", True),
        ("Refunds", False),
    ]
    alert = command("rules", "add", "--template", "topic-spike-monitor", *of).stdout.strip()
    assert f"{alert}\talert\tTopic Spike Monitor\tunknown\t0" in command("rules", "list", *of).stdout
    clock(world)
    assert "\tunknown since " in command("rules", "list", *of).stdout
    commit(world, tenant, say(world, tenant, "talk", ANGRY))
    (run,) = json.loads(command("rules", "runs", "--json", *of).stdout)
    assert (run["status"], run["ruleId"]) == ("pending", preset.stdout.strip())
    for arguments in (("rules", "remove", second), ("destinations", "remove", to)):
        assert command(*arguments, *of).exit_code == 0
    assert command("destinations", "list", *of).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("destinations", "add", "webhook", "http://10.0.0.1/"), "url"),
        (("destinations", "add", "pigeon", "https://x.example.com/"), "type"),
        (("destinations", "test", "nowhere"), "Notify"),
        (("rules", "add"), "--template"),
        (("rules", "add", "--template", "nothing"), "nothing"),
        (("rules", "add", "/nowhere.json"), "nowhere.json"),
        (("rules", "set", "nothing", "--off"), "no such rule"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    command: Command, world: World, arguments: tuple[str, ...], says: str
) -> None:
    result = command(*arguments, "--chatbot", world.tenant().id)
    assert result.exit_code == 1, result.output
    assert says in result.stderr
    assert "Traceback" not in result.stderr
