"""The row's fields of the first and last message follow the transcript's time, not the order of arrival.

The row is not read for that. The change of a request that stored messages expects that the row has nothing later, which
is true in a running conversation. Only a refusal, which returns the row, leaves the older fields out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from confab.storage.clocks import to_micros
from confab.storage.conversation_row import managed_attributes
from confab.storage.row_updates import RowUpdate
from confab.storage.values import Item
from confab.storage.writes import Change

FIRST_AT: Final = "firstAt"
LAST_AT: Final = "lastAt"
SHOWN_AT: Final = "c.lastAt"
"""The time of the message that the row shows as the last one of a managed conversation, in microseconds."""
PRESSED: Final = "cj.lastButton"
PRESSED_AT: Final = "c.lastButtonAt"
"""The time of the message that pressed the last button, in microseconds."""


def follow_transcript(change: Change, update: RowUpdate, row: Item | None) -> None:
    """Set what the messages of a request are the first or the last of.

    Args:
        row: the row that the change is for, empty when there is none; None when it was not read.
    """
    if update.first_at is None or update.last_at is None:
        return
    first, last = to_micros(update.first_at), to_micros(update.last_at)
    if not update.stored:
        change.defaults |= {FIRST_AT: first, LAST_AT: last}
        return
    if row is None:
        change.defaults[FIRST_AT] = first
        change.below |= {FIRST_AT: first + 1}
        _set_last(change, last, managed_attributes(update.row.latest))
        _set_pressed(change, last, managed_attributes(update.row.pressed))
        return
    if not row.get("messages"):
        # A row that was made without messages may have the time of its making.
        change.sets |= {FIRST_AT: first}
        change.equals[LAST_AT] = row.get(LAST_AT)
        _set_last(change, last, managed_attributes(update.row.latest), bound=False)
        _set_pressed(change, last, managed_attributes(update.row.pressed))
        return
    if first < row.get(FIRST_AT, first + 1):
        change.sets[FIRST_AT] = first
        change.above[FIRST_AT] = first
    if last >= row.get(LAST_AT, last):
        _set_last(change, last, managed_attributes(update.row.latest))
    # A button that was pressed at a time that nobody noted is no later than the last message.
    known: int = row.get(PRESSED_AT) or (row.get(LAST_AT) if PRESSED in row else None) or last
    if last >= known:
        _set_pressed(change, last, managed_attributes(update.row.pressed))


def _set_last(change: Change, last: int, latest: Mapping[str, Any], *, bound: bool = True) -> None:
    change.sets |= {LAST_AT: last, **latest}
    if latest:
        change.sets[SHOWN_AT] = last
    if bound:
        change.below[LAST_AT] = last + 1


def _set_pressed(change: Change, last: int, pressed: Mapping[str, Any]) -> None:
    if pressed:
        change.sets |= {**pressed, PRESSED_AT: last}
        change.below[PRESSED_AT] = last + 1
