"""``python -m local.events [folder]``: a sample event of all that starts a function, for ``sam local invoke``.

Written to events/ if nothing else is named. They are made from the routes, the template and the examples of the
document, so nobody keeps them by hand.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from confab.dialects.dashboard.routes import FILES

from openapi.examples import BODIES
from openapi.operation import Operation
from openapi.operations import OPERATIONS

FOLDER: Final = Path("events")
KEY: Final = "ob_live_" + "0" * 32
CHATBOT: Final = "00000000-0000-4000-8000-000000000001"
CONVERSATION: Final = "00000000-0000-5000-8000-000000000002"
RUN: Final = "evt_00000000000050008000000000000003"
IDS: Final = {
    "chatbot_id": CHATBOT,
    "conversation_id": CONVERSATION,
    "variable_id": "customer_email",
    "inbox_id": CHATBOT,
    "message_id": "00000000-0000-4000-8000-000000000003",
    "key_id": "00000000-0000-4000-8000-000000000004",
    "topic_id": "00000000-0000-4000-8000-000000000005",
    "user_id": "user-1",
    "organization_id": "org/1",
    "import_id": "00000000-0000-4000-8000-000000000007",
    "export_id": "00000000-0000-4000-8000-000000000006",
    "rule_id": "00000000-0000-4000-8000-000000000008",
    "destination_id": "00000000-0000-4000-8000-000000000009",
    "run_id": RUN,
    "external_id": "ticket/1",
    "feedback_id": "feedback-1",
    "score_id": "rating-1",
}
QUERIES: Final = {
    "chatbotId": CHATBOT,
    "channelId": "site",
    "providerId": "visitor-17",
    "name": "seats",
    "limit": "20",
    "days": "30",
    "weeks": "4",
}
"""What a query says in the sample of each route that knows the parameter."""
WORK: Final = {"chatbotId": CHATBOT, "conversationId": CONVERSATION}
RECORDS: Final = {
    "files": {"kind": "export", "chatbotId": CHATBOT, "jobId": "00000000-0000-4000-8000-000000000006", "step": "0"},
    "analysis": WORK,
    "notify": {"chatbotId": CHATBOT, "runId": RUN},
    "delivery": {**WORK, "kind": "message", "reference": "i:in-1"},
}
"""What the queue of each consumer holds."""
_HOST: Final = {
    "accept": "application/json",
    "authorization": f"Bearer {KEY}",
    "host": "confab.example.com",
    "user-agent": "confab-sample/1.0",
    "x-forwarded-for": "192.0.2.10",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
}

Event = dict[str, Any]


def samples() -> Iterator[tuple[str, Event]]:
    """Each sample with its name, which begins with the function's."""
    for operation in OPERATIONS:
        yield f"{operation.served.function}-{_named(operation.method, operation.route)}", route_event(operation)
    for route in FILES:
        path = route.path.replace("{path+}", "conversations")
        event = http_event(f"{route.method} {route.path}", route.method, path)
        yield f"{route.function}-{_named(route.method, path)}", event
    yield "reading-unknown-path", http_event("$default", "GET", "/no/such/path")
    for function, body in RECORDS.items():
        yield f"{function}-sqs", queue_event(function, body)
    yield "maintenance-schedule", schedule_event("MaintenanceFunctionSweep")
    yield "archive-schedule", schedule_event("ArchiveFunctionMerge")
    yield "archive-stream", stream_event()
    yield "notify-schedule", schedule_event("NotifyFunctionClock")
    yield "notify-stream", stream_event()


def _named(method: str, route: str) -> str:
    # Each parameter is "id": some archives hold no name of over 100 characters.
    return "-".join(re.findall(r"\w+", f"{method} {re.sub(r'{[^}]+}', 'id', route)}")).lower()


def route_event(operation: Operation) -> Event:
    """The sample of an operation: an HTTP API's event of payload 2.0."""
    names = re.findall(r"<(\w+)>", operation.served.pattern)
    parameters = {name: IDS[by] for name, by in zip(operation.parameters, names, strict=True)}
    path = re.sub(r"\{(\w+)\+?\}", lambda found: parameters[found[1]], operation.route)
    known = operation.query.model_json_schema()["properties"] if operation.query else {}
    query = {name: value for name, value in QUERIES.items() if name in known}
    body = example_of(operation)
    return http_event(f"{operation.method} {operation.route}", operation.method, path, query, parameters, body)


def example_of(operation: Operation) -> dict[str, Any] | None:
    """The example of an operation's body; None where it takes none."""
    return dict(BODIES[operation.bodies[0].__name__]) if operation.bodies else None


def http_event(
    route_key: str,
    method: str,
    path: str,
    query: dict[str, str] | None = None,
    parameters: dict[str, str] | None = None,
    body: dict[str, Any] | None = None,
) -> Event:
    """An HTTP API's event of payload 2.0."""
    text = None if body is None else json.dumps(body, ensure_ascii=False)
    sent = {} if text is None else {"content-length": str(len(text.encode())), "content-type": "application/json"}
    event: Event = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": urlencode(query or {}, quote_via=quote),
        "headers": {**_HOST, **sent},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": _HOST["host"],
            "domainPrefix": "confab",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": _HOST["x-forwarded-for"],
                "userAgent": _HOST["user-agent"],
            },
            "requestId": "SampleRequest=",
            "routeKey": route_key,
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1767225600000,
        },
        "isBase64Encoded": False,
    }
    some = {"queryStringParameters": query, "pathParameters": parameters, "body": text}
    return {**event, **{name: value for name, value in some.items() if value}}


def queue_event(function: str, body: dict[str, str]) -> Event:
    """A batch of one message of a consumer's queue."""
    text = json.dumps(body)
    record = {
        "messageId": "00000000-0000-4000-8000-0000000000a1",
        "receiptHandle": "sample-receipt-handle",
        "body": text,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1767225600000",
            "SenderId": "SAMPLESENDER",
            "ApproximateFirstReceiveTimestamp": "1767225610000",
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{function.capitalize()}Queue",
        "awsRegion": "eu-west-1",
    }
    return {"Records": [record]}


def stream_event() -> Event:
    """A batch of one record of the table's stream: a conversation was counted."""
    key = {"pk": {"S": f"CONV#{CHATBOT}#{CONVERSATION}"}, "sk": {"S": "HEAD"}}
    image = {**key, "createdAt": {"N": "1767225600000000"}, "messages": {"N": "2"}, "bytes": {"N": "61"}}
    record = {
        "eventID": "00000000000000000000000000000001",
        "eventName": "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1767225600,
            "Keys": key,
            "NewImage": image,
            "OldImage": {**image, "pendingSince": {"N": "1767225600000000"}},
            "SequenceNumber": "000000000000000000001",
            "SizeBytes": 240,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/confab/stream/2026-01-01T00:00:00.000",
    }
    return {"Records": [record]}


def schedule_event(rule: str) -> Event:
    """A schedule's event.

    Args:
        rule: the schedule's name in the template.
    """
    return {
        "version": "0",
        "id": "00000000-0000-4000-8000-0000000000c1",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-01-01T00:00:00Z",
        "region": "eu-west-1",
        "resources": [f"arn:aws:events:eu-west-1:123456789012:rule/confab-{rule}-SAMPLE"],
        "detail": {},
    }


def main(folder: Path) -> None:
    """Write the samples."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    made = dict(samples())
    for name, event in made.items():
        (folder / f"{name}.json").write_text(json.dumps(event, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{folder}: {len(made)} events\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
