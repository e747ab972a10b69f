"""Each function's role in the template: single actions, on its own keys and queues, and no others."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from confab.domain.model_prices import price_of
from confab.platform.aws import MODEL_SECONDS

from local import glue
from local.rights import (
    BUCKET_RIGHTS,
    EXPORT_RIGHTS,
    FILE_RIGHTS,
    QUERY_FUNCTIONS,
    QUEUE_RIGHTS,
    STREAM_READERS,
    TABLE_RIGHTS,
    UPLOAD_RIGHTS,
)
from local.roles import documents
from local.template import Template
from tests.support.template import (
    TABLE_ARN,
    as_list,
    of_type,
    properties_of,
    role_of,
    scans,
    statements,
    table_rights,
)

MAX_INLINE_POLICY = 10_240
MAX_ARN = 300
"""More than an ARN of a table or queue has, beyond the reference that stands for it."""


class TestRoles:
    def test_given_all_functions_when_compared_then_no_two_share_a_role(self, resources: dict[str, Any]) -> None:
        used = Counter(role_of(function) for function in properties_of(resources, "AWS::Lambda::Function").values())
        assert set(used.values()) == {1}
        assert set(used) == set(of_type(resources, "AWS::IAM::Role"))

    def test_statements_name_actions_and_resources_without_wildcards(self, resources: dict[str, Any]) -> None:
        documents = [role["Properties"]["Policies"][0]["PolicyDocument"] for role in roles(resources)]
        documents += [
            policy["PolicyDocument"] for policy in properties_of(resources, "AWS::IAM::ManagedPolicy").values()
        ]
        for statement in (statement for policy in documents for statement in policy["Statement"]):
            assert statement["Effect"] == "Allow"
            assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement)
            for text in (*as_list(statement["Action"]), *map(json.dumps, as_list(statement["Resource"]))):
                # The streams of a log group have no names before they are made, nor have the objects of a bucket.
                named = text.replace(':*"', '"' if "log-group" in text else ':*"')
                for folder in ("facts", "exports", "exports/athena", "imports"):
                    named = named.replace(f"/{folder}/*", f"/{folder}/")
                assert "*" not in named, statement

    def test_given_any_statement_on_the_table_when_it_allows_then_leading_keys_bound_it(
        self, resources: dict[str, Any]
    ) -> None:
        carry_keys = {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}
        for role in roles(resources):
            rights = table_rights(role)
            # ForAllValues is also true where a call has no leading keys at all, as Scan has none.
            assert {action for action, _ in rights} <= carry_keys
            assert all(key.removesuffix("#*").replace("*", "") == key.removesuffix("#*") != "" for _, key in rights)

    def test_the_sweep_alone_may_scan_and_reads_keys_of_the_table_only(self, resources: dict[str, Any]) -> None:
        found = {name: scans(resources[role_of(resources[name]["Properties"])]) for name in TABLE_RIGHTS}
        assert [name for name, given in found.items() if given] == ["MaintenanceFunction"]
        (statement,) = found["MaintenanceFunction"]
        assert statement["Action"] == "dynamodb:Scan"
        assert statement["Resource"] == TABLE_ARN
        assert statement["Condition"] == {
            "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
            "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk"]},
        }

    @pytest.mark.parametrize("function", sorted(TABLE_RIGHTS))
    def test_a_functions_role_has_exactly_the_listed_rights(self, resources: dict[str, Any], function: str) -> None:
        role = resources[role_of(resources[function]["Properties"])]
        assert table_rights(role) == TABLE_RIGHTS[function]
        sqs: dict[str, set[str]] = {}
        for statement in statements(role):
            actions = {action.partition(":")[2] for action in as_list(statement["Action"]) if action.startswith("sqs:")}
            for resource in as_list(statement["Resource"]) if actions else []:
                # A queue that may be left out; then the role names another one that it names anyway.
                named = resource["Fn::If"][1] if "Fn::If" in resource else resource
                sqs.setdefault(named["Fn::GetAtt"][0], set()).update(actions)
        assert sqs == QUEUE_RIGHTS[function]
        logs = [found for found in statements(role) if any("logs:" in action for action in as_list(found["Action"]))]
        group = resources[function.removesuffix("Function") + "LogGroup"]["Properties"]["LogGroupName"]["Fn::Sub"]
        assert [found["Action"] for found in logs] == [["logs:CreateLogStream", "logs:PutLogEvents"]]
        arn = f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{group}:*"
        assert [found["Resource"] for found in logs] == [{"Fn::Sub": arn}]
        assert {action.partition(":")[0] for found in statements(role) for action in as_list(found["Action"])} <= {
            "dynamodb",
            "logs",
            "sqs",
            *(["s3"] if function in BUCKET_RIGHTS or function in FILE_RIGHTS else []),
        }

    @pytest.mark.parametrize("function", sorted(TABLE_RIGHTS))
    def test_a_function_has_exactly_the_listed_rights_on_the_copies(
        self, resources: dict[str, Any], function: str
    ) -> None:
        rights = BUCKET_RIGHTS.get(function, set())
        given: set[tuple[str, str]] = set()
        for statement in statements(resources[role_of(resources[function]["Properties"])]):
            for action in as_list(statement["Action"]):
                if action.startswith("s3:"):
                    given.add((action.removeprefix("s3:"), json.dumps(statement["Resource"])))
        bucket: dict[str, Any] = {"Fn::GetAtt": ["CopiesBucket", "Arn"]}
        objects: dict[str, Any] = {"Fn::Sub": "${CopiesBucket.Arn}/facts/*"}
        if function not in QUERY_FUNCTIONS:
            # It is there without copies, too, and then there is no bucket to name.
            none = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${AWS::StackName}-no-copies"}
            bucket = {"Fn::If": ["UseQuery", bucket, none]}
            objects = {"Fn::Sub": ["${CopiesBucket}/facts/*", {"CopiesBucket": bucket}]}
        wanted = {(right, json.dumps(bucket if right == "ListBucket" else objects)) for right in rights}
        exports = json.dumps({"Fn::Sub": "${CopiesBucket.Arn}/exports/*"})
        of_queries = {(right, exports) for right in EXPORT_RIGHTS.get(function, set())}
        files = json.dumps({"Fn::Sub": "${FilesBucket.Arn}/exports/*"})
        of_exports = {(right, files) for right in FILE_RIGHTS.get(function, set())}
        uploads, whole = {"Fn::Sub": "${FilesBucket.Arn}/imports/*"}, {"Fn::GetAtt": ["FilesBucket", "Arn"]}
        of_imports = {
            (right, json.dumps(whole if right == "ListBucket" else uploads))
            for right in UPLOAD_RIGHTS.get(function, set())
        }
        assert given == wanted | of_queries | of_exports | of_imports

    def test_the_stream_is_read_by_who_copies_alone(self, resources: dict[str, Any]) -> None:
        readers = {
            name
            for name in TABLE_RIGHTS
            for statement in statements(resources[role_of(resources[name]["Properties"])])
            if "dynamodb:GetRecords" in as_list(statement["Action"])
        }
        assert readers == set(STREAM_READERS)

    def test_given_all_functions_when_listed_then_each_has_its_rights_written_down(
        self, resources: dict[str, Any]
    ) -> None:
        functions = set(of_type(resources, "AWS::Lambda::Function"))
        assert functions == set(TABLE_RIGHTS) == set(QUEUE_RIGHTS)


def roles(resources: dict[str, Any]) -> list[dict[str, Any]]:
    return list(of_type(resources, "AWS::IAM::Role").values())


class TestFile:
    def test_the_tables_of_athena_are_those_in_the_repository(self) -> None:
        assert glue.FILE.read_text(encoding="utf-8") == glue.document(), "run `make roles`"

    def test_the_file_of_roles_is_the_one_in_the_repository(self) -> None:
        for file, text in documents().items():
            assert file.read_text(encoding="utf-8") == text, "run `make roles`"

    def test_given_a_role_when_it_is_made_then_its_policy_is_within_the_limit_of_iam(
        self, resources: dict[str, Any]
    ) -> None:
        for role in roles(resources):
            written = json.dumps(role["Properties"]["Policies"][0]["PolicyDocument"], separators=(",", ":"))
            arns = len(statements(role)) * MAX_ARN
            assert len(written) + arns < MAX_INLINE_POLICY


class TestBedrock:
    def test_given_bedrock_when_not_enabled_then_no_role_may_call_a_model(
        self, template: Template, resources: dict[str, Any]
    ) -> None:
        assert template["Parameters"]["EnableBedrock"]["Default"] == "false"
        assert template["Conditions"]["UseBedrock"] == {"Fn::Equals": [{"Ref": "EnableBedrock"}, "true"]}
        assert resources["BedrockPolicy"]["Condition"] == "UseBedrock"
        for name, role in of_type(resources, "AWS::IAM::Role").items():
            policy = {"Fn::If": ["UseBedrock", {"Ref": "BedrockPolicy"}, {"Ref": "AWS::NoValue"}]}
            assert (policy in role["Properties"]["ManagedPolicyArns"]) == (name == "AnalysisRole")
            assert "bedrock:" not in json.dumps(role)

    def test_bedrock_allows_one_action_on_the_parameters_models(
        self, template: Template, resources: dict[str, Any]
    ) -> None:
        (statement,) = resources["BedrockPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Action"] == "bedrock:InvokeModel"
        assert statement["Resource"] == {"Ref": "BedrockModelArns"}
        for arn in template["Parameters"]["BedrockModelArns"]["Default"].split(","):
            service, model = arn.split(":")[2], arn.split(":")[5]
            assert service == "bedrock"
            assert model.startswith(("foundation-model/amazon.nova-", "inference-profile/*.amazon.nova-"))

    def test_two_answers_of_a_model_fit_into_the_consumers_time(self, resources: dict[str, Any]) -> None:
        (mapping,) = [
            found
            for found in properties_of(resources, "AWS::Lambda::EventSourceMapping").values()
            if found["FunctionName"] == {"Ref": "AnalysisFunction"}
        ]
        assert mapping["BatchSize"] == {"Fn::If": ["UseBedrock", 1, 10]}
        assert resources["AnalysisFunction"]["Properties"]["Timeout"] > 2 * MODEL_SECONDS

    def test_given_the_default_model_when_priced_then_it_is_known(self, template: Template) -> None:
        assert price_of(template["Parameters"]["BedrockModel"]["Default"]) is not None
