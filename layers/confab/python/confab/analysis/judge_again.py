"""Somebody asks that a conversation be judged again although it has results."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from confab.platform.credentials import ApiKey
from confab.platform.errors import NotFound
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.conversation_lookup import ConversationLookup
from confab.storage.conversations import ConversationStore


class JudgeAgain:
    """Makes a conversation wait for the consumer, which then judges all of its messages.

    The row says so, not the queue's message: whatever is lost or comes twice, the consumer judges again once.

    Args:
        conversations: the store.
        lookup: where a conversation is that a caller names.
        enqueue_analysis: queues a conversation.
        now: the clock.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        lookup: ConversationLookup,
        enqueue_analysis: EnqueueAnalysis,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._conversations = conversations
        self._lookup = lookup
        self._enqueue_analysis = enqueue_analysis
        self._now = now

    def __call__(self, key: ApiKey, conversation_id: str) -> str:
        """Ask for it; one that waits already is not queued once more.

        Args:
            conversation_id: Confab's id of it, or the caller's own.

        Returns:
            Confab's id of it.

        Raises:
            InvalidRequest: several chatbots of the key have a conversation of the caller's id.
            NotFound: there is no such conversation among those that the key reaches.
        """
        for place in self._lookup.places(key, conversation_id):
            if self._conversations.heads([place], consistent=True):
                if self._conversations.await_analysis(*place, self._now(), again=True):
                    self._enqueue_analysis(*place, at_once=True)
                return place[1]
        raise NotFound("There is no such conversation.")
