"""Lines of CSV (RFC 4180) whose cells no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

CONTENT_TYPE: Final = "text/csv; charset=utf-8"
MAX_CELL: Final = 32_000
"""Characters of a cell: spreadsheets hold 32,767."""
_FORMULA: Final = frozenset("=+-@\t\r\n＝＋－＠")  # spreadsheets read these as the ASCII ones
_PLACES: Final = 6


def cell(value: Any) -> str:
    """A value as a cell; null is an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(round(value, _PLACES))
    return text_cell(value) if isinstance(value, str) else str(value)


def text_cell(value: str) -> str:
    """A text that spreadsheets take as it is: one that looks like a formula begins with an apostrophe."""
    cut = value if len(value) <= MAX_CELL else value[: MAX_CELL - 1] + "…"
    return f"'{cut}" if cut[:1] in _FORMULA else cut


def line(cells: Iterable[str]) -> str:
    """A line of cells."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
