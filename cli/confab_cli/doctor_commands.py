"""The operator's command that looks at a deployment and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from confab_cli.options import AsJson
from confab_cli.output import err, one_line_errors, print_list, print_note

if TYPE_CHECKING:
    from confab_cli.findings import Finding

COLOURS: Final = {"ok": "green", "note": "yellow", "problem": "bold red", "unknown": "dim"}


def register(app: typer.Typer) -> None:
    """Add the command ``doctor``."""
    app.command("doctor")(doctor)


def doctor(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only what is not well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look at a deployment and say what to do. It changes nothing; the exit code is 1 when there is a problem."""
    from confab_cli.examination import Examination
    from confab_cli.findings import Level

    with one_line_errors(), err.status("looking"):
        found = list(Examination(context.obj.installation())())
    shown = [finding for finding in found if not (quiet and finding.level == Level.OK)]
    if shown or as_json:
        print_list(shown, COLUMNS, _answer, as_json=as_json)
    problems = sum(finding.level == Level.PROBLEM for finding in found)
    print_note(f"{len(found)} looked at, {problems} with a problem.")
    if problems:
        raise typer.Exit(1)


def _answer(finding: Finding) -> dict[str, str]:
    return {"level": finding.level, "what": finding.what, "says": finding.says, "advice": finding.advice}


COLUMNS: Final[Mapping[str, Callable[[Finding], str | Text]]] = {
    "level": lambda finding: Text(finding.level, style=COLOURS[finding.level]),
    "what": attrgetter("what"),
    "says": attrgetter("says"),
    "what to do": attrgetter("advice"),
}
