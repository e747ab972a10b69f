"""The table's side of snapshots of counters: one for each five minutes in which an evaluation ran."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from confab.alerts.snapshots import DAY, Snapshot
from confab.domain.statistics import Counters
from confab.storage import notice_keys
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.health import slot_of
from confab.storage.messages import pack_json, unpack_json
from confab.storage.table import Table

KEPT: Final = timedelta(days=16)
"""For how long: two windows of a week, and a little."""
MIN_SLACK: Final = timedelta(minutes=10)
SLACK: Final = 10
"""By which part of a window it may be longer where no evaluation ran at its beginning."""


class SnapshotStore:
    """Notes and finds snapshots.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, chatbot_id: str, now: datetime, days: Mapping[date, Counters]) -> None:
        """Note the counters of today and of the day before; one note for each five minutes stays."""
        kept = {day.isoformat(): dict(days.get(day, {})) for day in (now.date() - DAY, now.date())}
        self._table.put(
            {
                "pk": notice_keys.snapshots(chatbot_id),
                "sk": index_time(slot_of(now)),
                "at": to_micros(now),
                "z": pack_json(kept),
                "expiresAt": int((now + KEPT).timestamp()),
            }
        )

    def at(self, chatbot_id: str, time: datetime, window: timedelta) -> Snapshot | None:
        """The last snapshot at a time or a little before; None when there is none.

        Args:
            window: how long the window is that begins or ends at that time.
        """
        earliest = time - max(window / SLACK, MIN_SLACK)
        items = self._table.newest(
            notice_keys.snapshots(chatbot_id),
            since=index_time(earliest),
            before=index_time(slot_of(time) + timedelta(milliseconds=1)),
            limit=1,
        )
        for item in items:
            days = {date.fromisoformat(day): counters for day, counters in unpack_json(item["z"]).items()}
            return Snapshot(from_micros(item["at"]), days)
        return None
