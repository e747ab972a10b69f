"""The sweeper, on a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from confab.composition import Composition, entry_point

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from confab.platform.http import Handler


def build(composition: Composition) -> Handler:
    """The function's handler: one run; what the schedule says of itself is not looked at."""
    sweep, telemetry = composition.sweep, composition.telemetry

    def handle(_event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
        try:
            swept = sweep()
            telemetry.count(requeued=swept.queued, requeueErrors=swept.failed, overdue=swept.overdue)
            telemetry.measure(oldestPending=swept.oldest.total_seconds())
        except Exception as error:
            telemetry.failure("sweep failed", error)
            raise
        finally:
            telemetry.flush()
        return {"queued": swept.queued, "failed": swept.failed, "overdue": swept.overdue}

    return handle


__getattr__ = entry_point(globals(), build)
