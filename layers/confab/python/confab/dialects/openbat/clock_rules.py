"""The bodies of rules that the clock starts: alerts and reports (docs/rules.md)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from confab.alerts.alert import ABSOLUTE, CHANGES, IGNORE, NOTIFY, OPERATORS, WINDOWS
from confab.dialects.fields import Identifier, Number, Request
from confab.dialects.insights.queries import one_of
from confab.dialects.openbat.rule_body import RuleBody
from confab.dialects.shapes import refusal_at
from confab.domain.metrics import METRICS
from confab.reports.schedule import DAILY, WEEKDAYS, WEEKLY, zone_of

MAX_SAMPLE: Final = 1_000_000
MIN_QUIET: Final = 5
MAX_QUIET: Final = 30 * 24 * 60
"""Minutes."""
MAX_ZONE: Final = 64


def _zone(name: str) -> str:
    zone_of(name)
    return name


class AlertMetric(Request):
    """What an alert watches: a metric, and for some of them the flag or the topic that it is about."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, AfterValidator(one_of(tuple(METRICS)))]
    flag: Identifier | None = None
    topic: Identifier | None = None

    @model_validator(mode="after")
    def _about(self) -> AlertMetric:
        about = METRICS[self.name].about
        for field, value in (("flag", self.flag), ("topic", self.topic)):
            if field == about and value is None:
                raise refusal_at((field,), f"is required for the metric {self.name}")
            if field != about and value is not None:
                raise refusal_at((field,), f"is not for the metric {self.name}")
        return self


class AlertThreshold(Request):
    """The lines that a value must not be beyond, and what is compared with them."""

    model_config = ConfigDict(extra="forbid")

    operator: Annotated[str, AfterValidator(one_of(tuple(OPERATORS)))]
    alert: Number
    warning: Number | None = None
    change: Annotated[str, AfterValidator(one_of(CHANGES))] = ABSOLUTE
    minimum: Annotated[int, Field(ge=1, le=MAX_SAMPLE)] = 1

    @model_validator(mode="after")
    def _in_order(self) -> AlertThreshold:
        beyond = OPERATORS[self.operator[0]]
        if self.warning is not None and not beyond(self.alert, self.warning):
            raise refusal_at(("warning",), "must be crossed before the line of the alert")
        return self


class AlertBody(RuleBody):
    """A rule that watches a metric."""

    kind: Literal["alert"]
    template: None = None
    metric: AlertMetric
    window: Annotated[str, AfterValidator(one_of(tuple(WINDOWS)))]
    threshold: AlertThreshold
    noData: Annotated[str, AfterValidator(one_of((IGNORE, NOTIFY)))] = IGNORE
    renotifyMinutes: Annotated[int, Field(ge=MIN_QUIET, le=MAX_QUIET)] | None = None


class ReportSchedule(Request):
    """When a report comes, by the clock of a zone."""

    model_config = ConfigDict(extra="forbid")

    every: Annotated[str, AfterValidator(one_of((DAILY, WEEKLY)))]
    weekday: Annotated[str, AfterValidator(one_of(WEEKDAYS))] | None = None
    hour: Annotated[int, Field(ge=0, le=23)]
    timezone: Annotated[str, Field(min_length=1, max_length=MAX_ZONE), AfterValidator(_zone)] = "UTC"

    @model_validator(mode="after")
    def _fit(self) -> ReportSchedule:
        if self.every == DAILY and self.weekday is not None:
            raise refusal_at(("weekday",), "is only for weekly reports")
        return self


class ReportBody(RuleBody):
    """A rule by which a report comes."""

    kind: Literal["report"]
    template: None = None
    schedule: ReportSchedule
