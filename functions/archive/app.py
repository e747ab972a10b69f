"""The archive: copies what the table's stream names, and on a schedule merges the copies' files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from confab.deployment import Deployment, entry_point
from confab.facts import archive_wiring
from confab.facts.stream_store import changes_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from confab.platform.http import Handler


def build(deployment: Deployment) -> Handler:
    """The function's handler: a batch of the stream, or a run of the schedule, whose event is not looked at."""
    archive, tidy, telemetry = archive_wiring.archive(deployment), _tidy(deployment), deployment.telemetry

    def copy(event: dict[str, Any]) -> dict[str, Any]:
        done = archive(changes_of(event["Records"]))
        for place, error in done.errors.items():
            telemetry.failure("conversation not copied", error, chatbot_id=place[0], conversation_id=place[1])
        telemetry.count(
            copied=done.conversations,
            copiesRemoved=done.removed,
            copiesDeferred=done.deferred,
            copyFiles=done.files,
            copyErrors=len(done.errors),
        )
        return {"batchItemFailures": [{"itemIdentifier": number} for number in done.failed]}

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            with deployment.deadline.of(context.get_remaining_time_in_millis()):
                return copy(event) if "Records" in event else tidy()
        except Exception as error:
            telemetry.failure("archive failed", error)
            raise
        finally:
            telemetry.flush()

    return handle


def _tidy(deployment: Deployment) -> Callable[[], dict[str, Any]]:
    """A run of the schedule: it merges, removes old exports, and copies large conversations."""
    merge, catch_up = archive_wiring.merge(deployment), archive_wiring.catch_up(deployment)
    remove_exports, telemetry = archive_wiring.remove_exports(deployment), deployment.telemetry

    def tidy() -> dict[str, Any]:
        done = merge()
        for (view, chatbot_id, month), error in done.errors.items():
            telemetry.failure("copies not merged", error, chatbot_id=chatbot_id, view=view, month=month)
        exports, late = remove_exports(), catch_up()
        for place, error in late.errors.items():
            telemetry.failure("conversation not copied", error, chatbot_id=place[0], conversation_id=place[1])
        telemetry.count(
            merged=done.merged, mergesWaiting=done.waiting, mergeErrors=len(done.errors), copied=late.copied
        )
        for error in (*done.errors.values(), *late.errors.values()):
            # What was erased must go from the files in time: an alarm counts runs that fail.
            raise error
        return {
            "merged": done.merged,
            "removed": done.removed,
            "exports": exports,
            "copied": late.copied,
            "waiting": done.waiting,
        }

    return tidy


__getattr__ = entry_point(globals(), build)
