"""The operator's command that brings data of an earlier version to the present one."""

from __future__ import annotations

from typing import Annotated

import typer
from confab.erasure import conversation_wiring
from confab.migration import wiring as migration_wiring
from confab.platform.data_version import VERSION

from confab_cli.output import one_line_errors, print_note, progress


def register(app: typer.Typer) -> None:
    """Add the command ``migrate``."""
    app.command("migrate")(migrate)


def migrate(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say whether there is anything to do, and do nothing.")] = (
        False
    ),
) -> None:
    """Bring the data to the version of this command, after a deployment; `confab doctor` says when it is due.

    Functions go on working meanwhile. Run it again when it was interrupted: it goes on where it ended.
    """
    # Other commands start a tenth of a second earlier without the analyzer.
    from confab.analysis import wiring as analysis_wiring

    with one_line_errors():
        deployment = context.obj.installation().deployment()
        analyse = analysis_wiring.analyse(
            deployment, analysis_wiring.analyzers(deployment), conversation_wiring.erase(deployment)
        )
        work = migration_wiring.migrate(deployment, analyse)
        state = work.state()
        if state.version == VERSION:
            print_note(f"The data is of version {VERSION}; there is nothing to do.")
            return
        size = work.size()
        if dry_run:
            print_note(f"The data is of version {state.version}: some {size} items are to be looked at.")
            return
        with progress("Migrating", size) as step:
            changed = work(state, step)
        print_note(f"The data is of version {VERSION}; {changed} conversations were brought to it.")
