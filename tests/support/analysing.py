"""The analysis of a deployment: its queue and its consumer."""

from __future__ import annotations

import json
from typing import Any

from confab.analysis import wiring as analysis_wiring
from confab.analysis.consumer import Analyse
from confab.erasure import conversation_wiring

from tests.support.deployment import LocalDeployment
from tests.support.lambda_events import CONTEXT, sqs_record


class Analysing(LocalDeployment):
    """A deployment whose queues are worked off by the test."""

    def queued(self, queue_url: str | None = None) -> list[dict[str, Any]]:
        """Take the messages that wait in a queue, that of the analysis if none is named, as Lambda records."""
        url = queue_url or self.queue_url
        records: list[dict[str, Any]] = []
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], VisibilityTimeout=600
            )
            messages = answer.get("Messages", [])
            if not messages:
                return records
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                records.append(sqs_record(json.loads(message["Body"]), message["MessageId"]))

    def analyse_queued(self) -> list[dict[str, Any]]:
        """Run the consumer over all that waits in the queue; the failures it reports."""
        failures: list[dict[str, Any]] = []
        while records := self.queued():
            failures += self.consume(records)
        return failures

    def consume(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Run the consumer over queue messages, ten at a time; the failures it reports."""
        failures: list[dict[str, Any]] = []
        for start in range(0, len(records), 10):
            answer = self.handler("analysis")({"Records": records[start : start + 10]}, CONTEXT)
            failures += answer["batchItemFailures"]
        return failures

    def analyse_with(self, analyzer: Any) -> Analyse:
        """The consumer's use case with an analyzer of the test's own."""
        return analysis_wiring.analyse(self.deployment, lambda _: analyzer, conversation_wiring.erase(self.deployment))
