"""Errors of the command: a sentence and an exit code each, and a traceback only with ``--debug``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from confab.platform.errors import NotFound, Unavailable
from confab_cli.guard import FAILED, UNEXPECTED
from confab_cli.main import app
from confab_cli.target import Target, TargetError
from typer.main import get_command
from typer.testing import CliRunner

SECRET = "where is my order, ann@example.com"
DENIED: Any = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
MISSING: Any = {"Error": {"Code": "ResourceNotFoundException", "Message": "Requested resource not found"}}


def _leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, below in getattr(command, "commands", {}).items():
        if hasattr(below, "commands"):
            yield from _leaves(below, (*path, name))
        else:
            yield (*path, name)


ERRORS = [
    pytest.param(NotFound("There is no such chatbot."), FAILED, "There is no such chatbot.", id="of Confab"),
    pytest.param(Unavailable("The table is busy."), FAILED, "The table is busy.", id="a busy table"),
    pytest.param(TargetError("Name the stack."), FAILED, "Name the stack.", id="no deployment"),
    pytest.param(ClientError(DENIED, "Query"), FAILED, "AccessDeniedException", id="refused by AWS"),
    pytest.param(ClientError(MISSING, "Query"), FAILED, "There is no such table", id="no table"),
    pytest.param(NoCredentialsError(), FAILED, "Unable to locate credentials", id="no credentials"),
    pytest.param(
        FileNotFoundError(2, "No such file or directory", "x.json"), FAILED, "x.json: No such file", id="file"
    ),
    pytest.param(KeyError(SECRET), UNEXPECTED, "unexpected error: KeyError", id="a fault of ours"),
]


@pytest.mark.parametrize(("error", "code", "says"), ERRORS)
def test_any_error_of_a_command_is_one_sentence_and_a_code(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, says: str
) -> None:
    def failing(_: Target) -> Any:
        raise error

    monkeypatch.setattr(Target, "deployment", failing)
    result = CliRunner().invoke(app, ["workspace", "list"])
    assert result.exit_code == code
    assert says in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert SECRET not in result.output
    shown = CliRunner().invoke(app, ["--debug", "workspace", "list"])
    assert code == FAILED or shown.exception is error


def test_no_command_ends_in_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError(SECRET)

    root = get_command(app)
    paths = list(_leaves(root))
    assert len(paths) > 20
    for path in paths:
        command: Any = root
        for name in path:
            command = command.commands[name]
        monkeypatch.setattr(command, "make_context", failing)
    for path in paths:
        with pytest.raises(SystemExit) as ended:
            root.main(list(path), prog_name="confab")
        assert ended.value.code == UNEXPECTED, path


def test_given_an_address_that_is_none_when_a_command_runs_then_the_option_is_named() -> None:
    result = CliRunner().invoke(app, ["--endpoint-url", "nonsense", "workspace", "list"])
    assert result.exit_code == 2
    assert "--endpoint-url" in result.output
