"""Each function's role, put to the question for every action on every kind of key; and the asking itself."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from typing import Any

import botocore.session
import pytest

from local.function_names import logical_name
from local.rights import QUEUE_RIGHTS, TABLE_RIGHTS
from tests.support.roles import Access, Enforcement, Grant, NotAllowed, accesses, allows, template_roles

ROLES = template_roles()
FUNCTIONS = sorted(ROLES)
# What a program could ask of a table; the last ones carry no leading key, so no condition would hold them.
ACTIONS = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
ACTIONS += ("BatchWriteItem", "Scan", "PartiQLSelect", "PartiQLInsert", "DescribeTable", "DeleteTable")
QUEUE_ACTIONS = ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
QUEUE_ACTIONS += ("PurgeQueue", "DeleteQueue", "SetQueueAttributes")
QUEUES = (
    *("AnalysisQueue", "AnalysisDeadLetterQueue", "DeliveryQueue", "DeliveryDeadLetterQueue"),
    *("CopyDeadLetterQueue", "FilesQueue", "FilesDeadLetterQueue"),
    *("NotifyQueue", "NotifyDeadLetterQueue"),
)
NAMES = {"t": "Table", "http://q/analysis": "AnalysisQueue"}


def _kinds() -> set[str]:
    """Every kind of key that any role names, and one that none does."""
    return {key for rights in TABLE_RIGHTS.values() for _, key in rights} | {"OTHER#*"}


def _example(kind: str) -> str:
    return kind.replace("*", "0f1e")


def _asked(action: str, kind: str) -> Access:
    index, _, key = _example(kind).rpartition(":")
    return Access(f"dynamodb:{action}", f"Table/index/{index}" if index else "Table", (key,))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_gives_the_listed_actions_on_keys_and_no_more(
    function: str,
) -> None:
    listed = TABLE_RIGHTS[logical_name(function)]
    asked = [(action, kind) for action in ACTIONS for kind in _kinds()]
    given = {(action, kind) for action, kind in asked if allows(ROLES[function], _asked(action, kind))}
    assert given == {
        (action, kind)
        for action, kind in asked
        if any(action == right and fnmatchcase(_example(kind), pattern) for right, pattern in listed)
    }
    assert len(given) < len(asked)
    assert bool(given) is bool(listed)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_gives_the_listed_actions_on_queues_and_no_more(
    function: str,
) -> None:
    listed = {(action, queue) for queue, actions in QUEUE_RIGHTS[logical_name(function)].items() for action in actions}
    given = {
        (action, queue)
        for action in QUEUE_ACTIONS
        for queue in QUEUES
        if allows(ROLES[function], Access(f"sqs:{action}", queue))
    }
    assert given == listed


@pytest.mark.parametrize("function", FUNCTIONS)
def test_given_a_call_without_leading_keys_when_asked_for_then_no_role_gives_it(function: str) -> None:
    for action in ("Scan", "BatchWriteItem", "ExecuteStatement", "DescribeTable"):
        for resource in ("Table", "Table/index/GSI1", "Table/index/GSI2", "Table/index/GSI3"):
            assert not allows(ROLES[function], Access(f"dynamodb:{action}", resource))


def test_the_sweep_may_scan_for_keys_and_for_nothing_else() -> None:
    def allowed(function: str, *attributes: str) -> bool:
        return allows(ROLES[function], Access("dynamodb:Scan", "Table", (), attributes))

    assert [function for function in FUNCTIONS if allowed(function, "pk", "sk")] == ["maintenance"]
    assert not allowed("maintenance", "pk", "sk", "content")
    assert not allowed("maintenance"), "all attributes"


def test_no_statement_covers_keys_of_two_statements_in_one_call() -> None:
    apart = [Grant(frozenset({"dynamodb:PutItem"}), frozenset({"Table"}), (key,)) for key in ("A#*", "B#*")]
    assert allows(apart, Access("dynamodb:PutItem", "Table", ("A#1",)))
    assert not allows(apart, Access("dynamodb:PutItem", "Table", ("A#1", "B#1")))


def _item(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "s"}}


CALLS: list[tuple[str, Mapping[str, Any], list[Access]]] = [
    ("GetItem", {"TableName": "t", "Key": _item("A#1")}, [Access("dynamodb:GetItem", "Table", ("A#1",))]),
    ("PutItem", {"TableName": "t", "Item": _item("A#1")}, [Access("dynamodb:PutItem", "Table", ("A#1",))]),
    ("Scan", {"TableName": "t"}, [Access("dynamodb:Scan", "Table")]),
    (
        "Scan",
        {"TableName": "t", "ProjectionExpression": "pk, sk"},
        [Access("dynamodb:Scan", "Table", (), ("pk", "sk"))],
    ),
    (
        "BatchGetItem",
        {"RequestItems": {"t": {"Keys": [_item("A#1"), _item("B#1")]}}},
        [Access("dynamodb:BatchGetItem", "Table", ("A#1", "B#1"))],
    ),
    (
        "Query",
        {
            "TableName": "t",
            "IndexName": "GSI2",
            "KeyConditionExpression": "g2pk = :pk AND g2sk <= :sk",
            "ExpressionAttributeValues": {":pk": {"S": "L#1"}, ":sk": {"S": "x"}},
        },
        [Access("dynamodb:Query", "Table/index/GSI2", ("L#1",))],
    ),
    (
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": "t", "Item": _item("A#1")}},
                {"Delete": {"TableName": "t", "Key": _item("C#1")}},
                {"Put": {"TableName": "t", "Item": _item("B#1")}},
            ]
        },
        [
            Access("dynamodb:PutItem", "Table", ("A#1", "B#1")),
            Access("dynamodb:DeleteItem", "Table", ("C#1",)),
        ],
    ),
    ("GetItem", {"TableName": "another", "Key": _item("A#1")}, []),
]


@pytest.mark.parametrize(("operation", "parameters", "expected"), CALLS)
def test_given_a_call_when_read_then_it_is_what_iam_would_see(
    operation: str, parameters: Mapping[str, Any], expected: list[Access]
) -> None:
    assert accesses("dynamodb", operation, parameters, NAMES) == expected


def test_given_a_queue_when_a_call_names_it_then_its_template_name_is_found() -> None:
    sent = accesses("sqs", "SendMessage", {"QueueUrl": "http://q/analysis"}, NAMES)
    assert sent == [Access("sqs:SendMessage", "AnalysisQueue")]
    assert accesses("sqs", "SendMessage", {"QueueUrl": "http://q/other"}, NAMES) == []


class TestEnforcement:
    """Calls of a client that nobody answers: what is refused never gets that far."""

    @pytest.fixture
    def enforcement(self) -> Enforcement:
        return Enforcement(NAMES)

    @pytest.fixture
    def client(self, enforcement: Enforcement) -> Any:
        client = botocore.session.Session().create_client("dynamodb", region_name="eu-west-1")
        enforcement.watch(client)
        client.meta.events.register("before-call", lambda **_: (type("Answer", (), {"status_code": 200})(), {}))
        return client

    def test_given_a_handler_when_it_stays_in_its_role_then_it_is_let_through(
        self, enforcement: Enforcement, client: Any
    ) -> None:
        def handler(event: dict[str, Any], _: Any) -> Any:
            return client.get_item(TableName="t", Key=_item(event["pk"]))

        assert enforcement.as_function("reading", handler)({"pk": "CONV#1"}, None) == {}
        with pytest.raises(NotAllowed, match="reading may not dynamodb:GetItem on Table"):
            enforcement.as_function("reading", handler)({"pk": "OTHER#1"}, None)
        assert handler({"pk": "OTHER#1"}, None) == {}, "a test's own call"

    def test_given_a_handler_when_it_works_in_a_pool_then_that_is_held_to_its_role_too(
        self, enforcement: Enforcement, client: Any
    ) -> None:
        def handler(_event: dict[str, Any], _: Any) -> Any:
            with ThreadPoolExecutor(1) as pool:
                return list(pool.map(lambda pk: client.put_item(TableName="t", Item=_item(pk)), ["CONV#1"]))

        assert enforcement.as_function("capture", handler)({}, None) == [{}]
        with pytest.raises(NotAllowed):
            enforcement.as_function("reading", handler)({}, None)
