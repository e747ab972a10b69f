"""The TypeScript client: its types are the document's, and its own tests pass in Node."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from local.dashboard import SOURCE, BuildError, install, with_node
from openapi.typescript import main
from tests.support.sources import ROOT

CLIENT = ROOT / "clients" / "typescript"


def test_the_types_are_those_of_the_document() -> None:
    assert main(["--check"]) == 0, "run `python -m openapi.typescript`"


@pytest.fixture(scope="module")
def node() -> dict[str, str]:
    """An environment with Node and with the packages of the dashboard, of which TypeScript and esbuild are used."""
    try:
        environment = with_node()
        install(environment, tests=True)
    except BuildError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"Node is not here: {error}")
    return environment


def _run(environment: dict[str, str], *command: str) -> None:
    ran = subprocess.run(command, cwd=CLIENT, env=environment, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-4000:]


@pytest.mark.slow
def test_its_types_hold_and_its_own_tests_pass(node: dict[str, str], tmp_path: Path) -> None:
    binaries = SOURCE / "node_modules" / ".bin"
    _run(node, str(binaries / "tsc"), "-p", "tsconfig.tests.json")
    _run(node, str(binaries / "tsc"), "-p", "tsconfig.build.json", "--outDir", str(tmp_path / "dist"))
    for source, made in (("tests/client.test.ts", "client.test.mjs"), ("src/index.ts", "index.mjs")):
        options = ["--bundle", "--platform=node", "--format=esm", "--log-level=warning", f"--outfile={tmp_path / made}"]
        _run(node, str(binaries / "esbuild"), source, *options)
    _run(node, "node", "--test", "--test-force-exit", str(tmp_path / "client.test.mjs"))
