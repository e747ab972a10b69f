"""What the help calls the values of options: ``<text>``, ``<number>``, ``<day>``, ``<file>``."""

from __future__ import annotations

from typing import Any, Final, get_args

from typer.core import TyperArgument, TyperOption

DAY: Final = ["%Y-%m-%d"]
"""How days are read."""
NUMBERS: Final = (int, float)
SHOWN: Final = TyperOption.display_type
"""What the library would show: the names of Python's types."""


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
    if described.is_datetime:
        return "<day>" if described.parameter_info.formats == DAY else "<time>"
    if described.is_path or described.is_file:
        return "<file>"
    inner = get_args(described.annotation) if described.is_list else (described.annotation,)
    return "<number>" if set(inner) <= set(NUMBERS) else "<text>"
