"""The operator's command that stores conversations from files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from confab.admin import wiring as admin_wiring
from confab.importing.detect import FORMATS
from confab.importing.files import File
from confab.importing.pieces import Fault, Options, Unreadable
from confab.importing.run import Progress
from confab.importing.table import TEMPLATE, template
from confab.importing.whatsapp import ORDERS
from confab.platform.errors import InvalidRequest
from confab.storage.chatbot_lookup import require_writable

from confab_cli.options import AnyChatbot
from confab_cli.output import err, one_line_errors, print_note, print_plain, progress


def register(app: typer.Typer) -> None:
    """Add the command ``import``."""
    app.command("import")(import_file)


def import_file(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="The file, or the ZIP archive.")] = None,
    chatbot: AnyChatbot = None,
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "auto",
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="Of CSV: the template's column and the file's own, as in content=body; repeat it."),
    ] = None,
    assistants: Annotated[
        list[str] | None,
        typer.Option("--assistant", help="Of chats between people: who answers, by name or id; may be repeated."),
    ] = None,
    dates: Annotated[str | None, typer.Option(help=f"Of WhatsApp: one of {', '.join(ORDERS)}.")] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Read and check all of it, and store nothing.")] = False,
    analysis: Annotated[
        bool, typer.Option("--analysis/--no-analysis", help="Whether what is stored is judged, or only counted.")
    ] = True,
    job: Annotated[
        bool, typer.Option("--job", help="Upload the file, and wait until the deployment has stored it by itself.")
    ] = False,
    show_template: Annotated[bool, typer.Option("--template", help="Print the header of a CSV file.")] = False,
) -> None:
    """Store the conversations of a file, each message once: import it again if it was interrupted, or has grown.

    Exit code 1 when something of it could not be taken; each fault is shown with its line.
    """
    if show_template:
        print_plain(template().rstrip("\r\n"))
        return
    if file is None or chatbot is None:
        raise typer.BadParameter("name the file and the chatbot", param_hint="FILE, --chatbot")
    options = Options(
        form=_one_of(form, FORMATS, "--format"),
        columns=dict(map(_pair, columns or ())),
        assistants=frozenset(assistants or ()),
        dates=None if dates is None else _one_of(dates, ORDERS, "--dates"),
        analyse=analysis,
    )
    with one_line_errors():
        found = _import(context, file, chatbot, options, dry=dry, job=job)
    _report(found, dry=dry)
    if found.faulty:
        raise typer.Exit(1)


def _import(context: typer.Context, path: Path, chatbot_id: str, options: Options, *, dry: bool, job: bool) -> Progress:
    # What is stored is put on the queue of the stack.
    deployment = context.obj.installation().deployment()
    chatbot = require_writable(admin_wiring.configure(deployment).chatbot(None, chatbot_id))
    if job:
        # Brings what HTTP functions are made of.
        from confab_cli.jobs import import_by_job

        return import_by_job(deployment, chatbot, path, options, dry=dry)
    # Other commands start a tenth of a second earlier without what reads files.
    from confab.erasure import conversation_wiring
    from confab.importing import wiring as importing_wiring

    run = importing_wiring.import_file(deployment, conversation_wiring.erase(deployment))
    found, read = Progress(), 0
    try:
        file = File(path)
        with progress("Importing", file.size) as step:
            for _ in run(chatbot.id, file, options, found, dry=dry):
                step(file.position - read)
                read = file.position
    except Unreadable as fault:
        if not found.done:
            raise InvalidRequest(f"{path.name}: {fault}") from None
        found.refuse(Fault(0, str(fault)))
    return found


def _report(found: Progress, *, dry: bool) -> None:
    for fault in found.faults:
        err.print(f"line {fault.line}: {fault.message}", style="red", markup=False, highlight=False, soft_wrap=True)
    if found.faulty > len(found.faults):
        print_note(f"and {found.faulty - len(found.faults):,} further faults")
    tally = found.tally
    rows = {
        "conversations": tally.conversations,
        "messages": tally.messages,
        **({} if dry else {"new": tally.stored, "already stored": tally.duplicates, "kept as before": tally.conflicts}),
        "feedback": tally.feedback,
        "events": tally.events,
        "scores": tally.scores,
        "older than the retention, not stored": tally.expired,
        "faults": found.faulty,
    }
    for name, count in rows.items():
        if count or name in ("conversations", "messages"):
            print_plain(f"{name}\t{count}")
    if dry:
        print_note("Nothing was stored.")


def _pair(text: str) -> tuple[str, str]:
    wanted, equals, own = text.partition("=")
    if not equals or not own or not (wanted in TEMPLATE or wanted.startswith("custom.")):
        told = f"'{text}' is not as in content=body; columns: {', '.join(TEMPLATE)}"
        raise typer.BadParameter(told, param_hint="--map")
    return wanted, own


def _one_of(word: str, words: tuple[str, ...], option: str) -> str:
    if word not in words:
        raise typer.BadParameter(f"one of {', '.join(words)}", param_hint=option)
    return word
