"""The consumer of the delivery queue: it hands messages and events to responders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from confab.channels import wiring
from confab.channels.deliver import Work
from confab.deployment import Deployment, entry_point
from confab.domain.responder import Responder
from confab.platform.batch import RecordHandler, batch_handler
from confab.platform.errors import DeliveryFailed
from confab.platform.queue import wait_before

if TYPE_CHECKING:
    from confab.platform.http import Handler


def build(deployment: Deployment) -> Handler:
    """The function's handler: each delivery of a batch succeeds or fails by itself."""
    return batch_handler(_record_handler(deployment), deployment.telemetry)


def _record_handler(deployment: Deployment) -> RecordHandler:
    respond, settings = wiring.respond(deployment), deployment.settings

    def handle(body: Mapping[str, str], record: SQSRecord) -> None:
        place = body["chatbotId"], body["conversationId"]
        work = Work(body["kind"], body["reference"])
        chatbot = deployment.chatbots.get(place[0])
        if chatbot is None or chatbot.archived_at is not None:
            return
        responder = Responder.of(chatbot.settings)
        if responder is None or not responder.enabled:
            return
        receives = int(record.attributes.approximate_receive_count)
        try:
            replies = respond.queued(responder, place, work)
        except Exception as error:
            failed = isinstance(error, DeliveryFailed)
            reason = str(error) if failed else type(error).__name__
            if not failed:
                deployment.telemetry.failure("delivery failed", error, conversation_id=place[1], receives=receives)
            deployment.telemetry.count(deliveryErrors=1)
            if receives >= settings.max_receives:
                respond.give_up(place, work, reason, receives)
            else:
                deployment.delivery_queue.delay(record.receipt_handle, wait_before(settings.retry_seconds, receives))
            raise
        deployment.telemetry.count(delivered=1, replies=replies)

    return handle


__getattr__ = entry_point(globals(), build)
