"""The bodies of alerts and reports: what is wrong is named."""

from __future__ import annotations

from typing import Any

import pytest
from confab.alerts.alert import alert_of
from confab.dialects.openbat.rules import patched, rule_draft
from confab.domain.metrics import METRICS
from confab.domain.rules import Rule
from confab.platform.errors import InvalidRequest
from confab.reports.schedule import schedule_of

from tests.support.clock import Clock

ALERT: dict[str, Any] = {
    "kind": "alert",
    "name": "Unhappy",
    "metric": {"name": "negative_rate"},
    "window": "1h",
    "threshold": {"operator": ">", "alert": 0.3, "warning": 0.2},
}
REPORT: dict[str, Any] = {"kind": "report", "name": "Daily", "schedule": {"every": "day", "hour": 9}}


def _faults(said: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidRequest) as refused:
        rule_draft(said)
    return [fault.path for fault in refused.value.details]


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"metric": {"name": "happiness"}}, "metric.name"),
        ({"metric": {"name": "flag_rate"}}, "metric.flag"),
        ({"metric": {"name": "topic_count", "flag": "x"}}, "metric.flag"),
        ({"metric": {"name": "messages", "topic": "x"}}, "metric.topic"),
        ({"metric": "messages"}, "metric"),
        ({"window": "2h"}, "window"),
        ({"threshold": {"operator": "=", "alert": 1}}, "threshold.operator"),
        ({"threshold": {"operator": ">", "alert": "many"}}, "threshold.alert"),
        ({"threshold": {"operator": ">", "alert": 0.2, "warning": 0.3}}, "threshold.warning"),
        ({"threshold": {"operator": "<", "alert": 0.3, "warning": 0.2}}, "threshold.warning"),
        ({"threshold": {"operator": ">", "alert": 1, "minimum": 0}}, "threshold.minimum"),
        ({"threshold": {"operator": ">", "alert": 1, "change": "vs_last_year"}}, "threshold.change"),
        ({"noData": "shout"}, "noData"),
        ({"renotifyMinutes": 4}, "renotifyMinutes"),
        ({"template": "{{count}}"}, "template"),
    ],
)
def test_what_is_wrong_with_an_alert_is_named(change: dict[str, Any], at: str) -> None:
    assert at in _faults({**ALERT, **change})


@pytest.mark.parametrize(
    ("schedule", "at"),
    [
        ({"every": "month", "hour": 9}, "schedule.every"),
        ({"every": "day", "hour": 24}, "schedule.hour"),
        ({"every": "day"}, "schedule.hour"),
        ({"every": "day", "hour": 9, "weekday": "monday"}, "schedule.weekday"),
        ({"every": "week", "hour": 9, "weekday": "Mon"}, "schedule.weekday"),
        ({"every": "day", "hour": 9, "timezone": "Berlin"}, "schedule.timezone"),
        ({"every": "day", "hour": 9, "minute": 5}, "schedule"),
        (None, "schedule"),
    ],
)
def test_what_is_wrong_with_a_report_is_named(schedule: Any, at: str) -> None:
    assert at in _faults({**REPORT, "schedule": schedule})


@pytest.mark.parametrize("name", sorted(METRICS))
def test_each_metric_makes_an_alert(name: str) -> None:
    about = METRICS[name].about
    metric = {"name": name, **({about: "x"} if about else {})}
    alert = alert_of(rule_draft({**ALERT, "metric": metric, "renotifyMinutes": 5}).settings)
    assert (alert.metric, alert.about, alert.alert) == (name, "x" if about else "", 0.3)


def test_a_patch_changes_one_field_and_null_takes_one_away() -> None:
    draft, now = rule_draft({**ALERT, "renotifyMinutes": 60}), Clock()()
    rule = Rule(
        id="r", chatbot_id="b", kind="alert", name=draft.name, created_at=now, since=now, settings=draft.settings
    )
    assert patched(rule, {"window": "1d"}).settings == {**draft.settings, "window": "1d"}
    assert "renotifyMinutes" not in patched(rule, {"renotifyMinutes": None}).settings


def test_a_schedule_without_a_zone_is_in_utc() -> None:
    assert schedule_of(rule_draft(REPORT).settings).zone.key == "UTC"
