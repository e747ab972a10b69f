"""Times as clients write them: every usual spelling is taken, and what is refused says what is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from confab.dialects.openbat.queries import ListQuery
from confab.domain.times import is_written, read_time
from confab.platform.faults import fitted
from hypothesis import given
from hypothesis import strategies as st

TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
TAKEN = [
    ("2026-11-20T10:00:00Z", TEN),
    ("2026-11-20t10:00:00z", TEN),
    ("2026-11-20 10:00:00", TEN),
    ("2026-11-20T10:00", TEN),
    ("2026-11-20T10", TEN),
    ("20261120T100000Z", TEN),
    ("2026-W47-5T10:00Z", TEN),
    (" 2026-11-20T10:00:00Z ", TEN),
    ("2026-11-20 10:00:00 UTC", TEN),
    ("2026-11-20 10:00:00 GMT", TEN),
    ("2026-11-20T11:00:00+01:00", TEN),
    ("2026-11-20T11:00:00+0100", TEN),
    ("2026-11-20T11:00:00+01", TEN),
    ("2026-11-20 11:00:00 +0100", TEN),
    ("2026-11-20T04:30:00-05:30", TEN),
    ("2026-11-20T09:59:60Z", TEN),
    ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
    ("2026-11-20T10:00:00.5Z", TEN + timedelta(milliseconds=500)),
    ("2026-11-20T10:00:00,25Z", TEN + timedelta(milliseconds=250)),
    ("2026-11-20T10:00:00.1234567891234567890Z", TEN + timedelta(microseconds=123456)),
    ("2026-11-20", TEN.replace(hour=0)),
    ("20261120", TEN.replace(hour=0)),
    (1795168800, TEN),
    (1795168800.25, TEN + timedelta(milliseconds=250)),
    (1795168800250, TEN + timedelta(milliseconds=250)),
    ("1795168800", TEN),
    ("1795168800.25", TEN + timedelta(milliseconds=250)),
    ("1795168800250", TEN + timedelta(milliseconds=250)),
    (0, datetime(1970, 1, 1, tzinfo=UTC)),
    (-1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
]
REFUSED: list[Any] = [
    "",
    "now",
    "yesterday",
    "2026-11-20x10:00:00Z",
    "2026-11-20T10:00:00X",
    "2026-11-20T25:00:00Z",
    "2026-11-20T10:60:00Z",
    "2026-11-20T10:00:61Z",
    "2026-11-20T10:00:00+25:00",
    "2026-13-01",
    "2026-02-30T10:00:00Z",
    "Fri, 20 Nov 2026 10:00:00 GMT",
    "20/11/2026",
    "12345",
    "20261120100000",
    "1e9",
    "\uff12026-11-20",
    "9999-12-31T23:59:59-23:59",
    10**13,
    10**400,
    1e300,
    float("nan"),
    float("inf"),
    True,
    None,
    [],
    {},
]


@pytest.mark.parametrize(("sent", "time"), TAKEN)
def test_given_a_time_in_a_usual_spelling_when_read_then_it_is_that_time_in_utc(sent: Any, time: datetime) -> None:
    assert read_time(sent) == time
    assert read_time(sent).utcoffset() == timedelta(0)


@pytest.mark.parametrize("sent", REFUSED)
def test_given_what_is_no_time_when_read_then_the_refusal_has_an_example(sent: Any) -> None:
    with pytest.raises(ValueError, match=r"as in 2026-01-31T12:00:00Z, or seconds or milliseconds since 1970"):
        read_time(sent)


@pytest.mark.parametrize("sent", ["0001-01-01T00:00:00Z", "9999-01-01"])
def test_given_a_year_beyond_the_bounds_when_read_then_the_refusal_names_them(sent: str) -> None:
    with pytest.raises(ValueError, match="the years 2 to 9998"):
        read_time(sent)


OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ANY_TIME = st.datetimes(datetime(2, 1, 3), datetime(9998, 1, 1), timezones=OFFSETS)


@given(time=ANY_TIME, apart=st.sampled_from("T "))
def test_given_any_time_as_python_writes_it_when_read_then_it_is_the_same(time: datetime, apart: str) -> None:
    assert read_time(time.isoformat(apart)) == time


@given(micros=st.integers(10**14, 9 * 10**15))
def test_seconds_and_milliseconds_since_1970_are_the_same_time(micros: int) -> None:
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    assert read_time(f"{micros // 10**6}.{micros % 10**6:06d}") == time
    assert read_time(f"{micros // 1000}.{micros % 1000:03d}") == time


def test_given_a_time_when_asked_then_it_is_written_or_counted() -> None:
    assert [is_written(sent) for sent in ("2026-11-20", "20261120", "1795168800", 1795168800, None)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_day_in_a_query_is_whole_and_a_lost_plus_is_found() -> None:
    query = fitted(ListQuery, {"from": "2026-11-20T11:00:00 01:00", "to": "20261120"})
    assert (query.since, query.until) == (TEN, TEN.replace(hour=0) + timedelta(days=1))
    counted = fitted(ListQuery, {"from": "1795168800", "to": "1795168800250"})
    assert (counted.since, counted.until) == (TEN, TEN + timedelta(milliseconds=250))
