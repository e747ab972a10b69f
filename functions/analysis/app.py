"""The consumer of the analysis queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from confab.analysis.builtin import BuiltinAnalyzer
from confab.composition import Composition, entry_point
from confab.storage.analyses import AnalysisStore
from confab.usecases.analyse import Analyse

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from confab.platform.http import Handler


def build(composition: Composition) -> Handler:
    """The function's handler: each conversation of a batch succeeds or fails by itself."""
    analyzer = BuiltinAnalyzer()
    analyse = Analyse(AnalysisStore(composition.table), lambda _: analyzer, composition.erase, now=composition.now)
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    record_handler = _record_handler(composition, analyse)

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            return dict(process_partial_response(event, record_handler, processor, context))
        finally:
            composition.telemetry.flush()

    return handle


def _record_handler(composition: Composition, analyse: Analyse) -> Callable[[SQSRecord], None]:
    last_receive = composition.settings.max_receives

    def handle(record: SQSRecord) -> None:
        work = json.loads(record.body)
        place = work["chatbotId"], work["conversationId"]
        try:
            analysed = analyse(*place)
        except Exception as error:
            receives = int(record.attributes.approximate_receive_count)
            composition.telemetry.failure("analysis failed", error, conversation_id=place[1], receives=receives)
            composition.telemetry.count(analysisErrors=1)
            if receives >= last_receive:
                analyse.give_up(*place, reason=type(error).__name__)
            raise
        composition.telemetry.count(analysed=analysed.judged, counted=analysed.counted)
        if analysed.lag is not None:
            composition.telemetry.measure(lag=analysed.lag.total_seconds())

    return handle


__getattr__ = entry_point(globals(), build)
