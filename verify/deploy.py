"""`make try-deploy`: what `make build` made is deployed by the SAM CLI to the local engine, used, changed and removed.

It walks the way of docs/deploy.md: everything but AWS itself. The engine knows no nested stacks, so they are put back
into one template, and it makes no metric math, so there are no alarms.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import boto3

from local.settings import ROOT
from local.template import load
from tests.support.engine import CREDENTIALS, running_ministack

SAM: Final = ROOT / ".venv-sam" / "bin" / "sam"
BUILD: Final = ROOT / ".aws-sam" / "build"
STACK: Final = "confab-try"
NO_KEY: Final = "ob_live_" + "0" * 32


class TryFailed(Exception):
    """A step did not end as it should."""


def main() -> int:
    """Walk the way; the exit status."""
    whole = BUILD / "whole.json"
    whole.write_text(json.dumps(load(BUILD / "template.yaml")))
    with running_ministack() as endpoint:
        environment = {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "AWS_MAX_ATTEMPTS": "1"}
        try:
            _walk(whole, environment, endpoint)
        except TryFailed as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


def _walk(whole: Path, environment: Mapping[str, str], endpoint: str) -> None:
    given = ["DeletionProtection=false", "Monitoring=false"]
    _deploy(whole, environment, given)
    _say("deployed")
    session = boto3.Session("test", "test", region_name=CREDENTIALS["AWS_DEFAULT_REGION"])

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint)

    key = _issue_key(environment, endpoint)
    answer = _capture(client, key)
    if (answer["statusCode"], json.loads(answer["body"])["messagesStored"]) != (200, 1):
        raise TryFailed(f"a capture was answered {answer}")
    _say("a message was captured by the deployed function")
    _deploy(whole, environment, [*given, "LogRetentionDays=3"])
    answer = _capture(client, key)
    if json.loads(answer["body"])["results"][0]["status"] != "duplicate":
        raise TryFailed(f"after a second deployment the message was not found: {answer}")
    _say("deployed again with another parameter; the message is known")
    _sam(["delete", "--stack-name", STACK, "--no-prompts", "--region", session.region_name], environment)
    tables = client("dynamodb").list_tables()["TableNames"]
    if not [name for name in tables if name.startswith(f"{STACK}-")]:
        raise TryFailed("the removal of the stack removed its table")
    _say("removed; the table and its data were kept")


def _deploy(whole: Path, environment: Mapping[str, str], given: list[str]) -> None:
    # The SAM CLI looks for its settings next to the template.
    options = ["--template", str(whole), "--config-file", str(ROOT / "samconfig.toml"), "--stack-name", STACK]
    _sam(["deploy", *options, "--no-confirm-changeset", "--parameter-overrides", *given], environment)


def _issue_key(environment: Mapping[str, str], endpoint: str) -> str:
    target = ["--stack", STACK, "--endpoint-url", endpoint]
    workspace = _confab([*target, "workspace", "create", "Acme"], environment)
    chatbot = _confab([*target, "chatbot", "create", "Helper", "--workspace", workspace], environment)
    return _confab([*target, "key", "create", "--workspace", workspace, "--chatbot", chatbot], environment)


def _capture(client: Any, key: str) -> dict[str, Any]:
    """What the deployed function answers to the sample event, sent with a key that it knows."""
    detail = client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId="CaptureFunction")
    event = (ROOT / "events" / "capture-post-v1-capture.json").read_text().replace(NO_KEY, key)
    one = json.loads(event)
    one["body"] = json.dumps({"conversationId": "c-1", "messages": [{"id": "m-1", "role": "user", "content": "Hello"}]})
    one["isBase64Encoded"] = False
    name = detail["StackResourceDetail"]["PhysicalResourceId"]
    answered = client("lambda").invoke(FunctionName=name, Payload=json.dumps(one).encode())
    answer: dict[str, Any] = json.loads(answered["Payload"].read())
    return answer


def _sam(arguments: list[str], environment: Mapping[str, str]) -> None:
    _run([str(SAM), *arguments], environment)


def _confab(arguments: list[str], environment: Mapping[str, str]) -> str:
    return _run([str(Path(sys.executable).with_name("confab")), *arguments], environment).strip()


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    ran = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False)
    if ran.returncode:
        raise TryFailed(
            f"{' '.join(command[:3])} ended with {ran.returncode}:\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}"
        )
    return ran.stdout


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
