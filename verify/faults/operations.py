"""The operations that are tried: what must be there before, one try, and what a client does next that gave up on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from verify.faults.actions import (
    Try,
    at_rest,
    capture,
    consume,
    delete,
    delete_managed,
    erasing,
    event,
    feedback,
    handed_out,
    handed_out_often,
    handle,
    lease_over,
    log,
    overdue,
    responding,
    sweep,
    track,
    track_edited,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the matrix.

    Attributes:
        before: makes what must be there before.
        attempt: one try of it.
        go_on: what the client does next instead of trying again; None where there is no client.
        silence: whether it is also played with nobody who comes back. A queue always does.
    """

    name: str
    before: Sequence[Try] = ()
    attempt: Try
    go_on: Try | None = None
    silence: bool = True


_IDS: Final = partial(capture, with_id=True)
_PLAIN: Final = partial(capture, with_id=False)

OPERATIONS: Final[Sequence[Operation]] = (
    Operation(
        name="capture-new",
        attempt=partial(_IDS, places=[0, 1, 2]),
        go_on=partial(_IDS, places=[3]),
    ),
    Operation(
        name="capture-running",
        before=[partial(_IDS, places=[0, 1]), at_rest],
        attempt=partial(_IDS, places=[1, 2, 3]),
        go_on=partial(_IDS, places=[4]),
    ),
    Operation(
        name="capture-leased",
        before=[partial(_IDS, places=[0, 1]), lease_over],
        attempt=partial(_IDS, places=[2, 3]),
        go_on=partial(_IDS, places=[4]),
    ),
    Operation(
        name="capture-no-ids-new",
        attempt=partial(_PLAIN, places=[0, 1, 2]),
        go_on=partial(_PLAIN, places=[3, 4]),
    ),
    Operation(
        name="capture-no-ids-running",
        before=[partial(_PLAIN, places=[0, 1]), at_rest],
        attempt=partial(_PLAIN, places=[2, 3]),
        go_on=partial(_PLAIN, places=[4, 5]),
    ),
    Operation(
        name="track-new",
        attempt=partial(track, count=4),
        go_on=partial(track, count=6),
    ),
    Operation(
        name="track-grown",
        before=[partial(track, count=4), at_rest],
        attempt=partial(track, count=6),
        go_on=partial(track, count=7),
    ),
    Operation(
        name="track-edited",
        before=[partial(track, count=70), at_rest],
        attempt=partial(track_edited, kept=4, stored=70, count=2),
        go_on=partial(_PLAIN, places=[72, 73]),
    ),
    Operation(
        name="track-large",
        attempt=partial(track, count=120),
        go_on=partial(track, count=121),
    ),
    Operation(
        name="log-new",
        attempt=partial(log, count=3),
        go_on=partial(log, count=4),
    ),
    Operation(
        name="log-grown",
        before=[partial(log, count=3), at_rest],
        attempt=partial(log, count=5),
        go_on=partial(log, count=6),
    ),
    Operation(
        name="log-edited",
        before=[partial(log, count=3), at_rest],
        attempt=partial(log, count=3, long=1),
        go_on=partial(log, count=4, long=1),
    ),
    Operation(
        name="log-shortened",
        before=[partial(log, count=3, long=1), at_rest],
        attempt=partial(log, count=3),
        go_on=partial(log, count=4),
    ),
    Operation(
        name="log-large",
        attempt=partial(log, count=120),
        go_on=partial(log, count=121),
    ),
    Operation(
        name="feedback",
        before=[partial(log, count=3), at_rest],
        attempt=feedback,
        go_on=partial(log, count=4),
    ),
    Operation(
        name="event",
        before=[partial(log, count=3), at_rest],
        attempt=event,
        go_on=partial(log, count=4),
    ),
    Operation(
        name="handle-new",
        attempt=partial(handle, turn=0, replies=False),
        go_on=partial(handle, turn=1, replies=False),
    ),
    Operation(
        name="handle-answered-new",
        before=[responding],
        attempt=partial(handle, turn=0, replies=True),
        go_on=partial(handle, turn=1, replies=True),
    ),
    Operation(
        name="handle-answered",
        before=[responding, partial(handle, turn=0, replies=True), at_rest],
        attempt=partial(handle, turn=1, replies=True),
        go_on=partial(handle, turn=2, replies=True),
    ),
    Operation(
        name="handle-later",
        before=[responding],
        attempt=partial(handle, turn=0, replies=True, later=True, overtaken=True),
        go_on=partial(handle, turn=1, replies=True, later=True, overtaken=True),
    ),
    Operation(
        name="delete-logged",
        before=[partial(log, count=3), feedback, event, at_rest],
        attempt=delete,
        go_on=partial(_IDS, places=[10, 11]),
    ),
    Operation(
        name="delete-waiting",
        before=[partial(_IDS, places=[0, 1])],
        attempt=delete,
        go_on=partial(_IDS, places=[10, 11]),
    ),
    Operation(
        name="delete-managed",
        before=[responding, partial(handle, turn=0, replies=True), at_rest],
        attempt=delete_managed,
        go_on=partial(handle, turn=5, replies=True),
    ),
    Operation(name="consume-new", before=[partial(_IDS, places=[0, 1, 2]), handed_out], attempt=consume, silence=False),
    Operation(
        name="consume-more",
        before=[partial(handle, turn=0, replies=False), at_rest, partial(handle, turn=1, replies=False), handed_out],
        attempt=consume,
        silence=False,
    ),
    Operation(
        name="consume-moved",
        before=[partial(_IDS, places=[0, 1]), at_rest, partial(_IDS, places=[2], user="u2"), handed_out],
        attempt=consume,
        silence=False,
    ),
    Operation(name="consume-erasing", before=[partial(log, count=3), feedback, at_rest, erasing], attempt=consume),
    Operation(
        name="consume-last",
        before=[partial(_IDS, places=[0, 1]), handed_out_often],
        attempt=consume,
        go_on=partial(_IDS, places=[2, 3]),
        silence=False,
    ),
    Operation(name="sweep", before=[partial(_IDS, places=[0, 1]), overdue], attempt=sweep),
    Operation(
        name="deliver",
        before=[responding, partial(handle, turn=0, replies=True, later=True), handed_out],
        attempt=partial(consume, function="delivery"),
    ),
    Operation(
        name="deliver-last",
        before=[responding, partial(handle, turn=0, replies=True, later=True), handed_out_often],
        attempt=partial(consume, function="delivery"),
        go_on=partial(handle, turn=1, replies=True),
    ),
)
