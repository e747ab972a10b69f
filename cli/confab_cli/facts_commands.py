"""The operator's commands for the copies of conversations that queries read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from confab_cli.options import Chatbot
from confab_cli.output import one_line_errors, print_note, progress
from confab_cli.target import Installation, TargetError

if TYPE_CHECKING:
    from confab.facts.compare import CompareFacts


def register(app: typer.Typer) -> None:
    """Add the commands ``facts check`` and ``facts rebuild``."""
    facts = typer.Typer(no_args_is_help=True, help="The copies of conversations that queries read.")
    facts.command("check")(check)
    facts.command("rebuild")(rebuild)
    app.add_typer(facts, name="facts")


def check(
    context: typer.Context,
    chatbot: Chatbot,
    correct: Annotated[bool, typer.Option("--correct", help="Copy again what differs.")] = False,
) -> None:
    """Compare a chatbot's copies with its conversations.

    Exit code 1 when they differ and were not corrected.
    """
    with one_line_errors():
        if not compare_copies(context.obj.installation(), chatbot, correct=correct):
            raise typer.Exit(1)


def rebuild(context: typer.Context, chatbot: Chatbot) -> None:
    """Copy all conversations of a chatbot: those from before there were copies, and what the stream has lost."""
    with one_line_errors():
        comparing = _comparing(context.obj.installation())
        with progress("Copying", sum(1 for _ in comparing.places(chatbot))) as step:
            copied = comparing.rebuild(chatbot, lambda: step(1))
        print_note(f"{copied} conversations and searches copied.")


def compare_copies(installation: Installation, chatbot: str, *, correct: bool) -> bool:
    """Compare, say what differs, and correct it if that is wanted; whether everything agrees then.

    Raises:
        TargetError: the deployment has no copies.
    """
    from confab.facts.compare import counts

    comparing = _comparing(installation)
    with progress("Comparing", sum(1 for _ in comparing.places(chatbot))) as step:
        found = comparing(chatbot, lambda: step(1))
    print_note(f"{found.conversations} conversations and searches read; {found.waiting} wait for their analysis.")
    if found.exact:
        print_note("The copies agree with them.")
        return True
    lacking, other = counts(found.differing)
    print_note(f"{lacking} have no copy, and {other} copies differ or are of what is gone.")
    if not correct:
        print_note("Nothing was changed; `confab facts check --correct` corrects it.")
        return False
    print_note(f"{comparing.repair(found)} copied again.")
    return True


def _comparing(installation: Installation) -> CompareFacts:
    from confab.facts import archive_wiring

    deployment = installation.deployment()
    if not deployment.settings.facts_bucket:
        raise TargetError("This deployment has no copies for queries (parameter Query), or no stack was named.")
    return archive_wiring.compare(deployment)
