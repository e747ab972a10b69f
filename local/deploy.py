"""Deploying the template to the emulator with CloudFormation, and completing what the emulator leaves out."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local import artifacts
from local.instance import read_json, write_private_json
from local.routing import sync_routes
from local.settings import REGION, STACK_NAME, Settings, StackError, lambda_architecture, lambda_runtime
from local.template import Template, http_api, layers, load, packages, parameters, with_typed_parameters

_BUCKET = "confab-artifacts"
_INLINE_LIMIT = 51_200
_EXISTING = ("ExistingTable", "ExistingTableStreamArn")
LOOK_AGAIN_SECONDS = 5
"""The emulator's indexes do not lag; whoever tries an erasure need not wait for minutes."""


@dataclass(frozen=True)
class Deployment:
    """What is deployed and where it answers."""

    fingerprint: str
    api_id: str
    table: str


class Clients:
    """The AWS clients that a deployment needs, all pointed at the emulator; it takes any credentials there are."""

    def __init__(self, endpoint: str) -> None:
        session = boto3.Session(region_name=REGION)
        config = Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"}, proxies={})

        def client(service: str) -> Any:
            return session.client(service, endpoint_url=endpoint, config=config)

        self.cloudformation = client("cloudformation")
        self.s3 = client("s3")
        self.apigateway = client("apigatewayv2")
        self.dynamodb = client("dynamodb")


def deploy(settings: Settings, clients: Clients, report: Callable[[str], None]) -> tuple[Deployment, bool]:
    """Make the emulator run the present template and code; the second value says whether anything changed."""
    template = load(settings.template)
    stack = _stack(clients)
    given = _parameters(settings, template, _kept_table(clients, stack))
    wanted = artifacts.fingerprint(settings, template, given)
    previous = read_json(_memory(settings))
    if stack is not None and stack["StackStatus"].endswith("_COMPLETE") and previous.get("fingerprint") == wanted:
        return Deployment(**previous), False
    if layers(template):
        report("building the layers")
        artifacts.build_layers(settings)
    report("deploying template.yaml" if stack is None else "updating the deployment")
    _memory(settings).unlink(missing_ok=True)
    _apply(clients, _packaged(settings, clients, template, given), given, stack)
    deployment = _describe(clients, template, wanted)
    _complete_table(clients, deployment.table, template)
    if deployment.api_id:
        sync_routes(clients, deployment.api_id, template)
    return deployment, True


def remember(settings: Settings, deployment: Deployment) -> None:
    """Let the next start skip this deployment. Only for one that the emulator has saved."""
    write_private_json(_memory(settings), asdict(deployment))


def _memory(settings: Settings) -> Path:
    return settings.state / "deployment.json"


def _kept_table(clients: Clients, stack: dict[str, Any] | None) -> dict[str, str]:
    """The parameters of a stack around a table that it did not make: one that outlived the stack before it."""
    if stack is not None:
        given = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", ())}
        return {name: given[name] for name in _EXISTING if given.get(name)}
    names = [name for name in clients.dynamodb.list_tables()["TableNames"] if name.startswith(f"{STACK_NAME}-")]
    tables = [clients.dynamodb.describe_table(TableName=name)["Table"] for name in names]
    if not tables:
        return {}
    kept = max(tables, key=lambda table: table["ItemCount"])
    return dict(zip(_EXISTING, (kept["TableName"], kept["LatestStreamArn"]), strict=True))


def _parameters(settings: Settings, template: Template, kept_table: dict[str, str]) -> dict[str, str]:
    return parameters(
        template,
        {
            "Runtime": lambda_runtime(),
            "Architecture": lambda_architecture(),
            "DebounceSeconds": str(settings.debounce_seconds),
            "AnalysisConcurrency": "2",
            "DeliveryConcurrency": "2",
            "DeliveryRetrySeconds": "1",
            "AllowLoopbackResponder": "true",
            # The emulator refuses alarms over several metrics.
            "Monitoring": "false",
            "SweepRate": "rate(1 minute)",
            "SweepAfterMinutes": "1",
            "ErasureLookAgainSeconds": str(LOOK_AGAIN_SECONDS),
            "DeletionProtection": "false",
            "Dashboard": "true" if settings.dashboard else "false",
            **kept_table,
        },
    )


def _packaged(settings: Settings, clients: Clients, template: Template, given: dict[str, str]) -> Template:
    """A copy of the template with every local folder replaced by an uploaded zip."""
    packaged = without_bucket_policies(with_typed_parameters(template, given))
    with contextlib.suppress(clients.s3.exceptions.BucketAlreadyOwnedByYou):
        clients.s3.create_bucket(Bucket=_BUCKET)
    uploaded: dict[str, str] = {}
    for (name, attribute), uri in packages(template).items():
        if uri not in uploaded:
            content = artifacts.package(settings, uri)
            uploaded[uri] = f"{hashlib.sha256(content).hexdigest()}.zip"
            clients.s3.put_object(Bucket=_BUCKET, Key=uploaded[uri], Body=content)
        packaged["Resources"][name]["Properties"][attribute] = {"Bucket": _BUCKET, "Key": uploaded[uri]}
    return packaged


def without_bucket_policies(template: Template) -> Template:
    """A template whose buckets take what comes without TLS, too: the emulator has no other way."""
    resources = template["Resources"]
    kept = {name: each for name, each in resources.items() if each["Type"] != "AWS::S3::BucketPolicy"}
    return {**template, "Resources": kept}


def _apply(clients: Clients, template: Template, given: dict[str, str], stack: dict[str, Any] | None) -> None:
    body = json.dumps(template, separators=(",", ":"))
    request: dict[str, Any] = {
        "StackName": STACK_NAME,
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    }
    if len(body.encode()) <= _INLINE_LIMIT:
        request["TemplateBody"] = body
    else:
        clients.s3.put_object(Bucket=_BUCKET, Key="template.json", Body=body.encode())
        request["TemplateURL"] = f"{clients.s3.meta.endpoint_url}/{_BUCKET}/template.json"
    if stack is not None and stack["StackStatus"] in {"ROLLBACK_COMPLETE", "CREATE_FAILED"}:
        clients.cloudformation.delete_stack(StackName=STACK_NAME)
        _settled(clients)
        stack = None
    try:
        if stack is None:
            clients.cloudformation.create_stack(**request)
        else:
            clients.cloudformation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        return
    finished = _settled(clients)
    if finished is None or finished["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise StackError(f"the deployment failed: {_reason(clients)}")


def _settled(clients: Clients, seconds: float = 120.0) -> dict[str, Any] | None:
    deadline = time.monotonic() + seconds
    while True:
        stack = _stack(clients)
        if stack is None or not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        if time.monotonic() > deadline:
            raise StackError(f"the deployment is still {stack['StackStatus']} after {seconds:.0f} s")
        time.sleep(0.1)


def _stack(clients: Clients) -> dict[str, Any] | None:
    try:
        stacks = clients.cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    except ClientError:
        return None
    found = [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]
    return found[0] if found else None


def _reason(clients: Clients) -> str:
    events = clients.cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    for event in sorted(events, key=lambda event: event["Timestamp"]):
        if event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason"):
            return f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
    return "no reason given"


def _describe(clients: Clients, template: Template, wanted: str) -> Deployment:
    stack = _stack(clients) or {}
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    api = http_api(template)
    api_id = physical_id(clients, api) if api else ""
    return Deployment(fingerprint=wanted, api_id=api_id, table=outputs.get("TableName", ""))


def _complete_table(clients: Clients, table: str, template: Template) -> None:
    """Expiry and backups as the template has them: the emulator's CloudFormation leaves them out."""
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::DynamoDB::Table" or not table:
            continue
        properties = resource["Properties"]
        if expiry := properties.get("TimeToLiveSpecification"):
            clients.dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
        if backups := properties.get("PointInTimeRecoverySpecification"):
            clients.dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=backups)


def physical_id(clients: Clients, logical_id: str) -> str:
    """The name that CloudFormation gave a resource of the stack."""
    detail = clients.cloudformation.describe_stack_resource(StackName=STACK_NAME, LogicalResourceId=logical_id)
    return str(detail["StackResourceDetail"]["PhysicalResourceId"])
