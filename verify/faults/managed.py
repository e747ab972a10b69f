"""The operations of managed conversations: a channel's messages, their answers, and what an operator does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from verify.faults.channels import (
    add_note,
    channel_event,
    delete_managed,
    deliver,
    handle,
    patch,
    patch_message,
    responding,
    write,
)
from verify.faults.operation import Operation
from verify.faults.overtakers import MANAGED, RUNNING, answered
from verify.faults.queues import at_rest, handed_out, handed_out_often
from verify.faults.telling import channel

MANAGED_OPERATIONS: Final[Sequence[Operation]] = (
    Operation(
        name="handle-new",
        attempt=partial(handle, turn=0, replies=False),
        go_on=partial(handle, turn=1, replies=False),
        overtakers=MANAGED,
    ),
    Operation(
        name="handle-answered-new",
        before=[responding],
        attempt=partial(handle, turn=0, replies=True),
        go_on=partial(handle, turn=1, replies=True),
        overtakers=answered(MANAGED),
    ),
    Operation(
        name="handle-answered",
        before=[responding, partial(handle, turn=0, replies=True), at_rest],
        attempt=partial(handle, turn=1, replies=True),
        go_on=partial(handle, turn=2, replies=True),
        overtakers=answered(RUNNING),
    ),
    Operation(
        name="handle-later",
        before=[responding],
        attempt=partial(handle, turn=0, replies=True, later=True, apart=True),
        go_on=partial(handle, turn=1, replies=True, later=True, apart=True),
        overtakers=answered(MANAGED),
    ),
    Operation(
        name="delete-managed",
        before=[responding, partial(handle, turn=0, replies=True), at_rest],
        attempt=delete_managed,
        go_on=partial(handle, turn=5, replies=True),
        overtakers=answered({**MANAGED, "patch-message": RUNNING["patch-message"]}),
    ),
    Operation(
        name="deliver",
        before=[responding, partial(handle, turn=0, replies=True, later=True), handed_out],
        attempt=partial(deliver, turn=0),
        overtakers=answered(RUNNING),
    ),
    Operation(
        name="deliver-last",
        before=[responding, partial(handle, turn=0, replies=True, later=True), handed_out_often],
        attempt=partial(deliver, turn=0),
        go_on=partial(handle, turn=1, replies=True),
        overtakers=answered(RUNNING),
    ),
    Operation(
        name="write",
        before=[partial(handle, turn=0, replies=False), at_rest],
        attempt=partial(write, where=channel),
        go_on=partial(handle, turn=1, replies=False),
        overtakers=RUNNING,
    ),
    Operation(
        name="patch",
        before=[partial(handle, turn=0, replies=False), at_rest],
        attempt=partial(patch, where=channel),
        go_on=partial(handle, turn=1, replies=False),
        overtakers=RUNNING,
    ),
    Operation(
        name="add-note",
        before=[partial(handle, turn=0, replies=False), at_rest],
        attempt=add_note,
        go_on=partial(patch, where=channel),
        overtakers=RUNNING,
    ),
    Operation(
        name="patch-message",
        before=[partial(handle, turn=0, replies=False), at_rest],
        attempt=patch_message,
        overtakers=RUNNING,
        alone=False,
    ),
    Operation(
        name="channel-event",
        before=[partial(handle, turn=0, replies=False), at_rest],
        attempt=channel_event,
        overtakers=RUNNING,
        alone=False,
    ),
)
