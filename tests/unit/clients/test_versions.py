"""The clients have the version of the project."""

from __future__ import annotations

import json
import tomllib

from confab import __version__
from confab_client.http import USER_AGENT

from tests.support.sources import ROOT

CLIENTS = ROOT / "clients"


def test_both_clients_tell_the_projects_version() -> None:
    python = tomllib.loads((CLIENTS / "python" / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    typescript = json.loads((CLIENTS / "typescript" / "package.json").read_text(encoding="utf-8"))["version"]
    assert {python, typescript, USER_AGENT.partition("/")[2]} == {__version__}
