"""Alarms and dashboard: whatever can fail is watched, and what is watched exists."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from local.template import Template, load
from tests.support.monitoring import OWN, alarm_metrics, alarms, dashboard_text, own_metrics, widget_metrics, widgets

ROOT = Path(__file__).resolve().parents[3]
MAX_METRICS_OF_AN_ALARM = 10


@pytest.fixture(scope="module")
def template() -> Template:
    return load(ROOT / "template.yaml")


def of_type(template: Template, kind: str) -> dict[str, Any]:
    return {name: each["Properties"] for name, each in template["Resources"].items() if each["Type"] == kind}


def watched(template: Template, metric: str) -> list[str]:
    """What the alarms on a metric name, once for each time."""
    return [
        dimensions[-1][1]
        for properties in alarms(template).values()
        for _, name, dimensions in alarm_metrics(properties)
        if name == metric
    ]


def test_given_every_queue_when_work_waits_or_dies_in_it_then_an_alarm_says_so(template: Template) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    sources = {name for name, queue in queues.items() if "RedrivePolicy" in queue}
    names = {f"${{{name}.QueueName}}" for name in sources}
    dead = {f"${{{name}.QueueName}}" for name in queues.keys() - sources}
    assert set(watched(template, "ApproximateAgeOfOldestMessage")) == names
    assert set(watched(template, "ApproximateNumberOfMessagesVisible")) == dead


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_given_every_function_when_it_fails_then_one_alarm_counts_it(template: Template, metric: str) -> None:
    functions = {f"${{{name}}}": 1 for name in of_type(template, "AWS::Serverless::Function")}
    assert Counter(watched(template, metric)) == functions


def test_an_alarm_tells_of_refused_calls_of_table_and_indexes(template: Template) -> None:
    indexes = [index["IndexName"] for index in template["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]]
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        assert sorted(watched(template, metric)) == sorted(["${Table}", *indexes])


def test_given_the_api_when_it_fails_or_is_slow_then_an_alarm_says_so(template: Template) -> None:
    for metric in ("5xx", "Count", "Latency"):
        assert watched(template, metric) == ["${HttpApi}"]


def test_given_the_sweep_when_it_does_not_run_then_its_silence_is_an_alarm(template: Template) -> None:
    (alarm,) = [each for each in alarms(template).values() if each.get("MetricName") == "OldestPending"]
    assert alarm["TreatMissingData"] == "breaching"
    assert all(each["TreatMissingData"] == "notBreaching" for each in alarms(template).values() if each is not alarm)


def test_the_topic_hears_of_every_alarm_and_its_end(
    template: Template,
) -> None:
    topic = {"Fn::If": ["MailAlarms", {"Ref": "AlarmTopic"}, {"Ref": "AlarmTopicArn"}]}
    for name, alarm in alarms(template).items():
        assert template["Resources"][name]["Condition"] == "Monitor", name
        assert alarm["AlarmActions"] == [{"Fn::If": ["TellAlarms", topic, {"Ref": "AWS::NoValue"}]}], name
        assert alarm["OKActions"] == alarm["AlarmActions"], name
        assert "AlarmName" not in alarm, "CloudFormation makes one that begins with the nested stack's name"
        assert len(alarm.get("Metrics", [])) <= MAX_METRICS_OF_AN_ALARM + 1, name


def test_the_stacks_own_topic_is_encrypted_and_written_by_alarms_only(
    template: Template,
) -> None:
    assert template["Resources"]["AlarmTopic"]["Properties"]["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
    (statement,) = template["Resources"]["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":alarm:${AWS::StackName}-*")


def test_given_the_dashboard_when_it_is_laid_out_then_no_two_widgets_overlap(template: Template) -> None:
    for one, other in combinations(widgets(template), 2):
        apart = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        assert apart or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    assert all(widget["x"] + widget["width"] <= 24 for widget in widgets(template))


def test_given_every_function_and_queue_when_looked_for_then_the_dashboard_shows_it(template: Template) -> None:
    shown = Counter(
        (metric, value)
        for widget in widgets(template)
        for _, metric, dimensions in widget_metrics(widget)
        for _, value in dimensions
    )
    functions = of_type(template, "AWS::Serverless::Function")
    for metric in ("Errors", "Throttles", "Duration"):
        assert {value for name, value in shown if name == metric} == {f"${{{name}}}" for name in functions}
    queues = {f"${{{name}.QueueName}}" for name in of_type(template, "AWS::SQS::Queue")}
    # A queue of a part that may be left out is shown by the name of a parameter.
    named = {value if "." in value else f"{value[:-1]}.QueueName}}" for _, value in shown}
    assert {value for value in named if value.endswith("Queue.QueueName}")} == queues


def test_every_name_in_the_dashboard_is_of_the_stack(
    template: Template,
) -> None:
    body = dashboard_text(template)
    named = {name.partition(".")[0] for name in re.findall(r"\$\{([^}]+)\}", body)}
    assert named - {"AWS::Region", "AWS::StackName"} <= template["Resources"].keys()


def test_our_metrics_are_in_the_namespace_that_functions_write_to(
    template: Template,
) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Fn::Sub": OWN}
    assert {namespace for namespace, _, _ in own_metrics(template)} == {OWN}
