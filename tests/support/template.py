"""Looks into the template as CloudFormation sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE_NAME = {"Fn::If": ["OwnTable", {"Ref": "Table"}, {"Ref": "ExistingTable"}]}
TABLE_ARN = {
    "Fn::If": [
        "OwnTable",
        {"Fn::GetAtt": ["Table", "Arn"]},
        {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${ExistingTable}"},
    ]
}
TABLE_STREAM = {"Fn::If": ["OwnTable", {"Fn::GetAtt": ["Table", "StreamArn"]}, {"Ref": "ExistingTableStreamArn"}]}


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}


def properties_of(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: resource["Properties"] for name, resource in of_type(resources, kind).items()}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def role_of(function: dict[str, Any]) -> str:
    name, attribute = function["Role"]["Fn::GetAtt"]
    assert attribute == "Arn"
    return str(name)


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    policies = role["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def index_of(resource: dict[str, Any]) -> str | None:
    """The index that a statement's resource names; None when it is the table."""
    if "Fn::Sub" in resource:
        text, named = resource["Fn::Sub"]
        # Two stacks deep the table goes by the name that it has in between.
        ((name, arn),) = named.items()
        assert arn == TABLE_ARN
        assert text.startswith(f"${{{name}}}/index/")
        return str(text).rpartition("/index/")[2]
    assert resource == TABLE_ARN, f"neither the table nor an index of it: {resource}"
    return None


def scans(role: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a role that let it scan."""
    return [statement for statement in statements(role) if "dynamodb:Scan" in as_list(statement["Action"])]


def reads_stream(statement: dict[str, Any]) -> bool:
    """Whether a statement is about the table's stream alone."""
    return statement["Resource"] == TABLE_STREAM


def table_rights(role: dict[str, Any]) -> set[tuple[str, str]]:
    """Every (action, leading key) that a role allows but for scans; the key of an index carries the index's name."""
    rights: set[tuple[str, str]] = set()
    for statement in (each for each in statements(role) if each not in scans(role) and not reads_stream(each)):
        actions = [action for action in as_list(statement["Action"]) if action.startswith("dynamodb:")]
        for action in actions:
            prefixes = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            index = index_of(statement["Resource"])
            rights |= {(action.partition(":")[2], f"{index}:{key}" if index else key) for key in prefixes}
    return rights
