"""First tries of requests with an ``Idempotency-Key`` in the table; each expires after a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from confab.platform.attempts import ATTEMPT_RETENTION, Attempt, Record
from confab.platform.errors import Unavailable
from confab.storage import keys
from confab.storage.clocks import from_micros, to_micros
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item
from confab.storage.writes import Action, Change

ROUNDS: Final = 4


class AttemptStore:
    """Notes first tries, one call each.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def first(self, tenant_id: str, name: str, record: Record, oldest: datetime) -> Record:
        """Note a try where none is noted since a time, and return the one that is noted then.

        Raises:
            Unavailable: the table did not answer.
        """
        key = keys.attempt(tenant_id, name), keys.ATTEMPT
        attributes: dict[str, Any] = {
            "said": record.said,
            "seed": record.seed,
            "at": to_micros(record.at),
            "expiresAt": int((record.at + ATTEMPT_RETENTION).timestamp()),
        }
        for _ in range(ROUNDS):
            before = self._table.change(Change(key, defaults=attributes))
            found = _read(before) if before else record
            if found.at >= oldest:
                return found
            try:
                self._table.change(Change(key, sets=attributes, removes=["done"], equals={"seed": found.seed}))
                return record
            except ConditionFailed:
                # Another try has begun a new day, or the table has removed the old one.
                continue
        raise Unavailable("The idempotency key stayed busy; try again.")


def _read(item: Item) -> Record:
    return Record(said=item["said"], seed=item["seed"], at=from_micros(item["at"]), done="done" in item)


def finished(attempt: Attempt | None) -> list[Action]:
    """What notes, in the transaction that makes it, that the thing of a request is made."""
    if attempt is None:
        return []
    return [Change((keys.attempt(attempt.tenant_id, attempt.name), keys.ATTEMPT), sets={"done": 1})]
