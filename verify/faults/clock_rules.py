"""What the clock starts in the matrix: an alert that is crossed and stays so, and a report that is due."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from confab.alerts import wiring as alerts_wiring
from confab.domain.rules import Rule
from confab.platform.errors import Unavailable
from confab.reports import due_wiring
from confab.rules import wiring as rules_wiring

from tests.support.world import World
from verify.faults.notices import receiver_of, settle
from verify.faults.stage import TOLD, Attempt, Stage
from verify.faults.telling import DONE

WATCHED: Final = {
    "kind": "alert",
    "name": "any",
    "metric": {"name": "conversations"},
    "window": "1w",
    "threshold": {"operator": ">", "alert": 0},
}
"""Once crossed it stays so for longer than any case lasts."""


def watched(stage: Stage, _: World) -> Attempt:
    """The chatbot has an alert that is crossed by its first conversation."""
    return _made(stage, WATCHED, "alert.opened")


def reported(stage: Stage, _: World) -> Attempt:
    """The chatbot has a daily report, which is due in less than an hour."""
    hour = (stage.clean.now() + timedelta(hours=1)).hour
    return _made(stage, {"kind": "report", "name": "daily", "schedule": {"every": "day", "hour": hour}}, "report")


def due(stage: Stage, _: World) -> Attempt:
    """The report is due; the next one is further off than any case lasts."""
    stage.site.clock.advance(hours=1)
    return DONE


def evaluate(stage: Stage, process: World) -> Attempt:
    """Evaluate the chatbot's alerts, as a run of the schedule does."""
    return _run(stage, process, alerts_wiring.evaluate(process.deployment))


def report(stage: Stage, process: World) -> Attempt:
    """Look for the chatbot's reports that are due, as a run of the schedule does."""
    return _run(stage, process, due_wiring.announce(process.deployment))


def _run(stage: Stage, process: World, work: Any) -> Attempt:
    # The schedule goes to every chatbot of the table; a case is about one.
    try:
        rules: Sequence[Rule] = rules_wiring.store(process.deployment).all(stage.chatbot_id)
        return Attempt(not work(stage.chatbot_id, rules).errors)
    except Unavailable:
        return Attempt(False)


def _made(stage: Stage, rule: dict[str, Any], told: str) -> Attempt:
    body = {**rule, "destinations": [receiver_of(stage)]}
    answer = stage.clean.admin(stage.admin_key, "POST", f"/chatbots/{stage.chatbot_id}/rules", body)
    stage.at_rest, stage.checks = [settle], [partial(_told_once, told)]
    return Attempt.of(answer)


def _told_once(kind: str, stage: Stage) -> list[str]:
    """What is wrong with what the receiver was told: one notice of a kind, and nothing else."""
    told = {webhook_id: json.loads(body)["type"] for webhook_id, body in TOLD[stage.chatbot_id]}
    found = Counter(told.values())
    return [] if found == {kind: 1} else [f"what was told is {dict(found)}, and should be one {kind}"]
