"""The sweeper, on a schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from confab.composition import Composition, entry_point

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from confab.platform.http import Handler
    from confab.platform.telemetry import Telemetry

PIECE: Final = 200
"""How many conversations of a chatbot are erased before the time is looked at again."""
SPARED_MILLIS: Final = 25_000
"""The time that a piece may take."""


def build(composition: Composition) -> Handler:
    """The function's handler: one run; what the schedule says of itself is not looked at."""
    sweep, telemetry = composition.sweep, composition.telemetry
    chatbots, users, expire = composition.finish_chatbot_deletion, composition.user_data.erase, composition.expire

    def handle(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            swept = sweep()
            telemetry.count(requeued=swept.queued, requeueErrors=swept.failed, overdue=swept.overdue)
            telemetry.measure(oldestPending=swept.oldest.total_seconds())
            in_pieces = partial(_in_pieces, composition.telemetry, context)
            removed = in_pieces("deletion failed", chatbots.waiting(), chatbots)
            erased = in_pieces("erasure failed", users.waiting(), users.resume)
            expired = in_pieces("expiry failed", expire.waiting(), expire)
            telemetry.count(removed=removed, erased=erased, expired=expired)
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
            "erased": erased,
            "expired": expired,
        }

    return handle


def _in_pieces(
    telemetry: Telemetry, context: LambdaContext, failure: str, waiting: Sequence[str], work: Callable[[str, int], int]
) -> int:
    """Do each piece of work that waits, for as long as there is time; how much was removed."""
    removed = 0
    for name in waiting:
        try:
            while context.get_remaining_time_in_millis() > SPARED_MILLIS and (piece := work(name, PIECE)):
                removed += piece
        except Exception as error:
            # What cannot be finished now must not keep the rest waiting.
            telemetry.failure(failure, error, chatbot_id=name.partition("#")[0])
    return removed


__getattr__ = entry_point(globals(), build)
