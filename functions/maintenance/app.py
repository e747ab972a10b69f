"""The sweeper, on a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from confab.analysis import sweep_wiring
from confab.deployment import Deployment, entry_point
from confab.erasure import wiring
from confab.platform.pieces import Job, counted, in_turn

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from confab.platform.http import Handler

PIECE: Final = 200
"""How many conversations of a chatbot are erased before the time is looked at again."""
SPARED_MILLIS: Final = 25_000
"""The time that a piece may take."""
FAILURES: Final = {
    "removed": "deletion failed",
    "erased": "erasure failed",
    "expired": "expiry failed",
    "": "indexing failed",
}
"""What the log says of work that cannot be done now, by what the work counts."""


def build(deployment: Deployment) -> Handler:
    """The function's handler: one run; what the schedule says of itself is not looked at."""
    sweep, telemetry = sweep_wiring.sweep(deployment), deployment.telemetry
    chatbots, users = wiring.finish_chatbot_deletion(deployment), wiring.erase_user(deployment)
    expire, older = wiring.expire(deployment), wiring.index_older(deployment)

    def run(context: LambdaContext) -> dict[str, Any]:
        try:
            swept = sweep()
            telemetry.count(requeued=swept.queued, requeueErrors=swept.failed, overdue=swept.overdue)
            telemetry.measure(oldestPending=swept.oldest.total_seconds())
            done = in_turn(
                [
                    *(Job("removed", name, counted(chatbots)) for name in chatbots.waiting()),
                    *(Job("erased", name, users.resume) for name in users.waiting()),
                    *(Job("expired", name, expire) for name in expire.waiting()),
                    *(Job("", name, older) for name in older.waiting()),
                ],
                PIECE,
                lambda: context.get_remaining_time_in_millis() > SPARED_MILLIS,
                lambda job, error: telemetry.failure(
                    FAILURES[job.counts], error, chatbot_id=job.name.partition("#")[0]
                ),
            )
            telemetry.count(**done)
        except Exception as error:
            telemetry.failure("sweep failed", error)
            raise
        finally:
            telemetry.flush()
        return {
            "queued": swept.queued,
            "failed": swept.failed,
            "overdue": swept.overdue,
            **done,
        }

    def handle(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        with deployment.deadline.of(context.get_remaining_time_in_millis()):
            return run(context)

    return handle


__getattr__ = entry_point(globals(), build)
