"""The table's form stays behind stores: use cases and dialects see domain types, and say which retention they mean."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.sources import PACKAGE, imported_names, nodes_of

STORES = {
    "analysis/budgets.py",
    "analysis/loaded.py",
    "analysis/loading.py",
    "analysis/row.py",
    "reading/search_index.py",
}
"""Modules of stores that are not called so."""
SEEN = {
    "keys": set[str](),
    "notice_keys": set[str](),
    "attributes": set[str](),
    "blobs": set[str](),
    "conversation_row": {"managed_attributes"},
    "messages": {"message_bytes"},
    "table": {"ConditionFailed", "ItemTooLarge"},
    "values": {"Place"},
    "writes": {"Action"},
}
"""Of the modules that know how items look, what a use case or a dialect may use."""
KEY_ATTRIBUTES = {"pk", "sk"}


def _is_store(module: Path) -> bool:
    name = module.relative_to(PACKAGE).as_posix()
    return module.name == "store.py" or module.name.endswith("_store.py") or name in STORES


def _users() -> list[Path]:
    """The modules of use cases and dialects: those that hold no store and put nothing together."""
    ground = {"storage", "domain", "platform"}
    folders = (path for path in sorted(PACKAGE.iterdir()) if path.is_dir() and path.name not in ground)
    modules = (module for folder in folders for module in sorted(folder.rglob("*.py")))
    return [module for module in modules if not module.name.endswith("wiring.py") and not _is_store(module)]


@pytest.mark.parametrize("module", _users(), ids=lambda module: module.relative_to(PACKAGE).as_posix())
def test_a_use_case_sees_no_item_and_no_name_of_an_attribute(module: Path) -> None:
    nodes = nodes_of(module)
    seen = [
        f"{node.module}: {alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("confab.storage")
        for alias in node.names
        if alias.name not in _allowed(node.module or "", alias.name)
    ]
    seen += [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in nodes
        if (isinstance(node, ast.Constant) and node.value in KEY_ATTRIBUTES)
        or (isinstance(node, ast.Attribute) and node.attr == "item")
    ]
    assert seen == []


def _allowed(module: str, name: str) -> set[str]:
    """What may be imported from a module of storage; the name itself where the module knows no items."""
    of = name if module == "confab.storage" else module.rpartition(".")[2]
    return SEEN.get(of, {name}) - {"Table"}


def test_one_module_for_each_service_translates_what_the_sdk_raises() -> None:
    users = {
        module.relative_to(PACKAGE).as_posix()
        for module in sorted(PACKAGE.rglob("*.py"))
        for name in imported_names(module)
        if name.split(".")[0] in {"boto3", "botocore"} and module.parent.name != "platform"
    }
    assert users == {"storage/refusals.py", "analysis/bedrock/converse.py"}


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
