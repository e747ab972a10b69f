"""Answers are made by the dialects, whose builders the type checker holds to the types of the OpenAPI document."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from confab.dialects.chatcaptain import errors as chatcaptain
from confab.dialects.inkeep import errors as inkeep
from confab.dialects.openbat import errors as openbat

from tests.support.sources import PACKAGE, ROOT, nodes_of

FUNCTIONS = sorted(ROOT.glob("functions/*/app.py"))
ERRORS = [chatcaptain.error_body, inkeep.error_body, openbat.error_body, openbat.track_error_body]
BUILDERS = sorted(module for module in (PACKAGE / "dialects").rglob("*.py") if "answers" not in module.name)


def _answers(module: Path) -> list[ast.expr]:
    """What a module answers with."""
    calls = [node for node in nodes_of(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return [call.args[0] for call in calls if ast.unparse(call.func) == "http.answer"]


@pytest.mark.parametrize("module", FUNCTIONS, ids=lambda module: module.parent.name)
def test_no_handler_writes_an_answer_by_itself(module: Path) -> None:
    inline = [node for answer in _answers(module) for node in ast.walk(answer) if isinstance(node, ast.Dict)]
    given = {node.id for answer in _answers(module) for node in ast.walk(answer) if isinstance(node, ast.Name)}
    annotated = [node for node in nodes_of(module) if isinstance(node, ast.AnnAssign)]
    untyped = {ast.unparse(each.target) for each in annotated if "dict[" in ast.unparse(each.annotation)}
    assert [node.lineno for node in inline] == []
    assert given & untyped == set()


@pytest.mark.parametrize("module", BUILDERS, ids=lambda module: module.stem)
def test_every_builder_of_an_answer_says_its_type(module: Path) -> None:
    named = [node for node in nodes_of(module) if isinstance(node, ast.FunctionDef) and "answer" in node.name]
    assert [node.name for node in named if node.returns is None or "dict[" in ast.unparse(node.returns)] == []


@pytest.mark.parametrize(
    "body", [chatcaptain.error_body, inkeep.error_body, openbat.error_body, openbat.track_error_body]
)
def test_every_error_body_has_a_type(body: object) -> None:
    returned = body.__annotations__["return"]
    assert returned in {"ChatCaptainError", "Problem", "OpenBatError", "TrackError"}
