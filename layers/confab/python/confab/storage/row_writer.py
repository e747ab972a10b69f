"""Writes a conversation's row: one update, and one transaction where the row begins with entries that find it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from confab.domain.limits import Limits
from confab.platform.errors import Unavailable
from confab.platform.retries import Retries
from confab.storage import keys
from confab.storage.conversation_row import ENTRIES, ERASING
from confab.storage.entries import Entries
from confab.storage.growth import require_growth
from confab.storage.row_updates import Expiring, OtherRow, RowGone, RowUpdate
from confab.storage.table import ConditionFailed, Table, TransactionRefused
from confab.storage.values import Item
from confab.storage.visibility import Visibility
from confab.storage.writes import Change, Put

ENTERING: Final = Retries(12, first=0.01, cap=0.64)


class RowWriter:
    """Makes one change of a row, and says why a row refused it.

    Args:
        table: the one table.
        limits: how large a conversation may grow.
        visibility: tells which conversations may be read.
        sleep: waits between attempts, in seconds.
    """

    def __init__(
        self, table: Table, limits: Limits, visibility: Visibility, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._table = table
        self._limits = limits
        self._visibility = visibility
        self._sleep = sleep

    def write(self, change: Change, update: RowUpdate) -> Item:
        """Change the row and return it as it was; empty where the change made it.

        Raises:
            OtherRow: the row is not as the change expects it.
            RowGone: there is no row, and the update may not create one.
            Expiring: the retention of the conversation has passed.
            ConversationFull: it has not so much room.
            Unavailable: the row kept changing, or the table did not answer.
        """
        if not update.row.create:
            return self._change_existing(change, update)
        entries = update.row.entries
        if entries is None or entries.packed is None:
            return self._change(change, update)
        return self._change_entered(change, update, entries)

    def _change(self, change: Change, update: RowUpdate) -> Item:
        try:
            return self._table.change(change)
        except ConditionFailed as failed:
            self._check(change, failed.found or {}, update)
            raise expiring() from failed

    def _change_existing(self, change: Change, update: RowUpdate) -> Item:
        change.requires, change.equals[ERASING] = ("dialect",), None
        try:
            return self._table.change(change)
        except ConditionFailed as failed:
            if self._visibility.readable(failed.found):
                self._check(change, failed.found or {}, update)
            raise RowGone from failed

    def _change_entered(self, change: Change, update: RowUpdate, entries: Entries) -> Item:
        """Change a row that has entries: it begins in one transaction with them, so the change of a running
        conversation asks that there are some."""
        expected = dict(change.equals)
        for pause in ENTERING.pauses(self._sleep):
            change.requires, change.equals = (ENTRIES,), dict(expected)
            change.sets.pop(ENTRIES, None)
            try:
                return self._table.change(change)
            except ConditionFailed as failed:
                before = failed.found or {}
            self._check(change, before, update)
            change.requires = ()
            change.equals |= {ENTRIES: None, "version": before.get("version")}
            change.sets[ENTRIES] = entries.packed
            items = entries.items(*keys.split_conversation(change.key[0]))
            with suppress(TransactionRefused):
                self._table.transact([change, *(Put(item, only_if_absent=False) for item in items)])
                return before
            pause()
        raise Unavailable("The conversation stayed busy; try again.")

    def _check(self, change: Change, row: Item, update: RowUpdate) -> None:
        """Say why a row refused a change.

        Raises:
            Expiring: its retention has passed.
            ConversationFull: it has not so much room.
            OtherRow: it is about somebody else, or has later messages.
        """
        if row and self._visibility.expired(row):
            raise expiring()
        if update.stored and ERASING not in row:
            require_growth(row, update.stored, update.size, self._limits)
        if not change.allowed_by(row):
            raise OtherRow(row)


def expiring() -> Expiring:
    """The refusal of a conversation whose retention has passed."""
    return Expiring("The retention of this conversation has passed and it is being erased; send again in a moment.")
