"""An operator's view of the deployed stack: the doctor, dead letters, the sweep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from tests.e2e.stack import LocalStack


class Operator:
    """The command on the stack, and clients to break things with."""

    def __init__(self, stack: LocalStack) -> None:
        record = stack.instance.record()
        self._stack = stack
        self._endpoint = record["endpoint"]
        self._target = ("--stack", record["stack"], "--endpoint-url", self._endpoint)

    def client(self, service: str) -> Any:
        session = botocore.session.Session()
        session.set_credentials("test", "test")
        return session.create_client(service, region_name="us-east-1", endpoint_url=self._endpoint)

    def rows(self, *arguments: str, code: int = 0) -> list[list[str]]:
        printed = self._stack.confab(*self._target, *arguments, code=code)
        return [line.split("\t") for line in printed.splitlines()]

    def resource(self, name: str) -> str:
        detail = self.client("cloudformation").describe_stack_resource(
            StackName=self._target[1], LogicalResourceId=name
        )
        physical: str = detail["StackResourceDetail"]["PhysicalResourceId"]
        return physical


@pytest.fixture
def operator(stack: LocalStack) -> Operator:
    return Operator(stack)


@pytest.fixture
def broken(operator: Operator) -> Iterator[Operator]:
    """A stack whose analysis is not started, whose sweep is off, whose data would not expire, with a dead letter.

    One function of it takes no call, and would use another table.
    """
    functions, events, dynamodb, sqs = (operator.client(name) for name in ("lambda", "events", "dynamodb", "sqs"))
    (mapping,) = functions.list_event_source_mappings(FunctionName=operator.resource("AnalysisFunction"))[
        "EventSourceMappings"
    ]
    rule = operator.resource("MaintenanceFunctionSweep").rpartition("|")[2]
    table, dead = operator.resource("Table"), operator.resource("AnalysisDeadLetterQueue")

    track = operator.resource("TrackFunction")
    variables = functions.get_function_configuration(FunctionName=track)["Environment"]["Variables"]

    def set_up(well: bool) -> None:
        used = variables if well else {**variables, "CONFAB_TABLE": "another"}
        functions.update_function_configuration(FunctionName=track, Environment={"Variables": used})
        if well:
            functions.delete_function_concurrency(FunctionName=track)
        else:
            functions.put_function_concurrency(FunctionName=track, ReservedConcurrentExecutions=0)
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=well)
        (events.enable_rule if well else events.disable_rule)(Name=rule)
        expiry = {"Enabled": well, "AttributeName": "expiresAt"}
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)

    sqs.send_message(QueueUrl=dead, MessageBody="not ours")
    set_up(False)
    yield operator
    set_up(True)
    sqs.purge_queue(QueueUrl=dead)


def test_given_a_fresh_stack_when_the_doctor_looks_then_nothing_is_a_problem(operator: Operator) -> None:
    levels = {what: level for level, what, *_ in operator.rows("doctor")}
    assert "problem" not in levels.values()
    assert "unknown" not in levels.values()
    well = {what for what, level in levels.items() if level == "ok"}
    assert well >= {"stack", "table", "index GSI1", "index GSI2", "time to live", "point-in-time recovery", "clock"}
    consumer = f"consumer {operator.resource('AnalysisFunction')}"
    assert well >= {
        "analysis queue",
        "delivery dead letters",
        consumer,
        "schedule of the sweep",
        "schedule of the copies",
        "reserved concurrency",
        "environment variables",
        "schedule of the notices",
    }
    assert well >= {f"consumer {operator.resource(f'{name}Function')}" for name in ("Archive", "Notify")}
    assert well >= {f"function {operator.resource(f'{name}Function')}" for name in ("Capture", "Maintenance")}
    assert "waiting for analysis" in well
    assert levels["keys without expiry"] == "note"


def test_the_doctor_names_each_fault_with_a_remedy(broken: Operator) -> None:
    found = {what: (level, says, advice) for level, what, says, advice in broken.rows("doctor", "--quiet", code=1)}
    problems = {what for what, (level, *_) in found.items() if level == "problem"}
    consumer = f"consumer {broken.resource('AnalysisFunction')}"
    track = broken.resource("TrackFunction")
    stopped, strange = f"reserved concurrency of {track}", f"environment variables of {track}"
    assert problems == {"time to live", "analysis dead letters", consumer, "schedule of the sweep", stopped, strange}
    assert "CONFAB_TABLE is 'another'" in found[strange][1]
    assert all(found[what][2] for what in problems)
    ((_, letter, _, _, state, *_),) = broken.rows("dlq", "list", "analysis")
    assert state == "unknown"
    assert broken.rows("dlq", "discard", "analysis", letter, "--yes") == [[letter]]


def test_given_a_table_alone_when_the_doctor_looks_then_it_says_what_it_cannot_see(stack: LocalStack) -> None:
    record = stack.instance.record()
    target = ("--table", record["table"], "--endpoint-url", record["endpoint"])
    rows = [line.split("\t") for line in stack.confab(*target, "doctor", "--quiet").splitlines()]
    assert ["unknown", "queues, functions, alarms"] in [row[:2] for row in rows]
    gone = stack.confab("--table", "gone", "--endpoint-url", record["endpoint"], "doctor", "--quiet", code=1)
    assert "ResourceNotFoundException" in gone


def test_the_deployed_sweep_runs_as_its_schedule_runs_it(operator: Operator) -> None:
    answer = operator.client("lambda").invoke(FunctionName=operator.resource("MaintenanceFunction"), Payload=b"{}")
    assert "FunctionError" not in answer
    swept = json.loads(answer["Payload"].read())
    assert swept["failed"] == 0
