"""The sweeper, on a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from confab.composition import Composition, entry_point

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from confab.platform.http import Handler

PIECE: Final = 200
"""How many conversations of a deleted chatbot are erased before the time is looked at again."""
SPARED_MILLIS: Final = 25_000
"""The time that a piece may take."""


def build(composition: Composition) -> Handler:
    """The function's handler: one run; what the schedule says of itself is not looked at."""
    sweep, telemetry = composition.sweep, composition.telemetry

    def handle(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            swept = sweep()
            telemetry.count(requeued=swept.queued, requeueErrors=swept.failed, overdue=swept.overdue)
            telemetry.measure(oldestPending=swept.oldest.total_seconds())
            removed = _finish_deletions(composition, context)
        except Exception as error:
            telemetry.failure("sweep failed", error)
            raise
        finally:
            telemetry.flush()
        return {"queued": swept.queued, "failed": swept.failed, "overdue": swept.overdue, "removed": removed}

    return handle


def _finish_deletions(composition: Composition, context: LambdaContext) -> int:
    """Remove what deleted chatbots left, for as long as there is time; how many items that were."""
    finish, telemetry = composition.finish_chatbot_deletion, composition.telemetry
    removed = 0
    for chatbot_id in finish.waiting():
        try:
            while context.get_remaining_time_in_millis() > SPARED_MILLIS and (piece := finish(chatbot_id, PIECE)):
                removed += piece
        except Exception as error:
            # One chatbot that cannot be finished now must not keep the others waiting.
            telemetry.failure("deletion failed", error, chatbot_id=chatbot_id)
    telemetry.count(removed=removed)
    return removed


__getattr__ = entry_point(globals(), build)
