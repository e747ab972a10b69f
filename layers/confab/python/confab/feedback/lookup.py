"""Finds the conversation that feedback and events are about by the id of a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from confab.capture.reach import Reach
from confab.platform.errors import UnprocessableEntity
from confab.storage.feedback import FeedbackStore
from confab.storage.row import ConversationRow

LOOKUPS: Final = (0.0, 0.05, 0.2, 0.6)
"""Seconds to wait before each look for a message: the index may lag behind a message stored a moment ago."""


class MessageLookup:
    """Looks for the conversation of a message, again while an index may lag.

    Args:
        feedback: the store.
        sleep: waits between looks, in seconds.
    """

    def __init__(self, feedback: FeedbackStore, sleep: Callable[[float], None]) -> None:
        self._feedback = feedback
        self._sleep = sleep

    def __call__(self, chatbot_id: str, message_id: str, reach: Reach) -> ConversationRow:
        """The row of the conversation that has a message of this id.

        Raises:
            UnprocessableEntity: nobody logged the message in a conversation that the key reaches.
        """
        for wait in LOOKUPS:
            self._sleep(wait)
            row = self._feedback.conversation_of(chatbot_id, message_id, web=reach.web)
            if row is not None:
                return row
        raise UnprocessableEntity(f"messageId: nobody logged a message with the id '{message_id}'.")
