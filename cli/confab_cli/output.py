"""How commands print: tables for people, tab-separated lines for a pipe, one line for an error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import typer
from confab.platform.errors import ConfabError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from confab_cli.target import TargetError

out = Console()
err = Console(stderr=True)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn an error that the operator can act on into one line and exit code 1."""
    try:
        yield
    except (ConfabError, TargetError) as error:
        err.print(f"confab: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None


def print_plain(text: str) -> None:
    """One line on standard output, without markup, for use in scripts."""
    sys.stdout.write(text + "\n")


def print_note(text: str) -> None:
    """One line on standard error, beside what a script reads."""
    err.print(text, style="dim", markup=False, highlight=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table for people; tab-separated lines for a pipe."""
    if not out.is_terminal:
        for row in rows:
            print_plain("\t".join(map(str, row)))
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else str(cell) for cell in row))
    out.print(table)


def minute(time: datetime) -> str:
    """A time to the minute."""
    return time.strftime("%Y-%m-%d %H:%M")


def span(length: timedelta) -> str:
    """A span of time in its largest two units, such as ``3d 4h`` or ``12m 5s``."""
    seconds = max(int(length.total_seconds()), 0)
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s")]
    first = next((index for index, (amount, _) in enumerate(parts) if amount), len(parts) - 1)
    return " ".join(f"{amount}{unit}" for amount, unit in parts[first : first + 2])


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing elsewhere; gives what advances it by so many steps.

    Args:
        total: how many steps there are; None where nobody knows, and those that were taken are counted.
    """
    if not err.is_terminal:
        yield lambda _: None
        return
    from rich.progress import MofNCompleteColumn, Progress

    counted = () if total else (MofNCompleteColumn(),)
    with Progress(*Progress.get_default_columns(), *counted, console=err, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda steps: bar.advance(task, steps)
