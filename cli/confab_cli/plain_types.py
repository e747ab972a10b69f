"""What the help calls the values of options: ``<text>``, ``<number>``, ``<day>``, ``<file>``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, get_args

import typer
from typer.core import TyperArgument, TyperOption

NUMBERS: Final = (int, float)
SHOWN: Final = TyperOption.display_type
"""What the library would show: the names of Python's types."""


def read_day(text: str) -> datetime:
    """The begin of a UTC day.

    Raises:
        typer.BadParameter: the text is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a day as in 2026-11-28") from None


def use_plain_types() -> None:
    """Let the help of every command name types so that anybody reads them. The library has no setting for it."""
    for kind in (TyperOption, TyperArgument):
        kind.display_type = _plain  # type: ignore[method-assign, assignment]


def _plain(parameter: Any, ctx: Any) -> str:
    described = parameter.type_descriptor
    if described.is_choice:
        return SHOWN(parameter, ctx)
    if getattr(parameter, "is_flag", False):
        return ""
    if described.parameter_info.parser is read_day:
        return "<day>"
    if described.is_path or described.is_file:
        return "<file>"
    inner = get_args(described.annotation) if described.is_list else (described.annotation,)
    return "<number>" if set(inner) <= set(NUMBERS) else "<text>"
