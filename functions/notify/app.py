"""Notifications: looks at committed analyses, delivers what is queued, and on a schedule what was lost or is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from confab.alerts import wiring as alerts_wiring
from confab.deployment import Deployment, entry_point
from confab.notify import wiring as notify_wiring
from confab.platform.batch import RecordHandler, batch_handler
from confab.reports import due_wiring
from confab.rules import wiring as rules_wiring
from confab.workflows import wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from confab.platform.http import Handler
    from confab.rules.rounds import Work

OF_THE_STREAM: Final = "aws:dynamodb"


class NotNow(Exception):
    """A delivery is to be made later; its message goes back to the queue."""


def build(deployment: Deployment) -> Handler:
    """The function's handler: a batch of the queue or of the stream, or a run of the schedule."""
    deliveries = batch_handler(_record_handler(deployment), deployment.telemetry, deployment.deadline)
    match, announcer = wiring.match(deployment), notify_wiring.announcer(deployment)
    works: dict[str, Work] = {
        "alertNotices": alerts_wiring.evaluate(deployment),
        "reportNotices": due_wiring.announce(deployment),
    }
    go_round, telemetry = rules_wiring.rounds(deployment, works), deployment.telemetry

    def changed(event: dict[str, Any]) -> dict[str, Any]:
        done = match(event["Records"])
        for place, error in done.errors.items():
            telemetry.failure("conversation not matched", error, chatbot_id=place[0], conversation_id=place[1])
        telemetry.count(matches=done.matches, matchErrors=len(done.errors))
        return {"batchItemFailures": [{"itemIdentifier": number} for number in done.failed]}

    def clock() -> dict[str, Any]:
        looked = announcer.look()
        done = go_round()
        for (chatbot_id, rule_id), error in done.errors.items():
            telemetry.failure("rule not evaluated", error, chatbot_id=chatbot_id, rule_id=rule_id)
        telemetry.count(requeuedNotices=looked.queued, noticeQueueErrors=looked.failed)
        telemetry.count(**done.told, ruleErrors=len(done.errors), chatbotsLeft=done.left)
        return {"queued": looked.queued, "failed": looked.failed, "chatbots": done.chatbots, "left": done.left}

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        records = event.get("Records")
        if records and records[0]["eventSource"] != OF_THE_STREAM:
            return deliveries(event, context)
        try:
            with deployment.deadline.of(context.get_remaining_time_in_millis()):
                return changed(event) if records else clock()
        except Exception as error:
            telemetry.failure("notify failed", error)
            raise
        finally:
            telemetry.flush()

    return handle


def _record_handler(deployment: Deployment) -> RecordHandler:
    deliver = wiring.deliver(deployment, {**alerts_wiring.writers(deployment), **due_wiring.writers(deployment)})

    def handle(body: Mapping[str, str], record: SQSRecord) -> None:
        try:
            done = deliver(body["chatbotId"], body["runId"])
        except Exception as error:
            deployment.telemetry.failure("delivery broke off", error, run_id=body["runId"])
            raise
        deployment.telemetry.count(**{f"notices{done.status.capitalize()}": 1})
        if done.wait is not None:
            deployment.notify_queue.delay(record.receipt_handle, max(1, -int(-done.wait.total_seconds() // 1)))
            raise NotNow

    return handle


__getattr__ = entry_point(globals(), build)
