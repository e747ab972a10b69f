"""The official TypeScript client of the Inkeep Analytics API, unchanged but for its base URL."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest
from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment
from confab.platform import aws
from confab.platform.credentials import ROLES
from confab.platform.settings import Settings
from confab_cli.target import LOCAL_ENVIRONMENT

from tests.contract.test_inkeep_query import Shelf
from tests.e2e.stack import LocalStack
from tests.support.bridge import served
from tests.support.engine import running_engine
from tests.support.world import World

PACKAGES = ("@inkeep/inkeep-analytics@0.2.4-alpha.27", "zod@3.25.76")
SCRIPT = Path(__file__).with_name("inkeep_client.mjs")
QUERIES = Path(__file__).with_name("inkeep_query.mjs")


@pytest.fixture(scope="session")
def client_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client in it, from the package registry."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        _not_here("the client needs node and npm, and they are not here")
    folder = tmp_path_factory.mktemp("inkeep-client")
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    install = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *PACKAGES]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        _not_here(f"the client could not be installed: {done.stderr.strip()[-300:]}")
    shutil.copy(SCRIPT, folder)
    shutil.copy(QUERIES, folder)
    return folder


def _not_here(reason: str) -> NoReturn:
    """Leave the test out on a machine that cannot run it, but never in continuous integration."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _run(folder: Path, environment: Mapping[str, str], script: Path = SCRIPT) -> None:
    variables = {**os.environ, **environment}
    done = subprocess.run(["node", script.name], cwd=folder, env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("all passed\n"), done.stdout


def test_the_official_client_takes_every_answer_and_every_typed_error(
    client_folder: Path,
) -> None:
    with running_engine() as engine:
        world = World(engine)
        tenant, other = world.tenant(), world.tenant()
        with served(world, "log_conversation") as base_url:
            keys = {
                "API_KEY": world.key(tenant, "api"),
                "WEB_KEY": world.key(tenant, "web", "WEB"),
                "OTHER_KEY": world.key(other, "api"),
            }
            _run(client_folder, {**keys, "BASE_URL": base_url})


def test_the_official_client_takes_the_answers_of_all_its_queries(client_folder: Path, tmp_path: Path) -> None:
    with running_engine() as engine:
        shelf = Shelf(engine, tmp_path)
        keys = {"API_KEY": shelf.key, "WEB_KEY": shelf.world.key(shelf.tenant, "web", "WEB")}
        with served(shelf.world) as base_url:
            _run(client_folder, {**keys, "BASE_URL": base_url}, QUERIES)


def test_the_official_client_works_against_the_running_stack(
    client_folder: Path, stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in LOCAL_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    record = stack.instance.record()
    deployment = Deployment(Settings(table=record["table"]), client=aws.Clients(record["endpoint"]))
    administration = admin_wiring.administration(deployment)
    workspace, chatbot = stack.demo["workspaceId"], stack.demo["chatbotId"]
    other = administration.create_chatbot(workspace, "Other").id

    def key(chatbot_id: str, role: str, kind: str) -> str:
        issued = administration.create_key(
            workspace, "client", chatbot_id=chatbot_id, permissions=ROLES[role], kind=kind
        )
        return issued.secret

    keys = {
        "API_KEY": key(chatbot, "api", "API"),
        "WEB_KEY": key(chatbot, "web", "WEB"),
        "OTHER_KEY": key(other, "api", "API"),
    }
    _run(client_folder, {**keys, "BASE_URL": stack.base_url})
