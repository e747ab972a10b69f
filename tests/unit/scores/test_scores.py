"""Scores: their buckets, their values, and what they add to the statistics."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.domain.scores import (
    BOOLEAN,
    CATEGORICAL,
    MILLIONTHS,
    NUMERIC,
    SOURCES,
    TEXT,
    Bucket,
    Score,
    bucket_of,
    score_statistics,
    scored_with,
    scores_found,
    value_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCORES = st.builds(
    Score,
    id=st.sampled_from(["a", "b", "c"]),
    name=st.sampled_from(["helpful", "100% #1", ""]),
    data_type=st.just(NUMERIC),
    value=st.floats(-1e9, 1e9),
    source=st.sampled_from(SOURCES),
    created_at=st.sampled_from([AT, AT + timedelta(days=1)]),
    updated_at=st.just(AT),
) | st.builds(
    Score,
    id=st.sampled_from(["a", "b", "c", "d"]),
    name=st.sampled_from(["kind", "helpful"]),
    data_type=st.just(CATEGORICAL),
    value=st.text(min_size=1, max_size=5),
    source=st.sampled_from(SOURCES),
    created_at=st.just(AT),
    updated_at=st.just(AT),
)
STEPS = st.lists(SCORES | st.sampled_from(["a", "b", "c", "d"]), max_size=12)


@pytest.mark.parametrize(
    ("data_type", "value", "bucket"),
    [
        (NUMERIC, 0.87, "0.8"),
        (NUMERIC, 0.3, "0.3"),
        (NUMERIC, 1.0, "1"),
        (NUMERIC, 4, "4"),
        (NUMERIC, 4.9999, "4"),
        (NUMERIC, 1234.5, "1000"),
        (NUMERIC, 1e9, "1000000000"),
        (NUMERIC, 0.0999, "0"),
        (NUMERIC, 0, "0"),
        (NUMERIC, -0.0, "0"),
        (NUMERIC, -0.55, "-0.5"),
        (NUMERIC, -70, "-70"),
        (BOOLEAN, True, "true"),
        (BOOLEAN, False, "false"),
        (CATEGORICAL, "a#b", "a#b"),
        (TEXT, "whatever was said", ""),
    ],
)
def test_a_value_counts_in_the_bucket_of_its_type(data_type: str, value: Any, bucket: str) -> None:
    assert bucket_of(data_type, value) == bucket


@given(st.floats(-1e9, 1e9))
def test_numbers_have_few_buckets_and_none_is_further_from_zero_than_the_number(number: float) -> None:
    bucket = bucket_of(NUMERIC, number)
    assert abs(float(bucket)) <= abs(number) * (1 + 1e-12)
    assert len(bucket.lstrip("-").strip("0.")) <= 1


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from([NUMERIC, BOOLEAN, CATEGORICAL, TEXT]))
def test_the_name_of_a_statistic_tells_what_it_counts(name: str, bucket: str, data_type: str) -> None:
    counted = Bucket("2026-03-01", data_type, name, bucket)
    assert Bucket.of(counted.statistic) == counted


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        (NUMERIC, True),
        (NUMERIC, "4"),
        (NUMERIC, float("nan")),
        (NUMERIC, float("inf")),
        (NUMERIC, 1e9 + 1),
        (BOOLEAN, 2),
        (BOOLEAN, "true"),
        (CATEGORICAL, ""),
        (CATEGORICAL, 7),
        (CATEGORICAL, "x" * 101),
        (CATEGORICAL, "a\x1fb"),
        (TEXT, ""),
        (TEXT, "x" * 501),
    ],
)
def test_a_value_of_another_type_is_refused(data_type: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"has the type|control"):
        value_of(data_type, value)


@settings(max_examples=200)
@given(STEPS)
def test_counters_are_a_plain_count_after_any_upserts_and_deletions(steps: list[Any]) -> None:
    standing: dict[str, Score] = {}
    for step in steps:
        if isinstance(step, str):
            standing.pop(step, None)
        else:
            standing[step.id] = step
    counts: Counter[tuple[Any, ...]] = Counter()
    sums: Counter[tuple[Any, ...]] = Counter()
    for score in standing.values():
        place = (str(score.created_at.date()), score.data_type, score.name, bucket_of(score.data_type, score.value))
        counts[*place, score.source] += 1
        if score.data_type == NUMERIC:
            sums[*place, score.source] += round(float(score.value) * MILLIONTHS)
    found: dict[tuple[Any, ...], int] = {}
    added: dict[tuple[Any, ...], int] = {}
    for statistic, counters in score_statistics(standing.values()).items():
        bucket = Bucket.of(statistic)
        place = (bucket.day, bucket.data_type, bucket.name, bucket.bucket)
        for counter, number in counters.items():
            if counter.startswith("sum:"):
                added[*place, counter.removeprefix("sum:")] = number
            else:
                found[*place, counter] = number
    assert found == dict(counts)
    assert added == {place: number for place, number in sums.items() if number}


def test_a_search_finds_names_and_values_of_scores() -> None:
    def score(name: str, value: str) -> Score:
        return Score(
            id=name + value,
            name=name,
            data_type=CATEGORICAL,
            value=value,
            source="api",
            created_at=AT,
            updated_at=AT,
        )

    found = scores_found(score_statistics([score("kind", "bug"), score("kind", "idea")]))
    assert found == {scored_with("kind"), scored_with("kind", "bug"), scored_with("kind", "idea")}
    many = scores_found(score_statistics([score("kind", f"{number:03d}") for number in range(500)]))
    assert len(many) == 41
