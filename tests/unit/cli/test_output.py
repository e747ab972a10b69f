"""What commands print: tables that hold in 80 columns, lines for a pipe, JSON, and the words of the help."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from confab import __version__
from confab_cli import output, tables
from confab_cli.guard import CLOSED
from confab_cli.main import PANELS, app
from rich.console import Console
from typer.main import get_command
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[3]
IDS = [str(UUID(int=number)) for number in range(3)]
WIDTH = 80


def _rendered(columns: list[str], rows: list[list[str]], width: int = WIDTH) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    tables.render(console, columns, rows)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_table_that_fits_has_a_heading_and_a_line_for_each_row() -> None:
    lines = _rendered(["id", "name"], [[each, "Helper"] for each in IDS])
    assert [line.split() for line in lines] == [["id", "name"], *([each, "Helper"] for each in IDS)]


def test_prose_is_folded_before_an_id_is_cut() -> None:
    lines = _rendered(["id", "says"], [[IDS[1], "a long sentence about what to do " * 4]])
    assert any(IDS[1] in line for line in lines)
    assert max(map(len, lines)) <= WIDTH
    assert len(lines) > 3


@pytest.mark.parametrize("width", [40, WIDTH])
def test_a_row_that_is_too_wide_becomes_a_paragraph_with_whole_ids(width: int) -> None:
    lines = _rendered(["id", "chatbot", "key", "note"], [[IDS[0], IDS[1], IDS[2], ""]] * 2, width)
    words = " ".join(lines).split()
    assert words == ["id", IDS[0], "chatbot", f"{IDS[1]};", "key", IDS[2]] * 2


def test_a_text_of_a_stranger_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in "".join(_rendered(["text"], [["\x1b[2Jhello\r\n\x9b1m[red]"]]))
    assert tables.plain("a\tb\nc") == "a b c"


def test_a_pipe_gets_rows_between_tabs_and_its_reader_the_headings(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_list(["a b"], {"name": str, "size": len}, lambda each: {"name": each}, as_json=False)
    assert capsys.readouterr() == ("a b\t3\n", "name\tsize\n")


def test_json_is_one_document_also_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_list(["é"], {"name": str}, lambda each: {"name": each}, as_json=True)
    assert json.loads(capsys.readouterr().out) == [{"name": "é"}]
    output.print_list([], {"name": str}, lambda each: {"name": each}, as_json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_errors_and_notes_stay_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_error("word\n" * 100)
    output.print_note("word " * 100)
    assert len(capsys.readouterr().err.splitlines()) == 2


def _all(command: Any, name: str = "confab") -> list[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    return [(name, command), *(each for key, one in below.items() for each in _all(one, f"{name} {key}"))]


def test_the_help_names_no_type_of_python() -> None:
    everything = _all(get_command(app))
    assert len(everything) > 40
    shown = {
        parameter.display_type(None)
        for _, command in everything
        for parameter in command.params
        if not parameter.type_descriptor.is_choice
    }
    assert shown == {"<text>", "<number>", "<day>", "<file>", ""}
    said = CliRunner().invoke(app, ["export", "--help"]).output
    assert "<day>" in said
    assert "<str>" not in said
    assert "%Y" not in said


def test_every_list_takes_json() -> None:
    others = {
        f"confab {name}" for name in ("audit", "doctor", "query", "reconcile", "recount", "search", "show", "topics")
    }
    lists = [(name, one) for name, one in _all(get_command(app)) if name.endswith(" list") or name in others]
    assert len(lists) >= 4 + len(others)
    for name, one in lists:
        options = {option for parameter in one.params for option in parameter.opts}
        assert "--json" in options, name


def test_the_help_lists_commands_below_headings_that_name_only_what_there_is() -> None:
    named = {name for names in PANELS.values() for name in names}
    assert named <= set(get_command(app).commands)  # type: ignore[attr-defined]
    said = CliRunner().invoke(app, ["--help"]).output
    assert [panel for panel in (*PANELS, "Operate") if f"─ {panel} ─" not in said] == []


def test_the_command_says_its_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"confab {__version__}\n"


def test_a_reader_that_closes_the_pipe_is_no_error() -> None:
    lines = '{"conversationId": "c", "messages": [{"role": "user", "content": "hello"}]}\n' * 3
    script = "from confab_cli.main import PANELS, app; app(prog_name='confab')"
    paths = f"{ROOT / 'cli'}:{ROOT / 'layers/confab/python'}"
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [sys.executable, "-c", script, "analyze", "-"],
        input=lines,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        check=False,
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (CLOSED, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", "confab chatb")
    monkeypatch.setenv("COMP_CWORD", "1")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "confab chatb")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_CONFAB_COMPLETE", f"complete_{shell}")
    assert "chatbot" in CliRunner().invoke(app, [], prog_name="confab").output


def test_a_command_does_not_wait_for_what_only_others_need() -> None:
    heavy = ["duckdb", "boto3", "re2", "rich.progress", "confab.serving", "confab.importing.wiring"]
    heavy += ["confab.analysis.wiring", "confab.query.sandbox", "aws_lambda_powertools.event_handler"]
    script = f"import sys, confab_cli.main; print([name for name in {heavy} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'cli'}:{ROOT / 'layers/confab/python'}"}
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert ran.stdout == "[]\n"
