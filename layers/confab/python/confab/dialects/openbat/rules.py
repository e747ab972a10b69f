"""Rules and destinations (docs/rules.md): bodies, queries, and what an operator is shown of them.

``RULE_BODIES`` says which model checks the rules of a kind; a new kind is one more entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from confab.alerts.states import AlertState
from confab.dialects.fields import Number, Request, Url, iso
from confab.dialects.figures import rounded
from confab.dialects.insights.queries import one_of
from confab.dialects.openbat.admin import ObjectName
from confab.dialects.openbat.clock_rules import AlertBody, ReportBody
from confab.dialects.openbat.queries import ListLimit
from confab.dialects.openbat.rule_body import RuleBody
from confab.dialects.shapes import refusal_at
from confab.domain.rules import ALERT, REPORT, WORKFLOW, Rule, RuleDraft
from confab.notify.destinations import BY_URL, TYPES, Destination
from confab.notify.runs import STATUSES, Run
from confab.platform.cursors import MAX_CURSOR
from confab.platform.errors import Fault, InvalidRequest
from confab.platform.request_body import parse
from confab.workflows.conditions import (
    AND,
    CONVERSATION,
    MAX_PARTS,
    MAX_VALUES,
    OPERATORS,
    SUBJECTS,
    faults_of,
    group_of,
)
from confab.workflows.presets import Preset

if TYPE_CHECKING:
    from confab.dialects.openbat import rule_answers as answers

CADENCES: Final = ("immediate", "5m", "15m", "1h")
MAX_COOLDOWN: Final = 30 * 24 * 60
"""Minutes."""


class DestinationBody(Request):
    """The body of ``POST /api/v1/chatbots/{id}/destinations``: a URL, or for ``email`` and ``eventbridge`` an ARN."""

    type: Annotated[str, AfterValidator(one_of(TYPES))]
    name: ObjectName
    url: Url | None = None
    arn: Annotated[str, Field(min_length=1, max_length=512)] | None = None

    def target(self) -> str:
        """Where it is.

        Raises:
            InvalidRequest: what its type needs is missing.
        """
        field, value = ("url", self.url) if self.type in BY_URL else ("arn", self.arn)
        if value is None:
            raise InvalidRequest.at(Fault(field, f"is required for the type {self.type}"))
        return value


class DestinationPatch(Request):
    """The body of ``PATCH /api/v1/chatbots/{id}/destinations/{destinationId}``; the type stays."""

    name: ObjectName | None = None
    url: Url | None = None
    arn: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    enabled: bool | None = None

    def target(self, kind: str) -> str | None:
        """Where a destination of a type is to be from now on; None for where it is."""
        return self.url if kind in BY_URL else self.arn


Word = Annotated[str, Field(max_length=256)]
Scalar = Annotated[bool | Number | Word, Field(union_mode="left_to_right")]


class RuleCondition(Request):
    """One comparison."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[str, Field(min_length=1, max_length=160)]
    operator: Annotated[str, AfterValidator(one_of(OPERATORS))]
    value: Annotated[
        Scalar | Annotated[list[Scalar], Field(min_length=1, max_length=MAX_VALUES)], Field(union_mode="left_to_right")
    ]


class RuleGroup(Request):
    """Conditions of which all must hold, or one."""

    model_config = ConfigDict(extra="forbid")

    logic: Literal["AND", "OR"] = AND
    conditions: Annotated[list[RuleCondition], Field(min_length=1, max_length=MAX_PARTS)]


class RuleWhen(Request):
    """Conditions, and groups of conditions: one level of groups is taken."""

    model_config = ConfigDict(extra="forbid")

    logic: Literal["AND", "OR"] = AND
    conditions: Annotated[list[RuleCondition | RuleGroup], Field(min_length=1, max_length=MAX_PARTS)]


class WorkflowBody(RuleBody):
    """A rule that looks at conversations, or at their messages, as the analysis leaves them."""

    kind: Literal["workflow"]
    on: Annotated[str, AfterValidator(one_of(SUBJECTS))] = CONVERSATION
    when: RuleWhen
    cadence: Annotated[str, AfterValidator(one_of(CADENCES))] = "immediate"
    cooldownMinutes: Annotated[int, Field(ge=1, le=MAX_COOLDOWN)] = 1440

    @model_validator(mode="after")
    def _fit(self) -> WorkflowBody:
        for path, message in faults_of(group_of(self.when.model_dump()), self.on):
            raise refusal_at(path, message)
        return self


RULE_BODIES: Final[Mapping[str, type[RuleBody]]] = {WORKFLOW: WorkflowBody, ALERT: AlertBody, REPORT: ReportBody}
"""The model of each kind's rules."""


def rule_draft(said: Mapping[str, Any]) -> RuleDraft:
    """The rule that a body asks for, checked as its kind wants it.

    Raises:
        InvalidRequest: it breaks a rule; the faults name the fields.
    """
    kind = said.get("kind")
    model = RULE_BODIES.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise InvalidRequest.at(Fault("kind", f"must be one of {', '.join(RULE_BODIES)}"))
    return parse(model, said).draft()


def patched(rule: Rule, patch: Mapping[str, Any]) -> RuleDraft:
    """A rule as a patch leaves it: a field that is sent takes the place of what it was; null takes it away.

    Raises:
        InvalidRequest: it breaks a rule then.
    """
    if patch.get("kind", rule.kind) != rule.kind:
        raise InvalidRequest.at(Fault("kind", "stays what it is; make another rule"))
    said = {**_said(rule), **patch}
    return rule_draft({name: value for name, value in said.items() if value is not None})


def _said(rule: Rule) -> dict[str, Any]:
    """A rule as the body that asks for it."""
    return {
        "kind": rule.kind,
        "name": rule.name,
        "enabled": rule.enabled,
        "destinations": list(rule.destinations),
        "includeText": rule.include_text,
        "template": rule.template,
        **rule.settings,
    }


class RulePatch(Request):
    """The body of ``PATCH /api/v1/chatbots/{id}/rules/{ruleId}``: any fields of the rule; its kind stays."""

    model_config = ConfigDict(extra="allow")


class RunsQuery(BaseModel):
    """The query of ``GET /api/v1/chatbots/{id}/runs``."""

    model_config = ConfigDict(extra="ignore")

    status: Annotated[str, AfterValidator(one_of(STATUSES))] | None = None
    limit: ListLimit = 20
    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR)] | None = None


def destination_row(destination: Destination) -> answers.Destination:
    """A destination, without its secret."""
    by_url = destination.type in BY_URL
    return {
        "id": destination.id,
        "type": destination.type,
        "name": destination.name,
        "url": destination.shown_target if by_url else None,
        "arn": None if by_url else destination.target,
        "enabled": destination.enabled,
        "disabledReason": destination.disabled_reason,
        "secretRotatedAt": iso(destination.rotated_at),
        "createdAt": iso(destination.created_at),
    }


def stored_destination(destination: Destination, *, with_secret: bool) -> answers.DestinationStored:
    """A destination that was stored.

    Args:
        with_secret: whether its secret is new, and so is shown.
    """
    answer: answers.DestinationStored = {"ok": True, "destination": destination_row(destination)}
    if with_secret and destination.secret is not None:
        answer["secret"] = destination.secret
    return answer


def rule_row(rule: Rule, status: AlertState | None = None) -> answers.Rule:
    """A rule.

    Args:
        status: of an alert; None where it was not evaluated since the rule is as it is.
    """
    row: answers.Rule = {
        "id": rule.id,
        **_said(rule),  # type: ignore[typeddict-item]
        "createdAt": iso(rule.created_at),
        "since": iso(rule.since),
    }
    if rule.kind == ALERT:
        row["status"] = None if status is None else _status(status)
    return row


def _status(status: AlertState) -> answers.AlertStatus:
    reading = status.reading
    figure = reading.figure
    return {
        "state": status.state,
        "since": iso(status.since),
        "evaluatedAt": iso(status.evaluated_at),
        "value": None if figure is None else rounded(figure.value),
        "sample": 0 if figure is None else figure.sample,
        "comparedWith": rounded(reading.base),
        "change": None if reading.base is None else rounded(reading.compared),
        "reason": reading.reason or None,
    }


def stored_rule(rule: Rule) -> answers.RuleStored:
    """A rule that was stored."""
    return {"ok": True, "rule": rule_row(rule)}


def preset_row(preset: Preset) -> answers.RuleTemplate:
    """A rule to begin with."""
    return {"id": preset.id, "name": preset.name, "category": preset.category, "rule": dict(preset.rule)}


def run_row(run: Run) -> answers.Run:
    """A run of the log."""
    notice = run.notice
    return {
        "id": run.id,
        "ruleId": run.rule_id,
        "destinationId": run.destination_id,
        "type": notice.type,
        "status": run.status,
        "createdAt": iso(run.created_at),
        "sendAt": iso(run.send_at),
        "expiresAt": iso(run.expires_at),
        "digest": notice.digest is not None,
        "count": notice.count,
        "conversationIds": list(dict.fromkeys(mention.conversation_id for mention in notice.mentions)),
        "attempts": [
            {"at": iso(each.at), "status": each.status, "ms": each.ms, "error": each.error} for each in run.attempts
        ],
        "error": run.error,
    }


def runs_page(runs: Sequence[Run]) -> answers.Runs:
    """A page of the log."""
    return {"runs": list(map(run_row, runs))}


def begun(run_ids: Sequence[str]) -> answers.RunsBegun:
    """Runs that were queued."""
    return {"ok": True, "runIds": list(run_ids)}


def reopened(run: Run) -> answers.RunReopened:
    """A run that is delivered again."""
    return {"ok": True, "run": run_row(run)}
