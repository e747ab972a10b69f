"""The rate limit: never more than a limit over all functions, few calls to the table, and when to come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from confab.dialects.inkeep.routes import QUERY
from confab.dialects.insights.routes import ASKING, ROUTES
from confab.dialects.openbat.routes import READING
from confab.platform.credentials import ApiKey
from confab.platform.errors import TooManyRequests
from confab.platform.plans import PLANS, Limits, limits_of
from confab.platform.rate import RateLimiter
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Windows:
    """Counts leases as the table does."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, str, str]] = Counter()
        self.calls = 0

    def add(self, key_id: str, window: str, amounts: Mapping[str, int], window_end: int) -> Mapping[str, int]:
        self.calls += 1
        before = {name: self.counted[key_id, window, name] for name in amounts}
        for name, amount in amounts.items():
            self.counted[key_id, window, name] += amount
        return before


class Clock:
    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def _key(rate: int | None = None, burst: int | None = None, quota: int | None = None, **more: Any) -> ApiKey:
    return ApiKey(
        **{
            "id": "k",
            "hash": "h",
            "prefix": "ob_live_000000",
            "name": "k",
            "workspace_id": "w",
            "chatbot_id": "b",
            "permissions": ("messages.capture",),
            "created_at": START,
            "plan": "unlimited",
            "rate_per_minute": rate,
            "burst": burst,
            "daily_quota": quota,
            **more,
        }
    )


def _limiter(windows: Windows, clock: Clock) -> RateLimiter:
    return RateLimiter(windows, now=clock, default_plan="standard")


def _admitted(limiter: RateLimiter, key: ApiKey, requests: int, size: int = 0) -> int:
    admitted = 0
    for _ in range(requests):
        try:
            limiter.admit(key, size)
            admitted += 1
        except TooManyRequests:
            continue
    return admitted


@given(rate=st.integers(1, 500), functions=st.integers(1, 8))
def test_functions_that_share_a_key_never_pass_its_rate(rate: int, functions: int) -> None:
    windows, clock = Windows(), Clock()
    limiters = [_limiter(windows, clock) for _ in range(functions)]
    passed = sum(_admitted(limiter, _key(rate), 1) for _ in range(rate * 2) for limiter in limiters)
    assert rate - functions * max(1, rate // 20) <= passed <= rate


@given(rate=st.integers(1, 300), weight=st.integers(1, 40), functions=st.integers(1, 4), seed=st.integers(0, 2**32))
def test_a_request_that_weighs_more_counts_as_so_many(rate: int, weight: int, functions: int, seed: int) -> None:
    windows, clock, random = Windows(), Clock(), Random(seed)
    limiters = [_limiter(windows, clock) for _ in range(functions)]
    passed, heavy = 0, 0
    for _ in range(2 * rate):
        own = random.choice((1, weight))
        try:
            random.choice(limiters).admit(_key(rate), 0, own)
        except TooManyRequests as refused:
            assert own == 1 or f"counts as {own}" in refused.message
            continue
        passed += min(own, rate)
        heavy += own > 1
    assert passed <= rate
    fresh = _limiter(Windows(), clock)
    for _ in range(max(1, rate // weight)):
        fresh.admit(_key(rate), 0, weight)


def test_a_query_weighs_ten_requests_and_a_read_weighs_one() -> None:
    assert {route.weight for route in (*QUERY, *ASKING)} == {10}
    assert [route.handler for route in (*ROUTES, *READING) if route.weight != 1] == ["export_conversations"]


@given(
    rate=st.none() | st.integers(1, 200),
    burst=st.none() | st.integers(1, 60),
    quota=st.none() | st.integers(1, 400),
    functions=st.integers(1, 5),
    # Steps forward, and now and then a clock that is set back.
    steps=st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.3, 1.0, 7.0, 40.0, 43_200.0, -0.5, -2.0]), max_size=150),
    seed=st.integers(0, 2**32),
)
def test_no_window_passes_its_limit_whatever_the_course_of_time(
    rate: int | None, burst: int | None, quota: int | None, functions: int, steps: list[float], seed: int
) -> None:
    windows, clock, random = Windows(), Clock(START - timedelta(seconds=3)), Random(seed)
    limiters = [_limiter(windows, clock) for _ in range(functions)]
    passed: Counter[tuple[str, int]] = Counter()
    for step in steps:
        clock.advance(step)
        second = int(clock.time.timestamp())
        for _ in range(random.randint(1, 12)):
            if _admitted(random.choice(limiters), _key(rate, burst, quota), 1):
                passed.update([("day", second // 86_400), ("minute", second // 60), ("second", second)])
    most = {"day": quota, "minute": rate, "second": burst}
    assert all(most[name] is None or count <= most[name] for (name, _), count in passed.items())


def test_a_clock_set_back_to_a_used_second_does_not_pass_the_burst() -> None:
    windows, clock = Windows(), Clock()
    limiter, key = _limiter(windows, clock), _key(burst=40)
    # A share of one request, then of more: the first second of a minute only finds out how many are needed.
    _admitted(limiter, key, 80)
    clock.advance(1)
    first = _admitted(limiter, key, 80)
    clock.advance(1)
    _admitted(limiter, key, 1)
    clock.advance(-1)
    assert first + _admitted(limiter, key, 80) <= 40


@given(
    minute=st.none() | st.integers(100, 5_000),
    day=st.none() | st.integers(100, 20_000),
    rate=st.none() | st.integers(1, 200),
    functions=st.integers(1, 5),
    sizes=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 60)), max_size=150),
    steps=st.lists(st.sampled_from([0.0, 0.0, 0.3, 7.0, 40.0, 43_200.0, -2.0]), min_size=150, max_size=150),
    seed=st.integers(0, 2**32),
)
def test_no_window_passes_its_bytes_whatever_the_sizes(
    minute: int | None,
    day: int | None,
    rate: int | None,
    functions: int,
    sizes: list[tuple[int, int]],
    steps: list[float],
    seed: int,
) -> None:
    windows, clock, random = Windows(), Clock(START - timedelta(seconds=3)), Random(seed)
    limiters = [_limiter(windows, clock) for _ in range(functions)]
    key = _key(rate, bytes_per_minute=minute, bytes_per_day=day)
    passed: Counter[tuple[str, int]] = Counter()
    for (sent, more), step in zip(sizes, steps, strict=False):
        clock.advance(step)
        second = int(clock.time.timestamp())
        limiter = random.choice(limiters)
        try:
            limiter.admit(key, sent)
            passed.update({("day", second // 86_400): sent, ("minute", second // 60): sent})
            limiter.add_bytes(key, more)
            passed.update({("day", second // 86_400): more, ("minute", second // 60): more})
        except TooManyRequests as refused:
            assert 1 <= refused.retry_after <= 86_400
    most = {"day": day, "minute": minute}
    assert all(most[name] is None or count <= most[name] for (name, _), count in passed.items())


@pytest.mark.parametrize(
    "key", [_key(bytes_per_minute=100_000), _key(bytes_per_day=100_000), _key(rate=1000, bytes_per_minute=100_000)]
)
def test_one_function_passes_all_bytes_and_remembers_the_refusal(key: ApiKey) -> None:
    windows = Windows()
    limiter = _limiter(windows, Clock())
    assert _admitted(limiter, key, 200, size=1_000) == 100
    used = windows.calls
    assert used < 150
    with pytest.raises(TooManyRequests, match="may send 100000 bytes a"):
        limiter.admit(key, 1)
    assert _admitted(limiter, key, 50, size=0) == 50, "reading sends nothing"
    assert windows.calls - used <= 1
    assert _admitted(limiter, _key(id="other", bytes_per_day=5_000_000), 1, size=4_194_304) == 1


@pytest.mark.parametrize("size", [0, 1, 2_000, 40_000])
@pytest.mark.parametrize("more", [0, 10_000])
def test_counting_bytes_costs_the_standard_plan_no_call(size: int, more: int) -> None:
    windows, clock = Windows(), Clock()
    limiter = _limiter(windows, clock)
    for _ in range(600):
        limiter.admit(_key(plan=None), size)
        limiter.add_bytes(_key(plan=None), more)
        clock.advance(1)
    # Seventy for the requests; bodies that grow when unpacked surprise it in the first minute and day.
    assert windows.calls <= 70 + (2 if more else 0)


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        pytest.param(_key(rate=1000), 1000, id="a minute"),
        pytest.param(_key(burst=200), 200, id="a second, half of it in shares"),
        pytest.param(_key(burst=19), 19, id="a second, without shares"),
        pytest.param(_key(quota=5000), 5000, id="a day"),
    ],
)
def test_given_one_function_when_it_uses_up_a_window_then_all_of_it_passes(key: ApiKey, limit: int) -> None:
    windows = Windows()
    limiter = _limiter(windows, Clock())
    assert _admitted(limiter, key, limit + 500) == limit
    used = windows.calls
    assert used < 1020
    assert _admitted(limiter, key, 500) == 0
    assert windows.calls == used, "what is used up is remembered"


def test_most_requests_of_a_steady_second_ask_nobody() -> None:
    windows, clock = Windows(), Clock()
    limiter = _limiter(windows, clock)
    for _ in range(600):
        limiter.admit(_key(plan=None))
        clock.advance(1)
    # A minute takes leases of 1, 2, 4, 8, 16 and 32, the first with a share; the day's double up to a thousand.
    assert windows.calls == 10 * 6 + 10


def test_given_a_busy_minute_when_the_next_begins_then_the_share_is_taken_at_once() -> None:
    windows, clock = Windows(), Clock()
    limiter = _limiter(windows, clock)
    assert _admitted(limiter, _key(burst=200), 30) == 30
    first = windows.calls
    clock.advance(60)
    assert _admitted(limiter, _key(burst=200), 30) == 30
    assert (first, windows.calls - first) == (6, 1)


def test_idle_functions_leave_the_rest_of_the_burst_to_others() -> None:
    windows, clock = Windows(), Clock()
    for _ in range(200):
        clock.advance(0.2)
        _limiter(windows, clock).admit(_key(burst=40))
    clock.advance(1)
    assert _admitted(_limiter(windows, clock), _key(burst=40), 100) == 20


@pytest.mark.parametrize(
    ("key", "at", "says", "seconds"),
    [
        pytest.param(_key(burst=2), 12.4, "2 requests a second", 1, id="the next second"),
        pytest.param(_key(rate=2), 12.4, "2 requests a minute", 48, id="the next minute"),
        pytest.param(_key(rate=2), 59.9, "2 requests a minute", 1, id="a minute's last second"),
        pytest.param(_key(quota=2), 12.0, "2 requests a day (UTC)", 43_188, id="the next UTC day"),
        pytest.param(_key(2, 2, 2), 12.0, "2 requests a day (UTC)", 43_188, id="all of them: the longest"),
    ],
)
def test_given_a_used_up_window_when_the_next_begins_then_requests_pass_again(
    key: ApiKey, at: float, says: str, seconds: int
) -> None:
    clock = Clock(START + timedelta(seconds=at))
    limiter = _limiter(Windows(), clock)
    assert _admitted(limiter, key, 5) == 2
    with pytest.raises(TooManyRequests, match="may make") as refused:
        limiter.admit(key)
    assert says in refused.value.message
    assert refused.value.retry_after == seconds
    clock.time = clock.time.replace(microsecond=0) + timedelta(seconds=seconds - 1, milliseconds=999)
    assert _admitted(limiter, key, 1) == 0
    clock.advance(0.001)
    assert _admitted(limiter, key, 5) == 2


def test_given_a_plan_and_values_of_its_own_when_asked_then_the_values_go_first() -> None:
    assert limits_of(_key(plan=None), "free") == PLANS["free"]
    assert limits_of(_key(7, plan="free", bytes_per_day=8), "standard") == Limits(
        per_minute=7, burst=10, per_day=1000, bytes_per_minute=20_000_000, bytes_per_day=8
    )
    assert limits_of(_key(), "free") == Limits()


@pytest.mark.parametrize(
    ("own", "other", "fits"),
    [
        (Limits(), Limits(), True),
        (Limits(), Limits(per_day=1), False),
        (Limits(per_day=1), Limits(), True),
        (Limits(per_minute=2, burst=1, per_day=1), Limits(per_minute=1, burst=1, per_day=1), False),
        (Limits(bytes_per_day=2), Limits(bytes_per_day=1), False),
        (Limits(bytes_per_minute=1), Limits(bytes_per_minute=1, bytes_per_day=1), False),
        (PLANS["free"], PLANS["standard"], True),
    ],
)
def test_given_two_sets_of_limits_when_compared_then_none_may_be_higher(own: Limits, other: Limits, fits: bool) -> None:
    assert own.within(other) == fits


def test_given_no_limits_when_admitted_then_nothing_is_counted_or_told() -> None:
    windows = Windows()
    limiter = _limiter(windows, Clock())
    assert _admitted(limiter, _key(), 100) == 100
    assert windows.calls == 0
    assert limiter.fields(_key()) == {}


def test_given_limits_when_told_then_policies_and_what_is_left_have_the_drafts_form() -> None:
    clock = Clock(START + timedelta(seconds=18))
    limiter = _limiter(Windows(), clock)
    key = _key(rate=3, burst=2, quota=9)
    policies = '"day";q=9;w=86400, "minute";q=3;w=60, "second";q=2;w=1'
    fresh = {"ratelimit-policy": policies, "ratelimit": '"day";r=9;t=43182, "minute";r=3;t=42'}
    assert limiter.fields(key) == fresh
    limiter.admit(key)
    assert limiter.fields(key)["ratelimit"] == '"day";r=8;t=43182, "minute";r=2;t=42'
    clock.advance(1)
    assert _admitted(limiter, key, 2) == 2
    assert limiter.fields(key)["ratelimit"] == '"day";r=6;t=43181, "minute";r=0;t=41'
    byte_limits = limiter.fields(_key(bytes_per_minute=7, bytes_per_day=8, id="third"))
    assert byte_limits == {
        "ratelimit-policy": '"day-bytes";q=8;w=86400;qu="content-bytes", "minute-bytes";q=7;w=60;qu="content-bytes"',
        "ratelimit": '"day-bytes";r=8;t=43181, "minute-bytes";r=7;t=41',
    }
    assert limiter.fields(_key(burst=2, id="other")) == {"ratelimit-policy": '"second";q=2;w=1'}
