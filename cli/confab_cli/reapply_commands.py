"""``confab erase --reapply``: erases again what a restore brought back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from confab_cli.output import one_line_errors, print_note, print_table, progress
from confab_cli.target import TargetError

if TYPE_CHECKING:
    from confab.usecases.reapply import Due, ReapplyErasures

AT_ONCE: Final = 500


def reapply(context: typer.Context, former_table: str | None, file: str | None, *, yes: bool) -> None:
    """Erase again whom the receipts of another table, or of a file, are about, as far as this table has them.

    Raises:
        typer.Exit: a receipt is not genuine; the others were gone through.
    """
    from confab.composition.reapplying import former, reapplying

    with one_line_errors():
        deployment = context.obj.deployment().composition()
        work = reapplying(deployment)
        theirs = former(deployment, former_table) if former_table is not None else None
        due = work.due(_read(file or "") if theirs is None else work.receipts_of(theirs))
        _tell(due)
        users = _found(work, due)
        if users and not yes:
            typer.confirm(f"Erase {len(users)} users again? It cannot be undone", abort=True, err=True)
        with progress("Erasing", len(users)) as step:
            rows = []
            for (chatbot, user), receipt in users.items():
                rows.append((receipt["id"], chatbot, work.erase(chatbot, user, AT_ONCE).id))
                step(1)
        work.keep(due)
    print_table(("receipt", "chatbot", "erased again by"), rows)
    print_note(f"{len(rows)} users are being erased again; the sweep finishes and gives new receipts.")
    if due.foreign:
        raise typer.Exit(1)


def _found(work: ReapplyErasures, due: Due) -> dict[tuple[str, str], Any]:
    with progress("Looking for them", work.total(due)) as step:
        return dict(work.users(due, step))


def _tell(due: Due) -> None:
    again = sum(map(len, due.again.values()))
    print_note(f"{again} receipts are newer than this table's data, {due.known} are its own.")
    for receipt in due.foreign:
        print_note(f"The receipt {receipt} is not genuine: signed by another deployment, or changed. It is left out.")


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
