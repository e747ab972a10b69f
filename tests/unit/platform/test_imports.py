"""Imports point one way, and none of them touches the environment (docs/architecture.md, "The code")."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sources import PACKAGE, ROOT, imported_names

GROUND = {"domain": {"domain"}, "platform": {"platform"}, "storage": {"storage", "domain", "platform"}}
"""The shared ground, and what each part of it may use."""
SUBJECTS: dict[str, set[str]] = {
    "redaction": set(),
    "analysis": set(),
    "migration": set(),
    "capture": {"redaction"},
    "channels": {"capture", "redaction"},
    "reading": {"capture"},
    "importing": {"capture", "feedback", "redaction", "scores"},
    "feedback": {"capture", "reading", "redaction"},
    "scores": {"reading", "redaction"},
    "query": {"facts", "reading"},
    "admin": {"analysis", "redaction"},
    "transfer": {"admin", "capture", "importing", "reading"},
    "erasure": {"admin", "analysis", "migration", "redaction"},
    "facts": {"reading"},
    "spans": {"capture"},
    "notify": {"admin"},
    "rules": {"admin", "notify"},
    "workflows": {"notify", "rules"},
    "reports": {"notify", "reading", "rules"},
    "alerts": {"notify", "reports"},
}
"""The subjects, and which others each may use; every one may use the ground."""
ALLOWED = {
    **GROUND,
    **{subject: {subject, *others, *GROUND} for subject, others in SUBJECTS.items()},
    "dialects": {"dialects", *SUBJECTS, *GROUND},
}
MODULES = {"deployment": {"redaction", *GROUND}, "serving": {"deployment", "dialects", *GROUND}}
"""The modules besides the packages; only wiring, and functions and tools, import these."""
WIRING = {"deployment", "dialects"}
"""What the wiring of a subject may use besides what the subject may: it puts objects together."""


def _is_wiring(module: Path) -> bool:
    return module.stem.endswith("wiring")


def _wrong(module: Path, allowed: set[str]) -> list[str]:
    """The imports of a module that do not point where they may; only wiring imports wiring."""
    return [
        f"{module.relative_to(PACKAGE)} imports {name}"
        for name in sorted(set(imported_names(module)))
        if name.startswith("confab.")
        if name.split(".")[1] not in allowed or ("wiring" in name and not _is_wiring(module))
    ]


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_given_a_package_when_its_imports_are_read_then_they_point_one_way(package: str) -> None:
    modules, allowed = sorted((PACKAGE / package).rglob("*.py")), ALLOWED[package]
    wrong = [each for module in modules for each in _wrong(module, allowed | WIRING if _is_wiring(module) else allowed)]
    assert wrong == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_of_modules_next_to_the_packages_point_one_way(module: str) -> None:
    assert _wrong(PACKAGE / f"{module}.py", MODULES[module]) == []


def test_every_package_has_a_direction() -> None:
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(ALLOWED)
    assert {path.stem for path in PACKAGE.glob("*.py")} == {"__init__", *MODULES}


def test_at_most_one_import_in_twenty_goes_to_another_subject() -> None:
    imports = [
        (subject, name.split(".")[1])
        for subject in (*SUBJECTS, *GROUND)
        for module in (PACKAGE / subject).rglob("*.py")
        for name in set(imported_names(module))
        if name.startswith("confab.")
    ]
    across = [pair for pair in imports if pair[0] != pair[1] and pair[1] in SUBJECTS]
    assert len(across) * 20 <= len(imports)


def test_every_function_can_be_imported_in_an_empty_environment() -> None:
    functions = sorted(str(path.parent) for path in ROOT.glob("functions/*/app.py"))
    program = (
        f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n"
        f"for function in {functions!r}:\n"
        "    print(function)\n"
        "    sys.path.insert(0, function); sys.modules.pop('app', None)\n"
        "    import app; assert app.__file__.startswith(function)"
    )
    ran = subprocess.run([sys.executable, "-c", program], env={}, capture_output=True, text=True, check=False)
    assert (ran.stdout.split(), ran.returncode) == (functions, 0), ran.stderr


def _loaded(function: str) -> set[str]:
    """The modules of the package that a function has loaded when it may take its first request."""
    program = (
        f"import sys; sys.path[:0] = [{str(PACKAGE.parent)!r}, {str(ROOT / 'functions' / function)!r}]; import app\n"
        "from unittest.mock import MagicMock\n"
        "from confab.deployment import Deployment\n"
        "from confab.platform.settings import Settings\n"
        "app.build(Deployment(Settings(table='t', bedrock=True), client=lambda service: MagicMock()))\n"
        "print(*(name for name in sys.modules if name.startswith('confab.')))"
    )
    ran = subprocess.run([sys.executable, "-c", program], env={}, capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_a_consumer_without_bedrock_loads_nothing_of_it() -> None:
    assert [name for name in _loaded("analysis") if "analysis.bedrock" in name] == []


def test_capture_starts_with_its_own_subject_only() -> None:
    loaded = _loaded("capture")
    assert {name.split(".")[1] for name in loaded} & set(SUBJECTS) == {"capture", "redaction"}
    assert "confab.capture.history" not in loaded, "capture without a browser's key compares no histories"
