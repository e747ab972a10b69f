"""The sweep's walks in the background, as one kind of work."""

from __future__ import annotations

from confab.erasure.orphans import NAME, RemoveOrphans
from confab.migration.index_older import IndexOlder
from confab.platform.pieces import Piece


class Walks:
    """The walks for data older than an index, by chatbot, and the walk for items without a row.

    Args:
        older: the former.
        orphans: the latter.
    """

    def __init__(self, older: IndexOlder, orphans: RemoveOrphans) -> None:
        self._older = older
        self._orphans = orphans

    def waiting(self) -> list[str]:
        """The walks that have something to do now."""
        return [*self._older.waiting(), *self._orphans.waiting()]

    def __call__(self, name: str, budget: int) -> Piece:
        """Go on with a walk.

        Args:
            budget: how many conversations or searches to look at; the walk for what has no row has a size of its own.
        """
        return self._orphans(name, budget) if name == NAME else self._older(name, budget)
