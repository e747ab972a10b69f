"""Refused captures are counted at little cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from confab.capture.refusals import CountRefusals
from confab.domain.metrics import REFUSED_CAPTURES
from confab.platform.credentials import CAPTURE, EVERY_CHATBOT, READ, ApiKey
from confab.platform.errors import Unavailable
from confab.storage.health import HealthStore


class _Health:
    """Keeps what is counted; does not answer while it is busy."""

    def __init__(self) -> None:
        self.written: list[tuple[str, int]] = []
        self.busy = False

    def add(self, chatbot_id: str, counter: str, number: int, now: datetime) -> None:
        assert counter == REFUSED_CAPTURES
        if self.busy:
            raise Unavailable("busy")
        self.written.append((chatbot_id, number))


class _Office:
    def __init__(self) -> None:
        self.health, self.time = _Health(), datetime(2026, 3, 1, tzinfo=UTC)
        self.count = CountRefusals(cast(HealthStore, self.health), now=lambda: self.time)

    def refuse(self, chatbot_id: str = "a", permission: str = CAPTURE, after: int = 0) -> None:
        self.time += timedelta(seconds=after)
        self.count(cast(ApiKey, _Key(chatbot_id)), permission)


class _Key:
    def __init__(self, chatbot_id: str) -> None:
        self.chatbot_id = chatbot_id


def test_the_first_is_written_at_once_and_the_next_ones_of_a_minute_together() -> None:
    office = _Office()
    for seconds in (0, 1, 1, 50):
        office.refuse(after=seconds)
    assert office.health.written == [("a", 1)]
    office.refuse(after=8)
    assert office.health.written == [("a", 1), ("a", 4)]


def test_each_chatbot_has_its_own_minute() -> None:
    office = _Office()
    for chatbot in ("a", "b", "a"):
        office.refuse(chatbot)
    assert office.health.written == [("a", 1), ("b", 1)]


def test_what_a_busy_table_did_not_take_is_written_with_the_next_one() -> None:
    office = _Office()
    office.health.busy = True
    office.refuse()
    office.health.busy = False
    office.refuse()
    assert office.health.written == [("a", 2)]


def test_other_requests_and_keys_of_no_one_chatbot_are_not_counted() -> None:
    office = _Office()
    office.refuse(permission=READ)
    office.refuse(EVERY_CHATBOT)
    assert office.health.written == []
