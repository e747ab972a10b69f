"""``confab query`` and ``confab search``."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
import typer
from confab_cli import query_commands

from tests.support.deployment import Tenant
from tests.support.facts_shelf import FactsShelf
from tests.support.world import World

SQL = "SELECT id, user_messages, topics, name FROM conversations ORDER BY id"


class Shelf:
    """A chatbot with facts, and the commands on its deployment."""

    def __init__(self, world: World, folder: Path) -> None:
        self.tenant: Tenant = world.tenant()
        facts = FactsShelf(world, folder)
        facts.put("conversations", self.tenant.id, {"id": "c1", "user_messages": 2, "topics": ["a"], "name": "=1"})
        facts.put("messages", self.tenant.id, {"id": "m1", "conversation_id": "c1", "content": "Where is  my refund?"})
        installation = SimpleNamespace(deployment=lambda: world.deployment)
        self.context: Any = SimpleNamespace(obj=SimpleNamespace(installation=lambda: installation))


@pytest.fixture
def shelf(fresh: World, tmp_path: Path) -> Shelf:
    return Shelf(fresh, tmp_path)


def test_rows_are_printed_as_lines_for_a_pipe(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    query_commands.query(shelf.context, SQL, chatbot=shelf.tenant.id)
    printed = capsys.readouterr()
    assert printed.out == 'c1\t2\t["a"]\t=1\n'
    assert "As of" in printed.err


def test_rows_are_printed_as_json(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    query_commands.query(shelf.context, SQL, workspace=shelf.tenant.workspace_id, as_json=True)
    rows = json.loads(capsys.readouterr().out)
    assert rows == [{"id": "c1", "user_messages": 2, "topics": ["a"], "name": "=1"}]


def test_rows_are_printed_as_csv_without_formulas(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    query_commands.query(shelf.context, SQL, chatbot=shelf.tenant.id, as_csv=True)
    assert capsys.readouterr().out.splitlines() == ["id,user_messages,topics,name", 'c1,2,"[""a""]",\'=1']


@pytest.mark.parametrize(
    ("sql", "scope"),
    [
        (SQL, {}),
        (SQL, {"chatbot": "c", "workspace": "w"}),
        (SQL, {"chatbot": "nobody"}),
        ("DROP VIEW conversations", {"workspace": "w"}),
    ],
)
def test_what_cannot_be_run_is_one_line_and_exit_code_1(
    shelf: Shelf, capsys: pytest.CaptureFixture[str], sql: str, scope: dict[str, str]
) -> None:
    with pytest.raises((typer.Exit, click.exceptions.Exit)):
        query_commands.query(shelf.context, sql, **scope)
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.startswith("confab: ")


def test_a_search_prints_what_stands_around_the_word(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    query_commands.search(shelf.context, "REFUND", chatbot=shelf.tenant.id)
    assert capsys.readouterr().out.endswith("Where is my refund?\n")
