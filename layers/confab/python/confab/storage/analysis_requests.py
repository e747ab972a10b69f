"""Requests for analysis: one queue message for a conversation that waits."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from confab.platform.errors import Unavailable
from confab.platform.queue import QueueUnavailable
from confab.storage.conversations import ConversationStore


class WorkQueue(Protocol):
    """Where work for later goes (``platform.queue.Queue``)."""

    def send(self, body: Mapping[str, str], *, group: str, delay_seconds: int = 0) -> None: ...


class EnqueueAnalysis:
    """Sends a conversation's place to the analysis queue.

    Args:
        queue: takes the message.
        conversations: notes a message that was not taken, so that the next one to come by sends it.
        debounce: how long the first message of a burst waits for the rest.
    """

    def __init__(self, queue: WorkQueue, conversations: ConversationStore, debounce: timedelta) -> None:
        self._queue = queue
        self._conversations = conversations
        self._debounce = debounce

    def __call__(
        self, chatbot_id: str, conversation_id: str, *, at_once: bool = False, after: timedelta | None = None
    ) -> bool:
        """Queue a conversation that waits; False when the queue did not take it.

        Args:
            at_once: do not wait for the rest of a burst.
            after: how long to wait instead, at most fifteen minutes.
        """
        delay = timedelta() if at_once else after or self._debounce
        body = {"chatbotId": chatbot_id, "conversationId": conversation_id}
        try:
            self._queue.send(body, group=chatbot_id, delay_seconds=int(delay.total_seconds()))
        except QueueUnavailable:
            with suppress(Unavailable):
                self._conversations.forget_queued(chatbot_id, conversation_id)
            return False
        return True
