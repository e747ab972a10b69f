"""How commands print: tables for people, tab-separated lines for a pipe, JSON for programs, one line for an error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import typer
from confab.platform.errors import ConfabError
from rich.console import Console

from confab_cli.tables import plain, render
from confab_cli.target import TargetError

out = Console()
err = Console(stderr=True)

Found = TypeVar("Found")


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn an error that the operator can act on into one line and exit code 1."""
    try:
        yield
    except (ConfabError, TargetError) as error:
        print_error(str(error))
        raise typer.Exit(1) from None


def print_error(text: str) -> None:
    """One line on standard error, for what went wrong."""
    err.print(f"confab: {plain(text)}", style="red", markup=False, highlight=False, soft_wrap=True)


def print_plain(text: str) -> None:
    """One line on standard output, without markup, for use in scripts."""
    sys.stdout.write(text + "\n")


def print_note(text: str) -> None:
    """One line on standard error, beside what a script reads."""
    err.print(text, style="dim", markup=False, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """A value as a JSON document on standard output."""
    print_plain(json.dumps(value, ensure_ascii=False, indent=2))


def print_list(
    found: Iterable[Found],
    columns: Mapping[str, Callable[[Found], Any]],
    answer: Callable[[Found], Mapping[str, Any]],
    *,
    as_json: bool,
) -> None:
    """Print a list: a table, lines for a pipe, or with ``--json`` one JSON array.

    Args:
        columns: the headings, and what each shows of an entry.
        answer: an entry as JSON has it, with the names of the API.
    """
    if as_json:
        print_json([answer(each) for each in found])
        return
    print_table(list(columns), [[cell(each) for cell in columns.values()] for each in found])


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table for people; tab-separated lines for a pipe, whose headings go to standard error."""
    if out.is_terminal:
        render(out, columns, rows)
        return
    typer.echo("\t".join(columns), err=True)
    for row in rows:
        print_plain("\t".join(map(plain, row)))


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
