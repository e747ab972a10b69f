"""Deleting a chatbot: it and its keys are gone at once, its conversations in the background, whatever crashes.

The first transaction lets the chatbot exist for nobody and notes the work that is left; the sweep does that work in
pieces, each of which can be done again. Warm functions go on for a while with what they know, so the work ends only
when that time has passed and nothing has come since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

from confab.admin.audit import Audit
from confab.admin.chatbot_settings import Configure
from confab.admin.store import AdminStore
from confab.domain.chatbot import Chatbot
from confab.erasure.chatbot_store import DeletionStore
from confab.platform.credentials import ApiKey
from confab.platform.errors import Unavailable
from confab.storage.table import ConditionFailed

ROUNDS: Final = 5
SIDE_BY_SIDE: Final = 8
"""How many conversations are erased at a time; each erasure makes calls side by side of its own."""
WARM: Final = timedelta(minutes=5)
"""For how long a function may go on with a key or a chatbot that it knows: a minute, and what its request takes."""


class Eraser(Protocol):
    """Erases conversations (``erasure.conversation.Erase``)."""

    def __call__(self, chatbot_id: str, conversation_id: str) -> bool: ...


class DeleteChatbot:
    """Marks a chatbot as deleted and removes its keys, in one transaction; the sweep erases the rest.

    Args:
        configure: finds the chatbot.
        store: the operators' side of the table.
        audit: makes the entry.
    """

    def __init__(self, configure: Configure, store: AdminStore, audit: Audit) -> None:
        self._configure = configure
        self._store = store
        self._audit = audit

    def __call__(self, by: ApiKey | None, chatbot_id: str) -> None:
        """Let a chatbot be gone; ``FinishChatbotDeletion`` erases what it leaves.

        Raises:
            NotFound: there is no such chatbot, or it belongs to another tenant.
            Unavailable: it kept changing.
        """
        for _ in range(ROUNDS):
            chatbot = self._configure.chatbot(by, chatbot_id)
            entry = self._audit.entry(by, chatbot.workspace_id, "chatbot.delete", chatbot.id, chatbot_id=chatbot.id)
            with suppress(ConditionFailed):
                self._store.mark_deleted(chatbot, self._keys(chatbot), entry)
                return
        raise Unavailable("The chatbot kept changing; try again.")

    def _keys(self, chatbot: Chatbot) -> Sequence[ApiKey]:
        return [key for key in self._store.keys_of(chatbot.workspace_id) if key.chatbot_id == chatbot.id]


class FinishChatbotDeletion:
    """Erases the remaining data of a deleted chatbot, a piece a call; it may be repeated after a crash at any point.

    Args:
        deletions: what is left of deleted chatbots.
        store: the operators' side of the table.
        erase: erases a conversation whole.
        now: the clock.
    """

    def __init__(
        self, deletions: DeletionStore, store: AdminStore, erase: Eraser, *, now: Callable[[], datetime]
    ) -> None:
        self._deletions = deletions
        self._store = store
        self._erase = erase
        self._now = now

    def waiting(self) -> list[str]:
        """The deleted chatbots of which something is left."""
        return self._deletions.waiting()

    def __call__(self, chatbot_id: str, budget: int) -> int:
        """Do a piece of the work; any number of runs, side by side or after a crash, ends the same.

        Args:
            budget: how many conversations to erase at most, or how many other items.

        Returns:
            How many were removed. None were when nothing of the chatbot is left but its audit entries, or when the rest
            must wait because functions may still know it.

        Raises:
            Unavailable: the table was busy or did not answer; the next run goes on.
        """
        work = self._deletions.work(chatbot_id)
        if work is None:
            return 0
        late = [key for key in self._store.keys_of(work.workspace_id) if key.chatbot_id == chatbot_id]
        self._store.drop_keys(late)
        found = self._deletions.conversations(chatbot_id, budget)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            erased = sum(pool.map(lambda conversation: self._erase(chatbot_id, conversation), found))
        if found or late or self._now() < work.since + WARM:
            return erased + len(late)
        removed = self._deletions.remove_rest(chatbot_id, budget)
        if not removed:
            self._deletions.close(chatbot_id)
        return removed
