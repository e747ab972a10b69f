"""The audit log: making the entry of a change, and reading entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from confab.admin.audit_store import AuditStore
from confab.domain.audit import COMMAND, MAX_PATHS, AuditEntry
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import Forbidden


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of entries, the latest first, and the id that the next page comes before; None at the end."""

    entries: Sequence[AuditEntry]
    position: str | None


class Audit:
    """Makes the audit entry of a change, and reads a workspace's audit log page by page.

    Args:
        store: reads the log.
        now: the clock.
        new_id: gives ids that sort by time.
    """

    def __init__(self, store: AuditStore, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id

    def entry(
        self,
        by: ApiKey | None,
        workspace_id: str,
        action: str,
        object_id: str,
        *,
        chatbot_id: str | None = None,
        changed: Sequence[str] = (),
    ) -> AuditEntry:
        """An entry for a change that is about to be written.

        Args:
            by: the key that was used; None for the operator's command.
        """
        return AuditEntry(
            id=self._new_id(),
            workspace_id=workspace_id,
            at=self._now(),
            actor=COMMAND if by is None else by.id,
            actor_prefix=None if by is None else by.prefix,
            action=action,
            object_id=object_id,
            chatbot_id=chatbot_id,
            changed=tuple(changed[:MAX_PATHS]),
        )

    def page(self, workspace_id: str, before: str | None, limit: int, *, by: ApiKey | None = None) -> AuditPage:
        """A page of the log of a workspace.

        Args:
            before: the position that an earlier page gave; None for the first page.
            by: the key that reads; None for the operator's command.

        Raises:
            Forbidden: the key is for one chatbot; the log tells of all.
        """
        if by is not None and by.chatbot_id != EVERY_CHATBOT:
            raise Forbidden("This API key is for one chatbot; the audit log is read with the key of a workspace.")
        found = self._store.newest(workspace_id, before, limit + 1)
        entries = [entry for entry in found[:limit] if not entry.expired(self._now())]
        more = len(found) > limit and len(entries) == limit
        return AuditPage(entries, entries[-1].id if more else None)
