"""The consumer of the analysis queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from confab.analysis import wiring
from confab.deployment import Deployment, entry_point
from confab.erasure import conversation_wiring
from confab.platform.batch import RecordHandler, batch_handler
from confab.platform.errors import AnalysisRetry, Unavailable
from confab.platform.queue import wait_before

if TYPE_CHECKING:
    from confab.platform.http import Handler

PASSING: Final = (AnalysisRetry, Unavailable)
"""Errors that say nothing of the conversation: it goes on waiting, and the sweep has it tried again."""
RETRY_SECONDS: Final = 30
"""How long a conversation that an analyzer put back waits at first."""
BUSY_SECONDS: Final = 10
"""How long one waits at first for which the table did not answer."""


def build(deployment: Deployment) -> Handler:
    """The function's handler: each conversation of a batch succeeds or fails by itself."""
    return batch_handler(_record_handler(deployment), deployment.telemetry, deployment.deadline)


def _record_handler(deployment: Deployment) -> RecordHandler:
    telemetry = deployment.telemetry
    last_receive = deployment.settings.max_receives
    eraser = conversation_wiring.erase(deployment)
    analyse, analyse_at_last = (
        wiring.analyse(deployment, wiring.analyzers(deployment, waits=waits), eraser) for waits in (True, False)
    )

    def handle(work: Mapping[str, str], record: SQSRecord) -> None:
        place = work["chatbotId"], work["conversationId"]
        receives = int(record.attributes.approximate_receive_count)
        last = receives >= last_receive
        try:
            analysed = (analyse_at_last if last else analyse)(*place)
        except Exception as error:
            if isinstance(error, PASSING) and not last:
                telemetry.notice("analysis put back", reason=str(error), conversation_id=place[1], receives=receives)
                telemetry.count(analysisRetries=1, retries=1)
                first = RETRY_SECONDS if isinstance(error, AnalysisRetry) else BUSY_SECONDS
                deployment.analysis_queue.delay(record.receipt_handle, wait_before(first, receives))
                raise
            telemetry.failure("analysis failed", error, conversation_id=place[1], receives=receives)
            telemetry.count(analysisErrors=1)
            if last and not isinstance(error, PASSING):
                analyse.give_up(*place, reason=type(error).__name__)
            raise
        if analysed.too_large:
            telemetry.notice("conversation too large to analyse", conversation_id=place[1])
            telemetry.count(analysisTooLarge=1)
        telemetry.count(analysed=analysed.judged, counted=analysed.counted)
        if analysed.lag is not None:
            telemetry.measure(lag=analysed.lag.total_seconds())

    return handle


__getattr__ = entry_point(globals(), build)
