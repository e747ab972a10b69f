"""The scenario of ``make verify-size``, with conversations of a smaller size and every page of every route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.lambda_events import CONTEXT
from tests.support.world import World
from verify.size.scenario import Scenario

pytestmark = pytest.mark.long


def test_large_conversations_pass_every_route_without_harm_to_others(fresh: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("confab.erasure.conversation.AT_ONCE", 100)
    monkeypatch.setattr("confab.erasure.personal_export.ENOUGH", 20_000)
    monkeypatch.setattr("confab.storage.conversation_parts.MAX_PART", 5_000)

    def ask(_what: str, function: str, event: Mapping[str, Any]) -> Any:
        return fresh.handler(function)(dict(event), CONTEXT)

    scenario = Scenario(fresh, ask, messages=200, images=8)
    scenario()
    assert not scenario.wrong
