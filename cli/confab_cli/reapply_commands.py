"""``confab erase --reapply``: erases again what a restore brought back, users' data and what was deleted."""

from __future__ import annotations

import json
from collections.abc import Sized
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
from confab.erasure import reapply_wiring
from confab.erasure.receipt import is_deletion

from confab_cli.output import one_line_errors, print_note, print_plain, print_table, progress
from confab_cli.target import TargetError

if TYPE_CHECKING:
    from confab.deployment import Deployment
    from confab.erasure.reapply import Due, ReapplyErasures
    from confab.erasure.reapply_deletions import DueDeletions, ReapplyDeletions

AT_ONCE: Final = 500


def reapply(context: typer.Context, former_table: str | None, file: str | None, *, yes: bool) -> None:
    """Erase again what the receipts and records of another table, or of a file, are about, as far as it is there.

    Raises:
        typer.Exit: a receipt or record is not genuine; the others were gone through.
    """
    with one_line_errors():
        deployment = context.obj.installation().deployment()
        work = reapply_wiring.reapply_erasures(deployment)
        deleting = reapply_wiring.reapply_deletions(deployment)
        if former_table is None:
            given = _read(file or "")
        else:
            receipts, records = reapply_wiring.records_of(deployment, former_table)
            given = [*work.receipts_of(receipts), *deleting.records_of(records)]
        due = work.due(value for value in given if not is_deletion(value))
        deletions = deleting.due(value for value in given if is_deletion(value))
        _tell(due, deletions)
        users = _found(work, due)
        if (users or deletions.chatbots or deletions.conversations) and not yes:
            typer.confirm(f"{_what(users, deletions)}: erase them again? It cannot be undone", abort=True, err=True)
        _delete(deleting, deletions)
        with progress("Erasing", len(users)) as step:
            rows = []
            for (chatbot, user), receipt in users.items():
                rows.append((receipt["id"], chatbot, work.erase(chatbot, user, AT_ONCE).id))
                step(1)
        work.keep(due)
    print_table(("receipt", "chatbot", "erased again by"), rows)
    if rows or deletions.chatbots or deletions.conversations:
        print_note(f"{_what(users, deletions)} are erased again; the sweep finishes and gives new receipts.")
    else:
        print_note("Nothing that they are about is there: there is nothing to erase again.")
    if due.foreign or deletions.foreign:
        raise typer.Exit(1)


def print_records(deployment: Deployment) -> None:
    """Print every receipt, and a record of every deletion, as JSON Lines: what ``--receipts`` takes."""
    from confab.erasure.receipt_store import ReceiptStore
    from confab.erasure.record_store import DeletionRecordStore

    receipts = reapply_wiring.reapply_erasures(deployment).receipts_of(ReceiptStore(deployment.table))
    deletions = reapply_wiring.reapply_deletions(deployment).records_of(DeletionRecordStore(deployment.table))
    for value in chain(receipts, deletions):
        print_plain(json.dumps(value, ensure_ascii=False))


def _delete(deleting: ReapplyDeletions, due: DueDeletions) -> None:
    with progress("Deleting", len(due.chatbots) + len(due.conversations)) as step:
        deleting.apply(due, step)


def _what(users: Sized, deletions: DueDeletions) -> str:
    return f"{len(users)} users, {len(deletions.conversations)} conversations, {len(deletions.chatbots)} chatbots"


def _found(work: ReapplyErasures, due: Due) -> dict[tuple[str, str], Any]:
    with progress("Looking for them", work.total(due)) as step:
        return dict(work.users(due, step))


def _tell(due: Due, deletions: DueDeletions) -> None:
    again = sum(map(len, due.again.values()))
    print_note(f"{again} receipts are newer than this table's data, {due.known} are its own.")
    for name in (*due.foreign, *deletions.foreign):
        print_note(f"The receipt {name} is not genuine: signed by another deployment, or changed. It is left out.")


def _read(file: str) -> list[Any]:
    """Receipts in a file: one a line, a list, or the answer of ``GET …/erasures``.

    Raises:
        TargetError: it cannot be read as any of these.
    """
    try:
        text = Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise TargetError(f"{file} holds no receipts.") from None
    try:
        return _receipts(json.loads(text))
    except ValueError:
        pass
    try:
        return [receipt for line in text.splitlines() if line.strip() for receipt in _receipts(json.loads(line))]
    except ValueError:
        raise TargetError(f"{file} holds no receipts.") from None


def _receipts(value: Any) -> list[Any]:
    if isinstance(value, dict) and "receipts" in value:
        value = value["receipts"]
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(receipt, dict) for receipt in listed):
        raise ValueError("no receipts")
    return listed
