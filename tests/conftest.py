"""Fixtures of all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.support.engine import CREDENTIALS

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
