"""`confab analyzer`: settings as an operator gives them, and what a day has cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import Result
from confab.analysis.budgets import BudgetStore
from confab.domain.analyzer_settings import SETTING
from confab_cli.main import app
from typer.testing import CliRunner

from tests.support.engine import Engine
from tests.support.world import World

Command = Callable[..., Result]


@pytest.fixture
def command(engine: Engine, world: World) -> Command:
    table = world.deployment.settings.table

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--table", table, "--endpoint-url", engine.dynamodb, "analyzer", *arguments])

    return run


def stored(world: World, chatbot_id: str) -> Any:
    chatbot = world.deployment.credentials.chatbot(chatbot_id, consistent=True)
    assert chatbot is not None
    return chatbot.settings.get(SETTING)


def test_the_analyzer_command_prints_settings_and_todays_cost(command: Command, world: World) -> None:
    tenant = world.tenant()
    prices = ["--input-price", "0.1", "--output-price", "0.4"]
    chosen = ["--provider", "bedrock", "--model", "acme.sage", "--tier", "flex", "--budget", "2.5", *prices]
    given = {
        "provider": "bedrock",
        "model": "acme.sage",
        "serviceTier": "flex",
        "dailyBudgetUsd": 2.5,
        "prices": {"inputPerMillionUsd": 0.1, "outputPerMillionUsd": 0.4},
    }
    result = command("set", "-c", tenant.id, *chosen)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == given == stored(world, tenant.id)
    BudgetStore(world.table).add(tenant.id, datetime.now(UTC).date(), spent=1_500_000, calls=3, tokens=900)
    shown = command("show", "-c", tenant.id)
    assert json.loads(shown.stdout) == {"analyzer": given, "today": {"spentUsd": 0.0015, "calls": 3, "tokens": 900}}


def test_settings_without_options_are_the_deployments_to_choose(command: Command, world: World) -> None:
    tenant = world.tenant()
    command("set", "-c", tenant.id, "--provider", "bedrock", "--model", "amazon.nova-micro-v1:0")
    assert json.loads(command("set", "-c", tenant.id).stdout) == {}
    assert stored(world, tenant.id) is None
    assert json.loads(command("show", "-c", tenant.id).stdout)["analyzer"] == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "acme.sage"], "prices must be given"),
        (["--provider", "oracle"], "provider must be one of builtin, bedrock"),
        (["--input-price", "1"], "prices.outputPerMillionUsd must be given"),
    ],
)
def test_given_settings_that_break_a_rule_when_set_then_one_line_says_which(
    command: Command, world: World, arguments: list[str], words: str
) -> None:
    tenant = world.tenant()
    result = command("set", "-c", tenant.id, *arguments)
    assert result.exit_code == 1
    assert words in " ".join(result.stderr.split())
    assert stored(world, tenant.id) is None


def test_given_a_chatbot_that_is_not_there_when_shown_then_one_line_says_so(command: Command) -> None:
    result = command("show", "-c", "00000000-0000-4000-8000-000000000000")
    assert result.exit_code == 1
    assert "no such chatbot" in result.stderr
