"""The operations that are tried: what must be there before, one try, and what a client does next that gave up on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from confab.storage.captured import LONG

from verify.faults.actions import (
    capture,
    capture_after_a_day,
    change_score,
    delete,
    delete_score,
    erase_user,
    event,
    feedback,
    log,
    score,
    track,
    track_edited,
)
from verify.faults.channels import handle
from verify.faults.managed import MANAGED_OPERATIONS
from verify.faults.notified import NOTIFIED
from verify.faults.operation import Operation
from verify.faults.overtakers import (
    DELTAS,
    EDITED,
    FAR,
    HISTORIES,
    LARGE,
    LOGGED,
    RUNNING,
    WITH_IDS,
    WITHOUT_IDS,
    Overtakers,
)
from verify.faults.queues import (
    at_rest,
    consume,
    erasing,
    full_row,
    handed_out,
    handed_out_often,
    lease_over,
    overdue,
    repeating,
    sweep,
)
from verify.faults.repeated import REPEATED
from verify.faults.traced import TRACED

_IDS: Final = partial(capture, with_id=True)
_PLAIN: Final = partial(capture, with_id=False)


def _of_another(overtakers: Overtakers) -> Overtakers:
    """The same where the conversation became another user's."""
    return {name: each for name, each in overtakers.items() if name != "erase-user"}


OPERATIONS: Final[Sequence[Operation]] = (
    Operation(
        name="capture-new",
        attempt=partial(_IDS, places=[0, 1, 2]),
        go_on=partial(_IDS, places=[3]),
        overtakers=WITH_IDS,
    ),
    Operation(
        name="capture-running",
        before=[partial(_IDS, places=[0, 1]), at_rest],
        attempt=partial(_IDS, places=[1, 2, 3]),
        go_on=partial(_IDS, places=[4]),
        overtakers=WITH_IDS,
    ),
    Operation(
        name="capture-leased",
        before=[partial(_IDS, places=[0, 1]), lease_over],
        attempt=partial(_IDS, places=[2, 3]),
        go_on=partial(_IDS, places=[4]),
        overtakers=WITH_IDS,
    ),
    Operation(
        name="capture-long",
        before=[partial(_IDS, places=range(LONG)), at_rest],
        attempt=partial(_IDS, places=[LONG - 1, LONG, LONG + 1]),
        go_on=partial(capture_after_a_day, places=[LONG + 2]),
        overtakers=WITH_IDS,
    ),
    Operation(
        name="capture-no-ids-new",
        attempt=partial(_PLAIN, places=[0, 1, 2, 3, 4]),
        go_on=partial(_PLAIN, places=[5, 6]),
        overtakers=WITHOUT_IDS,
    ),
    Operation(
        name="capture-no-ids-running",
        before=[partial(_PLAIN, places=[0, 1]), at_rest],
        attempt=partial(_PLAIN, places=[2, 3, 4, 5]),
        go_on=partial(_PLAIN, places=[6, 7]),
        overtakers=WITHOUT_IDS,
    ),
    Operation(
        name="track-new",
        attempt=partial(track, count=5),
        go_on=partial(track, count=7),
        overtakers=WITHOUT_IDS,
    ),
    Operation(
        name="track-grown",
        before=[partial(track, count=4), at_rest],
        attempt=partial(track, count=6),
        go_on=partial(track, count=7),
        overtakers=WITHOUT_IDS,
    ),
    Operation(
        name="track-edited",
        before=[partial(track, count=70), at_rest],
        attempt=partial(track_edited, kept=4, stored=70, count=2),
        go_on=partial(_PLAIN, places=[72, 73]),
        overtakers=DELTAS,
    ),
    Operation(
        name="track-large",
        attempt=partial(track, count=120),
        go_on=partial(track, count=121),
        overtakers=FAR,
    ),
    Operation(
        name="log-new",
        attempt=partial(log, count=3),
        go_on=partial(log, count=4),
        overtakers=WITH_IDS,
    ),
    Operation(
        name="log-grown",
        before=[partial(log, count=3), at_rest],
        attempt=partial(log, count=5),
        go_on=partial(log, count=6),
        overtakers=LOGGED,
    ),
    Operation(
        name="log-edited",
        before=[partial(log, count=3), at_rest],
        attempt=partial(log, count=3, long=1),
        go_on=partial(log, count=4, long=1),
        overtakers=EDITED,
    ),
    Operation(
        name="log-shortened",
        before=[partial(log, count=3, long=1), at_rest],
        attempt=partial(log, count=3),
        go_on=partial(log, count=4),
        overtakers=EDITED,
    ),
    Operation(
        name="log-large",
        attempt=partial(log, count=120),
        go_on=partial(log, count=121),
        overtakers={**LARGE, "log": WITH_IDS["log"]},
    ),
    Operation(
        name="feedback",
        before=[partial(log, count=3), at_rest],
        attempt=feedback,
        go_on=partial(log, count=4),
        overtakers=LOGGED,
    ),
    Operation(
        name="score",
        before=[partial(_IDS, places=[0, 1]), at_rest],
        attempt=score,
        go_on=partial(_IDS, places=[2]),
        overtakers={**LARGE, "score-change": change_score},
    ),
    Operation(
        name="score-change",
        before=[partial(_IDS, places=[0, 1]), score, at_rest],
        attempt=change_score,
        go_on=partial(_IDS, places=[2]),
        overtakers={**LARGE, "score-delete": delete_score},
    ),
    Operation(
        name="score-delete",
        before=[partial(_IDS, places=[0, 1]), score, at_rest],
        attempt=delete_score,
        go_on=partial(_IDS, places=[2]),
        overtakers={**LARGE, "score-change": change_score},
    ),
    Operation(
        name="score-long",
        before=[partial(_IDS, places=range(LONG)), at_rest],
        attempt=score,
        go_on=partial(_IDS, places=[LONG]),
        overtakers=LARGE,
    ),
    Operation(
        name="event",
        before=[partial(log, count=3), at_rest],
        attempt=event,
        go_on=partial(log, count=4),
        overtakers=LOGGED,
    ),
    Operation(
        name="delete-logged",
        before=[partial(log, count=3), feedback, event, at_rest],
        attempt=delete,
        go_on=partial(_IDS, places=[10, 11]),
        overtakers=LOGGED,
    ),
    Operation(
        name="delete-waiting",
        before=[partial(_IDS, places=[0, 1])],
        attempt=delete,
        go_on=partial(_IDS, places=[10, 11]),
        overtakers=WITH_IDS,
    ),
    Operation(
        name="consume-new",
        before=[partial(_IDS, places=[0, 1, 2]), handed_out],
        attempt=consume,
        silence=False,
        overtakers=WITH_IDS,
    ),
    Operation(
        name="consume-more",
        before=[partial(handle, turn=0, replies=False), at_rest, partial(handle, turn=1, replies=False), handed_out],
        attempt=consume,
        silence=False,
        overtakers=RUNNING,
    ),
    Operation(
        name="consume-long",
        before=[
            partial(_IDS, places=range(LONG)),
            at_rest,
            partial(_IDS, places=[LONG, LONG + 1]),
            at_rest,
            partial(_IDS, places=[LONG + 2, LONG + 3]),
            handed_out,
        ],
        attempt=consume,
        go_on=partial(_IDS, places=[LONG + 4]),
        silence=False,
        overtakers=WITH_IDS,
    ),
    Operation(
        name="consume-moved",
        before=[partial(_IDS, places=[0, 1]), at_rest, partial(_IDS, places=[2], user="u2"), handed_out],
        attempt=consume,
        silence=False,
        overtakers=_of_another(WITH_IDS),
    ),
    Operation(
        name="consume-erasing",
        before=[partial(log, count=3), feedback, at_rest, erasing],
        attempt=consume,
        overtakers=LOGGED,
    ),
    Operation(
        name="consume-last",
        before=[partial(_IDS, places=[0, 1]), handed_out_often],
        attempt=consume,
        go_on=partial(_IDS, places=[2, 3]),
        silence=False,
        overtakers=WITH_IDS,
    ),
    Operation(
        name="sweep",
        before=[partial(_IDS, places=[0, 1]), overdue],
        attempt=sweep,
        overtakers=WITH_IDS,
    ),
    Operation(
        name="capture-repeated",
        before=[repeating, partial(track, count=6)],
        attempt=partial(_PLAIN, places=range(10)),
        overtakers=WITHOUT_IDS,
        alone=False,
        once=["capture-no-ids"],
    ),
    Operation(
        name="capture-repeated-full",
        before=[repeating, partial(track, count=6), full_row],
        attempt=partial(_PLAIN, places=range(8), large=True),
        overtakers={name: WITHOUT_IDS[name] for name in ("consume", "track-more", "track-less")},
        alone=False,
    ),
    Operation(
        name="track-repeated",
        before=[repeating, partial(track, count=6)],
        attempt=partial(track, count=10),
        overtakers=WITHOUT_IDS,
        alone=False,
        once=["capture-no-ids"],
    ),
    Operation(
        name="track-far",
        before=[partial(track, count=30), at_rest],
        attempt=partial(track, count=60),
        overtakers=FAR,
        alone=False,
    ),
    Operation(
        name="track-delta",
        before=[partial(track, count=4), at_rest],
        attempt=partial(track, first=4, count=124),
        overtakers=LARGE,
        alone=False,
    ),
    Operation(
        name="log-repeated",
        before=[repeating, partial(log, count=4, with_id=False), at_rest],
        attempt=partial(log, count=8, with_id=False),
        overtakers=HISTORIES,
        alone=False,
    ),
    Operation(
        name="erase-user",
        before=[partial(_IDS, places=[0, 1]), at_rest],
        attempt=erase_user,
        overtakers=WITH_IDS,
        looks_again=True,
    ),
    Operation(
        name="delete-marked",
        before=[partial(log, count=3), at_rest, erasing, partial(_IDS, places=[10, 11])],
        attempt=delete,
        alone=False,
    ),
    *MANAGED_OPERATIONS,
    *NOTIFIED,
    *TRACED,
    *REPEATED,
)
