"""Managed conversations for those who read them: pages, single conversations, and their messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from confab.channels.results import Detail
from confab.channels.store import ManagementStore
from confab.domain.conversation import Conversation
from confab.domain.identity import channel_conversation_id, is_uuid
from confab.domain.message import Message
from confab.platform.errors import NotFound
from confab.storage.list_pages import ListPage, Position
from confab.storage.list_walks import ListWalks
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import PartitionReader
from confab.storage.previews import shows_last
from confab.storage.transcripts import Span

DIALECT: Final = "chatcaptain"


class ManagedConversations:
    """Lists and finds managed conversations, and reads their messages.

    Args:
        store, walks, partitions: read the table.
        now: the clock.
    """

    def __init__(
        self,
        store: ManagementStore,
        walks: ListWalks,
        partitions: PartitionReader,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._walks = walks
        self._partitions = partitions
        self._now = now

    def page(
        self,
        chatbot_id: str,
        *,
        contact_id: str | None,
        channel_id: str | None,
        position: Sequence[str] | None,
        limit: int,
    ) -> ListPage:
        """A page of conversations, the last updated first."""
        now = self._now()
        at = None if position is None else Position.of(position)
        if contact_id is None and channel_id is None:
            return self._walks.active([chatbot_id], at, limit, now)
        return self._walks.entered(chatbot_id, contact_id, channel_id, at, limit, now)

    def find(self, chatbot_id: str, channel_id: str, provider_id: str) -> Detail:
        """The conversation of a channel's contact.

        Raises:
            NotFound: there is none.
        """
        return self.get(chatbot_id, channel_conversation_id(chatbot_id, channel_id, provider_id))

    def get(self, chatbot_id: str, conversation_id: str) -> Detail:
        """One conversation.

        Raises:
            NotFound: there is none.
        """
        found = self._store.conversation((chatbot_id, conversation_id)) if is_uuid(conversation_id) else None
        if found is None:
            raise unknown()
        return self.detail(found)

    def has(self, chatbot_id: str, conversation_id: str) -> bool:
        """Whether there is such a conversation."""
        return self._store.conversation((chatbot_id, conversation_id)) is not None

    def detail(self, conversation: Conversation) -> Detail:
        """A conversation with its last message and its topics, which its row may not have."""
        last = conversation.managed.get("last")
        if last is None:
            # Another dialect keeps no last message on the row.
            return (
                self._from_messages(conversation) if conversation.message_count else Detail(conversation=conversation)
            )
        if not shows_last(conversation):
            return self._from_messages(conversation)
        if "content" in last:
            return Detail(conversation=conversation, topics=conversation.managed.get("topics", ()))
        _, message = self._store.message((conversation.chatbot_id, conversation.id), last["key"])
        return Detail(conversation=conversation, last=message, topics=conversation.managed.get("topics", ()))

    def _from_messages(self, conversation: Conversation) -> Detail:
        place = conversation.chatbot_id, conversation.id
        partition = self._partitions.read(place, Span(limit=1, last=True))
        return Detail(conversation=conversation, last=partition.last, topics=partition.conversation_result.topics)

    def messages(self, chatbot_id: str, conversation_id: str, span: Span) -> ConversationPartition:
        """A conversation and a part of its messages, oldest first; one query of the conversation.

        Raises:
            NotFound: there is no such conversation.
        """
        partition = self._partitions.read((chatbot_id, conversation_id), span) if is_uuid(conversation_id) else None
        if partition is None or not partition.readable:
            raise unknown()
        return partition

    def message(self, chatbot_id: str, conversation_id: str, key: str | None) -> tuple[Conversation, Message]:
        """A conversation and one of its messages.

        Raises:
            NotFound: there is no such conversation, or no such message in it.
        """
        if not is_uuid(conversation_id):
            raise unknown()
        conversation, message = self._store.message((chatbot_id, conversation_id), key or "")
        if conversation is None:
            raise unknown()
        if message is None or key is None:
            raise NotFound("There is no such message.")
        return conversation, message


def unknown() -> NotFound:
    """The answer for a conversation that is not there, or not this tenant's."""
    return NotFound("There is no such conversation.")
