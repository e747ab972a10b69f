"""Destinations in the table: in a chatbot's partition for what tells its team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from confab.admin.audit_store import noted
from confab.domain.audit import AuditEntry
from confab.notify.destinations import MAX_DESTINATIONS, Destination
from confab.storage import notice_keys
from confab.storage.clocks import from_micros, optional_time, to_micros
from confab.storage.counted_items import one_less, one_more
from confab.storage.table import Table
from confab.storage.values import Item
from confab.storage.writes import Delete, Put

_COUNTED: Final = "destinations"
_OPTIONAL: Final = {"secret": "secret", "previous": "previous_secret", "reason": "disabled_reason"}


class DestinationStore:
    """Reads and writes destinations; each change is one transaction with its audit entry. Reads are consistent.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self, chatbot_id: str) -> Sequence[Destination]:
        """The destinations of a chatbot, the oldest first."""
        items = self._table.query(notice_keys.notified(chatbot_id), notice_keys.DESTINATION, consistent=True)
        return sorted(map(_read, items), key=lambda each: (each.created_at, each.id))

    def get(self, chatbot_id: str, destination_id: str) -> Destination | None:
        """A destination; None when there is none."""
        item = self._table.get(_key(chatbot_id, destination_id), consistent=True)
        return None if item is None else _read(item)

    def add(self, destination: Destination, entry: AuditEntry) -> None:
        """Store a new destination.

        Raises:
            ConditionFailed: the chatbot has as many as it may, or one of this id.
        """
        counted = one_more(destination.chatbot_id, _COUNTED, MAX_DESTINATIONS)
        self._table.commit([Put(_item(destination)), counted, noted(entry)])

    def change(self, before: Destination, after: Destination, entry: AuditEntry) -> Destination:
        """Store a destination that changed, on the revision that was read; as it is then.

        Raises:
            ConditionFailed: it changed meanwhile, or is gone.
        """
        self._table.commit([self._changed(before, after), noted(entry)])
        return replace(after, revision=before.revision + 1)

    def disable(self, before: Destination, reason: str) -> None:
        """Disable a destination that was read, for a reason of the service's own.

        Raises:
            ConditionFailed: it changed meanwhile, or is gone.
        """
        self._table.put_if(self._changed(before, replace(before, enabled=False, disabled_reason=reason)))

    @staticmethod
    def _changed(before: Destination, after: Destination) -> Put:
        moved = replace(after, revision=before.revision + 1)
        return Put(_item(moved), only_if_absent=False, equals={"revision": before.revision})

    def remove(self, destination: Destination, entry: AuditEntry) -> None:
        """Remove a destination that was read.

        Raises:
            ConditionFailed: it changed meanwhile, or is gone.
        """
        deletion = Delete(_key(destination.chatbot_id, destination.id), {"revision": destination.revision})
        self._table.commit([deletion, one_less(destination.chatbot_id, _COUNTED), noted(entry)])


def _key(chatbot_id: str, destination_id: str) -> tuple[str, str]:
    return notice_keys.notified(chatbot_id), notice_keys.DESTINATION + destination_id


def _item(destination: Destination) -> Item:
    pk, sk = _key(destination.chatbot_id, destination.id)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "name": destination.name,
        "type": destination.type,
        "target": destination.target,
        "enabled": destination.enabled,
        "createdAt": to_micros(destination.created_at),
        "revision": destination.revision,
    }
    for name, field in _OPTIONAL.items():
        if (value := getattr(destination, field)) is not None:
            item[name] = value
    if destination.rotated_at is not None:
        item["rotatedAt"] = to_micros(destination.rotated_at)
    return item


def _read(item: Item) -> Destination:
    return Destination(
        id=item["sk"].removeprefix(notice_keys.DESTINATION),
        chatbot_id=item["pk"].partition("#")[2],
        name=item["name"],
        type=item["type"],
        target=item["target"],
        enabled=item["enabled"],
        created_at=from_micros(item["createdAt"]),
        rotated_at=optional_time(item.get("rotatedAt")),
        revision=item["revision"],
        **{field: item.get(name) for name, field in _OPTIONAL.items()},
    )
