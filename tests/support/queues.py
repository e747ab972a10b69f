"""The queues of the template in an engine, and what Lambda's event source mapping does with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local.template import load
from tests.support.lambda_events import CONTEXT
from tests.support.sources import ROOT
from tests.support.world import World

DEAD_LETTERS = "DeadLetterQueue"


@dataclass(frozen=True, slots=True)
class QueuePair:
    """A queue, its dead-letter queue, and after how many receives a message moves there."""

    url: str
    dead_letters: str
    max_receives: int


def declared(name: str) -> dict[str, Any]:
    """The properties that the template gives a queue."""
    properties: dict[str, Any] = load(ROOT / "template.yaml")["Resources"][name]["Properties"]
    return properties


def attributes_of(properties: dict[str, Any], dead_letters_arn: str = "") -> dict[str, str]:
    """A queue's properties in the words of the SQS API."""
    attributes = {}
    for name, value in properties.items():
        if name == "RedrivePolicy":
            redrive = {**value, "deadLetterTargetArn": dead_letters_arn}
            attributes[name] = json.dumps(redrive)
        else:
            attributes[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return attributes


def create_pair(sqs: Any, name: str, prefix: str) -> QueuePair:
    """One of the template's queues with its dead-letter queue.

    Args:
        name: ``Analysis`` or ``Delivery``.
        prefix: keeps the test's queues apart from others.
    """
    dead_letters = sqs.create_queue(
        QueueName=f"{prefix}-{name}-dead", Attributes=attributes_of(declared(f"{name}{DEAD_LETTERS}"))
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    properties = declared(f"{name}Queue")
    url = sqs.create_queue(QueueName=f"{prefix}-{name}", Attributes=attributes_of(properties, arn))["QueueUrl"]
    return QueuePair(url, dead_letters, properties["RedrivePolicy"]["maxReceiveCount"])


def receive(sqs: Any, url: str) -> list[dict[str, Any]]:
    """The messages of one receive, which asks for all that a receive can tell."""
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], WaitTimeSeconds=0)
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


def poll(world: World, url: str, function: str) -> tuple[int, list[str]]:
    """One round of an event source mapping: pass a batch on, delete what succeeded.

    What failed can be received again at once, where Lambda would let the visibility timeout pass.

    Returns:
        How many messages were passed on, and the bodies of those that failed.
    """
    messages = {message["MessageId"]: message for message in receive(world.sqs, url)}
    if not messages:
        return 0, []
    records = [
        {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:queue",
            "awsRegion": "eu-west-1",
        }
        for message in messages.values()
    ]
    answer = world.handler(function)({"Records": records}, CONTEXT)
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    for message_id, message in messages.items():
        receipt = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
        if message_id in failed:
            world.sqs.change_message_visibility(**receipt, VisibilityTimeout=0)
        else:
            world.sqs.delete_message(**receipt)
    return len(messages), [messages[message_id]["Body"] for message_id in failed]


def counts(sqs: Any, url: str) -> tuple[int, int, int]:
    """About how many messages are visible, in flight and delayed."""
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    visible, in_flight, delayed = (int(found[name]) for name in (*names, "ApproximateNumberOfMessagesDelayed"))
    return visible, in_flight, delayed
