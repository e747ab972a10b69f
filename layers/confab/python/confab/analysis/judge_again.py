"""Somebody asks that a conversation be judged again although it has results."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from confab.domain.identity import is_uuid
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import NotFound
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.conversations import ConversationStore
from confab.storage.credentials import CredentialStore


class JudgeAgain:
    """Makes a conversation wait for the consumer, which then judges all of its messages.

    The row says so, not the queue's message: whatever is lost or comes twice, the consumer judges again once.

    Args:
        conversations, credentials: the stores.
        enqueue_analysis: queues a conversation.
        now: the clock.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        credentials: CredentialStore,
        enqueue_analysis: EnqueueAnalysis,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._conversations = conversations
        self._credentials = credentials
        self._enqueue_analysis = enqueue_analysis
        self._now = now

    def __call__(self, key: ApiKey, conversation_id: str) -> None:
        """Ask for it; one that waits already is not queued once more.

        Raises:
            NotFound: there is no such conversation among those that the key reaches.
        """
        one = key.chatbot_id != EVERY_CHATBOT
        chatbots = [key.chatbot_id] if one else self._credentials.chatbot_ids(key.workspace_id)
        places = [(chatbot_id, conversation_id) for chatbot_id in chatbots if is_uuid(conversation_id)]
        for place in self._conversations.heads(places, consistent=True):
            if self._conversations.await_analysis(*place, self._now(), again=True):
                self._enqueue_analysis(*place, at_once=True)
            return
        raise NotFound("There is no such conversation.")
