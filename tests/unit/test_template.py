"""The template, as CloudFormation sees it: what must hold for every function, queue, table and role."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest
from confab.domain.model_prices import price_of
from confab.platform.aws import MODEL_SECONDS

from local import build_layers
from local.check_template import CheckError, artifact_faults, handler_file, translate
from local.template import Template, load

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
TAG = "cpython-311"

# Each function's rights on the table and its indexes, as (action, leading key). A new right is written here first.
KEY_RIGHTS = {("GetItem", "KEY#*"), ("GetItem", "BOT#*"), ("UpdateItem", "RATE#*")}
REDACTION_RIGHTS = {("GetItem", "SECRET#privacy"), ("PutItem", "SECRET#privacy")}
CAPTURE_RIGHTS = (
    KEY_RIGHTS
    | REDACTION_RIGHTS
    | {("Query", "FIELDS#*"), ("PutItem", "FIELDS#*")}
    | {(action, "CONV#*") for action in ("GetItem", "PutItem", "UpdateItem", "Query")}
)
# An erasure takes a conversation out of all that counts it or leads to it, whoever finishes it.
PEOPLE = ("USER#*", "ORG#*")
ERASURE_RIGHTS = {
    *(("DeleteItem", key) for key in ("CONV#*", "EXT#*", "CONTACT#*", "CHANNEL#*", "FACET#*", "TOPICS#*", *PEOPLE)),
    *(("UpdateItem", key) for key in ("CONV#*", "STAT#*", *PEOPLE)),
    *(("GetItem", key) for key in PEOPLE),
    *(("Query", key) for key in ("CONV#*", "FACET#*", *PEOPLE)),
}
USER_ERASURE_RIGHTS = {
    *REDACTION_RIGHTS,
    *((action, "ERASURE#*") for action in ("GetItem", "Query", "PutItem", "DeleteItem")),
    *((action, "SEARCH#*") for action in ("GetItem", "Query", "DeleteItem")),
    ("PutItem", "AUDIT#*"),
}
TABLE_RIGHTS = {
    "CaptureFunction": CAPTURE_RIGHTS,
    "TrackFunction": CAPTURE_RIGHTS,
    "ConversationsFunction": ERASURE_RIGHTS
    | {
        *REDACTION_RIGHTS,
        *(("GetItem", key) for key in ("KEY#*", "BOT#*", "CONV#*")),
        *(("BatchGetItem", key) for key in ("CONV#*", "STAT#*")),
        *(("Query", key) for key in ("WS#*", "CONV#*", "EXT#*")),
        *(("Query", key) for key in ("GSI1:LIST#*", "GSI1:FBLIST#*", "GSI2:MID#*", "GSI2:FBID#*")),
        *(("PutItem", key) for key in ("CONV#*", "EXT#*", "SEARCH#*")),
        ("UpdateItem", "RATE#*"),
    },
    "ManagementFunction": ERASURE_RIGHTS
    | {
        *(("GetItem", key) for key in ("KEY#*", "BOT#*", "CONV#*", "SECRET#*")),
        ("BatchGetItem", "CONV#*"),
        *(("Query", key) for key in ("CONV#*", "CONTACT#*", "CHANNEL#*", "GSI1:LIST#*")),
        *(("PutItem", key) for key in ("CONV#*", "CONTACT#*", "CHANNEL#*", "SECRET#*")),
        ("UpdateItem", "RATE#*"),
    },
    "DeliveryFunction": {
        *REDACTION_RIGHTS,
        ("GetItem", "BOT#*"),
        *((action, "CONV#*") for action in ("Query", "GetItem", "PutItem", "UpdateItem", "DeleteItem")),
    },
    "AnalysisFunction": ERASURE_RIGHTS
    | {
        *(("GetItem", key) for key in ("BOT#*", "CONV#*")),
        *(("PutItem", key) for key in ("CONV#*", "CONTACT#*", "CHANNEL#*", "FACET#*", "TOPICS#*")),
        ("Query", "TOPICS#*"),
        ("UpdateItem", "BUDGET#*"),
    },
    "AdminFunction": ERASURE_RIGHTS
    | USER_ERASURE_RIGHTS
    | {
        *(("GetItem", key) for key in ("KEY#*", "BOT#*", "WS#*", "BUDGET#*", "SECRET#cursor")),
        *(("BatchGetItem", key) for key in ("KEY#*", "BOT#*", "CONV#*", "USER#*")),
        *(("Query", key) for key in ("WS#*", "AUDIT#*", "FIELDS#*", "GSI1:LIST#*", "GSI2:PENDING#*")),
        *(
            ("PutItem", key)
            for key in ("BOT#*", "WS#*", "KEY#*", "DELETED#*", "RETENTION#*", "AUDIT#*", "SECRET#cursor")
        ),
        ("PutItem", "CONV#*"),
        *(("UpdateItem", key) for key in ("RATE#*", "BOT#*")),
        *(("DeleteItem", key) for key in ("WS#*", "KEY#*", "FIELDS#*", "RETENTION#*")),
    },
    "MaintenanceFunction": ERASURE_RIGHTS
    | USER_ERASURE_RIGHTS
    | {
        *(("GetItem", key) for key in ("BOT#*", "DELETED#*")),
        *(("BatchGetItem", key) for key in ("KEY#*", "CONV#*")),
        *((action, "RETENTION#*") for action in ("Query", "DeleteItem")),
        *(("Query", key) for key in ("DELETED#*", "WS#*", "STAT#*", "TOPICS#*", "BUDGET#*", "FIELDS#*", "SEARCH#*")),
        *(("Query", key) for key in ("GSI1:LIST#*", "GSI2:PENDING#*")),
        ("PutItem", "CONV#*"),
        *(("DeleteItem", key) for key in ("KEY#*", "WS#*")),
        *(("DeleteItem", key) for key in ("STAT#*", "BUDGET#*", "FIELDS#*", "SEARCH#*", "BOT#*", "DELETED#*")),
    },
    "InsightsFunction": KEY_RIGHTS
    | {("GetItem", "SECRET#*"), ("PutItem", "SECRET#*")}
    | {("Query", key) for key in ("WS#*", "FACET#*", "TOPICS#*")}
    | {("Query", f"GSI1:{key}") for key in ("LIST#*", "USERLIST#*", "ORGLIST#*")}
    | {
        (action, key)
        for action in ("Query", "GetItem", "BatchGetItem")
        for key in ("CONV#*", "STAT#*", "USER#*", "ORG#*")
    },
}
SEND = "SendMessage"
CONSUME = {"ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes"}
QUEUE_RIGHTS: dict[str, dict[str, set[str]]] = {
    "CaptureFunction": {"AnalysisQueue": {SEND}},
    "TrackFunction": {"AnalysisQueue": {SEND}},
    "ConversationsFunction": {"AnalysisQueue": {SEND}},
    "ManagementFunction": {"AnalysisQueue": {SEND}, "DeliveryQueue": {SEND}},
    "DeliveryFunction": {"AnalysisQueue": {SEND}, "DeliveryQueue": CONSUME},
    "AnalysisFunction": {"AnalysisQueue": {SEND, *CONSUME}},
    "AdminFunction": {"AnalysisQueue": {SEND}},
    "MaintenanceFunction": {"AnalysisQueue": {SEND}},
    "InsightsFunction": {},
}
# A consumer also needs the address to say when a message comes again.
QUEUE_ADDRESSES = {"AnalysisQueue": "CONFAB_ANALYSIS_QUEUE_URL", "DeliveryQueue": "CONFAB_DELIVERY_QUEUE_URL"}


@pytest.fixture(scope="module")
def template() -> Template:
    return load(ROOT / "template.yaml")


@pytest.fixture(scope="module")
def resources(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = translate(template)["Resources"]
    return found


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


def index_of(resource: Any) -> str | None:
    """The index that a statement's resource names; None when it is the table."""
    if isinstance(resource, dict) and "Fn::Sub" in resource:
        return str(resource["Fn::Sub"]).rpartition("/index/")[2]
    assert resource == {"Fn::GetAtt": ["Table", "Arn"]}, f"neither the table nor an index of it: {resource}"
    return None


def table_rights(role: dict[str, Any]) -> set[tuple[str, str]]:
    """Every (action, leading key) that a role allows; the key of an index carries the index's name."""
    rights: set[tuple[str, str]] = set()
    for statement in statements(role):
        actions = [action for action in as_list(statement["Action"]) if action.startswith("dynamodb:")]
        for action in actions:
            prefixes = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            index = index_of(statement["Resource"])
            rights |= {(action.partition(":")[2], f"{index}:{key}" if index else key) for key in prefixes}
    return rights


class TestTable:
    def test_given_the_table_when_it_is_lost_or_removed_then_the_data_survives(self, resources: dict[str, Any]) -> None:
        table = resources["Table"]
        assert table["DeletionPolicy"] == "Retain"
        assert table["UpdateReplacePolicy"] == "Retain"
        assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["Properties"]["DeletionProtectionEnabled"] == {"Fn::If": ["ProtectTable", True, False]}

    def test_given_no_parameters_when_deployed_then_the_table_is_protected(self, template: Template) -> None:
        assert template["Parameters"]["DeletionProtection"]["Default"] == "true"
        assert template["Conditions"]["ProtectTable"] == {"Fn::Equals": [{"Ref": "DeletionProtection"}, "true"]}

    def test_given_the_table_when_read_by_key_then_it_has_the_keys_and_indexes_of_the_design(
        self, resources: dict[str, Any]
    ) -> None:
        table = resources["Table"]["Properties"]
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
        indexes = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}
        for name, keys in {"GSI1": ["g1pk", "g1sk"], "GSI2": ["g2pk", "g2sk"]}.items():
            assert [key["AttributeName"] for key in indexes[name]["KeySchema"]] == keys
            assert indexes[name]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
        assert {entry["AttributeType"] for entry in table["AttributeDefinitions"]} == {"S"}

    def test_given_an_item_with_an_expiry_when_it_passes_then_the_table_deletes_it(
        self, resources: dict[str, Any]
    ) -> None:
        assert resources["Table"]["Properties"]["TimeToLiveSpecification"] == {
            "AttributeName": "expiresAt",
            "Enabled": True,
        }


class TestQueues:
    def test_given_a_queue_when_its_consumer_is_slow_then_no_message_is_handed_out_twice(
        self, resources: dict[str, Any]
    ) -> None:
        functions = properties_of(resources, "AWS::Lambda::Function")
        mappings = properties_of(resources, "AWS::Lambda::EventSourceMapping")
        assert mappings
        for mapping in mappings.values():
            queue = resources[mapping["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
            consumer = functions[mapping["FunctionName"]["Ref"]]
            assert queue["VisibilityTimeout"] >= 6 * consumer["Timeout"]

    def test_given_a_batch_when_one_message_fails_then_only_that_one_comes_back(
        self, resources: dict[str, Any]
    ) -> None:
        for mapping in properties_of(resources, "AWS::Lambda::EventSourceMapping").values():
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            queue = mapping["EventSourceArn"]["Fn::GetAtt"][0].removesuffix("Queue")
            assert mapping["ScalingConfig"]["MaximumConcurrency"] == {"Ref": f"{queue}Concurrency"}

    def test_given_a_message_that_always_fails_when_given_up_then_it_is_kept_long_enough_to_look_at(
        self, resources: dict[str, Any]
    ) -> None:
        queues = properties_of(resources, "AWS::SQS::Queue")
        sources = {name: queue for name, queue in queues.items() if not name.endswith("DeadLetterQueue")}
        assert sources
        for name, queue in sources.items():
            redrive = queue["RedrivePolicy"]
            dead_letters = redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]
            assert dead_letters == name.removesuffix("Queue") + "DeadLetterQueue"
            assert queues[dead_letters]["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
            assert redrive["maxReceiveCount"] >= 5

    @pytest.mark.parametrize("consumer", ["Analysis", "Delivery"])
    def test_given_the_last_receive_when_the_work_fails_then_the_function_knows_it_is_the_last(
        self, resources: dict[str, Any], consumer: str
    ) -> None:
        told = resources[f"{consumer}Function"]["Properties"]["Environment"]["Variables"]["CONFAB_MAX_RECEIVES"]
        assert told == str(resources[f"{consumer}Queue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"])

    def test_given_no_parameters_when_deployed_then_responders_are_not_looked_for_on_the_functions_machine(
        self, template: Template
    ) -> None:
        assert template["Parameters"]["AllowLoopbackResponder"]["Default"] == "false"

    def test_given_any_queue_when_messages_rest_then_they_are_encrypted(self, resources: dict[str, Any]) -> None:
        for queue in properties_of(resources, "AWS::SQS::Queue").values():
            assert queue["SqsManagedSseEnabled"] is True


class TestFunctions:
    def test_given_every_function_when_it_logs_then_its_own_group_forgets_after_the_set_days(
        self, resources: dict[str, Any]
    ) -> None:
        groups = properties_of(resources, "AWS::Logs::LogGroup")
        used = []
        for name, function in properties_of(resources, "AWS::Lambda::Function").items():
            group = function["LoggingConfig"]["LogGroup"]["Ref"]
            used.append(group)
            assert groups[group]["LogGroupName"]["Fn::Sub"] == f"/aws/lambda/{function['FunctionName']['Fn::Sub']}", (
                name
            )
        used.append(
            resources["HttpApiApiGatewayDefaultStage"]["Properties"]["AccessLogSettings"]["DestinationArn"][
                "Fn::GetAtt"
            ][0]
        )
        assert sorted(used) == sorted(groups)
        for name, group in groups.items():
            assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name
            assert resources[name]["DeletionPolicy"] == "Delete"

    def test_given_every_function_when_deployed_then_it_carries_both_layers_and_its_own_service_name(
        self, template: Template, resources: dict[str, Any]
    ) -> None:
        for name, function in properties_of(resources, "AWS::Lambda::Function").items():
            layers = [layer["Ref"] for layer in function["Layers"]]
            assert [layer.startswith(wanted) for layer, wanted in zip(layers, ("Dependencies", "Confab"), strict=True)]
            service = name.removesuffix("Function").lower()
            variables = function["Environment"]["Variables"]
            assert variables["POWERTOOLS_SERVICE_NAME"] == service
            assert variables["CONFAB_TABLE"] == {"Ref": "Table"}
            assert template["Resources"][name]["Properties"]["CodeUri"] == f"functions/{service}/"
            assert function["Handler"] == "app.handler"

    def test_given_a_function_that_sends_to_the_queue_when_it_starts_then_it_knows_the_queue_and_no_other_does(
        self, resources: dict[str, Any]
    ) -> None:
        for name, function in properties_of(resources, "AWS::Lambda::Function").items():
            for queue, variable in QUEUE_ADDRESSES.items():
                told = function["Environment"]["Variables"].get(variable)
                assert told == ({"Ref": queue} if queue in QUEUE_RIGHTS[name] else None), name

    def test_given_the_http_functions_when_the_api_gives_up_then_they_have_given_up_before(
        self, resources: dict[str, Any]
    ) -> None:
        permissions = properties_of(resources, "AWS::Lambda::Permission").values()
        behind_the_api = [each for each in permissions if each["Principal"] == "apigateway.amazonaws.com"]
        assert behind_the_api
        for permission in behind_the_api:
            function = resources[permission["FunctionName"]["Ref"]]["Properties"]
            assert function["Timeout"] < 30, "API Gateway answers for a function after 30 s"

    def test_given_the_sweeper_when_time_passes_then_a_schedule_starts_it_and_nothing_else_does(
        self, resources: dict[str, Any]
    ) -> None:
        (rule,) = properties_of(resources, "AWS::Events::Rule").values()
        assert rule["ScheduleExpression"] == {"Ref": "SweepRate"}
        assert [target["Arn"] for target in rule["Targets"]] == [{"Fn::GetAtt": ["MaintenanceFunction", "Arn"]}]
        permissions = properties_of(resources, "AWS::Lambda::Permission").values()
        allowed = [each["Principal"] for each in permissions if each["FunctionName"] == {"Ref": "MaintenanceFunction"}]
        assert allowed == ["events.amazonaws.com"]


class TestRoles:
    def test_given_all_functions_when_compared_then_no_two_share_a_role(self, resources: dict[str, Any]) -> None:
        used = Counter(role_of(function) for function in properties_of(resources, "AWS::Lambda::Function").values())
        assert set(used.values()) == {1}
        assert set(used) == set(of_type(resources, "AWS::IAM::Role"))

    def test_given_any_statement_when_it_allows_then_it_names_actions_and_resources_without_a_wildcard(
        self, resources: dict[str, Any]
    ) -> None:
        documents = [role["Properties"]["Policies"][0]["PolicyDocument"] for role in roles(resources)]
        documents += [
            policy["PolicyDocument"] for policy in properties_of(resources, "AWS::IAM::ManagedPolicy").values()
        ]
        for statement in (statement for document in documents for statement in document["Statement"]):
            assert statement["Effect"] == "Allow"
            assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement)
            for text in (*as_list(statement["Action"]), *map(json.dumps, as_list(statement["Resource"]))):
                assert "*" not in text, statement

    def test_given_any_statement_on_the_table_when_it_allows_then_leading_keys_bound_it(
        self, resources: dict[str, Any]
    ) -> None:
        carry_keys = {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}
        for role in roles(resources):
            rights = table_rights(role)
            assert rights
            # ForAllValues is also true where a call has no leading keys at all, as Scan has none.
            assert {action for action, _ in rights} <= carry_keys
            assert all(key.removesuffix("#*").replace("*", "") == key.removesuffix("#*") != "" for _, key in rights)

    @pytest.mark.parametrize("function", sorted(TABLE_RIGHTS))
    def test_given_a_function_when_its_role_is_read_then_it_has_exactly_the_rights_listed_for_it(
        self, resources: dict[str, Any], function: str
    ) -> None:
        role = resources[role_of(resources[function]["Properties"])]
        assert table_rights(role) == TABLE_RIGHTS[function]
        sqs: dict[str, set[str]] = {}
        for statement in statements(role):
            actions = {action.partition(":")[2] for action in as_list(statement["Action"]) if action.startswith("sqs:")}
            for resource in as_list(statement["Resource"]) if actions else []:
                sqs.setdefault(resource["Fn::GetAtt"][0], set()).update(actions)
        assert sqs == QUEUE_RIGHTS[function]
        logs = [found for found in statements(role) if any("logs:" in action for action in as_list(found["Action"]))]
        group = function.removesuffix("Function") + "LogGroup"
        assert [found["Action"] for found in logs] == [["logs:CreateLogStream", "logs:PutLogEvents"]]
        assert [found["Resource"] for found in logs] == [{"Fn::GetAtt": [group, "Arn"]}]
        assert {action.partition(":")[0] for found in statements(role) for action in as_list(found["Action"])} <= {
            "dynamodb",
            "logs",
            "sqs",
        }

    def test_given_all_functions_when_listed_then_each_has_its_rights_written_down(
        self, resources: dict[str, Any]
    ) -> None:
        functions = set(of_type(resources, "AWS::Lambda::Function"))
        assert functions == set(TABLE_RIGHTS) == set(QUEUE_RIGHTS)


def roles(resources: dict[str, Any]) -> list[dict[str, Any]]:
    return list(of_type(resources, "AWS::IAM::Role").values())


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

    def test_given_bedrock_when_enabled_then_one_action_is_allowed_on_the_models_of_the_parameter(
        self, template: Template, resources: dict[str, Any]
    ) -> None:
        (statement,) = resources["BedrockPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Action"] == "bedrock:InvokeModel"
        assert statement["Resource"] == {"Ref": "BedrockModelArns"}
        for arn in template["Parameters"]["BedrockModelArns"]["Default"].split(","):
            service, model = arn.split(":")[2], arn.split(":")[5]
            assert service == "bedrock"
            assert model.startswith(("foundation-model/amazon.nova-", "inference-profile/*.amazon.nova-"))

    def test_given_bedrock_when_enabled_then_two_answers_of_a_model_fit_into_the_consumers_time(
        self, resources: dict[str, Any]
    ) -> None:
        (mapping,) = [
            found
            for found in properties_of(resources, "AWS::Lambda::EventSourceMapping").values()
            if found["FunctionName"] == {"Ref": "AnalysisFunction"}
        ]
        assert mapping["BatchSize"] == {"Fn::If": ["UseBedrock", 1, 10]}
        assert resources["AnalysisFunction"]["Properties"]["Timeout"] > 2 * MODEL_SECONDS

    def test_given_the_default_model_when_priced_then_it_is_known(self, template: Template) -> None:
        assert price_of(template["Parameters"]["BedrockModel"]["Default"]) is not None


class TestApi:
    def test_given_every_route_when_translated_then_it_reaches_a_function_with_payload_2(
        self, resources: dict[str, Any]
    ) -> None:
        paths = resources["HttpApi"]["Properties"]["Body"]["paths"]
        for path, methods in paths.items():
            for method in methods.values():
                integration = method["x-amazon-apigateway-integration"]
                assert integration["payloadFormatVersion"] == "2.0", path
        assert "/$default" in paths

    def test_given_a_browser_on_another_origin_when_it_asks_first_then_every_cors_setting_is_there(
        self, resources: dict[str, Any]
    ) -> None:
        cors = resources["HttpApi"]["Properties"]["Body"]["x-amazon-apigateway-cors"]
        assert cors["allowOrigins"] == {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}
        assert set(cors["allowHeaders"]) == {"authorization", "content-type", "x-openbat-key", "x-chatcaptain-key"}
        assert set(cors["allowMethods"]) == {"GET", "POST", "PATCH", "DELETE", "OPTIONS"}
        assert set(cors["exposeHeaders"]) == {"x-request-id", "retry-after", "ratelimit", "ratelimit-policy"}
        assert "allowCredentials" not in cors

    def test_given_the_access_log_when_a_request_is_written_then_it_is_json_without_headers_or_body(
        self, resources: dict[str, Any]
    ) -> None:
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


class TestTemplate:
    def test_given_the_template_when_sent_through_a_bucket_then_it_is_below_cloudformations_limit(
        self, template: Template, resources: dict[str, Any]
    ) -> None:
        for body in (template, resources):
            assert len(json.dumps(body, default=str).encode()) < 1_000_000

    def test_given_every_parameter_when_left_out_then_it_has_a_default_and_says_what_it_is(
        self, template: Template
    ) -> None:
        for name, parameter in template["Parameters"].items():
            assert "Default" in parameter, name
            assert parameter["Description"].endswith("."), name


class TestEvents:
    @staticmethod
    def samples() -> dict[str, dict[str, Any]]:
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(EVENTS.glob("*.json"))}

    def test_given_every_route_when_looked_for_then_its_function_has_a_sample_event(self, template: Template) -> None:
        samples = self.samples()
        for name, resource in template["Resources"].items():
            if resource["Type"] != "AWS::Serverless::Function":
                continue
            service = name.removesuffix("Function").lower()
            own = [sample for stem, sample in samples.items() if stem.startswith(f"{service}-")]
            for event in resource["Properties"]["Events"].values():
                if event["Type"] == "HttpApi":
                    path, method = event["Properties"].get("Path"), event["Properties"].get("Method")
                    assert (f"{method} {path}" if path else "$default") in {sample.get("routeKey") for sample in own}
                elif event["Type"] == "SQS":
                    assert any(sample.get("Records", [{}])[0].get("eventSource") == "aws:sqs" for sample in own)
                else:
                    assert any(sample.get("source") == "aws.events" for sample in own), event["Type"]

    def test_given_every_http_sample_when_read_then_it_is_a_payload_2_event_with_the_sample_key(self) -> None:
        for stem, sample in self.samples().items():
            if "Records" in sample or "detail-type" in sample:
                continue
            assert sample["version"] == "2.0", stem
            assert sample["headers"]["authorization"] == "Bearer ob_live_" + "0" * 32, stem
            assert sample["requestContext"]["http"]["path"] == sample["rawPath"], stem
            if "body" in sample:
                body = json.loads(sample["body"])
                assert sample["headers"]["content-length"] == str(len(sample["body"].encode())), stem
                assert stem.startswith(("admin-", "conversations-", "management-")) or body["conversationId"], stem

    def test_given_the_queue_sample_when_read_then_its_body_names_a_conversation(self) -> None:
        record = self.samples()["analysis-sqs"]["Records"][0]
        assert json.loads(record["body"]) == {
            "chatbotId": "00000000-0000-4000-8000-000000000001",
            "conversationId": "00000000-0000-5000-8000-000000000002",
        }


class TestTranslation:
    """Faults that the linter alone lets through."""

    @staticmethod
    def copy(template: Template) -> Template:
        copied: Template = json.loads(json.dumps(template, default=str))
        return copied

    def test_given_a_route_without_a_path_when_translated_then_it_is_refused(self, template: Template) -> None:
        broken = self.copy(template)
        del broken["Resources"]["TrackFunction"]["Properties"]["Events"]["Track"]["Properties"]["Path"]
        with pytest.raises(CheckError, match="Path"):
            translate(broken)

    def test_given_a_misspelt_policy_template_when_translated_then_it_is_refused(self, template: Template) -> None:
        broken = self.copy(template)
        function = broken["Resources"]["TrackFunction"]["Properties"]
        del function["Role"]
        function["Policies"] = [{"DynamoDBCrudPolicyX": {"TableName": {"Ref": "Table"}}}]
        with pytest.raises(CheckError, match="Policy"):
            translate(broken)

    def test_given_an_empty_code_folder_name_when_translated_then_it_is_refused(self, template: Template) -> None:
        broken = self.copy(template)
        broken["Resources"]["TrackFunction"]["Properties"]["CodeUri"] = ""
        with pytest.raises(CheckError, match="CodeUri"):
            translate(broken)

    def test_given_a_misspelt_property_when_translated_then_it_is_refused(self, template: Template) -> None:
        broken = self.copy(template)
        broken["Resources"]["TrackFunction"]["Properties"]["Handlerx"] = "app.handler"
        with pytest.raises(CheckError, match="Handlerx"):
            translate(broken)


class TestArtifacts:
    """What `sam build` may leave out while it says that it succeeded."""

    TEMPLATE: ClassVar[Template] = {
        "Globals": {"Function": {"Handler": "app.handler"}},
        "Resources": {
            "CaptureFunction": {"Type": "AWS::Serverless::Function", "Properties": {}},
            "ConfabLayer": {"Type": "AWS::Serverless::LayerVersion", "Properties": {}},
            "DependenciesLayer": {"Type": "AWS::Serverless::LayerVersion", "Properties": {}},
        },
    }

    @pytest.fixture
    def build(self, tmp_path: Path) -> Path:
        self.source(tmp_path / "CaptureFunction" / "app.py")
        self.source(tmp_path / "ConfabLayer" / "python" / "confab" / "__init__.py")
        for package in ("pydantic", "aws_lambda_powertools"):
            self.source(tmp_path / "DependenciesLayer" / "python" / package / "__init__.py")
        (tmp_path / "DependenciesLayer" / "python" / "pydantic" / f"core.{TAG}-x86_64-linux-gnu.so").touch()
        return tmp_path

    @staticmethod
    def source(path: Path) -> None:
        (path.parent / "__pycache__").mkdir(parents=True, exist_ok=True)
        path.touch()
        (path.parent / "__pycache__" / f"{path.stem}.{TAG}.pyc").touch()

    def faults(self, build: Path, runtime: str = "python3.11", architecture: str = "x86_64") -> list[str]:
        return artifact_faults(self.TEMPLATE, build, runtime, architecture)

    def test_given_a_whole_build_when_checked_then_nothing_is_wrong(self, build: Path) -> None:
        assert self.faults(build) == []

    def test_given_a_function_that_was_not_built_when_checked_then_it_is_named(self, build: Path) -> None:
        shutil.rmtree(build / "CaptureFunction")
        assert [fault.partition(":")[0] for fault in self.faults(build)] == ["CaptureFunction"]

    def test_given_a_function_without_its_handler_when_checked_then_the_file_is_named(self, build: Path) -> None:
        (build / "CaptureFunction" / "app.py").unlink()
        assert self.faults(build) == ["CaptureFunction: the built folder has no app.py, where its handler should be"]

    @pytest.mark.parametrize(
        "path",
        [
            "ConfabLayer/python/confab",
            "DependenciesLayer/python/pydantic",
            "DependenciesLayer/python/aws_lambda_powertools",
        ],
    )
    def test_given_a_layer_without_a_package_when_checked_then_the_package_is_named(
        self, build: Path, path: str
    ) -> None:
        shutil.rmtree(build / path)
        assert any(fault.endswith(f"python/{Path(path).name} is missing") for fault in self.faults(build))

    def test_given_a_layer_without_bytecode_when_checked_then_it_is_named(self, build: Path) -> None:
        shutil.rmtree(build / "ConfabLayer" / "python" / "confab" / "__pycache__")
        assert self.faults(build) == ["ConfabLayer: python/confab/__init__.py has no bytecode for python3.11"]

    def test_given_another_runtime_than_built_for_when_checked_then_every_folder_is_named(self, build: Path) -> None:
        named = {fault.partition(":")[0] for fault in self.faults(build, runtime="python3.13")}
        assert named == {"CaptureFunction", "ConfabLayer", "DependenciesLayer"}

    def test_given_another_processor_than_built_for_when_checked_then_the_extension_is_named(self, build: Path) -> None:
        (fault,) = self.faults(build, architecture="arm64")
        assert fault.endswith("core.cpython-311-x86_64-linux-gnu.so is not for python3.11 on arm64")

    def test_given_a_layer_with_boto3_when_checked_then_it_is_refused(self, build: Path) -> None:
        self.source(build / "DependenciesLayer" / "python" / "boto3" / "__init__.py")
        assert self.faults(build) == ["DependenciesLayer: python/boto3 should come from the runtime"]

    def test_given_a_handler_in_a_package_when_looked_for_then_its_file_is_found(self) -> None:
        template = {"Resources": {"A": {"Properties": {"Handler": "package.module.handler"}}}}
        assert handler_file(template, "A") == "package/module.py"


class TestBuild:
    def test_given_a_runtime_that_is_not_installed_when_building_then_one_line_says_what_to_do(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        status = build_layers.main(["--layer", "confab", "--artifact", str(tmp_path), "--runtime", "python3.99"])
        assert status == 1
        (line,) = capfd.readouterr().err.splitlines()
        assert "python3.99" in line
        assert "install" in line

    def test_given_a_function_when_built_twice_then_caches_stay_out_and_the_bytes_are_the_same(
        self, tmp_path: Path
    ) -> None:
        source = tmp_path / "source"
        (source / "__pycache__").mkdir(parents=True)
        (source / "__pycache__" / "old.pyc").touch()
        (source / "app.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
        for name in ("first", "second"):
            assert build_layers.main(["--function", str(source), "--artifact", str(tmp_path / name)]) == 0
        built = [
            {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
            for folder in (tmp_path / "first", tmp_path / "second")
        ]
        assert built[0] == built[1]
        assert sorted(path.suffix for path in built[0]) == [".py", ".pyc"]
        assert not any(path.name.startswith("old") for path in built[0])

    @pytest.mark.parametrize(
        ("version", "architecture", "platform"),
        [((3, 11), "arm64", "manylinux2014_aarch64"), ((3, 14), "x86_64", "manylinux_2_34_x86_64")],
    )
    def test_given_a_processor_when_pip_is_called_then_only_wheels_that_run_on_lambda_are_taken(
        self, version: tuple[int, int], architecture: str, platform: str
    ) -> None:
        options = build_layers.Target("python", version, architecture).pip_options
        assert "--only-binary=:all:" in options
        assert platform in options
        assert ("manylinux_2_34_aarch64" in options) is False

    def test_given_this_machine_when_pip_is_called_then_it_is_left_to_choose(self) -> None:
        assert build_layers.Target("python", (3, 11), None).pip_options == []
