"""The retry table: what follows an attempt that failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from confab.notify.attempting import FINAL, verdict_on
from confab.notify.runs import MAX_ATTEMPTS
from confab.platform.errors import AddressRefused, DeliveryFailed

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def failed(status: int | None, retry_after: str | None = None) -> DeliveryFailed:
    return DeliveryFailed("it failed", status=status, retry_after=retry_after)


@pytest.mark.parametrize("status", [None, 408, 425, 429, 500, 502, 503, 504, 599])
def test_what_another_attempt_may_change_gets_one(status: int | None) -> None:
    for tries in range(1, MAX_ATTEMPTS):
        verdict = verdict_on(failed(status), tries, 10, NOW)
        assert verdict.wait is not None
        longest = 10 * 2 ** (tries - 1)
        assert timedelta(seconds=longest // 2) <= verdict.wait <= timedelta(seconds=longest)
        assert not verdict.disables
    assert verdict_on(failed(status), MAX_ATTEMPTS, 10, NOW) == FINAL


@pytest.mark.parametrize("status", [300, 301, 302, 307, 400, 401, 403, 404, 409, 422, 451])
def test_what_stays_as_it_is_gets_none(status: int) -> None:
    assert verdict_on(failed(status), 1, 10, NOW) == FINAL


def test_an_address_that_may_not_be_called_gets_none() -> None:
    assert verdict_on(AddressRefused("private"), 1, 10, NOW) == FINAL


def test_a_receiver_that_is_gone_disables_the_destination() -> None:
    verdict = verdict_on(failed(410), 1, 10, NOW)
    assert (verdict.wait, verdict.disables) == (None, True)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("7200", 3600),
        ("9" * 40, 3600),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW + timedelta(days=5), usegmt=True), 3600),
    ],
)
def test_a_retry_after_is_kept_up_to_an_hour(said: str, seconds: int) -> None:
    assert verdict_on(failed(429, said), 1, 10, NOW).wait == timedelta(seconds=seconds)


@pytest.mark.parametrize("said", ["", "soon", "-5", "1.5", format_datetime(NOW - timedelta(days=1), usegmt=True)])
def test_a_retry_after_that_says_nothing_shortens_no_wait(said: str) -> None:
    wait = verdict_on(failed(503, said), 1, 10, NOW).wait
    assert wait is not None
    assert timedelta(seconds=5) <= wait <= timedelta(seconds=10)
