"""An entry of the audit log: actor, action, object and time; never a value, because it may be secret or personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

COMMAND: Final = "cli"
"""Who acts when no key does: the operator's command."""
AUDIT_RETENTION: Final = timedelta(days=365)
MAX_PATHS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change.

    Attributes:
        id: a UUIDv7, so that entries sort by time.
        actor: the id of the key that was used, or ``cli``.
        actor_prefix: the first characters of that key; None for the command.
        action: what kind of object, and what was done: ``chatbot.update``.
        object_id: which object.
        chatbot_id: the chatbot that it belongs to; None for the workspace's own.
        changed: the paths of what changed, at most 50.
    """

    id: str
    workspace_id: str
    at: datetime
    actor: str
    actor_prefix: str | None
    action: str
    object_id: str
    chatbot_id: str | None = None
    changed: Sequence[str] = ()

    def expired(self, now: datetime) -> bool:
        """Whether it is past its time; the table may keep it for some days more."""
        return self.at + AUDIT_RETENTION <= now


def changed_paths(before: Mapping[str, Any], after: Mapping[str, Any], parent: str = "") -> list[str]:
    """The dotted paths at which two JSON objects differ, in order."""
    paths: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            paths += changed_paths(old, new, f"{parent}{name}.")
        elif old != new:
            paths.append(parent + name)
    return paths
