"""What rules tell in the matrix: a workflow matches each message of the user, and a receiver notes what it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from confab.domain.message import USER
from confab.notify import wiring as notify_wiring
from confab.notify.runs import PENDING, SUCCESS, Run
from confab.storage import keys
from confab.storage.conversation_row import ERASING, any_head_of
from confab.storage.messages import read_messages

from tests.support.lambda_events import CONTEXT, sqs_record
from tests.support.world import World
from verify.faults.stage import TOLD, Attempt, Stage
from verify.faults.telling import DONE, own

EVERY_MESSAGE: Final = {"conditions": [{"field": "messages", "operator": ">=", "value": 1}]}
ROUNDS: Final = 6


def ruled(stage: Stage, _: World, *, cadence: str = "immediate") -> Attempt:
    """The chatbot has a workflow that tells a receiver of each message of the user."""
    rule = {"kind": "workflow", "name": "all", "on": "user_message", "when": EVERY_MESSAGE, "cadence": cadence}
    body = {**rule, "destinations": [receiver_of(stage)]}
    answer = stage.clean.admin(stage.admin_key, "POST", f"/chatbots/{stage.chatbot_id}/rules", body)
    stage.at_rest, stage.checks = [settle], [_told]
    return Attempt.of(answer)


def receiver_of(stage: Stage) -> str:
    """The id of a new destination of the chatbot, whose receiver notes what it is told."""
    hook = {"type": "webhook", "name": "here", "url": f"{stage.site.responder_url}told/{stage.chatbot_id}"}
    answer = stage.clean.admin(stage.admin_key, "POST", f"/chatbots/{stage.chatbot_id}/destinations", hook)
    return str(answer.body["destination"]["id"])


def look(stage: Stage, process: World) -> Attempt:
    """Hand the record of the conversation's row to the function, as the stream does again and again."""
    image = {"pk": {"S": keys.conversation(stage.chatbot_id, own(stage))}, "sk": {"S": keys.HEAD}}
    record = {"eventSource": "aws:dynamodb", "dynamodb": {"Keys": image, "SequenceNumber": "1"}}
    answer = process.handler("notify")({"Records": [record]}, CONTEXT)
    return Attempt(not answer["batchItemFailures"])


def looked_at(stage: Stage, process: World) -> Attempt:
    """What the analysis has committed was looked at."""
    return look(stage, process)


def window_over(stage: Stage, _: World) -> Attempt:
    """The window of a digest is over."""
    stage.site.clock.advance(minutes=6)
    return DONE


def deliver_notice(stage: Stage, process: World) -> Attempt:
    """Hand the oldest message of the notify queue to the function; a process that died has its run no more."""
    stage.site.clock.advance(minutes=3)
    run = next(_due(stage), None)
    return DONE if run is None else _handed(process, run)


def _handed(process: World, run: Run) -> Attempt:
    event = sqs_record({"chatbotId": run.chatbot_id, "runId": run.id})
    return Attempt(not process.handler("notify")({"Records": [event]}, CONTEXT)["batchItemFailures"])


def _runs(stage: Stage) -> list[Run]:
    log = notify_wiring.run_store(stage.clean.deployment)
    return list(reversed(log.page(stage.chatbot_id, None, 1000).runs))


def _due(stage: Stage) -> Iterator[Run]:
    """The runs that wait and are due: what the queue holds, and what it has lost."""
    return (run for run in _runs(stage) if run.status == PENDING and run.send_at <= stage.clean.now())


def settle(stage: Stage) -> None:
    """The stream, the schedule and the queue come again until nothing is left to do."""
    for _ in range(ROUNDS):
        look(stage, stage.clean)
        stage.site.clock.advance(minutes=6)
        stage.clean.handler("notify")({}, CONTEXT)
        for run in _due(stage):
            _handed(stage.clean, run)
        if not any(run.status == PENDING for run in _runs(stage)):
            return


def _told(stage: Stage) -> list[str]:
    """What is wrong with what the receiver was told: each message of the user once."""
    deliveries: dict[str, Any] = {}
    for webhook_id, body in TOLD[stage.chatbot_id]:
        deliveries.setdefault(webhook_id, json.loads(body)["data"]["count"])
    told = sum(deliveries.values())
    items = stage.clean.items(stage.chatbot_id, own(stage))
    row = any_head_of(items)
    said = sum(message.role == USER for message in read_messages(items))
    if row is None or ERASING in row or stage.deleted or stage.user_erased:
        # What was told before the erasure cannot be taken back.
        return [] if told <= MOST else [f"{told} messages were told"]
    found = [] if told == said else [f"{told} messages were told, and there are {said}"]
    return found + [f"a run ended as {run.status}: {run.error}" for run in _runs(stage) if run.status != SUCCESS]


MOST: Final = 10
"""More messages of the user than any case says."""
