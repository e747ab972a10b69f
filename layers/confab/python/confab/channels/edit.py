"""Edits of a managed conversation's messages: their state field by field, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from confab.channels.catalogue import ManagedConversations
from confab.channels.rows import ManagedRows
from confab.channels.store import ManagementStore
from confab.domain.content import with_content
from confab.domain.conversation import Conversation
from confab.domain.message import Message
from confab.platform.errors import NotFound
from confab.redaction.redactors import Redactors
from confab.storage.conversations import ConversationStore
from confab.storage.previews import edited


class EditMessage:
    """Changes a stored message; one with a new text is analysed again.

    Args:
        store, conversations: the stores.
        catalogue: finds the message.
        rows: lets the consumer look at the conversation again.
        redactors: what the chatbots want redacted.
        request_token: gives a random mark for each write.
    """

    def __init__(
        self,
        store: ManagementStore,
        conversations: ConversationStore,
        catalogue: ManagedConversations,
        rows: ManagedRows,
        redactors: Redactors,
        *,
        request_token: Callable[[], bytes],
    ) -> None:
        self._store = store
        self._conversations = conversations
        self._catalogue = catalogue
        self._rows = rows
        self._redactors = redactors
        self._request_token = request_token

    def __call__(
        self,
        chatbot_id: str,
        conversation_id: str,
        key: str | None,
        state: Mapping[str, Any],
        content: Mapping[str, Any] | None,
    ) -> tuple[Conversation, Message]:
        """Change the state of a message, field by field, or what it holds; a new text is analysed again.

        Raises:
            NotFound: there is no such conversation, or no such message in it.
            ConversationFull: the conversation has no room for the longer content; nothing was changed.
        """
        conversation, message = self._catalogue.message(chatbot_id, conversation_id, key)
        place = chatbot_id, conversation_id
        rewritten = None
        if content is not None:
            rewritten = self._redactors.of(chatbot_id).message(with_content(message, content))
            self._conversations.require_edit(conversation, message, rewritten)
        if state and not self._store.patch_message(place, message.key, state):
            raise NotFound("There is no such message.")
        message = replace(message, state={**message.state, **state})
        if rewritten is None:
            return conversation, message
        message = replace(rewritten, state=message.state)
        if not self._store.rewrite_message(place, message, self._request_token()):
            raise NotFound("There is no such message.")
        self._rows.recount(place, edited(message, conversation))
        return conversation, message
