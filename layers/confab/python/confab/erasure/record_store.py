"""Records of deleted conversations and chatbots, without their contents: a restored table is corrected by them.

A record names the chatbot, the conversation by an id that the table made, and when. It expires by TTL.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from confab.erasure.receipt import RECORDS
from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.table import Table
from confab.storage.values import Item, Place

CHATBOT_DELETED: Final = "chatbot.delete"
"""The action of an audit entry that says so."""


def deletion_item(place: Place, at: datetime) -> Item:
    """The record of a conversation that was deleted."""
    return {
        "pk": keys.deleted_conversations(place[0]),
        "sk": place[1],
        "at": to_micros(at),
        "expiresAt": int((at + RECORDS).timestamp()),
    }


class DeletionRecordStore:
    """The records of deletions in one table.

    Args:
        table: this deployment's, or the one that it had before.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def conversations(self, chatbot_id: str) -> dict[str, datetime]:
        """The deleted conversations of a chatbot, and since when each is."""
        records = self._table.query(keys.deleted_conversations(chatbot_id), consistent=True)
        return {record["sk"]: from_micros(record["at"]) for record in records}

    def chatbots(self, workspace_id: str) -> dict[str, datetime]:
        """The deleted chatbots of a workspace as far as its audit log reaches back, and since when each is."""
        entries = self._table.query(keys.audit(workspace_id), consistent=True)
        return {entry["object"]: from_micros(entry["at"]) for entry in entries if entry["action"] == CHATBOT_DELETED}

    def keep(self, place: Place, at: datetime) -> None:
        """Let the table have a record of a conversation that it does not have."""
        self._table.put(deletion_item(place, at))

    def begun(self, places: Sequence[Place]) -> dict[Place, datetime]:
        """Those of some conversations that are there, and when each began."""
        heads = [(keys.conversation(*place), keys.HEAD) for place in places]
        rows = self._table.get_many(heads, consistent=True).values()
        # A conversation that is being erased has no such time, and needs nothing more.
        return {keys.split_conversation(r["pk"]): from_micros(r["createdAt"]) for r in rows if "createdAt" in r}
