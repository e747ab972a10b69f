"""Writes roles.yaml, the nested stack of the functions' roles, from what each function may do (local/rights.py).

    python -m local.roles [--check]            # or: make roles

The file is committed, because `sam deploy` takes it as it is; a test says when it is no longer what the rights make.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from local.function_names import folder_name
from local.rights import KEY_SCANNERS, QUEUE_RIGHTS, TABLE_RIGHTS

FILE = Path(__file__).resolve().parents[1] / "roles.yaml"
MODEL_CALLERS = frozenset({"AnalysisFunction"})
_ACTIONS = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
_QUEUE_ACTIONS = ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
_WIDTH = 120

_HEAD = """\
# Made from local/rights.py by `make roles`; change that file and run it again.
AWSTemplateFormatVersion: '2010-09-09'
Description: The role of each of Confab's functions. Part of template.yaml, which says what the parameters are.

Parameters:
  Table: {Type: String}
  AnalysisQueue: {Type: String}
  DeliveryQueue: {Type: String}
  LogGroups: {Type: String}
  KmsKeyArn: {Type: String}
  EnableBedrock: {Type: String}
  BedrockModelArns: {Type: CommaDelimitedList}

Conditions:
  UseKmsKey: !Not [!Equals [!Ref KmsKeyArn, '']]
  UseBedrock: !Equals [!Ref EnableBedrock, 'true']

Resources:
  # DynamoDB uses a customer's key in the name of whoever reads or writes, so every role needs it.
  TableKeyPolicy:
    Type: AWS::IAM::ManagedPolicy
    Condition: UseKmsKey
    Properties:
      Description: Use the table's key, through DynamoDB only.
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: kms:Decrypt
            Resource: !Ref KmsKeyArn
            Condition:
              StringEquals: {kms:ViaService: !Sub 'dynamodb.${AWS::Region}.${AWS::URLSuffix}'}

  BedrockPolicy:
    Type: AWS::IAM::ManagedPolicy
    Condition: UseBedrock
    Properties:
      Description: Call the models that may judge conversations.
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Action: bedrock:InvokeModel, Resource: !Ref BedrockModelArns}

  # Each role has one statement an action: all keys of one transaction must be found in the same statement.
"""

_ROLE = """
  {name}Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}
      ManagedPolicyArns:
{managed}
      Policies:
        - PolicyName: {service}
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
"""


# ``Scan`` has no leading keys for a condition to look at, so this one looks at what is read.
_KEYS_ONLY = """\
                Condition:
                  StringEquals: {dynamodb:Select: SPECIFIC_ATTRIBUTES}
                  ForAllValues:StringEquals: {dynamodb:Attributes: [pk, sk]}
"""


def document() -> str:
    """The text of roles.yaml."""
    roles = "".join(_role(function) for function in TABLE_RIGHTS)
    outputs = "".join(f"  {name}RoleArn: {{Value: !GetAtt {name}Role.Arn}}\n" for name in map(_name_of, TABLE_RIGHTS))
    return f"{_HEAD}{roles}\nOutputs:\n{outputs}"


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` say whether it is up to date; returns the exit status."""
    if "--check" in arguments:
        fresh = FILE.read_text(encoding="utf-8") == document()
        sys.stdout.write("" if fresh else f"{FILE.name} is not what local/rights.py makes: run `make roles`\n")
        return not fresh
    FILE.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(TABLE_RIGHTS)} roles\n")
    return 0


def _name_of(function: str) -> str:
    return function.removesuffix("Function")


def _role(function: str) -> str:
    name = _name_of(function)
    managed = ["        - !If [UseKmsKey, !Ref TableKeyPolicy, !Ref AWS::NoValue]"]
    if function in MODEL_CALLERS:
        managed.append("        - !If [UseBedrock, !Ref BedrockPolicy, !Ref AWS::NoValue]")
    head = _ROLE.format(name=name, service=folder_name(function), managed="\n".join(managed))
    return head + "".join(_statements(function))


def _statements(function: str) -> Iterator[str]:
    service = folder_name(function)
    logs = ["logs:CreateLogStream", "logs:PutLogEvents"]
    yield _statement(logs, f"!Sub '${{LogGroups}}-{service}:*'")
    rights = TABLE_RIGHTS[function]
    for action in _ACTIONS:
        if keys := {key for right, key in rights if right == action and ":" not in key}:
            yield _statement([f"dynamodb:{action}"], "!Ref Table", keys)
    indexed = [(action, *key.split(":", 1)) for action, key in rights if ":" in key]
    for action, index in sorted({(action, index) for action, index, _ in indexed}):
        keys = {key for right, of, key in indexed if (right, of) == (action, index)}
        yield _statement([f"dynamodb:{action}"], f"!Sub '${{Table}}/index/{index}'", keys)
    if function in KEY_SCANNERS:
        yield _statement(["dynamodb:Scan"], "!Ref Table") + _KEYS_ONLY
    for queue, allowed in sorted(QUEUE_RIGHTS[function].items()):
        yield _statement([f"sqs:{action}" for action in _QUEUE_ACTIONS if action in allowed], f"!Ref {queue}")


def _statement(actions: list[str], resource: str, keys: Iterable[str] = ()) -> str:
    indent = " " * 14
    lines = [f"{indent}- Effect: Allow"]
    lines += _wrapped(f"{indent}  Action: ", actions[0] if len(actions) == 1 else f"[{', '.join(actions)}]")
    lines.append(f"{indent}  Resource: {resource}")
    if listed := ", ".join(sorted(keys)):
        lines.append(f"{indent}  Condition:")
        lines.append(f"{indent}    ForAllValues:StringLike:")
        lines += _wrapped(f"{indent}      dynamodb:LeadingKeys: ", f"[{listed}]")
    return "\n".join(lines) + "\n"


def _wrapped(begin: str, text: str) -> list[str]:
    inner = " " * (len(begin) - len(begin.lstrip()) + 2)
    return textwrap.wrap(begin + text, _WIDTH, subsequent_indent=inner, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
