"""The consumer of the files queue: it takes the steps of exports and imports that are jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from confab.deployment import Deployment, entry_point
from confab.erasure import conversation_wiring
from confab.platform.batch import RecordHandler, batch_handler
from confab.platform.queue import wait_before
from confab.transfer import export_job, import_job, wiring
from confab.transfer.export_job import StepExport
from confab.transfer.import_job import StepImport

if TYPE_CHECKING:
    from confab.platform.http import Handler

FIRST_WAIT: Final = 10
"""Seconds before a step that failed is taken a second time."""
GAVE_UP: Final = "It failed again and again; begin another one."


def build(deployment: Deployment) -> Handler:
    """The function's handler: one step at a time."""
    return batch_handler(_record_handler(deployment), deployment.telemetry, deployment.deadline)


def _record_handler(deployment: Deployment) -> RecordHandler:
    steps: Mapping[str, StepExport | StepImport] = {
        export_job.KIND: wiring.step_export(deployment),
        import_job.KIND: wiring.step_import(deployment, conversation_wiring.erase(deployment)),
    }

    def handle(body: Mapping[str, str], record: SQSRecord) -> None:
        chatbot_id, job_id, step = body["chatbotId"], body["jobId"], steps[body["kind"]]
        receives = int(record.attributes.approximate_receive_count)
        try:
            job = step(chatbot_id, job_id, int(body["step"]), deployment.deadline.has_time)
        except Exception as error:
            deployment.telemetry.failure("step of a job failed", error, job_id=job_id, receives=receives)
            deployment.telemetry.count(jobErrors=1)
            if receives >= deployment.settings.max_receives:
                step.give_up(chatbot_id, job_id, GAVE_UP)
            else:
                deployment.files_queue.delay(record.receipt_handle, wait_before(FIRST_WAIT, receives))
            raise
        if job is not None:
            deployment.telemetry.count(jobSteps=1)

    return handle


__getattr__ = entry_point(globals(), build)
