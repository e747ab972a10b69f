"""What Lambda gives a function: events of the HTTP API and of a queue, and the context."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

CONTEXT = SimpleNamespace(
    function_name="test",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:test",
    aws_request_id="test",
    get_remaining_time_in_millis=lambda: 30_000,
)


def http_event(
    method: str,
    path: str,
    key: str | None = None,
    body: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    raw: str | None = None,
    base64_body: bytes | None = None,
) -> dict[str, Any]:
    """An HTTP API event (payload 2.0). ``raw`` and ``base64_body`` replace the JSON body."""
    sent = {"content-type": "application/json", "host": "api.test"}
    if key is not None:
        sent["authorization"] = f"Bearer {key}"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {**sent, **(headers or {})},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "test",
            "domainName": "api.test",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t"},
            "requestId": f"req-{uuid.uuid4().hex[:8]}",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "01/Mar/2026:12:00:00 +0000",
            "timeEpoch": 1772366400000,
        },
        "isBase64Encoded": base64_body is not None,
    }
    if query:
        event["queryStringParameters"] = dict(query)
    if raw is not None:
        event["body"] = raw
    elif base64_body is not None:
        event["body"] = base64.b64encode(base64_body).decode()
    elif body is not None:
        event["body"] = json.dumps(body)
    return event


def sqs_record(body: Mapping[str, Any], message_id: str = "m-1", receives: int = 1) -> dict[str, Any]:
    """An SQS record as the event source mapping sends it."""
    return {
        "messageId": message_id,
        "receiptHandle": "r",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:analysis",
        "awsRegion": "eu-west-1",
    }
