"""The official client SDK of the Model Context Protocol, over HTTP and over the command's standard input and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.test_insights_asking import Shelf
from tests.support.bridge import served
from tests.support.engine import running_engine
from tests.support.sources import ROOT

SCRIPT = Path(__file__).with_name("mcp_client.py")
COMMAND = "from confab_cli.main import app; app(prog_name='confab')"


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SDK in it, from the package registry."""
    folder = tmp_path_factory.mktemp("mcp-sdk")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["--target", str(folder), "-r", str(ROOT / "requirements" / "mcp.txt")]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300)
    if done.returncode:
        reason = f"the SDK could not be installed: {done.stderr.strip()[-300:]}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return folder


def test_the_official_client_works_in_both_revisions_and_over_both_transports(sdk: Path, tmp_path: Path) -> None:
    with running_engine() as engine:
        shelf = Shelf(engine, tmp_path)
        with served(shelf.world) as base_url:
            own = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'cli'}:{ROOT / 'layers/confab/python'}"}
            environment = {
                **os.environ,
                "PYTHONPATH": str(sdk),
                "CONFAB_URL": base_url,
                "READ_KEY": shelf.world.key(shelf.tenant, "read"),
                "ADMIN_KEY": shelf.tenant.admin,
                "CONFAB_COMMAND": json.dumps([sys.executable, "-c", COMMAND, "mcp"]),
                "CONFAB_ENVIRONMENT": json.dumps(own),
            }
            run = [sys.executable, str(SCRIPT)]
            done = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("all passed\n")
