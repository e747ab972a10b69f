"""The consumer of the analysis queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from confab.analysis import wiring
from confab.analysis.batch import AnalyseBatch
from confab.analysis.consumer import AnalysisOutcome
from confab.deployment import Deployment, entry_point
from confab.erasure import conversation_wiring
from confab.platform.batch import Received, whole_batch_handler
from confab.platform.errors import AnalysisRetry, Unavailable
from confab.platform.queue import wait_before

if TYPE_CHECKING:
    from confab.platform.http import Handler
    from confab.platform.telemetry import Telemetry
    from confab.storage.values import Place

PASSING: Final = (AnalysisRetry, Unavailable)
"""Errors that say nothing of the conversation: it goes on waiting, and the sweep has it tried again."""
RETRY_SECONDS: Final = 30
"""How long a conversation that an analyzer put back waits at first."""
BUSY_SECONDS: Final = 10
"""How long one waits at first for which the table did not answer, or there was no time."""


def build(deployment: Deployment) -> Handler:
    """The function's handler: each conversation of a batch succeeds or fails by itself."""
    eraser = conversation_wiring.erase(deployment)
    analyse, analyse_at_last = (
        wiring.analyse(deployment, wiring.analyzers(deployment, waits=waits), eraser) for waits in (True, False)
    )
    work = AnalyseBatch(deployment.deadline.has_time, deployment.enqueue_analysis)
    most = deployment.settings.max_receives

    def handle(received: Sequence[Received]) -> Iterator[Received]:
        by_place = {_place(message): message for message in received}
        results = work(
            {place: analyse_at_last if each.receives >= most else analyse for place, each in by_place.items()}
        )
        for place, result in results.items():
            if isinstance(result, AnalysisOutcome):
                _tell(deployment.telemetry, place, result)
        for message in received:
            place = _place(message)
            error = results[place]
            if not isinstance(error, Exception):
                continue
            if _failed(deployment, place, message, error):
                analyse.give_up(*place, reason=type(error).__name__)
            yield message

    return whole_batch_handler(handle, deployment.telemetry, deployment.deadline)


def _place(message: Received) -> Place:
    return message.work["chatbotId"], message.work["conversationId"]


def _failed(deployment: Deployment, place: Place, message: Received, error: Exception) -> bool:
    """Tell of a failure, and when the message comes again; whether nobody tries the conversation again."""
    telemetry = deployment.telemetry
    passing, last = isinstance(error, PASSING), message.receives >= deployment.settings.max_receives
    if passing and not last:
        telemetry.notice("analysis put back", reason=str(error), conversation_id=place[1], receives=message.receives)
        telemetry.count(analysisRetries=1, retries=1)
        first = RETRY_SECONDS if isinstance(error, AnalysisRetry) else BUSY_SECONDS
        deployment.analysis_queue.delay(message.receipt, wait_before(first, message.receives))
        return False
    telemetry.failure("analysis failed", error, conversation_id=place[1], receives=message.receives)
    telemetry.count(analysisErrors=1)
    return last and not passing


def _tell(telemetry: Telemetry, place: Place, analysed: AnalysisOutcome) -> None:
    """Count what was done."""
    if analysed.too_large:
        telemetry.notice("conversation too large to analyse", conversation_id=place[1])
        telemetry.count(analysisTooLarge=1)
    telemetry.count(analysed=analysed.judged, counted=analysed.counted)
    if analysed.lag is not None:
        telemetry.measure(lag=analysed.lag.total_seconds())


__getattr__ = entry_point(globals(), build)
