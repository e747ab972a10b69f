"""What every queue's consumer shares: each record of a batch succeeds or fails by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from confab.platform.telemetry import Telemetry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from confab.platform.http import Handler


def batch_handler(record_handler: Callable[[SQSRecord], None], telemetry: Telemetry) -> Handler:
    """A function's entry point for batches of SQS records.

    Args:
        record_handler: does the work of one record; whatever it raises puts that record back into the queue.
        telemetry: written out after each batch.
    """
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            return dict(process_partial_response(event, record_handler, processor, context))
        finally:
            telemetry.flush()

    return handle
