"""Erasures of users' data in the table: those under way, the notes of what they removed, and receipts.

The user's id is noted while the erasure runs and goes with its end, in one transaction with the receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from confab.admin.audit_store import noted
from confab.domain.audit import AuditEntry
from confab.domain.statistics import USER_PREFIX, person_statistic
from confab.erasure.receipt import COUNTS
from confab.storage import keys
from confab.storage.clocks import from_micros, optional_time, to_micros
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item
from confab.storage.writes import Change, Delete, Put

NOTE_RETENTION: Final = timedelta(days=7)
MAX_RECEIPTS: Final = 100
MAX_ADDRESSES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class UserErasure:
    """An erasure that is under way.

    Attributes:
        id: sorts by time.
        actor: the id of the key that was used, or ``cli``.
        profiles: how many profiles there were when it began.
        addresses: e-mail addresses of the user that were found.
        empty_since: since when nothing is found any more; None while something is.
    """

    id: str
    workspace_id: str
    chatbot_id: str
    user_id: str
    actor: str
    begun_at: datetime
    profiles: int
    addresses: frozenset[str] = frozenset()
    empty_since: datetime | None = None

    @property
    def name(self) -> str:
        """What tells it from others that are under way: at most one for each user."""
        return f"{self.chatbot_id}#{person_statistic(USER_PREFIX, self.user_id).removeprefix(USER_PREFIX)}"


class UserErasureStore:
    """Erasures of the one table.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, erasure: UserErasure) -> UserErasure:
        """Note an erasure; the one that counts is the one that is under way already, if there is one."""
        item: Item = {
            "pk": keys.running_erasures(),
            "sk": erasure.name,
            "id": erasure.id,
            "workspace": erasure.workspace_id,
            "user": erasure.user_id,
            "actor": erasure.actor,
            "at": to_micros(erasure.begun_at),
            "profiles": erasure.profiles,
            **({"addresses": erasure.addresses} if erasure.addresses else {}),
        }
        try:
            self._table.put_if_absent(item)
        except ConditionFailed as failed:
            assert failed.found is not None
            return _read(failed.found)
        return erasure

    def running(self) -> list[str]:
        """The names of the erasures that are under way."""
        return [item["sk"] for item in self._table.query(keys.running_erasures())]

    def running_of(self, chatbot_id: str) -> list[UserErasure]:
        """The erasures of a chatbot that are under way, the latest first."""
        items = self._table.query(keys.running_erasures(), f"{chatbot_id}#", consistent=True)
        return sorted(map(_read, items), key=lambda erasure: erasure.id, reverse=True)

    def learn(self, erasure: UserErasure, addresses: frozenset[str]) -> UserErasure:
        """Note those addresses of the user that are new before what gives them goes, ``MAX_ADDRESSES`` at most."""
        room = MAX_ADDRESSES - len(erasure.addresses)
        addresses = frozenset(sorted(addresses - erasure.addresses)[: max(room, 0)])
        if not addresses:
            return erasure
        self._change(erasure, Change(_place(erasure), joins={"addresses": addresses}))
        return replace(erasure, addresses=erasure.addresses | addresses)

    def note_found(self, erasure: UserErasure) -> UserErasure:
        """Note that there was something still."""
        if erasure.empty_since is not None:
            self._change(erasure, Change(_place(erasure), removes=["emptySince"]))
        return replace(erasure, empty_since=None)

    def note_empty(self, erasure: UserErasure, now: datetime) -> UserErasure:
        """Note that nothing was found, unless that is noted."""
        if erasure.empty_since is not None:
            return erasure
        self._change(erasure, Change(_place(erasure), defaults={"emptySince": to_micros(now)}))
        return replace(erasure, empty_since=now)

    def _change(self, erasure: UserErasure, change: Change) -> None:
        change.equals = {"id": erasure.id}
        # Whoever has ended it meanwhile knew no less.
        with suppress(ConditionFailed):
            self._table.change(change)

    def find(self, name: str) -> UserErasure | None:
        """An erasure that is under way; None when it is not."""
        item = self._table.get((keys.running_erasures(), name), consistent=True)
        return _read(item) if item else None

    def note(self, erasure: UserErasure, what: str, counts: Mapping[str, int], now: datetime) -> None:
        """Note what is about to be removed with a conversation, or with anything else that has a name."""
        item: Item = {"pk": keys.erasure_notes(erasure.chatbot_id, erasure.id), "sk": what, **counts}
        self._table.put({**item, "expiresAt": int((now + NOTE_RETENTION).timestamp())})

    def notes(self, erasure: UserErasure) -> dict[str, Mapping[str, int]]:
        """All that was noted, by name."""
        items = self._table.query(keys.erasure_notes(erasure.chatbot_id, erasure.id), consistent=True)
        return {item["sk"]: {name: item[name] for name in COUNTS if name in item} for item in items}

    def finish(self, erasure: UserErasure, receipt: Mapping[str, Any], entry: AuditEntry) -> None:
        """End an erasure: its receipt and its entry in the audit log take the place of what was noted.

        Raises:
            ConditionFailed: someone else has just ended it.
        """
        running = Delete(_place(erasure), {"id": erasure.id})
        stored = {"pk": keys.receipts(erasure.chatbot_id), "sk": erasure.id, "receipt": dict(receipt)}
        self._table.commit([running, Put(stored), noted(entry)])
        for name in self.notes(erasure):
            self._table.delete((keys.erasure_notes(erasure.chatbot_id, erasure.id), name))

    def receipt(self, chatbot_id: str, erasure_id: str) -> Mapping[str, Any] | None:
        """The receipt of an erasure; None when there is none."""
        item = self._table.get((keys.receipts(chatbot_id), erasure_id), consistent=True)
        return item["receipt"] if item else None

    def receipts(self, chatbot_id: str) -> Sequence[Mapping[str, Any]]:
        """The latest receipts of a chatbot, the last one first."""
        items = self._table.newest(keys.receipts(chatbot_id), before=None, limit=MAX_RECEIPTS)
        return [item["receipt"] for item in items]


def _place(erasure: UserErasure) -> tuple[str, str]:
    return keys.running_erasures(), erasure.name


def _read(item: Item) -> UserErasure:
    return UserErasure(
        id=item["id"],
        workspace_id=item["workspace"],
        chatbot_id=item["sk"].partition("#")[0],
        user_id=item["user"],
        actor=item["actor"],
        begun_at=from_micros(item["at"]),
        profiles=item["profiles"],
        addresses=item.get("addresses", frozenset()),
        empty_since=optional_time(item.get("emptySince")),
    )
