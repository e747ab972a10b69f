"""The rate limit: never more than the rate, and few calls to the table."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from confab.platform.credentials import ApiKey
from confab.platform.errors import TooManyRequests
from confab.platform.rate import RateLimiter
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Windows:
    """Counts leases as the table does."""

    def __init__(self) -> None:
        self.leased: Counter[tuple[str, int]] = Counter()
        self.calls = 0

    def lease(self, key_hash: str, window: int, amount: int, window_end: int) -> int:
        self.calls += 1
        before = self.leased[key_hash, window]
        self.leased[key_hash, window] += amount
        return before


def _key(rate: int | None = None) -> ApiKey:
    return ApiKey(
        id="k",
        hash="h",
        prefix="ob_live_000000",
        name="k",
        workspace_id="w",
        chatbot_id="b",
        permissions=("messages.capture",),
        created_at=START,
        rate_per_minute=rate,
    )


def _admitted(limiter: RateLimiter, key: ApiKey, requests: int) -> int:
    admitted = 0
    for _ in range(requests):
        try:
            limiter.admit(key)
            admitted += 1
        except TooManyRequests:
            continue
    return admitted


@given(rate=st.integers(1, 500), functions=st.integers(1, 8), order=st.randoms())
def test_given_several_functions_when_they_share_a_key_then_never_more_than_the_rate_passes(
    rate: int, functions: int, order: object
) -> None:
    windows = Windows()
    limiters = [RateLimiter(windows, now=lambda: START, default_per_minute=9) for _ in range(functions)]
    passed = sum(_admitted(limiter, _key(rate), 1) for _ in range(rate * 2) for limiter in limiters)
    assert passed <= rate
    assert passed >= rate - functions * max(1, rate // 20)


def test_given_one_function_when_it_uses_up_the_rate_then_all_of_it_passes_with_few_calls() -> None:
    windows = Windows()
    limiter = RateLimiter(windows, now=lambda: START, default_per_minute=1000)
    assert _admitted(limiter, _key(), 1500) == 1000
    assert windows.calls < 40


def test_given_a_used_up_minute_when_the_next_begins_then_requests_pass_again() -> None:
    now = START + timedelta(seconds=12)
    limiter = RateLimiter(Windows(), now=lambda: now, default_per_minute=2)
    assert _admitted(limiter, _key(), 5) == 2
    with pytest.raises(TooManyRequests) as refused:
        limiter.admit(_key())
    assert refused.value.retry_after == 48
    now = START + timedelta(seconds=60)
    assert _admitted(limiter, _key(), 5) == 2
