"""The operator's commands for responders: who answers what a chatbot's channels bring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer
from confab.admin import wiring as admin_wiring

from confab_cli.options import AsJson, Chatbot
from confab_cli.output import one_line_errors, print_json

if TYPE_CHECKING:
    from confab.admin.responders import Responders

WARM: Final = "Warm functions follow within 10 seconds."


def register(app: typer.Typer) -> None:
    """Add the command ``responder``."""
    responders = typer.Typer(no_args_is_help=True, help="Responders: who answers the messages of a chatbot's channels.")
    responders.command("set")(set_responder)
    responders.command("show")(show_responder)
    responders.command("remove")(remove_responder)
    responders.command("rotate-secret")(rotate_secret)
    app.add_typer(responders, name="responder")


def set_responder(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="https://… that gets messages and events.")],
    chatbot: Chatbot,
    disabled: Annotated[bool, typer.Option("--disabled", help="Keep it, but hand nothing to it.")] = False,
) -> None:
    """Give a chatbot a responder and print the secret that signs its deliveries; a secret that is there stays."""
    with _responders(context) as responders:
        typer.echo(responders.put(chatbot, url, enabled=not disabled).secret)
    typer.echo(WARM, err=True)


def show_responder(
    context: typer.Context,
    chatbot: Chatbot,
    secret: Annotated[bool, typer.Option("--secret", help="Print the secret too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print a chatbot's responder: its URL, and whether it is enabled."""
    with _responders(context) as responders:
        found = responders.show(chatbot)
    if found is None:
        typer.echo("This chatbot has no responder.", err=True)
        raise typer.Exit(1)
    if as_json:
        from confab.dialects.openbat.admin import responder_row

        print_json({**responder_row(found), **({"secret": found.secret} if secret else {})})
        return
    typer.echo("\t".join([found.url, "enabled" if found.enabled else "disabled", *([found.secret] if secret else [])]))


def remove_responder(context: typer.Context, chatbot: Chatbot) -> None:
    """Take a chatbot's responder away."""
    with _responders(context) as responders:
        responders.remove(chatbot)
    typer.echo(WARM, err=True)


def rotate_secret(context: typer.Context, chatbot: Chatbot) -> None:
    """Give a responder a new secret and print it; for 24 hours deliveries carry a signature by the old one too."""
    with _responders(context) as responders:
        typer.echo(responders.rotate_secret(chatbot).secret)
    typer.echo(WARM, err=True)


@contextmanager
def _responders(context: typer.Context) -> Iterator[Responders]:
    """The use cases on the chosen deployment."""
    with one_line_errors():
        yield admin_wiring.responders(context.obj.deployment())
