"""The operator's command that looks at a deployment and says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from confab_cli.output import err, one_line_errors, print_note, print_table

if TYPE_CHECKING:
    from confab_cli.findings import Finding

COLOURS: Final = {"ok": "green", "note": "yellow", "problem": "bold red", "unknown": "dim"}


def register(app: typer.Typer) -> None:
    """Add the command ``doctor``."""
    app.command("doctor")(doctor)


def doctor(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only what is not well.")] = False,
) -> None:
    """Look at a deployment and say what to do. It changes nothing; the exit code is 1 when there is a problem."""
    from confab_cli.examination import Examination
    from confab_cli.findings import Level

    with one_line_errors(), err.status("looking"):
        found = list(Examination(context.obj.installation())())
    shown = [finding for finding in found if not (quiet and finding.level == Level.OK)]
    if shown:
        print_table(("", "what", "says", "what to do"), [_row(finding) for finding in shown])
    problems = sum(finding.level == Level.PROBLEM for finding in found)
    print_note(f"{len(found)} looked at, {problems} with a problem.")
    if problems:
        raise typer.Exit(1)


def _row(finding: Finding) -> tuple[Text, str, str, str]:
    return Text(finding.level, style=COLOURS[finding.level]), finding.what, finding.says, finding.advice
