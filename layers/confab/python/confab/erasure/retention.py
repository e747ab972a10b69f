"""Retention: expired conversations are erased, each with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from confab.erasure.chatbot import SIDE_BY_SIDE
from confab.migration.older_store import OlderStore
from confab.platform.pieces import Piece
from confab.storage.ages import AgeStore
from confab.storage.retentions import RetentionStore


class Expire:
    """Erases expired conversations and searches, a piece a call; the sweep calls it.

    Args:
        retentions: the chatbots with a retention.
        ages: what of theirs has expired.
        older: lets what is older than the index of ages enter it.
        exists: whether there is a chatbot of an id.
        expire: erases one conversation, if its retention has passed.
    """

    def __init__(
        self,
        retentions: RetentionStore,
        ages: AgeStore,
        older: OlderStore,
        exists: Callable[[str], bool],
        expire: Callable[[str, str], bool],
    ) -> None:
        self._retentions = retentions
        self._ages = ages
        self._older = older
        self._exists = exists
        self._expire = expire

    def waiting(self) -> list[str]:
        """The chatbots with a retention."""
        return self._retentions.chatbots()

    def __call__(self, chatbot_id: str, budget: int) -> Piece:
        """Erase some of a chatbot's conversations and searches whose retention has passed.

        Any number of runs, side by side or after a crash, ends the same. One that cannot be erased now does not keep
        the others.

        Args:
            budget: how many to erase at most.

        Raises:
            Unavailable: the table was busy or did not answer, and nothing was erased; the next run goes on.
        """
        if not self._exists(chatbot_id):
            self._retentions.forget(chatbot_id)
            return Piece()
        if self._older.enter(chatbot_id, budget):
            return Piece(more=True)
        found, moved = self._ages.expired(chatbot_id, budget)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            outcomes = list(pool.map(lambda conversation: self._tried(chatbot_id, conversation), found))
        erased = outcomes.count(True)
        searches = self._ages.remove_searches(chatbot_id, budget)
        failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        if failures and not erased + searches:
            raise failures[0]
        return Piece(erased, more=erased + moved + searches > 0)

    def _tried(self, chatbot_id: str, conversation: str) -> bool | Exception:
        try:
            return self._expire(chatbot_id, conversation)
        except Exception as failure:
            return failure
