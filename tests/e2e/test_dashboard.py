"""The web dashboard in headless Chromium, against a stack of its own (``dashboard/e2e/dashboard.mjs``)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pytest
from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment
from confab.domain.identity import conversation_id
from confab.platform import aws
from confab.platform.credentials import ROLES, hash_key
from confab.platform.settings import Settings
from confab.serving import sessions
from confab_cli.target import LOCAL_ENVIRONMENT

from local import dashboard
from local.dashboard import BuildError
from tests.e2e.stack import ROOT, LocalStack, eventually

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MINUTES = 8
SAD = ("This is terrible, I am so angry!", "Useless. The app crashes every time, I want my refund now!")
GLAD = ("Great, thank you, that solved it!", "Perfect, this works wonderfully.")
HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>",
    "javascript:window.hacked=1 [click](javascript:window.hacked=1) \u202egnp.exe\u202c \u2066\u2067 http://[::1]:99999/%",
    "A" * 1_000_000,
    "</div></body><style>*{display:none}</style><iframe srcdoc='<script>parent.hacked=1</script>'>",
)


def _not_here(reason: str) -> NoReturn:
    """Leave the test out on a machine that cannot run it, but never in continuous integration."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def built() -> None:
    """A dashboard to show, and what its tests need."""
    try:
        dashboard.install(dashboard.with_node(), tests=True)
        dashboard.build()
    except BuildError as error:
        _not_here(f"the dashboard could not be built: {error}")


@pytest.fixture(scope="module")
def browser() -> str:
    """A Chromium of this machine."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        _not_here("no Chromium is installed: the dashboard is not tried in a browser")
    return found


@pytest.fixture(scope="module")
def served(built: None, browser: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack that serves the dashboard."""
    local = LocalStack(tmp_path_factory.mktemp("dashboard") / "state")
    local.start()
    yield local
    local.stop()


def _conversation(name: str, texts: tuple[str, ...], days_ago: int, **more: Any) -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    messages = []
    for number, text in enumerate(texts):
        said = {"id": f"u{number}", "role": "user", "content": text}
        answered = {"id": f"a{number}", "role": "assistant", "content": "I am sorry, I cannot help with that."}
        for place, message in enumerate((said, answered)):
            messages.append({**message, "sentAt": (at + timedelta(seconds=2 * number + place)).isoformat()})
    return {"conversationId": name, "messages": messages, **more}


def _seed(stack: LocalStack) -> None:
    for number in range(12):
        user = {"id": f"user-{number % 4}@example.com", "name": f"User {number % 4}", "plan": "pro"}
        organization = {"id": f"org/{number % 2}", "name": f"Organization {number % 2}"}
        texts = SAD if number % 3 == 0 else GLAD
        body = _conversation(f"talk-{number}", texts, number % 5, user=user, organization=organization)
        assert stack.request("POST", "/v1/capture", json=body).status_code == 200
    said = [{"id": f"h{number}", "role": "user", "content": text} for number, text in enumerate(HOSTILE)]
    user = {"id": "<i>", "name": "\u202e<script>window.hacked=1</script>"}
    hostile = {"type": "openai", "id": "hostile <b>", "messages": said, "userProperties": user}
    assert stack.request("POST", "/conversations", json=hostile).status_code == 200

    def analysed() -> bool:
        query = {"chatbotId": stack.demo["chatbotId"], "days": "30"}
        answer = stack.read("/v1/insights/overview", params=query).json()
        return bool(answer["waiting"] == 0 and answer["current"]["conversations"] == 13)

    eventually(analysed)


@pytest.mark.usefixtures("built")
def test_the_components_and_the_types_of_the_dashboard_hold() -> None:
    command = [sys.executable, "-m", "local.dashboard", "--tests"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_whole_dashboard_works_in_a_browser(
    browser: str, served: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in LOCAL_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    record = served.instance.record()
    deployment = Deployment(Settings(table=record["table"]), client=aws.Clients(record["endpoint"]))
    administration = admin_wiring.administration(deployment)
    demo, workspace = served.demo, served.demo["workspaceId"]
    stranger = administration.create_workspace("Stranger")
    foreign = administration.create_chatbot(stranger, "Foreign").id
    key = administration.create_key(stranger, "ingest", chatbot_id=foreign, permissions=ROLES["ingest"]).secret
    secret = _conversation("secret", ("Swordfish",), 0)
    assert served.request("POST", "/v1/capture", key=key, json=secret).status_code == 200
    _seed(served)
    variables = {
        "BASE_URL": served.base_url,
        "CHATBOT_ID": demo["chatbotId"],
        "ADMIN_KEY": demo["adminKey"],
        "INGEST_KEY": demo["apiKey"],
        "READ_KEY": administration.create_key(workspace, "read", permissions=ROLES["read"]).secret,
        "LINK": sessions(deployment).offer_link(workspace, hash_key(demo["adminKey"]), timedelta(minutes=10)),
        "HOSTILE_ID": conversation_id(demo["chatbotId"], "hostile <b>"),
        "STRANGER_ID": conversation_id(foreign, "secret"),
        "CHROMIUM": browser,
    }
    ran = subprocess.run(
        ["node", "e2e/dashboard.mjs"],
        cwd=dashboard.SOURCE,
        env={**dashboard.with_node(), **variables},
        capture_output=True,
        text=True,
        timeout=MINUTES * 60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.endswith("all passed\n"), ran.stdout
