"""Alerts: what is judged how, and what is told when one state follows another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from confab.alerts.alert import ALERT, NO_DATA, NOTIFY, OK, UNKNOWN, WARNING, Alert, Reading, alert_of, judged
from confab.alerts.states import FAILED, OPENED, RECOVERED, WITHOUT_DATA, AlertState, failed, followed
from confab.domain.metrics import METRICS, Figure

START = datetime(2026, 3, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)
RATE = Alert(metric="negative_rate", window="1h", operator=">", alert=0.5, warning=0.2, minimum=10, no_data=NOTIFY)
COUNT = Alert(metric="conversations", window="1h", operator=">", alert=0.5, change="vs_7d_mean", minimum=20)


def _rate(value: float | None, sample: int = 100) -> Reading:
    return judged(RATE, Figure(value, sample))


def _played(alert: Alert, readings: list[Reading | None]) -> list[tuple[int, str]]:
    """What is told over evaluations five minutes apart, each with its number; None is one that fails."""
    state, told = AlertState(since=START), []
    for number, reading in enumerate(readings):
        now = START + number * STEP
        state, notice = failed(state, now) if reading is None else followed(state, alert, reading, now)
        if notice is not None:
            told.append((number, notice))
    return told


def test_only_what_is_beyond_a_line_crosses_it() -> None:
    assert [_rate(value).state for value in (0.2, 0.21, 0.5, 0.51)] == [OK, WARNING, WARNING, ALERT]
    below = replace(RATE, metric="resolution_rate", operator="<", alert=0.3, warning=0.6)
    assert [judged(below, Figure(value, 100)).state for value in (0.6, 0.59, 0.3, 0.29)] == [
        OK,
        WARNING,
        WARNING,
        ALERT,
    ]


def test_nothing_is_no_data_and_a_little_leaves_an_alert_as_it_is() -> None:
    assert (_rate(None, 0).state, _rate(1.0, 9).state, _rate(1.0, 10).state) == (NO_DATA, UNKNOWN, ALERT)
    assert _played(RATE, [_rate(1.0), _rate(1.0, 3), _rate(0.0, 3), _rate(0.0)]) == [(0, OPENED), (3, RECOVERED)]


@pytest.mark.parametrize(
    ("now", "before", "state"),
    [
        (300, 100, ALERT),
        (150, 100, OK),  # half as much again is the line
        (151, 100, ALERT),
        (31, 20, OK),  # 55 %, but chance may do it
        (19, 5, OK),  # fewer than the minimum
        (30, 0, UNKNOWN),
        (0, 30, OK),
    ],
)
def test_a_change_of_a_number_must_be_larger_than_chance(now: int, before: float, state: str) -> None:
    assert judged(COUNT, Figure(now, now), Figure(before, 0)).state == state


def test_a_change_of_a_share_is_a_difference() -> None:
    alert = replace(RATE, change="vs_previous_window", alert=0.1, warning=None)
    assert judged(alert, Figure(0.35, 50), Figure(0.2, 50)).state == ALERT
    assert judged(alert, Figure(0.25, 50), Figure(0.2, 50)).state == OK
    assert judged(alert, Figure(0.35, 50), None).state == UNKNOWN


def test_an_alert_tells_that_it_opened_grew_and_recovered_once_each() -> None:
    warned, bad, good = _rate(0.3), _rate(0.6), _rate(0.1)
    told = _played(RATE, [good, good, warned, warned, bad, bad, warned, bad, good, good])
    assert told == [(2, OPENED), (4, OPENED), (8, RECOVERED)]


def test_an_unknown_alert_that_is_fine_says_nothing() -> None:
    assert _played(RATE, [_rate(0.1)] * 3) == []


def test_no_data_is_told_once_and_what_follows_it_is_told() -> None:
    nothing, bad, good = _rate(None, 0), _rate(0.6), _rate(0.1)
    assert _played(RATE, [good, nothing, nothing, good]) == [(1, WITHOUT_DATA), (3, RECOVERED)]
    assert _played(RATE, [bad, nothing, bad, good]) == [(0, OPENED), (1, WITHOUT_DATA), (2, OPENED), (3, RECOVERED)]
    silent = replace(RATE, no_data="ignore")
    assert _played(silent, [good, nothing, nothing, good]) == []
    assert _played(silent, [bad, nothing, good]) == [(0, OPENED), (2, RECOVERED)]


def test_an_open_alert_is_told_again_only_after_its_quiet_time() -> None:
    again = replace(RATE, renotify=timedelta(minutes=30))
    told = _played(again, [_rate(0.6)] * 20)
    assert told == [(0, OPENED), (6, OPENED), (12, OPENED), (18, OPENED)]
    assert _played(RATE, [_rate(0.6)] * 20) == [(0, OPENED)]


def test_an_alert_that_cannot_be_evaluated_says_so_once() -> None:
    good = _rate(0.1)
    assert _played(RATE, [good, None, None, good, None]) == []
    assert _played(RATE, [good, None, None, None, None, good]) == [(3, FAILED), (5, RECOVERED)]


def test_over_a_month_an_alert_opens_recovers_and_misses_data_once_each() -> None:
    """Five-minute evaluations of March: bad on the 5th and 6th, nothing on the 20th, and noise of small samples."""
    readings = []
    for number in range(31 * 288):
        time = START + number * STEP
        if time.day == 20:
            readings.append(_rate(None, 0))
        elif time.hour < 5:
            readings.append(_rate(float(number % 2), number % 9 + 1))
        else:
            readings.append(_rate(0.6 if time.day in (5, 6) else 0.1))
    told = [(START + number * STEP, notice) for number, notice in _played(RATE, readings)]
    # What the small samples of the night leave is what the evening before said.
    assert [(time.day, time.hour, notice) for time, notice in told] == [
        (5, 5, OPENED),
        (7, 5, RECOVERED),
        (20, 0, WITHOUT_DATA),
        (21, 5, RECOVERED),
    ]


def test_settings_of_a_rule_are_read_with_their_defaults() -> None:
    said = {
        "metric": {"name": "flag_rate", "flag": "churn_risk"},
        "window": "4h",
        "threshold": {"operator": ">", "alert": 1},
    }
    assert alert_of(said) == Alert(metric="flag_rate", about="churn_risk", window="4h", operator=">", alert=1)


def test_figures_of_counters_that_lost_more_than_they_got_stay_in_their_bounds() -> None:
    counters = Counter({"sentimentCount": -2, "sentimentSum": 500, "conversations": -1, "outcome:resolved": -3})
    figures = {name: metric.of(counters, "x") for name, metric in METRICS.items()}
    assert {name: figure.value for name, figure in figures.items() if figure.value is not None} == {
        "conversations": 0.0,
        "messages": 0.0,
        "topic_count": 0.0,
        "analysis_failed": 0.0,
        "capture_rejected": 0.0,
    }
    restated = Counter({"sentimentCount": 1, "sentimentSum": -5000, "label:Negative": 4})
    assert METRICS["avg_sentiment"].of(restated, "").value == -1.0
    assert METRICS["negative_rate"].of(restated, "").value == 1.0
