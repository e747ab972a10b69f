"""The consumer of the files queue: it takes the steps of exports that are jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from confab.deployment import Deployment, entry_point
from confab.platform.batch import RecordHandler, batch_handler
from confab.platform.queue import wait_before
from confab.transfer import wiring

if TYPE_CHECKING:
    from confab.platform.http import Handler

FIRST_WAIT = 10
"""Seconds before a step that failed is taken a second time."""


def build(deployment: Deployment) -> Handler:
    """The function's handler: one step at a time."""
    return batch_handler(_record_handler(deployment), deployment.telemetry, deployment.deadline)


def _record_handler(deployment: Deployment) -> RecordHandler:
    step, settings = wiring.step_export(deployment), deployment.settings

    def handle(body: Mapping[str, str], record: SQSRecord) -> None:
        chatbot_id, job_id = body["chatbotId"], body["jobId"]
        receives = int(record.attributes.approximate_receive_count)
        try:
            job = step(chatbot_id, job_id, int(body["step"]), deployment.deadline.has_time)
        except Exception as error:
            deployment.telemetry.failure("export step failed", error, job_id=job_id, receives=receives)
            deployment.telemetry.count(exportErrors=1)
            if receives >= settings.max_receives:
                step.give_up(chatbot_id, job_id, "The export failed again and again; begin another one.")
            else:
                deployment.files_queue.delay(record.receipt_handle, wait_before(FIRST_WAIT, receives))
            raise
        if job is not None:
            deployment.telemetry.count(exportSteps=1)

    return handle


__getattr__ = entry_point(globals(), build)
