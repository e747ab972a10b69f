"""All receipts of a chatbot's erasures, by which a restored table is compared with the former one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.storage import keys
from confab.storage.table import Table


class ReceiptStore:
    """Receipts of one table.

    Args:
        table: this deployment's, or the one that it had before.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, chatbot_id: str) -> list[Mapping[str, Any]]:
        """The receipts of a chatbot, the oldest first."""
        return [item["receipt"] for item in self._table.query(keys.receipts(chatbot_id), consistent=True)]

    def keep(self, receipt: Mapping[str, Any]) -> None:
        """Let the table have a receipt."""
        place = {"pk": keys.receipts(receipt["chatbotId"]), "sk": receipt["id"]}
        self._table.put({**place, "receipt": dict(receipt)})
