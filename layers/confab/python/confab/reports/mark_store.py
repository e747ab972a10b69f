"""The table's side of reports: when the last one of each rule was due."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from confab.storage import notice_keys
from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.writes import Put

_DUE: Final = "due"


class ReportMarks:
    """When the last report of each rule was due, in the table among what tells a chatbot's team. Reads are consistent.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self, chatbot_id: str) -> dict[str, str]:
        """By rule, when its last report was due: UTC times in ISO 8601, whose order is that of their texts."""
        items = self._table.query(notice_keys.notified(chatbot_id), notice_keys.RULE_STATE, consistent=True)
        return {item["sk"].removeprefix(notice_keys.RULE_STATE): item[_DUE] for item in items if _DUE in item}

    @staticmethod
    def write(chatbot_id: str, rule_id: str, before: str | None, due: datetime) -> Put:
        """What notes a report in the place of the mark that was read; it fails where that has changed since."""
        item: Item = {
            "pk": notice_keys.notified(chatbot_id),
            "sk": notice_keys.RULE_STATE + rule_id,
            _DUE: due.isoformat(),
        }
        return Put(item) if before is None else Put(item, only_if_absent=False, equals={_DUE: before})

    def forget(self, chatbot_id: str, rule_id: str) -> None:
        """Remove the mark of a rule that is gone."""
        self._table.delete((notice_keys.notified(chatbot_id), notice_keys.RULE_STATE + rule_id))
