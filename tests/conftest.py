"""Fixtures of all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, settings

from tests.support import dynamodb_local
from tests.support.dynamodb_local import EngineMissing
from tests.support.engine import CREDENTIALS, Choice
from tests.support.roles import submit_with_context

# Machines differ: how long an example takes says nothing about whether it is right.
settings.register_profile("confab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("confab")


@pytest.fixture(autouse=True, scope="session")
def _no_real_account() -> None:
    """No test reaches a real account, whatever the machine's environment holds."""
    os.environ.update(CREDENTIALS)
    os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Confab")
    os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "test")
    os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "CRITICAL")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)


@pytest.fixture(autouse=True, scope="session")
def _roles_reach_into_pools() -> Iterator[None]:
    """What a handler hands to a thread pool is held to the handler's role, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ThreadPoolExecutor, "submit", submit_with_context(ThreadPoolExecutor.submit))
        yield


def pytest_sessionstart() -> None:
    """Fetch what was chosen before any worker needs it; without what it takes, end here and say so."""
    if Choice.from_environment(os.environ).dynamodb == "local":
        try:
            dynamodb_local.prepare()
        except EngineMissing as missing:
            pytest.exit(f"skipped: {missing}", returncode=0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which engines were used, where it was not the everyday one for all."""
    choice = Choice.from_environment(os.environ)
    if choice != Choice():
        terminalreporter.write_line(f"{choice}")
