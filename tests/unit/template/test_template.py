"""The template, as CloudFormation sees it: what must hold for every table, queue, function and route."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

import pytest

from local.function_names import folder_name
from local.rights import BUCKET_RIGHTS, QUERY_FUNCTIONS, QUEUE_ADDRESSES, QUEUE_RIGHTS, STREAM_READERS
from local.template import Template
from tests.support.engine import TABLE
from tests.support.template import ROOT, TABLE_ARN, TABLE_NAME, TABLE_STREAM, properties_of


class TestTable:
    def test_given_the_table_when_it_is_lost_or_removed_then_the_data_survives(self, resources: dict[str, Any]) -> None:
        table = resources["Table"]
        assert table["DeletionPolicy"] == "RetainExceptOnCreate"
        assert table["UpdateReplacePolicy"] == "Retain"
        assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["Properties"]["DeletionProtectionEnabled"] == {"Fn::If": ["ProtectTable", True, False]}

    def test_given_no_parameters_when_deployed_then_the_table_is_protected(self, template: Template) -> None:
        assert template["Parameters"]["DeletionProtection"]["Default"] == "true"
        assert template["Conditions"]["ProtectTable"] == {"Fn::Equals": [{"Ref": "DeletionProtection"}, "true"]}

    def test_the_table_has_the_keys_and_indexes_of_the_design(self, resources: dict[str, Any]) -> None:
        table = resources["Table"]["Properties"]
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
        indexes = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}
        for name, keys in {"GSI1": ["g1pk", "g1sk"], "GSI2": ["g2pk", "g2sk"]}.items():
            assert [key["AttributeName"] for key in indexes[name]["KeySchema"]] == keys
            assert indexes[name]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
        assert [key["AttributeName"] for key in indexes["GSI3"]["KeySchema"]] == ["g3pk", "g3sk"]
        assert TABLE["GlobalSecondaryIndexes"] == table["GlobalSecondaryIndexes"], (
            "tests have the table of the template"
        )
        assert {entry["AttributeType"] for entry in table["AttributeDefinitions"]} == {"S"}

    def test_given_an_item_with_an_expiry_when_it_passes_then_the_table_deletes_it(
        self, resources: dict[str, Any]
    ) -> None:
        assert resources["Table"]["Properties"]["TimeToLiveSpecification"] == {
            "AttributeName": "expiresAt",
            "Enabled": True,
        }

    def test_everything_uses_the_existing_table_when_it_is_named(
        self, template: Template, resources: dict[str, Any]
    ) -> None:
        own = {"Fn::Equals": [{"Ref": "ExistingTable"}, ""]}
        assert template["Parameters"]["ExistingTable"]["Default"] == ""
        assert template["Conditions"]["OwnTable"] == own
        assert resources["Table"]["Condition"] == "OwnTable"
        assert template["Outputs"]["TableName"]["Value"] == TABLE_NAME
        # Whatever named the table directly would go on using the stack's own.
        for name, resource in {name: each for name, each in resources.items() if name != "Table"}.items():
            text = json.dumps(resource)
            for either in (TABLE_NAME, TABLE_ARN, TABLE_STREAM):
                text = text.replace(json.dumps(either), "")
            assert not re.search(r'"Ref": "Table"|\["Table", |\$\{Table[.]', text), name
            assert "${Table}" not in text or '"Table": ' in text, name


def of_queues(mappings: dict[str, Any]) -> list[dict[str, Any]]:
    """Those mappings that start a function for a queue."""
    return [each for each in mappings.values() if "Fn::GetAtt" in each["EventSourceArn"]]


class TestCopies:
    def test_the_table_has_a_stream_where_there_are_copies(self, template: Template, resources: dict[str, Any]) -> None:
        stream = {"Fn::If": ["UseStream", {"StreamViewType": "NEW_AND_OLD_IMAGES"}, {"Ref": "AWS::NoValue"}]}
        assert resources["Table"]["Properties"]["StreamSpecification"] == stream
        of_queries = {name for name, each in resources.items() if each.get("Condition") == "UseQuery"}
        assert of_queries >= {"CopiesBucket", "ArchiveFunction", "CopyDeadLetterQueue"}
        assert not {"Table", "HttpApi", "ReadingFunction"} & of_queries

    def test_a_batch_of_the_stream_is_cut_and_kept_where_it_fails(self, resources: dict[str, Any]) -> None:
        mappings = properties_of(resources, "AWS::Lambda::EventSourceMapping").values()
        of_stream = [each for each in mappings if each["EventSourceArn"] == TABLE_STREAM]
        assert {each["FunctionName"]["Ref"] for each in of_stream} == STREAM_READERS.keys()
        for mapping in of_stream:
            assert mapping["BisectBatchOnFunctionError"] is True
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            kept = {"Fn::GetAtt": [STREAM_READERS[mapping["FunctionName"]["Ref"]], "Arn"]}
            assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": kept}}

    def test_copies_begin_with_the_table_and_gather_for_a_window(self, resources: dict[str, Any]) -> None:
        mappings = properties_of(resources, "AWS::Lambda::EventSourceMapping").values()
        (mapping,) = [each for each in mappings if each["FunctionName"] == {"Ref": "ArchiveFunction"}]
        assert mapping["StartingPosition"] == "TRIM_HORIZON"
        assert mapping["MaximumBatchingWindowInSeconds"] == {"Ref": "CopyWindowSeconds"}

    def test_the_bucket_is_encrypted_private_and_keeps_no_former_versions(self, resources: dict[str, Any]) -> None:
        bucket = resources["CopiesBucket"]["Properties"]
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert "VersioningConfiguration" not in bucket
        (statement,) = resources["CopiesBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


class TestQueues:
    def test_a_slow_consumers_queue_delivers_no_message_twice(self, resources: dict[str, Any]) -> None:
        functions = properties_of(resources, "AWS::Lambda::Function")
        mappings = properties_of(resources, "AWS::Lambda::EventSourceMapping")
        assert mappings
        for mapping in of_queues(mappings):
            queue = resources[mapping["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
            consumer = functions[mapping["FunctionName"]["Ref"]]
            assert queue["VisibilityTimeout"] >= 6 * consumer["Timeout"]

    def test_given_a_batch_when_one_message_fails_then_only_that_one_comes_back(
        self, resources: dict[str, Any]
    ) -> None:
        for mapping in of_queues(properties_of(resources, "AWS::Lambda::EventSourceMapping")):
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            queue = mapping["EventSourceArn"]["Fn::GetAtt"][0].removesuffix("Queue")
            # Notices are deliveries, too.
            parameter = {"Notify": "Delivery"}.get(queue, queue)
            assert mapping["ScalingConfig"]["MaximumConcurrency"] == {"Ref": f"{parameter}Concurrency"}

    def test_a_message_given_up_is_kept_long_enough_to_look_at(self, resources: dict[str, Any]) -> None:
        queues = properties_of(resources, "AWS::SQS::Queue")
        sources = {name: queue for name, queue in queues.items() if not name.endswith("DeadLetterQueue")}
        assert sources
        for name, queue in sources.items():
            redrive = queue["RedrivePolicy"]
            dead_letters = redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]
            assert dead_letters == name.removesuffix("Queue") + "DeadLetterQueue"
            assert queues[dead_letters]["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
            assert redrive["maxReceiveCount"] >= 5

    @pytest.mark.parametrize("consumer", ["Analysis", "Delivery", "Files"])
    def test_the_function_knows_its_last_receive(self, resources: dict[str, Any], consumer: str) -> None:
        told = resources[f"{consumer}Function"]["Properties"]["Environment"]["Variables"]["CONFAB_MAX_RECEIVES"]
        assert told == str(resources[f"{consumer}Queue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"])

    def test_by_default_no_responder_is_on_the_functions_machine(self, template: Template) -> None:
        assert template["Parameters"]["AllowLoopbackResponder"]["Default"] == "false"

    def test_given_any_queue_when_messages_rest_then_they_are_encrypted(self, resources: dict[str, Any]) -> None:
        for queue in properties_of(resources, "AWS::SQS::Queue").values():
            assert queue["SqsManagedSseEnabled"] is True


class TestFunctions:
    def test_every_functions_own_log_group_forgets_after_the_set_days(self, resources: dict[str, Any]) -> None:
        groups = properties_of(resources, "AWS::Logs::LogGroup")
        used = []
        for name, function in properties_of(resources, "AWS::Lambda::Function").items():
            group = function["LoggingConfig"]["LogGroup"]["Ref"]
            used.append(group)
            service = folder_name(name)
            assert groups[group]["LogGroupName"]["Fn::Sub"] == f"/aws/lambda/${{AWS::StackName}}-{service}"
        used.append(
            resources["HttpApiApiGatewayDefaultStage"]["Properties"]["AccessLogSettings"]["DestinationArn"][
                "Fn::GetAtt"
            ][0]
        )
        assert sorted(used) == sorted(groups)
        for name, group in groups.items():
            assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name
            assert resources[name]["DeletionPolicy"] == "Delete"

    def test_every_function_has_both_layers_and_its_own_service_name(
        self, template: Template, resources: dict[str, Any]
    ) -> None:
        for name, function in properties_of(resources, "AWS::Lambda::Function").items():
            # A function that is there without copies, too, has their layer where there are any.
            layers = [layer.get("Fn::If", [None, layer])[1]["Ref"] for layer in function["Layers"]]
            queries = name in QUERY_FUNCTIONS or name in BUCKET_RIGHTS
            wanted = ("Dependencies", "Confab", *(["Duckdb"] if queries else []))
            assert all(layer.startswith(begin) for layer, begin in zip(layers, wanted, strict=True)), name
            service = folder_name(name)
            variables = function["Environment"]["Variables"]
            assert variables["POWERTOOLS_SERVICE_NAME"] == service
            assert variables["CONFAB_TABLE"] == {"Fn::If": ["OwnTable", {"Ref": "Table"}, {"Ref": "ExistingTable"}]}
            assert template["Resources"][name]["Properties"]["CodeUri"] == f"functions/{service}/"
            assert function["Handler"] == "app.handler"

    def test_only_functions_that_send_to_the_queue_know_it(self, resources: dict[str, Any]) -> None:
        for name, function in properties_of(resources, "AWS::Lambda::Function").items():
            for queue, variable in QUEUE_ADDRESSES.items():
                told = function["Environment"]["Variables"].get(variable)
                if isinstance(told, dict) and "Fn::If" in told:
                    # A part of the deployment that may be left out.
                    assert told["Fn::If"][2] == ""
                    told = told["Fn::If"][1]
                assert told == ({"Ref": queue} if queue in QUEUE_RIGHTS[name] else None), name

    def test_http_functions_give_up_before_the_api_does(self, resources: dict[str, Any]) -> None:
        permissions = properties_of(resources, "AWS::Lambda::Permission").values()
        behind_the_api = [each for each in permissions if each["Principal"] == "apigateway.amazonaws.com"]
        assert behind_the_api
        for permission in behind_the_api:
            function = resources[permission["FunctionName"]["Ref"]]["Properties"]
            assert function["Timeout"] < 30, "API Gateway answers for a function after 30 s"

    def test_a_reservation_is_for_each_function_behind_the_api(
        self, template: Template, resources: dict[str, Any]
    ) -> None:
        permissions = properties_of(resources, "AWS::Lambda::Permission").values()
        behind_the_api = {
            each["FunctionName"]["Ref"] for each in permissions if each["Principal"] == "apigateway.amazonaws.com"
        }
        reserved = {"Fn::If": ["ReserveForApi", {"Ref": "ApiReservedConcurrency"}, {"Ref": "AWS::NoValue"}]}
        for name, function in properties_of(resources, "AWS::Lambda::Function").items():
            assert function.get("ReservedConcurrentExecutions") == (reserved if name in behind_the_api else None), name
        assert template["Parameters"]["ApiReservedConcurrency"]["Default"] == 0
        equals_none = {"Fn::Equals": [{"Ref": "ApiReservedConcurrency"}, "0"]}
        assert template["Conditions"]["ReserveForApi"] == {"Fn::Not": [equals_none]}

    def test_only_a_schedule_starts_the_sweep(self, resources: dict[str, Any]) -> None:
        rule = properties_of(resources, "AWS::Events::Rule")["MaintenanceFunctionSweep"]
        assert rule["ScheduleExpression"] == {"Ref": "SweepRate"}
        assert [target["Arn"] for target in rule["Targets"]] == [{"Fn::GetAtt": ["MaintenanceFunction", "Arn"]}]
        permissions = properties_of(resources, "AWS::Lambda::Permission").values()
        allowed = [each["Principal"] for each in permissions if each["FunctionName"] == {"Ref": "MaintenanceFunction"}]
        assert allowed == ["events.amazonaws.com"]


class TestApi:
    def test_every_route_reaches_a_function_with_payload_2(self, resources: dict[str, Any]) -> None:
        paths = resources["HttpApi"]["Properties"]["Body"]["paths"]
        for path, methods in paths.items():
            for method in methods.values():
                served = method["Fn::If"][1] if "Fn::If" in method else method
                integration = served["x-amazon-apigateway-integration"]
                assert integration["payloadFormatVersion"] == "2.0", path
        assert "/$default" in paths

    def test_every_cors_setting_is_there_for_a_preflight(self, resources: dict[str, Any]) -> None:
        cors = resources["HttpApi"]["Properties"]["Body"]["x-amazon-apigateway-cors"]
        assert cors["allowOrigins"] == {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}
        keys = {"authorization", "x-openbat-key", "x-chatcaptain-key"}
        of_mcp = {"mcp-protocol-version", "mcp-method", "mcp-name"}
        assert set(cors["allowHeaders"]) == {*keys, *of_mcp, "content-type", "content-encoding", "idempotency-key"}
        assert set(cors["allowMethods"]) == {"GET", "POST", "PATCH", "DELETE", "OPTIONS"}
        limits = {"retry-after", "ratelimit", "ratelimit-policy"}
        assert set(cors["exposeHeaders"]) == {"x-request-id", "x-as-of", *limits}
        assert "allowCredentials" not in cors

    def test_the_access_log_is_json_without_headers_or_body(self, resources: dict[str, Any]) -> None:
        stage = resources["HttpApiApiGatewayDefaultStage"]["Properties"]
        fields = json.loads(stage["AccessLogSettings"]["Format"])
        assert {"requestId", "route", "status", "latency", "integrationLatency"} <= set(fields)
        for value in fields.values():
            for private in ("header", "body", "authorizer", "querystring", "$context.path"):
                assert private not in value.lower()

    def test_given_a_flood_when_it_arrives_then_every_route_is_throttled_by_parameters(
        self, resources: dict[str, Any]
    ) -> None:
        settings = resources["HttpApiApiGatewayDefaultStage"]["Properties"]["DefaultRouteSettings"]
        assert settings["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}
        assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}


class TestNames:
    """A stack's name has up to 128 characters, and so much room is left in every name that is made of it."""

    LIMITS: ClassVar[dict[tuple[str, str], int]] = {
        ("AWS::Lambda::LayerVersion", "LayerName"): 140,
        ("AWS::Logs::LogGroup", "LogGroupName"): 512,
        ("AWS::Athena::WorkGroup", "Name"): 128,
        ("AWS::CloudWatch::Dashboard", "DashboardName"): 255,
    }

    def test_names_made_of_the_longest_stack_name_fit(self, resources: dict[str, Any]) -> None:
        named = [
            (resource["Type"], name, value)
            for resource in resources.values()
            for name, value in resource.get("Properties", {}).items()
            if name.endswith("Name") and isinstance(value, dict) and "StackName" in json.dumps(value)
        ]
        assert {(kind, name) for kind, name, _ in named} == set(self.LIMITS)
        for kind, name, value in named:
            made = value.get("Fn::Sub", "${AWS::StackName}").replace("${AWS::StackName}", "s" * 128)
            assert len(made) <= self.LIMITS[kind, name], value


class TestTemplate:
    def test_given_the_template_when_read_then_it_takes_one_sitting(self) -> None:
        assert len((ROOT / "template.yaml").read_text(encoding="utf-8").splitlines()) < 700

    def test_the_template_is_below_cloudformations_limit(self, template: Template, resources: dict[str, Any]) -> None:
        for body in (template, resources):
            assert len(json.dumps(body, default=str).encode()) < 1_000_000

    def test_every_parameter_has_a_default_and_a_description(self, template: Template) -> None:
        for name, parameter in template["Parameters"].items():
            assert "Default" in parameter, name
            assert parameter["Description"].endswith("."), name


class TestDashboard:
    def test_the_dashboard_can_be_left_out_and_nothing_else_goes_with_it(self, template: Template) -> None:
        conditional = [
            name for name, each in template["Resources"].items() if each.get("Condition") == "ServeDashboard"
        ]
        assert conditional == ["DashboardFunction"]
        assert template["Conditions"]["ServeDashboard"] == {"Fn::Equals": [{"Ref": "Dashboard"}, "true"]}
        assert template["Parameters"]["Dashboard"]["Default"] == "true"

    def test_without_the_dashboard_its_routes_go_too(self, resources: dict[str, Any]) -> None:
        paths = resources["HttpApi"]["Properties"]["Body"]["paths"]
        for path in ("/dashboard", "/dashboard/{path+}"):
            condition, served, otherwise = paths[path]["get"]["Fn::If"]
            assert condition == "ServeDashboard"
            assert "x-amazon-apigateway-integration" in served
            assert otherwise == {"Ref": "AWS::NoValue"}
