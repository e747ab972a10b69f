"""Writes the nested stacks of the functions' roles, from what each function may do (local/rights.py).

roles.yaml has those of template.yaml, files_roles.yaml those of files.yaml, query_roles.yaml those of query.yaml, and
notify_roles.yaml those of notify.yaml.

    python -m local.roles [--check]            # or: make roles

The files are committed, because `sam deploy` takes them as they are; a test says when they are no longer what the
rights make.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.function_names import folder_name
from local.rights import (
    BUCKET_RIGHTS,
    EXPORT_RIGHTS,
    FILE_RIGHTS,
    FILES_FUNCTIONS,
    KEY_SCANNERS,
    NOTIFY_FUNCTIONS,
    QUERY_FUNCTIONS,
    QUEUE_RIGHTS,
    STREAM_READERS,
    TABLE_RIGHTS,
    TELLERS,
    UPLOAD_RIGHTS,
)

_ROOT = Path(__file__).resolve().parents[1]
MODEL_CALLERS = frozenset({"AnalysisFunction"})
_ACTIONS = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
_QUEUE_ACTIONS = ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
_OBJECT_ACTIONS = ("GetObject", "PutObject", "DeleteObject")
_STREAM_ACTIONS = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
_WIDTH = 120


@dataclass(frozen=True)
class _Stack:
    """A nested stack of roles.

    Attributes:
        file: its name.
        part: what the names of its own resources begin with.
        about: its description.
        parameters: its parameters of text, in order.
        further: parameters, conditions and policies that only it has.
    """

    file: str
    part: str
    about: str
    parameters: Sequence[str]
    further: tuple[str, str, str] = ("", "", "")


_MAIN = _Stack(
    "roles.yaml",
    "",
    "The role of each of Confab's functions. Part of template.yaml, which says what the parameters are.",
    (
        *("Table", "AnalysisQueue", "DeliveryQueue", "FilesQueue", "NotifyQueue"),
        *("FilesBucket", "FilesExports", "FilesImports", "LogGroups", "KmsKeyArn", "EnableBedrock", "CopiesBucket"),
    ),
    (
        "  BedrockModelArns: {Type: CommaDelimitedList}\n",
        "  UseBedrock: !Equals [!Ref EnableBedrock, 'true']\n",
        """\
  BedrockPolicy:
    Type: AWS::IAM::ManagedPolicy
    Condition: UseBedrock
    Properties:
      Description: Call the models that may judge conversations.
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Action: bedrock:InvokeModel, Resource: !Ref BedrockModelArns}

""",
    ),
)
_FILES = _Stack(
    "files_roles.yaml",
    "Files",
    "The role of Confab's function for files. Part of files.yaml, which says what the parameters are.",
    (
        *("Table", "AnalysisQueue", "FilesQueue", "FilesBucket", "FilesExports", "FilesImports"),
        *("LogGroups", "KmsKeyArn"),
    ),
)
_QUERY = _Stack(
    "query_roles.yaml",
    "Query",
    "The roles of Confab's functions for queries. Part of query.yaml, which says what the parameters are.",
    ("Table", "TableStream", "CopyDeadLetterQueue", "CopiesBucket", "LogGroups", "KmsKeyArn"),
)

_NOTIFY = _Stack(
    "notify_roles.yaml",
    "Notify",
    "The role of Confab's function for notifications. Part of notify.yaml, which says what the parameters are.",
    ("Table", "TableStream", "NotifyQueue", "NotifyDeadLetterQueue", "LogGroups", "KmsKeyArn"),
    (
        "  NotifyArns: {Type: CommaDelimitedList}\n",
        "  NameTargets: !Not [!Equals [!Join ['', !Ref NotifyArns], '']]\n",
        """\
  NotifyTargetsPolicy:
    Type: AWS::IAM::ManagedPolicy
    Condition: NameTargets
    Properties:
      Description: Send to the topics and event buses that the operator lets chatbots name.
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Action: [sns:Publish, events:PutEvents], Resource: !Ref NotifyArns}

""",
    ),
)

_HEAD = """\
# Made from local/rights.py by `make roles`; change that file and run it again.
AWSTemplateFormatVersion: '2010-09-09'
Description: {about}

Parameters:
{parameters}
Conditions:
  Use{part}KmsKey: !Not [!Equals [!Ref KmsKeyArn, '']]
{conditions}
Resources:
  # DynamoDB uses a customer's key in the name of whoever reads or writes, so every role needs it.
  {part}TableKeyPolicy:
    Type: AWS::IAM::ManagedPolicy
    Condition: Use{part}KmsKey
    Properties:
      Description: Use the table's key, through DynamoDB only.
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: kms:Decrypt
            Resource: !Ref KmsKeyArn
            Condition:
              StringEquals: {{kms:ViaService: !Sub 'dynamodb.${{AWS::Region}}.${{AWS::URLSuffix}}'}}

{policies}  # Each role has one statement an action: all keys of one transaction must be found in the same statement.
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


def documents() -> dict[Path, str]:
    """The text of each file."""
    return {_ROOT / stack.file: _document(stack) for stack in (_MAIN, _FILES, _QUERY, _NOTIFY)}


def _stack_of(function: str) -> _Stack:
    nested = ((QUERY_FUNCTIONS, _QUERY), (FILES_FUNCTIONS, _FILES), (NOTIFY_FUNCTIONS, _NOTIFY))
    return next((stack for functions, stack in nested if function in functions), _MAIN)


def _document(stack: _Stack) -> str:
    functions = [each for each in TABLE_RIGHTS if _stack_of(each) is stack]
    parameters, conditions, policies = stack.further
    head = _HEAD.format(
        about=stack.about,
        part=stack.part,
        parameters="".join(f"  {name}: {{Type: String}}\n" for name in stack.parameters) + parameters,
        conditions=conditions,
        policies=policies,
    )
    roles = "".join(_role(function) for function in functions)
    outputs = "".join(f"  {name}RoleArn: {{Value: !GetAtt {name}Role.Arn}}\n" for name in map(_name_of, functions))
    return f"{head}{roles}\nOutputs:\n{outputs}"


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` say whether they are up to date; returns the exit status."""
    stale = [path for path, text in documents().items() if not path.is_file() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            sys.stdout.write(f"{path.name} is not what local/rights.py makes: run `make roles`\n")
        return bool(stale)
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{', '.join(path.name for path in documents())}: {len(TABLE_RIGHTS)} roles\n")
    return 0


def _name_of(function: str) -> str:
    return function.removesuffix("Function")


def _role(function: str) -> str:
    name = _name_of(function)
    part = _stack_of(function).part
    managed = [f"        - !If [Use{part}KmsKey, !Ref {part}TableKeyPolicy, !Ref AWS::NoValue]"]
    if function in MODEL_CALLERS:
        managed.append("        - !If [UseBedrock, !Ref BedrockPolicy, !Ref AWS::NoValue]")
    if function in TELLERS:
        managed.append("        - !If [NameTargets, !Ref NotifyTargetsPolicy, !Ref AWS::NoValue]")
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
    yield from _on_files(function)


def _on_files(function: str) -> Iterator[str]:
    """The statements on the table's stream and on objects."""
    if function in STREAM_READERS:
        yield _statement([f"dynamodb:{action}" for action in _STREAM_ACTIONS], "!Ref TableStream")
    if function in BUCKET_RIGHTS:
        yield _statement(["s3:ListBucket"], "!Ref CopiesBucket")
    for resource, rights_on in (("FilesExports", FILE_RIGHTS), ("FilesImports", UPLOAD_RIGHTS)):
        if actions := [f"s3:{action}" for action in _OBJECT_ACTIONS if action in rights_on.get(function, set())]:
            yield _statement(actions, f"!Ref {resource}")
    if "ListBucket" in UPLOAD_RIGHTS.get(function, set()):
        yield _statement(["s3:ListBucket"], "!Ref FilesBucket")
    for folder, rights_on in (("facts", BUCKET_RIGHTS), ("exports", EXPORT_RIGHTS)):
        if actions := [f"s3:{action}" for action in _OBJECT_ACTIONS if action in rights_on.get(function, set())]:
            yield _statement(actions, f"!Sub '${{CopiesBucket}}/{folder}/*'")


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
