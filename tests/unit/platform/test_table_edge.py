"""The table's form stays behind stores: use cases and dialects see domain types, and say which retention they mean."""

from __future__ import annotations

import ast

from tests.support.sources import PACKAGE, nodes_of


def test_every_visibility_is_a_required_argument() -> None:
    optional = [
        f"{module.relative_to(PACKAGE)}:{node.lineno}"
        for module in sorted(PACKAGE.rglob("*.py"))
        for node in nodes_of(module)
        if isinstance(node, ast.FunctionDef)
        for argument, default in _arguments(node)
        if argument.annotation is not None and "Visibility" in ast.unparse(argument.annotation)
        if default is not None or "None" in ast.unparse(argument.annotation)
    ]
    assert optional == []


def _arguments(function: ast.FunctionDef) -> list[tuple[ast.arg, ast.expr | None]]:
    """The arguments of a function, each with its default."""
    given = [*function.args.posonlyargs, *function.args.args]
    defaults = [*[None] * (len(given) - len(function.args.defaults)), *function.args.defaults]
    keywords = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return [*zip(given, defaults, strict=True), *keywords]
