"""Removing items of a conversation without a row, which a crash left: no client was told that they are stored.

No item refers to them, so neither retention nor an erasure finds them. They are rare, so the sweep walks through the
table slowly: at most a megabyte a run, and not more than once a day from end to end.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from confab.erasure.orphan_store import OrphanStore
from confab.platform.errors import Unavailable
from confab.platform.pieces import Piece
from confab.storage.values import Place

SAFE_AGE: Final = timedelta(days=1)
"""How old the youngest of it must be: until then a client that tries again may give it its row."""
EVERY: Final = timedelta(days=1)
"""How long after a walk began the next one begins."""
NAME: Final = "orphans"


class RemoveOrphans:
    """Walks through the table and removes messages without a row, once all of a partition is a day old.

    Args:
        store: looks through the table.
        erase: erases what stands without a row in the partition of a chatbot's conversation, if all of it is older than
            a time; whether it did.
        now: the clock.
    """

    def __init__(
        self, store: OrphanStore, erase: Callable[[str, str, datetime], bool], *, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._erase = erase
        self._now = now

    def waiting(self) -> list[str]:
        """The name of the work when there is any to do now."""
        walk = self._store.walk()
        due = walk.position or walk.begun_at is None or self._now() - walk.begun_at >= EVERY
        return [NAME] if due else []

    def __call__(self, _name: str, _budget: int) -> Piece:
        """Look through the next part of the table. Any number of runs, side by side or after a crash, ends the same."""
        walk = self._store.walk()
        begun_at = walk.begun_at if walk.begun_at is not None and walk.position else self._now()
        found, position = self._store.look(walk.position)
        removed = sum(map(self._removed, found))
        self._store.note(begun_at, position)
        return Piece(removed)

    def _removed(self, place: Place) -> bool:
        with suppress(Unavailable):
            return self._erase(*place, self._now() - SAFE_AGE)
        # The next walk finds it, and this one goes on.
        return False
