"""Folders that one process has for itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from confab.facts.scratch import process_folder


def test_folders_of_processes_that_are_gone_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    names = [f"facts-{gone.pid}", f"facts-{os.getppid()}", "facts-x", f"other-{gone.pid}"]
    for name in names:
        (tmp_path / name).mkdir()
    assert process_folder("facts") == tmp_path / f"facts-{os.getpid()}"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
