"""Rules, destinations and the run log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from openapi.descriptions.described import TIME, UUID, Described

_RUN: Final = "evt_5e1f0c6a4b1d5f6f9d5e0c7b8a9f0e1d"
_ARN: Final = "arn:aws:sns:eu-west-1:123456789012:support"
_WHEN: Final = {"logic": "AND", "conditions": [{"field": "sentiment.score", "operator": "<=", "value": -0.6}]}
_BOTH: Final[Mapping[str, Described]] = {
    "name": Described("The rule's name, which heads what it tells.", "Angry customers"),
    "kind": Described(
        "What the rule looks at: `workflow` at conversations, `alert` at a metric, `report` at the clock.", "workflow"
    ),
    "enabled": Described("Whether it tells anything.", True),
    "destinations": Described("The ids of the destinations that it tells, at most 10.", [UUID]),
    "includeText": Described("Whether text of messages may leave the account with what it tells.", False),
    "template": Described("What it says instead of Confab's own words.", "{{user.id}} is unhappy"),
    "on": Described("What it looks at: `conversation`, `user_message` or `assistant_message`.", "user_message"),
    "when": Described("The conditions.", _WHEN),
    "cadence": Described("`immediate`, or the window that is told together: `5m`, `15m`, `1h`.", "immediate"),
    "cooldownMinutes": Described("After how long a conversation may be told again.", 1440),
}

_METRIC: Final = {"name": "negative_rate"}
_THRESHOLD: Final = {"operator": ">", "alert": 0.3, "change": "absolute", "minimum": 20}
_SCHEDULE: Final = {"every": "week", "weekday": "monday", "hour": 9, "timezone": "Europe/Berlin"}
_OF_THE_CLOCK: Final[Mapping[str, Described]] = {
    "metric": Described("What an alert watches.", _METRIC),
    "window": Described("Of how long a stretch before now: `15m`, `1h`, `4h`, `1d` or `1w`.", "1h"),
    "threshold": Described("The lines that the value must not be beyond.", _THRESHOLD),
    "noData": Described("Whether an alert tells that there is no data: `ignore` or `notify`.", "ignore"),
    "renotifyMinutes": Described("After how long an open alert is told again; never when absent.", 1440),
    "schedule": Described("When a report comes.", _SCHEDULE),
}
_COMMON: Final = ("name", "kind", "enabled", "destinations", "includeText", "template")
_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "Rule": (*_BOTH, *_OF_THE_CLOCK),
    "WorkflowBody": tuple(_BOTH),
    "AlertBody": (*_COMMON, "metric", "window", "threshold", "noData", "renotifyMinutes"),
    "ReportBody": (*_COMMON, "schedule"),
}

RULES: Final[Mapping[str, Described]] = {
    **{f"{schema}.{name}": {**_BOTH, **_OF_THE_CLOCK}[name] for schema, names in _FIELDS.items() for name in names},
    "Rule.status": Described("How an alert stands; null before its first evaluation."),
    "AlertStatus.state": Described("`unknown`, `ok`, `warning`, `alert`, `no_data` or `error`.", "ok"),
    "AlertStatus.since": Described("Since when it is so: ISO 8601 in UTC.", TIME),
    "AlertStatus.evaluatedAt": Described(
        "When it was evaluated, to the hour while nothing changes: ISO 8601 in UTC.", TIME
    ),
    "AlertStatus.value": Described("The figure that was found then; null where there was none.", 0.25),
    "AlertStatus.sample": Described("How many things it was made of.", 40),
    "AlertStatus.comparedWith": Described("The figure that it was compared with; null for none.", 0.2),
    "AlertStatus.change": Described("By how much it differs from that: a share of it, or a difference.", 0.05),
    "AlertStatus.reason": Described("Why nothing could be judged; null where it could."),
    "AlertMetric.name": Described("The metric.", "negative_rate"),
    "AlertMetric.flag": Described("The flag that `flag_rate` is about.", "churn_risk"),
    "AlertMetric.topic": Described("The id of the topic that `topic_count` is about.", "refund"),
    "AlertThreshold.operator": Described("`>`, `>=`, `<` or `<=`.", ">"),
    "AlertThreshold.alert": Described("The line of the alert.", 0.3),
    "AlertThreshold.warning": Described("The line of a warning, which is crossed first.", 0.2),
    "AlertThreshold.change": Described(
        "What is held against the lines: the value (`absolute`), or how it differs from the window before "
        "(`vs_previous_window`) or from the mean of seven days (`vs_7d_mean`).",
        "absolute",
    ),
    "AlertThreshold.minimum": Described("Of how many things the value must be made.", 20),
    "ReportSchedule.every": Described("`day` or `week`.", "week"),
    "ReportSchedule.weekday": Described("Of a weekly report; Monday when absent.", "monday"),
    "ReportSchedule.hour": Described("The hour of the wall clock, 0 to 23.", 9),
    "ReportSchedule.timezone": Described("A zone of the IANA database.", "Europe/Berlin"),
    "Rule.id": Described("The rule's id.", UUID),
    "Rule.createdAt": Described("When it was made: ISO 8601 in UTC.", TIME),
    "Rule.since": Described("Nothing that happened before counts for it: ISO 8601 in UTC.", TIME),
    "RuleWhen.logic": Described("Whether all must hold (`AND`), or one (`OR`).", "AND"),
    "RuleWhen.conditions": Described("Conditions, and groups of conditions."),
    "RuleGroup.logic": Described("Whether all must hold (`AND`), or one (`OR`).", "OR"),
    "RuleGroup.conditions": Described("Conditions."),
    "RuleCondition.field": Described("What is compared.", "sentiment.score"),
    "RuleCondition.operator": Described("How: `<`, `<=`, `>`, `>=`, `=`, `!=` or `in`.", "<="),
    "RuleCondition.value": Described("What it is compared with; a list for `in`.", -0.6),
    "RuleTemplate.id": Described("Its id.", "hallucination-flag"),
    "RuleTemplate.name": Described("Its name.", "Hallucination Flag"),
    "RuleTemplate.category": Described("What it is for.", "Moderation"),
    "RuleTemplate.rule": Described("The body of a new rule, without destinations."),
    "RuleStored.rule": Described("The rule as it is now."),
    "rules/{ruleId}": Described("The rule's id.", UUID),
    "destinations/{destinationId}": Described("The destination's id.", UUID),
    "runs/{runId}": Described("The run's id.", _RUN),
    "DestinationStored.destination": Described("The destination, without its secret."),
    "DestinationStored.secret": Described("The secret that signs deliveries, which is shown this once."),
    "Destination.id": Described("The destination's id.", UUID),
    "Destination.type": Described("Its type.", "webhook"),
    "DestinationBody.type": Described("`webhook`, `slack`, `discord`, `email` or `eventbridge`.", "webhook"),
    "Destination.enabled": Described("Whether it gets anything.", True),
    "DestinationPatch.enabled": Described("Whether it gets anything.", True),
    "Destination.disabledReason": Described("Why Confab disabled it; null when it did not.", "it answered 410"),
    "Destination.secretRotatedAt": Described("When its secret was last rotated: ISO 8601 in UTC.", TIME),
    "Destination.createdAt": Described("When it was made: ISO 8601 in UTC.", TIME),
    "Destination.url": Described(
        "Where deliveries are sent; of Slack and Discord without its secret part.", "https://hooks.example.com/confab"
    ),
    "Destination.arn": Described("The topic or event bus; null for the types with a URL.", _ARN),
    **{
        f"{schema}.{name}": described
        for schema in ("Destination", "DestinationBody", "DestinationPatch")
        for name, described in {"name": Described("The destination's name.", "Ticket system")}.items()
    },
    **{
        f"{schema}.{name}": described
        for schema in ("DestinationBody", "DestinationPatch")
        for name, described in {
            "url": Described("Where deliveries are sent: an https address.", "https://hooks.example.com/confab"),
            "arn": Described("The SNS topic (`email`) or event bus (`eventbridge`).", _ARN),
        }.items()
    },
    "Run.id": Described("The run's id, and the `webhook-id` of its deliveries.", _RUN),
    "Run.ruleId": Described("The rule; `test` where somebody tried a destination.", UUID),
    "Run.destinationId": Described("The destination.", UUID),
    "Run.type": Described("What is told.", "workflow.matched"),
    "Run.status": Described("How far it is.", "success"),
    "Run.createdAt": Described("When it was noted: ISO 8601 in UTC.", TIME),
    "Run.sendAt": Described("When it is sent at the earliest: ISO 8601 in UTC.", TIME),
    "Run.expiresAt": Described("When the log forgets it: ISO 8601 in UTC.", TIME),
    "Run.digest": Described("Whether it tells the matches of a window together.", False),
    "Run.count": Described("How many matches it tells; of a digest, so far.", 1),
    "Run.conversationIds": Described("The conversations that it names, at most 20.", [UUID]),
    "Run.attempts": Described("The attempts that ended, the first one first."),
    "Run.error": Described("Why it failed or was skipped; null otherwise.", "it answered 500"),
    "RunAttempt.at": Described("When: ISO 8601 in UTC.", TIME),
    "RunAttempt.status": Described("The status of the receiver's answer; null when there was none.", 200),
    "RunAttempt.ms": Described("How long it took, in milliseconds.", 120),
    "RunAttempt.error": Described("Why it failed; null when it did not.", "it answered 500"),
    "Runs.runs": Described("The runs, the latest first."),
    "RunsBegun.runIds": Described("The ids of the runs, which the log has.", [_RUN]),
    "RunReopened.run": Described("The run as it is now."),
    "getApiV1ChatbotsIdRuns.status": Described(
        "Only runs that are `pending`, `success`, `failed` or `skipped`.", "failed"
    ),
    "getApiV1ChatbotsIdRulesRuleIdRuns.status": Described(
        "Only runs that are `pending`, `success`, `failed` or `skipped`.", "failed"
    ),
}
