"""The project's own code, for tests that read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "layers" / "confab" / "python" / "confab"


@cache
def nodes_of(module: Path) -> tuple[ast.AST, ...]:
    """All nodes of a module's syntax tree. Several tests read the same modules, and parsing them is what takes time."""
    return tuple(ast.walk(ast.parse(module.read_text())))


def imported_names(module: Path) -> Iterator[str]:
    """The modules that a module imports."""
    for node in nodes_of(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            # ``from confab.capture import wiring`` imports a module of the package.
            package = PACKAGE / node.module.removeprefix("confab.")
            yield from (f"{node.module}.{alias.name}" for alias in node.names) if package.is_dir() else [node.module]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
