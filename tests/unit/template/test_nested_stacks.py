"""Nested stacks: put back into the template that names them, and looked into by the command."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from confab_cli.target import resources_of

from local.nested import Template, flattened
from local.settings import StackError

INNER: Template = {
    "Parameters": {"Name": {"Type": "String"}, "Arns": {"Type": "CommaDelimitedList", "Default": "a,b"}},
    "Conditions": {"Named": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, ""]}]}},
    "Resources": {
        "Always": {"Type": "T", "Properties": {"Text": {"Fn::Sub": "x-${Name}-${AWS::Region}"}}},
        "Sometimes": {"Type": "T", "Condition": "Named", "Properties": {"Many": {"Ref": "Arns"}}},
    },
    "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Always", "Arn"]}}},
}


def outer(name: Any, **stack: Any) -> Template:
    nested = {"Type": "AWS::CloudFormation::Stack", **stack}
    nested["Properties"] = {"TemplateURL": "inner.yaml", "Parameters": {"Name": name}}
    user = {"Type": "U", "Properties": {"Arn": {"Fn::GetAtt": ["Nested", "Outputs.Arn"]}}}
    return {"Resources": {"Nested": nested, "User": user}}


def whole(template: Template) -> Template:
    return flattened(template, {"inner.yaml": INNER}.__getitem__)


def test_a_nested_stack_gives_way_to_its_resources() -> None:
    found = whole(outer({"Ref": "Own"}))
    assert found["Resources"].keys() == {"User", "Always", "Sometimes"}
    assert found["Resources"]["User"]["Properties"]["Arn"] == {"Fn::GetAtt": ["Always", "Arn"]}
    assert found["Conditions"]["Named"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Own"}, ""]}]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("literal", "x-literal-${AWS::Region}"),
        ({"Ref": "Own"}, "x-${Own}-${AWS::Region}"),
        ({"Fn::GetAtt": ["Own", "Arn"]}, "x-${Own.Arn}-${AWS::Region}"),
        ({"Fn::Sub": "${Own}-y"}, "x-${Own}-y-${AWS::Region}"),
        ({"Fn::If": ["C", "a", "b"]}, ["x-${Name}-${AWS::Region}", {"Name": {"Fn::If": ["C", "a", "b"]}}]),
    ],
)
def test_a_parameter_in_a_text_becomes_what_it_was_given(value: Any, text: Any) -> None:
    assert whole(outer(value))["Resources"]["Always"]["Properties"]["Text"] == {"Fn::Sub": text}


def test_the_condition_of_a_nested_stack_is_one_of_all_its_resources() -> None:
    found = whole(outer("n", Condition="Wanted"))
    assert found["Resources"]["Always"]["Condition"] == "Wanted"
    assert found["Resources"]["Sometimes"]["Condition"] == "Named"
    assert found["Conditions"]["Named"]["Fn::And"][0] == {"Condition": "Wanted"}


def test_a_name_that_both_templates_use_is_refused() -> None:
    template = outer("n")
    template["Resources"]["Always"] = {"Type": "T"}
    with pytest.raises(StackError, match="Always"):
        whole(template)


def test_a_parameter_that_is_not_given_is_refused() -> None:
    template = outer("n")
    template["Resources"]["Nested"]["Properties"]["Parameters"] = {}
    with pytest.raises(StackError, match="Name"):
        whole(template)


def test_a_parameter_that_is_not_taken_is_refused() -> None:
    template = outer("n")
    template["Resources"]["Nested"]["Properties"]["Parameters"]["Other"] = "x"
    with pytest.raises(StackError, match="Other"):
        whole(template)


class Listing:
    """CloudFormation with a stack that holds another."""

    STACKS: ClassVar = {
        "outer": [("Table", "AWS::DynamoDB::Table", "t"), ("Alarms", "AWS::CloudFormation::Stack", "arn:inner")],
        "arn:inner": [("ErrorAlarm", "AWS::CloudWatch::Alarm", "inner-ErrorAlarm-1")],
    }

    def get_paginator(self, _: str) -> Listing:
        return self

    def paginate(self, StackName: str) -> list[dict[str, Any]]:
        names = ("LogicalResourceId", "ResourceType", "PhysicalResourceId")
        return [{"StackResourceSummaries": [dict(zip(names, each, strict=True))]} for each in self.STACKS[StackName]]


def test_the_command_sees_the_alarms_of_the_nested_stack() -> None:
    found = {each["LogicalResourceId"] for each in resources_of(Listing(), "outer")}
    assert found == {"Table", "Alarms", "ErrorAlarm"}
