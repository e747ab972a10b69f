"""The operator's commands for privacy: redaction, retention, and the data of one user."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer
from confab.admin import wiring as admin_wiring
from confab.capture.reach import SERVERS
from confab.dialects.openbat.admin import running_row
from confab.dialects.openbat.export import line_of
from confab.erasure import conversation_wiring
from confab.erasure import wiring as erasure_wiring
from confab.platform.errors import NotFound
from confab.redaction.detection import KINDS
from confab.redaction.redactor import ACTIONS, MASK
from confab.redaction.settings import MAX_RETENTION, OwnPattern, PrivacySettings

from confab_cli.options import AnyChatbot, Chatbot
from confab_cli.output import err, one_line_errors, print_note, print_plain
from confab_cli.reapply_commands import print_records, reapply

if TYPE_CHECKING:
    from confab.admin.privacy import Privacy
    from confab.deployment import Deployment
    from rich.status import Status

    from confab_cli.target import Target

AT_ONCE: Final = 500
IN_FORCE: Final = "It holds for every request that begins now."


def register(app: typer.Typer) -> None:
    """Add the commands ``privacy`` and ``erase``."""
    privacy = typer.Typer(no_args_is_help=True, help="Privacy: redaction, and how long conversations are kept.")
    privacy.command("show")(show_settings)
    privacy.command("redact")(redact)
    privacy.command("pattern")(set_pattern)
    privacy.command("retain")(retain)
    privacy.command("client")(keep_client)
    privacy.command("check-receipt")(check_receipt)
    privacy.command("receipts")(receipts)
    app.add_typer(privacy, name="privacy")
    app.command("erase")(erase)


def show_settings(context: typer.Context, chatbot: Chatbot) -> None:
    """Print a chatbot's privacy settings as JSON."""
    with _privacy(context) as privacy:
        print_plain(json.dumps(privacy.show(chatbot).setting(), ensure_ascii=False))


def redact(
    context: typer.Context,
    chatbot: Chatbot,
    kinds: Annotated[
        list[str] | None,
        typer.Argument(metavar="KIND=ACTION", help=f"Kinds: {', '.join(KINDS)}. Actions: {', '.join(ACTIONS)}."),
    ] = None,
    users: Annotated[
        bool | None, typer.Option("--users/--no-users", help="Also for what is known of the user: name, e-mail, ...")
    ] = None,
) -> None:
    """Say what becomes of personal data in what is sent from now on; kinds that are not named stay as they are."""
    wanted = dict(_pair(text) for text in kinds or ())

    def changed(known: PrivacySettings) -> PrivacySettings:
        actions = {**known.actions, **wanted}
        return replace(known, actions=actions, users=known.users if users is None else users)

    _change(context, chatbot, changed)


def set_pattern(
    context: typer.Context,
    chatbot: Chatbot,
    name: Annotated[str, typer.Argument(help="What its marks are called.")],
    expression: Annotated[str | None, typer.Argument(help="A regular expression in RE2's syntax.")] = None,
    action: Annotated[str, typer.Option(help=f"One of {', '.join(ACTIONS)}.")] = MASK,
    remove: Annotated[bool, typer.Option("--remove", help="Take the pattern away.")] = False,
) -> None:
    """Add a kind of your own to what is redacted, or change it."""
    if remove == (expression is not None):
        raise typer.BadParameter("give an expression, or --remove", param_hint="EXPRESSION")

    def changed(known: PrivacySettings) -> PrivacySettings:
        others = [pattern for pattern in known.patterns if pattern.name != name]
        own = [] if expression is None else [OwnPattern(name, expression, action)]
        return replace(known, patterns=[*others, *own])

    _change(context, chatbot, changed)


def retain(
    context: typer.Context,
    chatbot: Chatbot,
    days: Annotated[int, typer.Argument(help="Days without activity; 0 keeps for ever.", min=0, max=MAX_RETENTION)],
) -> None:
    """Say after how many days without activity a conversation is erased."""
    _change(context, chatbot, lambda known: replace(known, retention_days=days or None))


def keep_client(
    context: typer.Context,
    chatbot: Chatbot,
    keep: Annotated[bool, typer.Option("--keep/--drop", help="Store them, or do not.")],
) -> None:
    """Say whether the address and the software of whoever calls the API (OpenBat's capture and track) are stored."""
    _change(context, chatbot, lambda known: replace(known, keep_client=keep))


def erase(
    context: typer.Context,
    chatbot: AnyChatbot = None,
    user: Annotated[str | None, typer.Option("--user", "-u", help="Your own id of the user.")] = None,
    conversation: Annotated[
        str | None, typer.Option(help="Instead of a user: a conversation, by your own id or by Confab's.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait for the receipt, or leave the rest to the sweep.")
    ] = True,
    again: Annotated[
        bool, typer.Option("--reapply", help="After a restore: erase again what was erased since, of all chatbots.")
    ] = False,
    from_table: Annotated[
        str | None, typer.Option(help="With --reapply: the table before the restore, which has the receipts.")
    ] = None,
    receipts: Annotated[
        str | None,
        typer.Option(
            help="With --reapply: a file with receipts as JSON, one or a list, or one a line (privacy receipts)."
        ),
    ] = None,
) -> None:
    """Erase all that is kept of a user and print the receipt as JSON, or one conversation whole. Run it again if it
    was interrupted.

    The receipt comes after a second look, some minutes after the first that finds nothing. Whoever stops waiting finds
    it at GET /api/v1/chatbots/{id}/erasures: the sweep finishes.
    """
    if again:
        if chatbot or user or conversation or (from_table is None) == (receipts is None):
            raise typer.BadParameter("takes --from-table or --receipts, and nothing else", param_hint="--reapply")
        reapply(context, from_table, receipts, yes=yes)
        return
    if chatbot is None or (user is None) == (conversation is None):
        hint = "--chatbot, --user, --conversation"
        raise typer.BadParameter("name the chatbot, and the user or the conversation", param_hint=hint)
    if conversation is not None:
        _erase_conversation(context.obj, chatbot, conversation, yes=yes)
        return
    assert user is not None
    _erase_user(context.obj, chatbot, user, yes=yes, wait=wait)


def _erase_user(target: Target, chatbot: str, user: str, *, yes: bool, wait: bool) -> None:
    if not yes:
        typer.confirm(f"Erase all data of the user '{user}'? It cannot be undone", abort=True, err=True)
    with one_line_errors():
        deployment = target.deployment()
        erase_user = erasure_wiring.erase_user(deployment)
        progress = erase_user(None, chatbot, user, AT_ONCE)
        with err.status("erasing") as status:
            while progress.receipt is None and wait:
                _let_pass(deployment, status, progress.look_again_at)
                progress = erase_user(None, chatbot, user, AT_ONCE)
    print_plain(json.dumps(progress.receipt or running_row(progress), ensure_ascii=False))


def _erase_conversation(target: Target, chatbot: str, wanted: str, *, yes: bool) -> None:
    if not yes:
        typer.confirm(f"Erase the conversation '{wanted}'? It cannot be undone", abort=True, err=True)
    with one_line_errors():
        deployment = target.deployment()
        admin_wiring.configure(deployment).chatbot(None, chatbot)
        erased = [conversation_wiring.erase(deployment)(*place) for place in SERVERS.places(chatbot, wanted)]
        if not any(erased):
            raise NotFound("There is no such conversation.")
    print_note("It is erased. A record of that is kept for restores, which names nobody.")


def _let_pass(deployment: Deployment, status: Status, look_again_at: datetime | None) -> None:
    """Wait for the second look, where that is all that is left."""
    while look_again_at is not None and (left := (look_again_at - deployment.now()).total_seconds()) > 0:
        status.update(f"Nothing is left. It looks once again in {left:.0f} s; the sweep finishes if you stop here.")
        deployment.sleep(min(left, 1.0))


def print_user(target: Target, chatbot: str, user: str) -> None:
    """Print all that is kept of a user as JSON Lines: the profile, conversations, mentions elsewhere, searches."""
    with one_line_errors():
        export_user = erasure_wiring.export_user(target.deployment())
        with err.status("looking through what was stored before the last upgrade"):
            while export_user.prepare(chatbot):
                pass
        for _, part in export_user(None, chatbot, user):
            print_plain(json.dumps(line_of(part), ensure_ascii=False))


def check_receipt(
    context: typer.Context,
    file: Annotated[typer.FileText, typer.Argument(help="The receipt as JSON; - reads standard input.")],
    user: Annotated[str | None, typer.Option("--user", help="Also check that it is this user's.")] = None,
) -> None:
    """Say whether a receipt is genuine: signed by this deployment and unchanged; the exit code is 1 if not."""
    try:
        receipt = json.load(file)
    except ValueError:
        receipt = None
    with one_line_errors():
        erase_user = erasure_wiring.erase_user(context.obj.deployment())
        genuine = isinstance(receipt, dict) and erase_user.is_genuine(receipt, user)
    print_plain("genuine" if genuine else "not genuine")
    if not genuine:
        raise typer.Exit(1)


def receipts(context: typer.Context) -> None:
    """Print the receipts of erasures and a record of each deletion, of all chatbots, as JSON Lines.

    Keep them apart from the table: `confab erase --reapply --receipts FILE` takes them after a restore.
    """
    with one_line_errors():
        print_records(context.obj.deployment())


def _change(context: typer.Context, chatbot: str, changed: Callable[[PrivacySettings], PrivacySettings]) -> None:
    with _privacy(context) as privacy:
        with err.status("") as status:

            def waiting(seconds: int) -> None:
                status.update(f"Stored. Every function will have read it in {seconds} s.")

            settings = privacy.change(chatbot, changed, waiting=waiting)
        print_plain(json.dumps(settings.setting(), ensure_ascii=False))
    print_note(IN_FORCE)


def _pair(text: str) -> tuple[str, str]:
    kind, equals, action = text.partition("=")
    if not equals or kind not in KINDS or action not in ACTIONS:
        raise typer.BadParameter(f"'{text}' is not a kind and what becomes of it, as in email=mask")
    return kind, action


@contextmanager
def _privacy(context: typer.Context) -> Iterator[Privacy]:
    """The use cases on the chosen deployment."""
    with one_line_errors():
        yield admin_wiring.privacy(context.obj.deployment())
