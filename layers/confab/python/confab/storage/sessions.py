"""Sessions in the table, below their workspace. The table removes each some time after it has ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from confab.platform.sessions import Session
from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Key
from confab.storage.writes import Change, Delete


class SessionStore:
    """Adds, reads and removes sessions and sign-in links, one call each (a link is read and removed)."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, session: Session) -> None:
        """Store a new session."""
        pk, sk = _key(session.workspace_id, session.hash)
        fixed = {"pk": pk, "sk": sk, "key": session.key_hash, "beganAt": to_micros(session.began_at)}
        self._table.put_if_absent({**fixed, **_uses(session)})

    def session(self, workspace_id: str, token_hash: str) -> Session | None:
        """A session as it was written last; None when there is none."""
        item = self._table.get(_key(workspace_id, token_hash), consistent=True)
        if item is None:
            return None
        return Session(
            workspace_id=workspace_id,
            hash=token_hash,
            key_hash=item["key"],
            began_at=from_micros(item["beganAt"]),
            used_at=from_micros(item["usedAt"]),
        )

    def use(self, session: Session) -> None:
        """Note when a session was used; one that has been removed meanwhile stays so."""
        key = _key(session.workspace_id, session.hash)
        try:
            self._table.change(Change(key, sets=_uses(session), must_exist=True))
        except ConditionFailed:
            return

    def remove(self, workspace_id: str, token_hash: str) -> None:
        """Remove a session, if it is there."""
        self._table.delete(_key(workspace_id, token_hash))

    def add_link(self, workspace_id: str, token_hash: str, key_hash: str, ends_at: datetime) -> None:
        """Store a sign-in link."""
        pk, sk = _link(workspace_id, token_hash)
        ends = {"endsAt": to_micros(ends_at), "expiresAt": int(ends_at.timestamp())}
        self._table.put_if_absent({"pk": pk, "sk": sk, "key": key_hash, **ends})

    def take_link(self, workspace_id: str, token_hash: str, now: datetime) -> str | None:
        """Use a link up: the hash of its key; None when it is not there, too old, or another request took it."""
        link = _link(workspace_id, token_hash)
        item = self._table.get(link, consistent=True)
        if item is None or from_micros(item["endsAt"]) <= now:
            return None
        try:
            self._table.delete_if(Delete(link, equals={"key": item["key"]}))
        except ConditionFailed:
            return None
        return str(item["key"])


def _key(workspace_id: str, token_hash: str) -> Key:
    return keys.sessions(workspace_id), f"TOKEN#{token_hash}"


def _link(workspace_id: str, token_hash: str) -> Key:
    return keys.sessions(workspace_id), f"LINK#{token_hash}"


def _uses(session: Session) -> dict[str, Any]:
    return {"usedAt": to_micros(session.used_at), "expiresAt": int(session.ends_at.timestamp())}
