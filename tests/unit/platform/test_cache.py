"""What is kept between requests: never more than the size, never longer than the lifetime, never what failed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from confab.platform.cache import Cache

MINUTE = timedelta(minutes=1)
START = datetime(2026, 3, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


class Made:
    """Counts what it makes."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        return self.count


def test_a_value_is_made_again_exactly_after_its_lifetime() -> None:
    clock, made = Clock(), Made()
    cache: Cache[str, int] = Cache(10, now=clock, lifetime=MINUTE)
    assert cache.of("a", made) == 1
    clock.time += MINUTE - timedelta(microseconds=1)
    assert cache.of("a", made) == 1
    assert "a" in cache
    clock.time += timedelta(microseconds=1)
    assert "a" not in cache
    assert cache.get("a") is None
    assert cache.of("a", made) == 2


def test_given_a_slow_reading_when_it_ends_then_the_lifetime_has_run_since_it_began() -> None:
    clock = Clock()
    cache: Cache[str, int] = Cache(10, now=clock, lifetime=MINUTE)

    def slow() -> int:
        clock.time += timedelta(seconds=50)
        return 1

    cache.of("a", slow)
    cache.put("b", 1, START)
    clock.time = START + MINUTE
    assert "a" not in cache
    assert "b" not in cache


def test_given_use_when_the_lifetime_passes_then_use_has_not_prolonged_it() -> None:
    clock = Clock()
    cache: Cache[str, int] = Cache(10, now=clock, lifetime=MINUTE)
    cache.put("a", 1)
    for _ in range(6):
        clock.time += timedelta(seconds=9)
        assert cache.get("a") == 1
    clock.time += timedelta(seconds=9)
    assert cache.get("a") is None


def test_a_full_cache_drops_the_least_recently_used_value() -> None:
    cache: Cache[str, int] = Cache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert ("a" in cache, "b" in cache, "c" in cache) == (True, False, True)


def test_given_a_full_cache_when_a_key_is_put_again_then_no_other_goes() -> None:
    cache: Cache[str, int] = Cache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.put("b", 3)
    assert (cache.get("a"), cache.get("b")) == (1, 3)


def test_given_many_keys_when_they_pass_then_there_are_never_more_than_the_size() -> None:
    cache: Cache[int, int] = Cache(20)
    sizes = []
    for number in range(100):
        cache.put(number, number)
        sizes.append(len(cache))
    assert max(sizes) == 20


def test_given_nothing_when_it_is_kept_then_it_is_not_made_again() -> None:
    asked: list[str] = []
    cache: Cache[str, None] = Cache(10)
    for _ in range(3):
        assert cache.of("a", lambda: asked.append("a")) is None
    assert asked == ["a"]
    assert "a" in cache


def test_given_a_failure_when_a_value_is_made_then_it_is_not_kept() -> None:
    cache: Cache[str, int] = Cache(10)
    with pytest.raises(ZeroDivisionError):
        cache.of("a", lambda: 1 // 0)
    assert "a" not in cache
    assert cache.of("a", lambda: 1) == 1


def test_forgetting_a_key_removes_it_and_can_be_repeated() -> None:
    cache: Cache[str, int] = Cache(10)
    cache.put("a", 1)
    cache.forget("a")
    cache.forget("a")
    assert "a" not in cache


def test_given_threads_when_they_share_a_full_cache_then_it_stays_whole() -> None:
    cache: Cache[int, int] = Cache(8)

    def use(first: int) -> None:
        for number in range(first, first + 500):
            assert cache.of(number % 13, lambda value=number % 13: value) == number % 13

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(use, range(4)))
    assert len(cache) == 8
