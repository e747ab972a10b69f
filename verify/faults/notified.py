"""The operations of rules: a look at what was committed, deliveries, and what the clock starts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from verify.faults.actions import capture
from verify.faults.clock_rules import due, evaluate, report, reported, watched
from verify.faults.notices import deliver_notice, look, looked_at, ruled, window_over
from verify.faults.operation import Operation
from verify.faults.overtakers import WITH_IDS
from verify.faults.queues import at_rest_alone, consume, handed_out

_IDS: Final = partial(capture, with_id=True)

NOTIFIED: Final[Sequence[Operation]] = (
    Operation(
        name="consume-ruled",
        before=[ruled, partial(_IDS, places=[0, 1, 2]), handed_out],
        attempt=consume,
        silence=False,
        overtakers={"look": look, "capture": WITH_IDS["capture"]},
    ),
    Operation(
        name="match",
        before=[ruled, partial(_IDS, places=[0, 1, 2]), at_rest_alone],
        attempt=look,
        silence=False,
        overtakers={name: WITH_IDS[name] for name in ("consume", "capture", "delete", "erase-user")},
    ),
    Operation(
        name="match-digest",
        before=[partial(ruled, cadence="5m"), partial(_IDS, places=[0, 1, 2]), at_rest_alone],
        attempt=look,
        silence=False,
        overtakers={name: WITH_IDS[name] for name in ("consume", "capture", "delete")},
    ),
    Operation(
        name="deliver-notice",
        before=[ruled, partial(_IDS, places=[0]), at_rest_alone, looked_at],
        attempt=deliver_notice,
        silence=False,
        overtakers={name: WITH_IDS[name] for name in ("consume", "capture", "delete")},
    ),
    Operation(
        name="deliver-digest",
        before=[partial(ruled, cadence="5m"), partial(_IDS, places=[0, 1, 2]), at_rest_alone, looked_at, window_over],
        attempt=deliver_notice,
        silence=False,
        overtakers={"look": look, "consume": WITH_IDS["consume"], "capture": WITH_IDS["capture"]},
    ),
    Operation(
        name="alert-evaluate",
        before=[watched, partial(_IDS, places=[0, 1]), at_rest_alone],
        attempt=evaluate,
        silence=False,
        overtakers={name: WITH_IDS[name] for name in ("consume", "capture")},
    ),
    Operation(
        name="report-due",
        before=[reported, partial(_IDS, places=[0, 1]), at_rest_alone, due],
        attempt=report,
        silence=False,
        overtakers={name: WITH_IDS[name] for name in ("consume", "capture")},
    ),
)
