"""Chatbots that a warm function knows: used for ten seconds from before they were read, whatever clocks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from confab.domain.chatbot import Chatbot
from confab.storage.chatbot_lookup import Chatbots
from confab.storage.credentials import CredentialStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOT = Chatbot(id="b", workspace_id="w", name="Helper", created_at=NOW)


class Deployment:
    """A table with one chatbot, and a function that knows it from then on."""

    def __init__(self) -> None:
        self.now = NOW
        self.ticks = 50.0
        self.stored = BOT
        self.reading_takes = 0.0
        self.chatbots = Chatbots(cast(CredentialStore, self), now=lambda: self.now, ticks=lambda: self.ticks)

    def chatbot(self, _: str, **how: Any) -> Chatbot:
        """As the table reads it."""
        assert how == {"consistent": True}
        found = replace(self.stored)
        self.passes(self.reading_takes)
        return found

    def passes(self, seconds: float, *, clock: float | None = None) -> None:
        self.ticks += seconds
        self.now += timedelta(seconds=seconds if clock is None else clock)

    @property
    def name(self) -> str:
        found = self.chatbots.get("b")
        assert found is not None
        return found.name


@pytest.fixture
def deployment() -> Deployment:
    made = Deployment()
    assert made.name == "Helper"
    made.stored = replace(BOT, name="Changed")
    return made


@pytest.mark.parametrize(("passed", "seen"), [(9.9, "Helper"), (10, "Changed")])
def test_a_change_is_seen_ten_seconds_after_the_last_reading(deployment: Deployment, passed: float, seen: str) -> None:
    deployment.passes(passed)
    assert deployment.name == seen


def test_a_change_is_seen_although_the_clock_was_set_back(deployment: Deployment) -> None:
    deployment.passes(10, clock=-3600)
    assert deployment.name == "Changed"
    deployment.stored = replace(BOT, name="Again")
    deployment.passes(10, clock=5)
    assert deployment.name == "Again"


def test_a_change_is_seen_although_the_other_clock_stood_still(deployment: Deployment) -> None:
    deployment.passes(0, clock=10)
    assert deployment.name == "Changed"


def test_what_took_long_to_read_is_used_from_before_it_was_asked_for() -> None:
    deployment = Deployment()
    deployment.reading_takes = 8.0
    assert deployment.name == "Helper"
    deployment.stored = replace(BOT, name="Changed")
    deployment.passes(2)
    assert deployment.name == "Changed"


def test_a_chatbot_that_did_not_change_stays_the_same_object() -> None:
    deployment = Deployment()
    first = deployment.chatbots.get("b")
    deployment.passes(60)
    assert deployment.chatbots.get("b") is first
