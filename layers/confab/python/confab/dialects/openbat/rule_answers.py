"""The answers about rules, destinations and runs: types that hold the builders, and that the document is made from."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import Count, Object, Ok, Time, Uuid

DestinationType = Annotated[
    str, Field(json_schema_extra={"enum": ["webhook", "slack", "discord", "email", "eventbridge"]})
]
RuleKind = Annotated[str, Field(json_schema_extra={"enum": ["workflow", "alert", "report"]})]
RunStatus = Annotated[str, Field(json_schema_extra={"enum": ["pending", "success", "failed", "skipped"]})]


class Destination(TypedDict):
    """Where notices go. The path of a Slack or Discord address is its secret, so it is not shown."""

    id: Uuid
    type: DestinationType
    name: str
    url: str | None
    arn: str | None
    enabled: bool
    disabledReason: str | None
    secretRotatedAt: Time | None
    createdAt: Time


Destinations = list[Destination]


class DestinationStored(Ok):
    """A destination, and its secret when it is new."""

    destination: Destination
    secret: NotRequired[str]


class AlertStatus(TypedDict):
    """How an alert stands, and what was found when it was evaluated last."""

    state: Annotated[str, Field(json_schema_extra={"enum": ["unknown", "ok", "warning", "alert", "no_data", "error"]})]
    since: Time
    evaluatedAt: Time | None
    value: float | None
    sample: Count
    comparedWith: float | None
    change: float | None
    reason: str | None


class Rule(TypedDict):
    """A rule; the fields after ``since`` are those of its kind."""

    id: Uuid
    kind: RuleKind
    name: str
    enabled: bool
    destinations: list[str]
    includeText: bool
    template: str | None
    createdAt: Time
    since: Time
    on: NotRequired[str]
    when: NotRequired[Object]
    cadence: NotRequired[str]
    cooldownMinutes: NotRequired[Count]
    metric: NotRequired[Object]
    window: NotRequired[str]
    threshold: NotRequired[Object]
    noData: NotRequired[str]
    renotifyMinutes: NotRequired[Count]
    status: NotRequired[AlertStatus | None]
    schedule: NotRequired[Object]


Rules = list[Rule]


class RuleStored(Ok):
    """A rule that was stored."""

    rule: Rule


class RuleTemplate(TypedDict):
    """A rule to begin with: a body without destinations."""

    id: str
    name: str
    category: str
    rule: dict[str, Any]


RuleTemplates = list[RuleTemplate]


class RunAttempt(TypedDict):
    """One attempt to deliver."""

    at: Time
    status: int | None
    ms: Count
    error: str | None


class Run(TypedDict):
    """One notice at one destination; a digest with the matches that it has by now."""

    id: str
    ruleId: str
    destinationId: str
    type: str
    status: RunStatus
    createdAt: Time
    sendAt: Time
    expiresAt: Time
    digest: bool
    count: Count
    conversationIds: list[Uuid]
    attempts: list[RunAttempt]
    error: str | None


class Runs(TypedDict):
    """A page of the log, the latest run first."""

    runs: list[Run]
    nextCursor: NotRequired[str]


class RunsBegun(Ok):
    """Runs that were queued."""

    runIds: list[str]


class RunReopened(Ok):
    """A run that is delivered again."""

    run: Run
