"""Parts of every queue's consumer: each record of a batch succeeds or fails by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from confab.platform.deadline import Deadline
from confab.platform.errors import NewerData
from confab.platform.queue import read_work
from confab.platform.telemetry import Telemetry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from confab.platform.http import Handler


RecordHandler = Callable[[Mapping[str, str], SQSRecord], None]


def batch_handler(record_handler: RecordHandler, telemetry: Telemetry, deadline: Deadline | None = None) -> Handler:
    """A function's entry point for batches of SQS records.

    Args:
        record_handler: does the work of one record, which comes apart from it; whatever it raises puts that record back
            into the queue. Work of a version that this code does not know goes back unread.
        telemetry: written out after each batch.
        deadline: holds the batch to the function's time, so that what there is no time for goes back by itself.
    """

    def handle_one(record: SQSRecord) -> None:
        try:
            work = read_work(record.body)
        except NewerData as error:
            telemetry.failure("work of a newer version", error, message_id=record.message_id)
            raise
        record_handler(work, record)

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            with deadline.of(context.get_remaining_time_in_millis()) if deadline else nullcontext():
                return dict(process_partial_response(event, handle_one, processor, context))
        finally:
            telemetry.flush()

    return handle


@dataclass(frozen=True, slots=True)
class Received:
    """A message of a queue.

    Attributes:
        work: what it says.
        receives: how often it was received, this time included.
    """

    work: Mapping[str, str]
    receives: int
    receipt: str
    id: str


def whole_batch_handler(
    work: Callable[[Sequence[Received]], Iterable[Received]], telemetry: Telemetry, deadline: Deadline
) -> Handler:
    """A function's entry point for batches of SQS records that are worked on together.

    Args:
        work: does the work of a batch; the messages that it gives back come again. Those of a version that this code
            does not know go back unread.
        telemetry: written out after each batch.
        deadline: holds the batch to the function's time.
    """

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        received: list[Received] = []
        failed: list[str] = []
        try:
            for record in map(SQSRecord, event["Records"]):
                try:
                    known = read_work(record.body)
                except NewerData as error:
                    telemetry.failure("work of a newer version", error, message_id=record.message_id)
                    failed.append(record.message_id)
                else:
                    receives = int(record.attributes.approximate_receive_count)
                    received.append(Received(known, receives, record.receipt_handle, record.message_id))
            with deadline.of(context.get_remaining_time_in_millis()):
                failed += [message.id for message in work(received)]
            return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
        finally:
            telemetry.flush()

    return handle
