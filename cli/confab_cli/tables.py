"""Tables that hold in any width: columns where they fit, else a paragraph for each row; no id is ever cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

GAP: Final = 2
"""Blanks between two columns."""
PROSE: Final = 12
"""How narrow a column may become that has several words in a cell; others are as wide as their widest cell."""
CONTROLS: Final = dict.fromkeys((*range(32), *range(127, 160)), " ")
"""Control characters, which a text of a stranger may use to write over the terminal."""


def plain(cell: Any) -> str:
    """A cell as one line without control characters."""
    return str(cell).translate(CONTROLS)


def render(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows below their headings, or, where the terminal is too narrow, each row as a paragraph."""
    shown = [[_styled(cell) for cell in row] for row in rows]
    widths = _widths(columns, shown, console.width)
    if widths is None:
        _as_paragraphs(console, columns, shown)
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
    widest, words, widths = [], [], []
    for number, heading in enumerate(columns):
        cells = [heading, *(row[number].plain for row in rows)]
        widest.append(max(map(cell_len, cells)))
        words.append(max((cell_len(word) for cell in cells for word in cell.split()), default=0))
        prose = any(" " in cell for cell in cells)
        widths.append(min(widest[-1], max(PROSE, cell_len(heading))) if prose else widest[-1])
    left = room - sum(widths) - GAP * (len(columns) - 1)
    if left < 0:
        return None
    # First no word is broken, then as few lines as possible are.
    for wanted in (words, widest):
        while left and (lacking := [number for number, width in enumerate(widths) if width < wanted[number]]):
            widths[min(lacking, key=lambda number: widths[number])] += 1
            left -= 1
    return widths


def _as_paragraphs(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> None:
    for name, *cells in rows:
        console.print(Text.assemble((f"{columns[0]} ", "bold"), name), highlight=False, soft_wrap=True)
        said = [
            Text.assemble((f"{heading} ", "bold"), cell)
            for heading, cell in zip(columns[1:], cells, strict=True)
            if cell.plain
        ]
        console.print(Padding(Text("; ").join(said), (0, 0, 0, GAP)), highlight=False)
