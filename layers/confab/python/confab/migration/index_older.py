"""Indexing data from before an upgrade, so that it is found like newer data: each chatbot once, in the background."""

from __future__ import annotations

from confab.migration.older_store import OlderStore
from confab.platform.pieces import Piece


class IndexOlder:
    """Enters a chatbot's older conversations and searches into the index of ages, a piece a call.

    Args:
        store: the store.
    """

    def __init__(self, store: OlderStore) -> None:
        self._store = store

    def waiting(self) -> list[str]:
        """The chatbots that are not done."""
        return self._store.waiting()

    def __call__(self, chatbot_id: str, budget: int) -> Piece:
        """Do a piece for a chatbot.

        Args:
            budget: how many conversations or searches to look at.
        """
        return Piece(more=self._store.enter(chatbot_id, budget))
