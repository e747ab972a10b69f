"""Which deployment the command works on: a table named, a stack on AWS, or the one that runs on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from confab.deployment import Deployment
from confab.platform import aws
from confab.platform.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
NESTED_STACK = "AWS::CloudFormation::Stack"
LOCAL_RECORD = Path(".local") / "instance.json"
LOCAL_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


class TargetError(Exception):
    """No deployment can be found, or not that part of it; the text says what to give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A deployment with all that its stack made.

    Attributes:
        table: name of the table.
        endpoint_url: another address for AWS; None for AWS itself.
        stack: name of its stack; None when a table was named and the rest is not known.
        status: the stack's status.
        parameters: the stack's parameters.
        resources: what the stack made: names, addresses or ARNs by the template's names.
        kinds: the types of these resources, likewise.
    """

    table: str
    endpoint_url: str | None = None
    stack: str | None = None
    status: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """An AWS client of any service."""
        return _client(service, self.endpoint_url)

    def of_kind(self, kind: str) -> dict[str, str]:
        """The resources of a type: names, addresses or ARNs by the template's names."""
        return {name: self.resources[name] for name, found in self.kinds.items() if found == kind}

    @property
    def sweep_after(self) -> timedelta:
        """How long a conversation waits before the sweep takes it for lost."""
        minutes = self.parameters.get("SweepAfterMinutes")
        return timedelta(minutes=int(minutes)) if minutes else Settings(table=self.table).sweep_after

    @property
    def _local(self) -> bool:
        """Whether it is on this machine: what is not at AWS's own address is a local engine."""
        return self.endpoint_url is not None

    def deployment(self) -> Deployment:
        """The deployment's parts."""
        settings = Settings(
            table=self.table,
            analysis_queue_url=self.resources.get("AnalysisQueue", ""),
            delivery_queue_url=self.resources.get("DeliveryQueue", ""),
            allow_loopback_responder=self._local or self.parameters.get("AllowLoopbackResponder") == "true",
            notify_queue_url=self.resources.get("NotifyQueue", ""),
            notify_arns=frozenset(filter(None, self.parameters.get("NotifyArns", "").split(","))),
            public_url=self.parameters.get("PublicUrl", ""),
            facts_bucket=self.resources.get("CopiesBucket", ""),
            files_bucket=self.resources.get("FilesBucket", ""),
            files_queue_url=self.resources.get("FilesQueue", ""),
            bedrock=self.parameters.get("EnableBedrock") == "true",
            bedrock_model=self.parameters.get("BedrockModel", ""),
            bedrock_region=self.parameters.get("BedrockRegion") or os.environ.get("AWS_REGION", ""),
            bedrock_daily_budget_usd=float(self.parameters.get("BedrockDailyBudgetUsd") or 1),
            erasure_look_again_after=timedelta(seconds=int(self.parameters.get("ErasureLookAgainSeconds") or 300)),
        )
        return Deployment(settings, client=aws.Clients(self.endpoint_url))


@dataclass(frozen=True, slots=True)
class Target:
    """Where the command works.

    Attributes:
        table: name of the table; None to look it up.
        stack: name of the CloudFormation stack to look it up in.
        endpoint_url: another address for AWS; None for AWS itself.
    """

    table: str | None = None
    stack: str | None = None
    endpoint_url: str | None = None

    def deployment(self) -> Deployment:
        """The deployment's parts, without its queues.

        Raises:
            TargetError: there is no such deployment.
        """
        if self.table:
            return Installation(table=self.table, endpoint_url=self.endpoint_url).deployment()
        if self.stack:
            described = _described(self.stack, self.endpoint_url)
            table, parameters = _output(described, "TableName"), _parameters(described)
            return Installation(table=table, endpoint_url=self.endpoint_url, parameters=parameters).deployment()
        running = _local()
        parameters = _parameters(_described(running["stack"], running["endpoint"]))
        return Installation(
            table=running["table"], endpoint_url=running["endpoint"], parameters=parameters
        ).deployment()

    def installation(self) -> Installation:
        """The deployment with all that its stack made.

        Raises:
            TargetError: there is no such deployment.
        """
        if self.table:
            return Installation(table=self.table, endpoint_url=self.endpoint_url)
        if self.stack:
            return _of_stack(self.stack, self.endpoint_url)
        running = _local()
        return _of_stack(running["stack"], running["endpoint"])


def _local() -> Mapping[str, Any]:
    for folder in (Path.cwd(), PROJECT):
        record = folder / LOCAL_RECORD
        if record.exists():
            running: Mapping[str, Any] = json.loads(record.read_text())
            if running.get("ready"):
                os.environ.update(LOCAL_ENVIRONMENT)
                return running
    raise TargetError(
        "No deployment given. Start the local one with `make run`, or name one on AWS with --stack or --table."
    )


def _of_stack(stack: str, endpoint_url: str | None) -> Installation:
    described = _described(stack, endpoint_url)
    try:
        listed = list(resources_of(_client("cloudformation", endpoint_url), stack))
    except (ClientError, BotoCoreError) as error:
        raise TargetError(f"The resources of the stack {stack} cannot be read: {error}") from error
    return Installation(
        table=_output(described, "TableName"),
        endpoint_url=endpoint_url,
        stack=stack,
        status=described["StackStatus"],
        parameters=_parameters(described),
        resources={each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in listed},
        kinds={each["LogicalResourceId"]: each["ResourceType"] for each in listed},
    )


def resources_of(cloudformation: Any, stack: str) -> Iterator[Mapping[str, Any]]:
    """What a stack and its nested stacks made, as CloudFormation lists it."""
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            yield resource
            if resource["ResourceType"] == NESTED_STACK and resource.get("PhysicalResourceId"):
                yield from resources_of(cloudformation, resource["PhysicalResourceId"])


def _described(stack: str, endpoint_url: str | None) -> Mapping[str, Any]:
    try:
        (found,) = _client("cloudformation", endpoint_url).describe_stacks(StackName=stack)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise TargetError(f"The stack {stack} cannot be read: {error}") from error
    described: Mapping[str, Any] = found
    return described


def _parameters(described: Mapping[str, Any]) -> dict[str, str]:
    return {given["ParameterKey"]: given["ParameterValue"] for given in described.get("Parameters", [])}


@lru_cache
def _client(service: str, endpoint_url: str | None) -> Any:
    return botocore.session.get_session().create_client(service, endpoint_url=endpoint_url)


def _output(described: Mapping[str, Any], name: str) -> str:
    outputs = {output["OutputKey"]: str(output["OutputValue"]) for output in described.get("Outputs", [])}
    if name not in outputs:
        stack = described["StackName"]
        raise TargetError(f"The stack {stack} has no output {name}, so it is not a deployment of Confab.")
    return outputs[name]
