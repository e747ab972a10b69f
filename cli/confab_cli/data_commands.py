"""The operator's commands for data as files: export, and comparing a client's list with what is stored."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from confab.admin import wiring as admin_wiring
from confab.dialects.export.formats import FORMATS
from confab.dialects.openbat.reconcile import reconciled
from confab.domain.manifest import MATCH, UNVERIFIABLE, Comparison
from confab.domain.statistics import ALL_TIME
from confab.platform.errors import InvalidRequest
from confab.reading import wiring as reading_wiring
from confab.reading.filters import Filters
from confab.storage import wiring as storage_wiring

from confab_cli import filter_options as by
from confab_cli.manifest import ManifestFault, read_manifest
from confab_cli.options import AsJson, Chatbot
from confab_cli.output import one_line_errors, print_json, print_note, print_plain, print_table, progress
from confab_cli.privacy_commands import print_user

if TYPE_CHECKING:
    from confab.deployment import Deployment

OneUser = Annotated[
    str | None,
    typer.Option(
        "--user",
        "-u",
        help="Your own id of a user: without --format all data of the user, also from others' conversations.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands ``export`` and ``reconcile``."""
    app.command("export")(export)
    app.command("reconcile")(reconcile)


def export(
    context: typer.Context,
    chatbot: Chatbot,
    form: Annotated[
        str | None, typer.Option("--format", help=f"One of {', '.join(FORMATS)}; jsonl if not named.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; standard output if none.")] = None,
    user: OneUser = None,
    since: by.Since = None,
    until: by.Until = None,
    organization: by.Organization = None,
    channel: by.Channel = None,
    topic: by.Topic = None,
    flag: by.Flag = None,
    label: by.Label = None,
    outcome: by.Outcome = None,
    dialect: by.Dialect = None,
    text: by.Text = None,
    job: Annotated[
        bool, typer.Option("--job", help="Let the deployment write the file by itself, wait for it and download it.")
    ] = False,
) -> None:
    """Write a chatbot's analysed conversations as one file, all or those with every filter; of a user all that is kept.

    With --user and nothing else it prints all data of that user: the profile, conversations, mentions, searches.
    """
    filters = by.filters_of(
        since=since,
        until=until,
        user=user,
        organization=organization,
        channel=channel,
        topic=topic,
        flag=flag,
        label=label,
        outcome=outcome,
        dialect=dialect,
        text=text,
    )
    if form is None and filters == Filters(user=user) and user is not None and output is None:
        print_user(context.obj, chatbot, user)
        return
    if form is not None and form not in FORMATS:
        raise typer.BadParameter(f"one of {', '.join(FORMATS)}", param_hint="--format")
    run = _export_by_job if job else _export
    with one_line_errors(), _writing(output) as target:
        rows = run(context, chatbot, form or "jsonl", filters, target)
    print_note(f"{rows:,} conversations" + (f" in {output}." if output else "."))


def _export(context: typer.Context, chatbot_id: str, form: str, filters: Filters, target: TextIO) -> int:
    """Write the conversations; how many there were."""
    deployment: Deployment = context.obj.deployment()
    chatbot = admin_wiring.configure(deployment).chatbot(None, chatbot_id)
    total = storage_wiring.statistics(deployment).sums([chatbot.id], ALL_TIME)[ALL_TIME].get("conversations", 0)
    wanted, rows = FORMATS[form], 0
    target.write(wanted.header(chatbot))
    with progress("Exporting", total) as step:
        for one in reading_wiring.export(deployment).every(chatbot, filters):
            target.writelines(wanted.lines(one, chatbot))
            rows += 1
            step(1)
    return rows


def _export_by_job(context: typer.Context, chatbot_id: str, form: str, filters: Filters, target: TextIO) -> int:
    """Let a job write the conversations; how many there were."""
    # Brings what HTTP functions are made of.
    from confab_cli.jobs import export_by_job

    deployment: Deployment = context.obj.installation().deployment()
    chatbot = admin_wiring.configure(deployment).chatbot(None, chatbot_id)
    return export_by_job(deployment, chatbot, form, _said(filters), target)


def _said(filters: Filters) -> dict[str, str]:
    """Filters as a request names them."""
    times = {"from": filters.since, "to": filters.until}
    named = ("user", "organization", "channel", "topic", "flag", "label", "outcome", "dialect", "text")
    said = {name: getattr(filters, name) for name in named}
    said |= {name: None if time is None else time.isoformat() for name, time in times.items()}
    return {name: value for name, value in said.items() if value is not None}


def reconcile(
    context: typer.Context,
    chatbot: Chatbot,
    manifest: Annotated[
        Path,
        typer.Argument(help='JSON Lines: {"conversationId", "messages": [{"id", "sha256"}]}, or a message a line.'),
    ],
    as_json: AsJson = False,
) -> None:
    """Compare a list of what was sent with what is stored, and show what differs.

    Exit code 1 when a message is missing, changed or not in the list.
    """
    counts: Counter[str] = Counter()
    results: list[Comparison] = []
    with one_line_errors():
        try:
            claims = read_manifest(manifest)
        except (ManifestFault, OSError) as fault:
            raise InvalidRequest(str(fault)) from None
        deployment = context.obj.deployment()
        found = admin_wiring.configure(deployment).chatbot(None, chatbot)
        with progress("Comparing", len(claims)) as step:
            for compared in reading_wiring.reconcile(deployment)(found, claims):
                # Most agree, and of a manifest of any size those are only counted unless all are printed.
                counts[compared.status] += 1
                results += [compared] if as_json or compared.status != MATCH else []
                step(1)
    if as_json:
        print_json(reconciled(results))
    elif rows := [row for compared in results for row in _differences(compared)]:
        print_table(("conversation", "what", "message"), rows)
    print_note(", ".join(f"{status}: {count:,}" for status, count in sorted(counts.items())) or "nothing to compare")
    if set(counts) - {MATCH, UNVERIFIABLE}:
        raise typer.Exit(1)
    if not as_json:
        print_plain("match")


def _differences(compared: Comparison) -> Iterator[tuple[str, str, str]]:
    kinds = {
        "missing": compared.missing,
        "changed": compared.changed,
        "unknown": compared.unknown,
        "unverifiable": compared.unverifiable,
    }
    named = [(compared.conversation_id, what, name) for what, names in kinds.items() for name in names]
    yield from named
    if not named and compared.status != MATCH:
        yield compared.conversation_id, compared.status, ""


@contextmanager
def _writing(path: Path | None) -> Iterator[TextIO]:
    """Where a file is written; one that could not be written whole is not left under its name."""
    if path is None:
        yield sys.stdout
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as target:
            yield target
        part.replace(path)
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
