"""The audit log in the table: a partition a workspace, in order of time."""

from __future__ import annotations

from collections.abc import Sequence

from confab.domain.audit import AUDIT_RETENTION, AuditEntry
from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.writes import Put


class AuditStore:
    """Reads the audit log."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def newest(self, workspace_id: str, before: str | None, limit: int) -> Sequence[AuditEntry]:
        """The latest entries of a workspace, from the last one back.

        Args:
            before: only entries older than the one of this id.
        """
        items = self._table.newest(keys.audit(workspace_id), before=before, limit=limit)
        return [_read_entry(item) for item in items]


def noted(entry: AuditEntry) -> Put:
    """What writes an entry; it belongs into the transaction of the change itself."""
    item: Item = {
        "pk": keys.audit(entry.workspace_id),
        "sk": entry.id,
        "at": to_micros(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object_id,
        "changed": list(entry.changed),
        "expiresAt": int((entry.at + AUDIT_RETENTION).timestamp()),
    }
    given = {"prefix": entry.actor_prefix, "chatbot": entry.chatbot_id}
    item.update({name: value for name, value in given.items() if value is not None})
    return Put(item)


def _read_entry(item: Item) -> AuditEntry:
    return AuditEntry(
        id=item["sk"],
        workspace_id=item["pk"].removeprefix("AUDIT#"),
        at=from_micros(item["at"]),
        actor=item["actor"],
        actor_prefix=item.get("prefix"),
        action=item["action"],
        object_id=item["object"],
        chatbot_id=item.get("chatbot"),
        changed=item["changed"],
    )
