"""What the doctor makes of what AWS says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab import __version__
from confab.platform.credentials import ApiKey
from confab.platform.plans import OWN_LIMITS
from confab_cli import findings
from confab_cli.deployed_template import wanted_variables
from confab_cli.findings import Level
from confab_cli.output import span
from confab_cli.target import Installation

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
INDEX = {"IndexStatus": "ACTIVE"}
TABLE: dict[str, Any] = {
    "TableStatus": "ACTIVE",
    "DeletionProtectionEnabled": True,
    "GlobalSecondaryIndexes": [
        {"IndexName": f"GSI{n}", "KeySchema": [{"AttributeName": f"g{n}pk"}, {"AttributeName": f"g{n}sk"}], **INDEX}
        for n in (1, 2, 3)
    ],
}


def _levels(*found: findings.Finding) -> list[str]:
    return [finding.level.value for finding in found]


def _key(**given: Any) -> ApiKey:
    fields = {"id": "k", "hash": "h", "prefix": "ob_live_1", "name": "site", "workspace_id": "w", "chatbot_id": "*"}
    return ApiKey(**{**fields, "permissions": ("x",), "created_at": NOW, "plan": "standard", **given})


@pytest.mark.parametrize(
    ("status", "level"),
    [
        ("CREATE_COMPLETE", "ok"),
        ("UPDATE_COMPLETE", "ok"),
        ("UPDATE_IN_PROGRESS", "note"),
        ("UPDATE_ROLLBACK_COMPLETE", "problem"),
        ("ROLLBACK_COMPLETE", "problem"),
        ("UPDATE_ROLLBACK_FAILED", "problem"),
    ],
)
def test_a_failed_deployment_is_a_problem(status: str, level: str) -> None:
    assert findings.of_stack(status).level == level


def test_given_a_table_when_something_is_missing_then_it_is_named() -> None:
    assert set(_levels(*findings.of_table(TABLE))) == {"ok"}
    assert _levels(*findings.of_table({**TABLE, "TableStatus": "UPDATING"}))[0] == "problem"
    first, second, third = TABLE["GlobalSecondaryIndexes"]
    for indexes in (
        [],
        [first],
        [first, {**second, "IndexStatus": "CREATING"}],
        [first, {**first, "IndexName": "GSI2"}],
    ):
        assert findings.of_table({**TABLE, "GlobalSecondaryIndexes": indexes})[2].level == Level.PROBLEM
    for indexes in ([first, second], [first, second, {**third, "IndexStatus": "CREATING"}]):
        assert findings.of_table({**TABLE, "GlobalSecondaryIndexes": indexes})[3].level == Level.PROBLEM
    assert findings.of_table({**TABLE, "DeletionProtectionEnabled": False})[-1].level == Level.NOTE


def test_expiry_or_backups_that_are_off_are_a_problem() -> None:
    assert findings.of_expiry({"TimeToLiveStatus": "ENABLED", "AttributeName": "expiresAt"}).level == Level.OK
    assert findings.of_expiry({"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}).level == Level.PROBLEM
    assert findings.of_expiry({}).level == Level.PROBLEM
    recovery = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}
    assert findings.of_backups(recovery).level == Level.OK
    assert findings.of_backups({}).level == Level.PROBLEM


def _queue(waiting: int = 0, target: str = "dead") -> dict[str, str]:
    return {
        "ApproximateNumberOfMessages": str(waiting),
        "ApproximateNumberOfMessagesNotVisible": "2",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 5}),
    }


def _dead(letters: int = 0) -> dict[str, str]:
    return {"QueueArn": "dead", "ApproximateNumberOfMessages": str(letters)}


def test_given_a_queue_when_it_is_long_or_has_dead_letters_then_it_says_what_to_do() -> None:
    well = findings.of_queue("analysis", _queue(3), _dead())
    assert _levels(*well) == ["ok", "ok"]
    assert well[0].says == "3 waiting, 2 in work"
    assert _levels(*findings.of_queue("analysis", _queue(5000), _dead(4))) == ["note", "problem"]
    assert "confab dlq list analysis" in findings.of_queue("analysis", _queue(), _dead(1))[1].advice
    assert _levels(*findings.of_queue("analysis", _queue(target="other"), _dead())) == ["problem", "ok"]
    plain = {name: value for name, value in _queue().items() if name != "RedrivePolicy"}
    assert _levels(*findings.of_queue("analysis", plain, _dead())) == ["problem", "ok"]


def test_conversations_that_wait_two_sweeps_are_a_problem() -> None:
    after = timedelta(minutes=15)
    assert findings.of_pending(timedelta(0), 0, after).says == "none"
    assert findings.of_pending(timedelta(minutes=30), 1, after).level == Level.OK
    found = findings.of_pending(timedelta(hours=2, minutes=5), 7, after)
    assert found.level == Level.PROBLEM
    assert found.says == "the oldest for 2h 5m, 7 for longer than 15m 0s"


@pytest.mark.parametrize(("off", "level"), [(0, "ok"), (4, "ok"), (-30, "note"), (61, "problem"), (-4000, "problem")])
def test_given_a_clock_when_it_is_off_either_way_then_it_is_said(off: int, level: str) -> None:
    assert findings.of_clock(NOW, NOW + timedelta(seconds=off)).level == level


def test_given_no_date_of_aws_when_compared_then_the_clock_is_unknown() -> None:
    assert findings.of_clock(NOW, None).level == Level.UNKNOWN


def test_given_keys_when_they_never_end_end_soon_or_ended_then_each_kind_is_noted() -> None:
    assert _levels(*findings.of_keys([], NOW)) == ["ok"]
    assert _levels(*findings.of_keys([_key(expires_at=NOW + timedelta(days=90))], NOW)) == ["ok"]
    found = findings.of_keys(
        [*(_key(name=f"site {n}") for n in range(7)), _key(expires_at=NOW + timedelta(days=3)), _key(expires_at=NOW)],
        NOW,
    )
    assert _levels(*found) == ["note", "note", "note"]
    assert found[0].says.startswith("7: site 0 (ob_live_1…), ")
    assert found[0].says.endswith("site 4 (ob_live_1…), …")


def test_keys_without_a_plan_or_a_limit_are_noted() -> None:
    ends = {"expires_at": NOW + timedelta(days=90), "plan": None}
    assert _levels(*findings.of_keys([_key(**ends, **dict.fromkeys(OWN_LIMITS, 1))], NOW)) == ["ok"]
    (found,) = findings.of_keys([_key(**ends), _key(**ends, burst=1)], NOW)
    assert (found.level, found.what) == (Level.NOTE, "keys without a plan")
    assert "DefaultPlan" in found.advice


def test_functions_triggers_or_schedules_that_cannot_run_are_a_problem() -> None:
    assert findings.of_function("f", {"State": "Active", "LastUpdateStatus": "Successful"}).level == Level.OK
    assert findings.of_function("f", {"State": "Inactive"}).level == Level.OK
    assert findings.of_function("f", {"State": "Failed", "StateReason": "no role"}).says == "Failed: no role"
    assert findings.of_function("f", {"State": "Active", "LastUpdateStatus": "Failed"}).level == Level.PROBLEM
    assert findings.of_consumer("f", [{"State": "Enabled"}]).level == Level.OK
    for mappings in ([], [{"State": "Disabled"}]):
        assert findings.of_consumer("f", mappings).level == Level.PROBLEM
    for what in findings.SCHEDULES:
        assert findings.of_schedule(what, "ENABLED").level == Level.OK
        assert findings.of_schedule(what, "DISABLED").level == Level.PROBLEM


def test_given_alarms_when_some_are_on_then_each_says_what_it_means() -> None:
    alarm = {"AlarmName": "confab-api-errors", "AlarmDescription": "Requests fail.", "StateValue": "OK"}
    assert _levels(*findings.of_alarms([])) == ["note"]
    assert _levels(*findings.of_alarms([alarm, {**alarm, "StateValue": "INSUFFICIENT_DATA"}])) == ["ok"]
    (found,) = findings.of_alarms([alarm, {**alarm, "StateValue": "ALARM"}])
    assert (found.level, found.advice) == (Level.PROBLEM, "Requests fail.")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59, "59s"), (61, "1m 1s"), (7200, "2h 0m"), (90061, "1d 1h"), (-5, "0s")]
)
def test_given_a_span_when_shown_then_it_has_its_two_largest_units(seconds: int, text: str) -> None:
    assert span(timedelta(seconds=seconds)) == text


def test_a_function_without_any_concurrency_is_a_problem_with_a_remedy() -> None:
    assert _levels(*findings.of_concurrency({"capture": None, "track": 20})) == ["ok"]
    found = findings.of_concurrency({"capture": 0, "track": 1, "admin": 0})
    assert [(each.level, each.what.split()[-1]) for each in found] == [("problem", "admin"), ("problem", "capture")]
    assert "delete-function-concurrency --function-name admin" in found[0].advice


@pytest.mark.parametrize(("deployed", "level"), [(__version__, "ok"), ("0.0.1", "note"), (None, "note")])
def test_a_stack_of_another_version_is_noted(deployed: str | None, level: str) -> None:
    assert findings.of_version(deployed).level == level


def test_variables_that_differ_from_the_stacks_are_a_problem_by_name() -> None:
    wanted = {"CONFAB_TABLE": "t", "CONFAB_LOG_SALT": None}
    assert findings.of_variables("f", {"CONFAB_TABLE": "t", "CONFAB_LOG_SALT": "x", "OWN": "1"}, wanted) == []
    (found,) = findings.of_variables("f", {"CONFAB_TABLE": "other"}, wanted)
    assert found.level == Level.PROBLEM
    assert found.says == "CONFAB_LOG_SALT is missing; CONFAB_TABLE is 'other', the stack's is 't'"


class Templates:
    """CloudFormation that knows some templates by their stacks."""

    def __init__(self, **templates: Any) -> None:
        self._templates = templates

    def get_template(self, StackName: str, TemplateStage: str) -> dict[str, Any]:
        assert TemplateStage == "Processed"
        return {"TemplateBody": {"Resources": self._templates[StackName]}}


def _with(**given: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": given}}}


def test_the_wanted_variables_come_from_the_templates_of_all_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    queue, rate = {"Ref": "AnalysisQueue"}, {"Ref": "DefaultPlan"}
    templates = Templates(
        root={
            "Table": {"Type": "AWS::DynamoDB::Table"},
            "Capture": _with(CONFAB_TABLE={"Fn::If": []}, CONFAB_ANALYSIS_QUEUE_URL=queue, PLAN=rate, FLAG=True),
        },
        nested={"Files": _with(CONFAB_FILES_QUEUE_URL={"Ref": "FilesQueue"}, PLAN=rate, SALT={"Fn::Sub": ""})},
    )
    installation = Installation(
        table="t",
        stack="root",
        parameters={"DefaultPlan": "standard"},
        resources={"AnalysisQueue": "https://queue", "Inner": "nested"},
        kinds={"Inner": "AWS::CloudFormation::Stack"},
    )
    monkeypatch.setattr(Installation, "client", lambda *_: templates)
    assert wanted_variables(installation) == {
        "Capture": {
            "CONFAB_TABLE": "t",
            "CONFAB_ANALYSIS_QUEUE_URL": "https://queue",
            "PLAN": "standard",
            "FLAG": "true",
        },
        "Files": {"CONFAB_FILES_QUEUE_URL": None, "PLAN": None, "SALT": None},
    }
