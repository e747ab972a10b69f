"""What the template's alarms and dashboard read: metrics by namespace, name and dimensions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from local.template import Template

OWN = "Confab/${AWS::StackName}"
_SEARCH = re.compile(r"""SEARCH\('\{"([^"]+)",([\w,]+)\} MetricName="(\w+)"'""")

Metric = tuple[str, str, tuple[tuple[str, str], ...]]
"""Namespace, name, and dimensions as (name, value) pairs; a value of ``*`` stands for any."""


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """The properties of the alarms, by logical id."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def widgets(template: Template) -> list[dict[str, Any]]:
    """The dashboard's widgets, references still in the text."""
    found: list[dict[str, Any]] = json.loads(dashboard_text(template))["widgets"]
    return found


def dashboard_text(template: Template) -> str:
    """The dashboard's text, references still in it."""
    text, _ = template["Resources"]["OperationsDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    return str(text)


def alarm_metrics(properties: dict[str, Any]) -> list[Metric]:
    """What an alarm reads."""
    if "Metrics" not in properties:
        return [_metric(properties)]
    return [_metric(each["MetricStat"]["Metric"]) for each in properties["Metrics"] if "MetricStat" in each]


def _metric(described: dict[str, Any]) -> Metric:
    dimensions = ((each["Name"], _text(each["Value"])) for each in described.get("Dimensions", ()))
    return _text(described["Namespace"]), described["MetricName"], tuple(dimensions)


def _text(value: Any) -> str:
    """A name, a Ref, a GetAtt or a Sub as the text that Sub takes."""
    if not isinstance(value, dict):
        return str(value)
    ((function, argument),) = value.items()
    if function == "Fn::If":  # the stack's own table, or one that was there
        return _text(argument[1])
    if function == "Fn::Sub":
        return str(argument)
    return "${" + (argument if function == "Ref" else ".".join(argument)) + "}"


def widget_metrics(widget: dict[str, Any]) -> Iterator[Metric]:
    """What a widget shows."""
    before: list[str] = []
    for entry in widget["properties"]["metrics"]:
        if isinstance(entry[0], dict):
            found = _SEARCH.search(entry[0]["expression"])
            assert found is not None, entry
            yield found[1], found[3], tuple((name, "*") for name in found[2].split(","))
            continue
        before = _expanded([part for part in entry if isinstance(part, str)], before)
        yield before[0], before[1], tuple(zip(before[2::2], before[3::2], strict=True))


def _expanded(entry: Sequence[str], before: Sequence[str]) -> list[str]:
    """An entry with what it takes over from the one before: "..." for all but what follows, "." for one part."""
    if entry[0] == "...":
        return [*before[: len(before) - len(entry) + 1], *entry[1:]]
    return [before[index] if part == "." else part for index, part in enumerate(entry)]


def own_metrics(template: Template) -> set[Metric]:
    """What alarms and dashboard read of what the functions themselves count."""
    read = [metric for properties in alarms(template).values() for metric in alarm_metrics(properties)]
    read += [metric for widget in widgets(template) for metric in widget_metrics(widget)]
    return {metric for metric in read if not metric[0].startswith("AWS/")}
