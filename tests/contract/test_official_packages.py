"""The official packages send as they do to their own services; an environment of its own has them (`make senders`)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.bridge import served
from tests.support.deployment import Tenant
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "senders"
PYTHON = Path(os.environ.get("CONFAB_SENDERS", ROOT / ".venv-senders")) / "bin" / "python"
JAVASCRIPT = PROGRAMS / "node_modules" / "langfuse"
needs_python = pytest.mark.skipif(not PYTHON.exists(), reason="`make senders` makes the environment of these packages")
needs_node = pytest.mark.skipif(
    not JAVASCRIPT.exists() or shutil.which("node") is None, reason="`make senders` installs Langfuse's SDK for Node"
)


def run(program: Sequence[str], variables: Mapping[str, str]) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROGRAMS), "no_proxy": "127.0.0.1", **variables}
    ran = subprocess.run(
        program, cwd=PROGRAMS, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr


def talks(world: World, tenant: Tenant) -> list[dict[str, Any]]:
    listed = world.list_page(tenant.admin).body["conversations"]
    return [dict(world.read(tenant.admin, each["id"]).body) for each in listed]


def texts(talk: Mapping[str, Any]) -> list[str]:
    return [message["content"] for message in talk["messages"]]


def require_the_langfuse_talk(world: World, tenant: Tenant) -> None:
    (talk,) = talks(world, tenant)
    assert texts(talk) == ["Hello", "Hi", "Where is my parcel?", "At the depot."]
    assert (talk["external_conversation_id"], talk["external_user_id"]) == ("chat-1", "user-42")
    assert talk["custom"]["plan"] == "pro"
    scores = world.request("GET", "/api/v1/scores", tenant.admin).body["data"]
    found = {score["name"]: (score["value"], score["messageId"] is not None) for score in scores}
    assert found == {"helpful": (True, True), "rating": (0.5, False)}


@needs_python
def test_an_instrumented_openai_client_sends_its_talks_once_without_ids(world: World) -> None:
    tenant = world.tenant()
    with served(world, "spans") as address:
        headers = f"authorization=Bearer%20{tenant.ingest}"
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_EXPORTER_OTLP_HEADERS": headers}
        run([str(PYTHON), "openllmetry.py"], variables)
    first, second = sorted(map(texts, talks(world, tenant)), key=len, reverse=True)
    assert first == ["Be brief.", "Hello", "You said: Hello", "Where is my parcel?",
                     "You said: Where is my parcel?", "Thanks", "You said: Thanks"]  # fmt: skip
    assert second == ["Be brief.", "Hello", "You said: Hello", "Can I pay later?", "You said: Can I pay later?"]


@needs_python
def test_langfuses_python_sdk_needs_its_address_and_key_alone(world: World) -> None:
    tenant = world.tenant()
    with served(world, "spans") as address:
        keys = {"LANGFUSE_PUBLIC_KEY": "pk-anything", "LANGFUSE_SECRET_KEY": tenant.ingest}
        run([str(PYTHON), "langfuse_python.py"], {"LANGFUSE_BASE_URL": address, **keys})
    require_the_langfuse_talk(world, tenant)


@needs_node
def test_langfuses_javascript_sdk_needs_its_address_and_key_alone(world: World) -> None:
    tenant = world.tenant()
    with served(world, "spans") as address:
        keys = {"LANGFUSE_PUBLIC_KEY": "pk-anything", "LANGFUSE_SECRET_KEY": tenant.ingest}
        run(["node", "langfuse_otel.mjs"], {"LANGFUSE_BASE_URL": address, **keys})
    require_the_langfuse_talk(world, tenant)


@needs_node
def test_langfuses_older_javascript_sdk_needs_its_address_and_key_alone(world: World) -> None:
    tenant = world.tenant()
    with served(world, "spans") as address:
        keys = {"LANGFUSE_PUBLIC_KEY": "pk-anything", "LANGFUSE_SECRET_KEY": tenant.ingest}
        run(["node", "langfuse_javascript.mjs"], {"LANGFUSE_BASEURL": address, **keys})
    require_the_langfuse_talk(world, tenant)
