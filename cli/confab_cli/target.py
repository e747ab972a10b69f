"""Which deployment the command works on: a table named, a stack on AWS, or the one that runs on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from confab.composition import Composition
from confab.platform import aws
from confab.platform.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
LOCAL_RECORD = Path(".local") / "instance.json"
LOCAL_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


class TargetError(Exception):
    """No deployment can be found; the text says what to give."""


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

    def composition(self) -> Composition:
        """The deployment's parts.

        Raises:
            TargetError: there is no such deployment.
        """
        if self.table:
            return _composition(self.table, self.endpoint_url)
        if self.stack:
            return _composition(_table_of_stack(self.stack, self.endpoint_url), self.endpoint_url)
        return _local()


def _composition(table: str, endpoint_url: str | None) -> Composition:
    return Composition(Settings(table=table), client=aws.Clients(endpoint_url))


def _local() -> Composition:
    for folder in (Path.cwd(), PROJECT):
        record = folder / LOCAL_RECORD
        if record.exists():
            running: Mapping[str, Any] = json.loads(record.read_text())
            if running.get("ready"):
                os.environ.update(LOCAL_ENVIRONMENT)
                return _composition(running["table"], running["endpoint"])
    raise TargetError(
        "No deployment given. Start the local one with `make run`, or name one on AWS with --stack or --table."
    )


def _table_of_stack(stack: str, endpoint_url: str | None) -> str:
    cloudformation = botocore.session.get_session().create_client("cloudformation", endpoint_url=endpoint_url)
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise TargetError(f"The stack {stack} cannot be read: {error}") from error
    outputs = {output["OutputKey"]: str(output["OutputValue"]) for output in found.get("Outputs", [])}
    if "TableName" not in outputs:
        raise TargetError(f"The stack {stack} has no output TableName, so it is not a deployment of Confab.")
    return outputs["TableName"]
