"""One version, wherever it is told; and what the wheel is made of."""

from __future__ import annotations

import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from confab import __version__

from local import template, wheel
from openapi.document import document

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMMANDS_OWN = {"botocore", "rich", "typer", "typing_extensions", "pydantic_core", "urllib3"}


def test_the_document_and_the_template_tell_the_version_of_the_package() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert document()["info"]["version"] == __version__
    assert template.read(ROOT / "template.yaml")["Metadata"]["Confab"]["Version"] == __version__
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PROJECT["project"]


def test_the_changelog_begins_with_what_is_unreleased_and_then_with_the_version() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    told, day = headings[1].split(" - ")
    assert told == f"[{__version__}]"
    assert date.fromisoformat(day)


def _pins(path: str) -> Iterator[str]:
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        pin = line.partition("#")[0].strip()
        if "==" in pin:
            yield pin


def test_the_wheel_needs_what_the_layers_have_and_what_the_command_imports() -> None:
    layers = [*_pins("layers/dependencies/requirements.txt"), *_pins("layers/duckdb/requirements.txt")]
    machine = [*_pins("requirements/constraints.txt"), *_pins("requirements/run.txt")]
    own = [pin for pin in machine if pin.partition("==")[0] in COMMANDS_OWN]
    assert sorted(PROJECT["project"]["dependencies"]) == sorted({*layers, *own})


def test_every_file_of_the_packages_is_below_what_the_wheel_holds() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert packages == ["layers/confab/python/confab", "cli/confab_cli"]
    assert all((ROOT / package / "__init__.py").exists() for package in packages)
    assert PROJECT["project"]["scripts"] == {"confab": "confab_cli.main:app"}


@pytest.mark.slow
def test_the_wheel_runs_without_the_checkout(tmp_path: Path) -> None:
    # Its own packages come from the wheel, the others from this environment.
    installed = tmp_path / "installed"
    try:
        built = wheel.build(tmp_path)
    except wheel.WheelError as error:
        if "hatchling" not in str(error):
            raise
        pytest.skip(f"the package index cannot be reached: {error}")
    zipfile.ZipFile(built).extractall(installed)
    program = [sys.executable, "-c", "from confab_cli.main import app; app(prog_name='confab')"]
    wheel.try_out(program, tmp_path, {"PYTHONPATH": str(installed), "PATH": "/usr/bin:/bin"})
