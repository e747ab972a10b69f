"""Imports point one way, and none of them touches the environment (docs/architecture.md, "The code")."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "layers" / "confab" / "python" / "confab"
ALLOWED = {
    "domain": {"domain"},
    "platform": {"platform"},
    "storage": {"storage", "domain", "platform"},
    "analysis": {"analysis", "domain", "platform"},
    "usecases": {"usecases", "domain", "storage", "analysis", "platform"},
    "dialects": {"dialects", "usecases", "domain", "storage", "analysis", "platform"},
}


def _imported(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_given_a_package_when_its_imports_are_read_then_they_point_one_way(package: str) -> None:
    wrong = [
        f"{module.relative_to(PACKAGE)} imports {name}"
        for module in sorted((PACKAGE / package).rglob("*.py"))
        for name in sorted(_imported(module))
        if name.startswith("confab.") and name.split(".")[1] not in ALLOWED[package]
    ]
    assert wrong == []


@pytest.mark.parametrize("function", sorted(path.parent.name for path in ROOT.glob("functions/*/app.py")))
def test_given_an_empty_environment_when_a_function_is_imported_then_nothing_is_asked_of_it(function: str) -> None:
    program = (
        f"import sys; sys.path[:0] = [{str(PACKAGE.parent)!r}, {str(ROOT / 'functions' / function)!r}]; import app"
    )
    ran = subprocess.run([sys.executable, "-c", program], env={}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_given_no_chatbot_that_uses_bedrock_when_the_consumer_starts_then_nothing_of_it_is_loaded() -> None:
    program = (
        f"import sys; sys.path[:0] = [{str(PACKAGE.parent)!r}, {str(ROOT / 'functions' / 'analysis')!r}]; import app\n"
        "from unittest.mock import MagicMock\n"
        "from confab.composition import Composition\n"
        "from confab.platform.settings import Settings\n"
        "app.build(Composition(Settings(table='t', bedrock=True), client=lambda service: MagicMock()))\n"
        "print([name for name in sys.modules if 'analysis.bedrock' in name])"
    )
    ran = subprocess.run([sys.executable, "-c", program], env={}, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
