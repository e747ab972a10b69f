"""What an exporter of OpenTelemetry does in the matrix: it sends calls of models with their histories."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from tests.support.world import World
from verify.faults.operation import Operation
from verify.faults.overtakers import COMMON
from verify.faults.queues import at_rest
from verify.faults.stage import Attempt, Stage
from verify.faults.telling import message, own, tell, text_in

_SECOND: Final = 1_000_000_000
_BEGUN: Final = 1_767_258_000 * _SECOND
_OVERTAKERS: Final = {name: COMMON[name] for name in ("consume", "sweep", "capture", "delete")}


def export(stage: Stage, process: World, *, turns: int, named: bool = True) -> Attempt:
    """Export the calls of some turns, each with the whole history.

    Args:
        named: whether they name their conversation on themselves, and not only on a span around them.
    """
    spans = [span for turn in range(turns) for span in _turn(stage, turn, named=named)]
    body = {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "matrix"}, "spans": spans}]}]}
    texts = {place: text_in(stage, "", place) for place in range(2 * turns)}
    return tell(stage, own(stage), texts, lambda: process.request("POST", "/v1/traces", stage.key, body))


def _turn(stage: Stage, turn: int, *, named: bool) -> list[dict[str, Any]]:
    told = [message(stage, place, with_id=False) for place in range(2 * turn + 2)]
    call = {
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": json.dumps(told[:-1]),
        "gen_ai.output.messages": json.dumps(told[-1:]),
    }
    whose = {"session.id": "c", "user.id": "u1"}
    around = _span(turn, 1, whose)
    return [_span(turn, 2, call | (whose if named else {})), around]


def _span(turn: int, number: int, named: dict[str, str]) -> dict[str, Any]:
    start = _BEGUN + turn * 10 * _SECOND
    return {
        "traceId": f"{turn + 1:032x}",
        "spanId": f"{turn * 10 + number:016x}",
        "parentSpanId": "" if number == 1 else f"{turn * 10 + 1:016x}",
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + _SECOND),
        "attributes": [{"key": name, "value": {"stringValue": value}} for name, value in named.items()],
    }


TRACED: Final[Sequence[Operation]] = (
    Operation(
        name="spans-new",
        attempt=partial(export, turns=2),
        go_on=partial(export, turns=3),
        overtakers=_OVERTAKERS,
    ),
    Operation(
        name="spans-running",
        before=[partial(export, turns=1, named=False), at_rest],
        attempt=partial(export, turns=2, named=False),
        go_on=partial(export, turns=3, named=False),
        overtakers=_OVERTAKERS,
    ),
)
"""Calls of models as spans."""
