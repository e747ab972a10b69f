"""Who overtakes an operation: whole requests of other clients, the consumer, the sweep, erasures.

They are chosen so that the texts say what is right: two clients tell the same transcript, one further than the other,
or each tells something that nobody else says.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from verify.faults.actions import (
    capture,
    conversation_event,
    delete,
    erase_user,
    event,
    feedback,
    log,
    log_further,
    track,
    track_further,
)
from verify.faults.channels import (
    channel_event,
    delete_by_its_id,
    delete_managed,
    handle,
    log_by_its_id,
    patch,
    patch_message,
    write,
)
from verify.faults.queues import consume_all, sweep
from verify.faults.telling import Try, channel, own

Overtakers = Mapping[str, Try]
"""By name. An operation is also overtaken by ``itself``: the same request, sent twice."""

QUEUES: Final[Overtakers] = {"consume": consume_all, "sweep": sweep}

COMMON: Final[Overtakers] = {
    **QUEUES,
    "capture": partial(capture, places=[0, 1], run="other"),
    "capture-no-ids": partial(capture, places=[0, 1], run="delta", with_id=False),
    "event": conversation_event,
    "write": partial(write, where=own),
    "patch": partial(patch, where=own),
    "delete": delete,
    "delete-managed": partial(delete_managed, where=own),
}
"""Whatever is told of the conversation."""

WITH_IDS: Final[Overtakers] = {
    **COMMON,
    "track": partial(track, count=2, run="tracked"),
    "log": partial(log_further, by=2),
    "erase-user": erase_user,
}
"""Where the transcript that clients share has ids, and the conversation is a user's."""

LOGGED: Final[Overtakers] = {**WITH_IDS, "feedback": feedback, "message-event": event}
"""Where it was logged, so that there may be feedback."""

EDITED: Final[Overtakers] = {**LOGGED, "log": partial(log, count=2, run="logged")}
"""Where its texts change, so that another client that logged it would change them back."""

DELTAS: Final[Overtakers] = {**COMMON, "log": partial(log, count=2, run="logged")}
"""Where messages without ids are added that may be the end of another's transcript or not."""

WITHOUT_IDS: Final[Overtakers] = {
    **DELTAS,
    "track-more": partial(track_further, by=2),
    "track-less": partial(track_further, by=-2),
}
"""Where the transcript that clients share has none."""

LARGE: Final[Overtakers] = {name: COMMON[name] for name in ("consume", "capture", "capture-no-ids", "delete")}
"""Where there is more than one transaction takes."""

FAR: Final[Overtakers] = {**LARGE, "track-more": partial(track_further, by=60)}
"""Where there is more than an alignment remembers."""

HISTORIES: Final[Overtakers] = {
    **COMMON,
    "log-more": partial(log_further, by=2, with_id=False),
    "log-less": partial(log_further, by=-2, with_id=False),
}
"""Where whole histories without ids are logged."""

MANAGED: Final[Overtakers] = {
    **QUEUES,
    "deliver": partial(consume_all, function="delivery"),
    "handle": partial(handle, turn=0, replies=False, run="other"),
    "write": partial(write, where=channel),
    "patch": partial(patch, where=channel),
    "event": channel_event,
    "delete": delete_by_its_id,
    "delete-managed": delete_managed,
}
"""In a channel's conversation."""

RUNNING: Final[Overtakers] = {**MANAGED, "patch-message": patch_message, "log": log_by_its_id}
"""The same where the conversation is known to be there."""


def answered(overtakers: Overtakers) -> Overtakers:
    """The same where a responder answers, which does not understand events."""
    others = {name: each for name, each in overtakers.items() if name != "event"}
    return {**others, "handle": partial(handle, turn=0, replies=True, run="other")}
