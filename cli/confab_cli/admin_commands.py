"""The operator's commands that archive and delete chatbots, and that read the audit log."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Annotated, Final

import typer
from confab.admin import wiring as admin_wiring
from confab.dialects.openbat.admin import audit_row
from confab.domain.audit import AuditEntry
from confab.erasure import wiring as erasure_wiring

from confab_cli.options import AsJson
from confab_cli.output import minute, one_line_errors, print_list, print_note

Chatbot = Annotated[str, typer.Argument(help="Id of the chatbot.")]
WARM: Final = "Warm functions follow within 10 seconds."


def register(app: typer.Typer, chatbots: typer.Typer) -> None:
    """Add the command ``audit``, and commands below ``chatbot``."""
    chatbots.command("archive")(archive_chatbot)
    chatbots.command("unarchive")(unarchive_chatbot)
    chatbots.command("delete")(delete_chatbot)
    app.command("audit")(show_audit)


def archive_chatbot(context: typer.Context, chatbot: Chatbot) -> None:
    """Let a chatbot take no more writes; it is read as before."""
    with one_line_errors():
        admin_wiring.configure(context.obj.deployment()).update(None, chatbot, archived=True)
    print_note(WARM)


def unarchive_chatbot(context: typer.Context, chatbot: Chatbot) -> None:
    """Let an archived chatbot take writes again."""
    with one_line_errors():
        admin_wiring.configure(context.obj.deployment()).update(None, chatbot, archived=False)
    print_note(WARM)


def delete_chatbot(
    context: typer.Context,
    chatbot: Chatbot,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a chatbot for good: its keys stop, and the sweep erases its conversations."""
    with one_line_errors():
        deployment = context.obj.deployment()
        found = admin_wiring.configure(deployment).chatbot(None, chatbot)
        if not yes:
            typer.confirm(f"Delete {found.name} with all its conversations?", abort=True, err=True)
        erasure_wiring.delete_chatbot(deployment)(None, chatbot)
    print_note(f"{found.name} is gone; its conversations are erased in the background.")


def show_audit(
    context: typer.Context,
    workspace: Annotated[str, typer.Option("--workspace", "-w", help="Id of the workspace.")],
    limit: Annotated[int, typer.Option(help="How many entries, the latest first.", min=1, max=1000)] = 50,
    as_json: AsJson = False,
) -> None:
    """Print who changed what in a workspace: time, actor, action, object, fields."""
    with one_line_errors():
        entries = admin_wiring.audit(context.obj.deployment()).page(workspace, None, limit).entries
    columns: dict[str, Callable[[AuditEntry], str]] = {
        "time": lambda entry: minute(entry.at),
        "by": lambda entry: entry.actor_prefix or entry.actor,
        "action": attrgetter("action"),
        "object": attrgetter("object_id"),
        "changed": lambda entry: ", ".join(entry.changed),
    }
    print_list(entries, columns, audit_row, as_json=as_json)
