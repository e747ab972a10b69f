"""Writes athena.yaml, the nested stack by which Athena queries the copies, from their columns (confab.facts.schema).

    python -m local.glue [--check]             # or: make roles

The tables have a partition for each chatbot and month, by projection: no crawler, and nothing to keep up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from confab.facts import schema

FILE: Final = Path(__file__).resolve().parents[1] / "athena.yaml"
TYPES: Final = {
    schema.VARCHAR: "string",
    schema.BIGINT: "bigint",
    schema.DOUBLE: "double",
    schema.BOOLEAN: "boolean",
    schema.TIMESTAMP: "timestamp",
    schema.JSON: "string",
    schema.LIST: "array<string>",
}
"""Hive's names of the types of the files."""
MONTH: Final = "month"
_HEAD: Final = (
    "# Made from the columns of the copies by `make roles`; change confab/facts/schema.py and run it again.\n"
)
_PARQUET: Final = "org.apache.hadoop.hive.ql.io.parquet"
_ARN: Final = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:%s"
MAX_SCANNED: Final = 10_000_000_000
"""Bytes that a statement may read: five cents."""
_RESULTS: Final = "exports/athena/"
_WIDTH: Final = 120


def table_inputs(bucket: str) -> Iterator[dict[str, Any]]:
    """What Glue is told of each table.

    Args:
        bucket: its name, or what a template puts there.
    """
    for view in schema.VIEWS.values():
        location = f"s3://{bucket}/{schema.PREFIX}/{view.name}/"
        columns = [column for column in view.columns if column.name != MONTH]
        yield {
            "Name": view.name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {
                "classification": "parquet",
                "projection.enabled": "true",
                # Injected: a statement that names no chatbot is refused.
                "projection.chatbot.type": "injected",
                "projection.month.type": "date",
                "projection.month.format": "yyyy-MM",
                "projection.month.range": "2020-01,NOW",
                "projection.month.interval": "1",
                "projection.month.interval.unit": "MONTHS",
                "storage.location.template": f"{location}chatbot=${{chatbot}}/month=${{month}}/",
            },
            "PartitionKeys": [{"Name": "chatbot", "Type": "string"}, {"Name": MONTH, "Type": "string"}],
            "StorageDescriptor": {
                "Location": location,
                "InputFormat": f"{_PARQUET}.MapredParquetInputFormat",
                "OutputFormat": f"{_PARQUET}.MapredParquetOutputFormat",
                "SerdeInfo": {"SerializationLibrary": f"{_PARQUET}.serde.ParquetHiveSerDe"},
                "Columns": [{"Name": column.name, "Type": TYPES[column.type]} for column in columns],
            },
        }


def document() -> str:
    """The text of the file."""
    resources = {
        "CopiesDatabase": {
            "Type": "AWS::Glue::Database",
            "Properties": {"CatalogId": _ref("AWS::AccountId"), "DatabaseInput": {"Name": _ref("Name")}},
        },
        "CopiesWorkGroup": _workgroup(),
        "AthenaPolicy": _policy(),
    }
    for table in table_inputs("${CopiesBucket}"):
        resources[f"Copies{table['Name'].title()}Table"] = {
            "Type": "AWS::Glue::Table",
            "Properties": {
                "CatalogId": _ref("AWS::AccountId"),
                "DatabaseName": _ref("CopiesDatabase"),
                "TableInput": _substituted(table),
            },
        }
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Athena over Confab's copies of conversations. Part of query.yaml.",
        "Parameters": {name: {"Type": "String"} for name in ("Name", "CopiesBucket", "QueryRole")},
        "Resources": resources,
    }
    text: str = yaml.safe_dump(template, sort_keys=False, width=_WIDTH)
    return _HEAD + text


def _workgroup() -> dict[str, Any]:
    return {
        "Type": "AWS::Athena::WorkGroup",
        "Properties": {
            "Name": _ref("Name"),
            "RecursiveDeleteOption": True,
            "WorkGroupConfiguration": {
                "EnforceWorkGroupConfiguration": True,
                "PublishCloudWatchMetricsEnabled": True,
                "BytesScannedCutoffPerQuery": MAX_SCANNED,
                "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
                "ResultConfiguration": {
                    "OutputLocation": {"Fn::Sub": f"s3://${{CopiesBucket}}/{_RESULTS}"},
                    "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
                },
            },
        },
    }


def _policy() -> dict[str, Any]:
    glue = [
        "catalog",
        "database/${CopiesDatabase}",
        *(f"table/${{CopiesDatabase}}/{name}" for name in schema.VIEWS),
    ]
    reads = ("GetDatabase", "GetTable", "GetPartitions")
    executions = ("StartQueryExecution", "GetQueryExecution", "GetQueryResults", "StopQueryExecution")
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "Description": "Query the copies with Athena.",
            "Roles": [_ref("QueryRole")],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    _allowed("athena", executions, _ARN % ("athena", "workgroup/${CopiesWorkGroup}")),
                    _allowed("glue", reads, *(_ARN % ("glue", of) for of in glue)),
                    _allowed("s3", ("GetBucketLocation",), "arn:${AWS::Partition}:s3:::${CopiesBucket}"),
                    _allowed(
                        "s3",
                        ("PutObject", "GetObject", "AbortMultipartUpload"),
                        f"arn:${{AWS::Partition}}:s3:::${{CopiesBucket}}/{_RESULTS}*",
                    ),
                ],
            },
        },
    }


def _allowed(service: str, actions: tuple[str, ...], *resources: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions],
        "Resource": [{"Fn::Sub": resource} for resource in resources],
    }


def _ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def _substituted(value: Any) -> Any:
    """A value in which texts with variables are substituted by CloudFormation."""
    if isinstance(value, dict):
        return {name: _substituted(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_substituted(each) for each in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    # These two are Athena's.
    return {"Fn::Sub": value.replace("${chatbot}", "${!chatbot}").replace("${month}", "${!month}")}


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` say whether it is up to date; returns the exit status."""
    if "--check" in arguments:
        fresh = FILE.read_text(encoding="utf-8") == document()
        sys.stdout.write("" if fresh else f"{FILE.name} is not what the columns make: run `make roles`\n")
        return not fresh
    FILE.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(schema.VIEWS)} tables\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
