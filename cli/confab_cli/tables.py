"""Tables that hold in any width: columns where they fit, else one row below the other; no id is ever cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP: Final = 2
"""Blanks between two columns."""
PROSE: Final = 16
"""How narrow a column of several words may become."""
CONTROLS: Final = dict.fromkeys((*range(32), *range(127, 160)), " ")
"""Control characters, which a text of a stranger may use to write over the terminal."""


def plain(cell: Any) -> str:
    """A cell as one line without control characters."""
    return str(cell).translate(CONTROLS)


def render(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows below their headings, or, where the terminal is too narrow, each row as lines of its own."""
    shown = [[_styled(cell) for cell in row] for row in rows]
    widths = _widths(columns, shown, console.width)
    if widths is None:
        _as_lines(console, columns, shown)
        return
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for heading, width in zip(columns, widths, strict=True):
        table.add_column(heading, width=width, overflow="fold")
    for row in shown:
        table.add_row(*row)
    console.print(table, highlight=False)


def _styled(cell: Any) -> Text:
    return Text(plain(cell), style=cell.style if isinstance(cell, Text) else "")


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Text]], room: int) -> list[int] | None:
    """How wide each column is; None where not all of them have room."""
    widest, widths = [], []
    for number, heading in enumerate(columns):
        cells = [heading, *(row[number].plain for row in rows)]
        widest.append(max(map(cell_len, cells)))
        word = max((cell_len(word) for cell in cells for word in cell.split()), default=0)
        widths.append(min(widest[-1], max(word, PROSE)))
    left = room - sum(widths) - GAP * (len(columns) - 1)
    if left < 0:
        return None
    while left and (lacking := [number for number, width in enumerate(widths) if width < widest[number]]):
        widths[min(lacking, key=lambda number: widths[number])] += 1
        left -= 1
    return widths


def _as_lines(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> None:
    room = max(map(cell_len, columns))
    for number, row in enumerate(rows):
        if number:
            console.print()
        for heading, cell in zip(columns, row, strict=True):
            line = Text(f"{heading:<{room}}", style="bold").append(" " * GAP).append(cell)
            console.print(line, soft_wrap=True, highlight=False)
