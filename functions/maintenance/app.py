"""The sweeper, on a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from confab.composition import Composition, entry_point

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from confab.platform.http import Handler

PIECE: Final = 200
"""How many conversations of a chatbot are erased before the time is looked at again."""
SPARED_MILLIS: Final = 25_000
"""The time that a piece may take."""


class Work(Protocol):
    """What is done for one chatbot after the other, in pieces."""

    def waiting(self) -> list[str]: ...

    def __call__(self, chatbot_id: str, budget: int) -> int: ...


def build(composition: Composition) -> Handler:
    """The function's handler: one run; what the schedule says of itself is not looked at."""
    sweep, telemetry = composition.sweep, composition.telemetry

    def handle(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            swept = sweep()
            telemetry.count(requeued=swept.queued, requeueErrors=swept.failed, overdue=swept.overdue)
            telemetry.measure(oldestPending=swept.oldest.total_seconds())
            removed = _in_pieces(composition.finish_chatbot_deletion, "deletion failed", composition, context)
            expired = _in_pieces(composition.expire, "expiry failed", composition, context)
            telemetry.count(removed=removed, expired=expired)
        except Exception as error:
            telemetry.failure("sweep failed", error)
            raise
        finally:
            telemetry.flush()
        return {
            "queued": swept.queued,
            "failed": swept.failed,
            "overdue": swept.overdue,
            "removed": removed,
            "expired": expired,
        }

    return handle


def _in_pieces(work: Work, failure: str, composition: Composition, context: LambdaContext) -> int:
    """Do the work of each chatbot that has some, for as long as there is time; how much was removed."""
    removed = 0
    for chatbot_id in work.waiting():
        try:
            while context.get_remaining_time_in_millis() > SPARED_MILLIS and (piece := work(chatbot_id, PIECE)):
                removed += piece
        except Exception as error:
            # One chatbot that cannot be finished now must not keep the others waiting.
            composition.telemetry.failure(failure, error, chatbot_id=chatbot_id)
    return removed


__getattr__ = entry_point(globals(), build)
