"""How far the analysis of a conversation has come, message by message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from confab.domain.conversation import Conversation
from confab.domain.identity import conversation_id, is_uuid, web_conversation_id
from confab.domain.judged import is_judged
from confab.domain.message import Message
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import NotFound
from confab.reading.conversations import ReadConversations
from confab.storage.chatbot_lookup import Chatbots
from confab.storage.partition import ConversationPartition
from confab.storage.transcripts import Span

COMPLETE: Final = "complete"
PENDING: Final = "pending"
FAILED: Final = "failed"
SKIPPED: Final = "skipped"
"""Of a message that no analyzer judges: it has no words, or neither the user nor the assistant wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisStatus:
    """How far the analysis of a conversation has come.

    Attributes:
        messages: those of the page, in transcript order, each with its status.
        more: whether there are messages after these.
    """

    conversation: Conversation
    messages: Sequence[tuple[Message, str]]
    more: bool

    @property
    def failed(self) -> bool:
        """Whether the analysis gave up."""
        return self.conversation.analysis_failed is not None

    @property
    def complete(self) -> bool:
        """Whether nothing of the conversation waits, and the analysis did not give up.

        The row may lag behind a message for the moment in which a request stores both, so the page is asked too.
        """
        waits = self.conversation.pending_since is not None
        return not (waits or self.failed) and all(status in (COMPLETE, SKIPPED) for _, status in self.messages)


class ReadAnalysisStatus:
    """Reads how far the analysis of a conversation has come, by the service's id of it or by the caller's.

    Args:
        reading: finds conversations.
        chatbots: says which chatbot a caller's id belongs to.
    """

    def __init__(self, reading: ReadConversations, chatbots: Chatbots) -> None:
        self._reading = reading
        self._chatbots = chatbots

    def __call__(self, key: ApiKey, name: str, chatbot_id: str | None, span: Span) -> AnalysisStatus | None:
        """The status of a conversation, and of a part of its messages; None when the key reaches no such conversation.

        Args:
            name: the service's id, or the caller's. A server's conversation goes before a browser's of the same id.
            chatbot_id: the chatbot that has it; None for the chatbot of the key.

        Raises:
            InvalidRequest: nothing says which chatbot's caller uses the name.
            NotFound: the key does not reach the chatbot.
        """
        chatbot = None if chatbot_id is None else self._chatbots.reached(key, chatbot_id)
        if is_uuid(name):
            found = self._read(key, name, span)
            if found is not None and (chatbot is None or found.conversation.chatbot_id == chatbot.id):
                return _status_of(found)
            if chatbot is None and key.chatbot_id == EVERY_CHATBOT:
                return None
        chatbot = chatbot or self._chatbots.meant(key, None)
        for identity in (conversation_id, web_conversation_id):
            found = self._read(key, identity(chatbot.id, name), span)
            if found is not None and found.conversation.chatbot_id == chatbot.id:
                return _status_of(found)
        return None

    def _read(self, key: ApiKey, conversation: str, span: Span) -> ConversationPartition | None:
        try:
            return self._reading.partition(key, conversation, span)
        except NotFound:
            return None


def _status_of(partition: ConversationPartition) -> AnalysisStatus:
    # An analyzer may have found nothing: what was judged has no result then, and waits for none.
    judged = partition.judges({message.key for message in partition.messages})[0]
    statuses = [(message, _status(partition, message, judged)) for message in partition.messages]
    return AnalysisStatus(conversation=partition.conversation, messages=statuses, more=partition.more)


def _status(partition: ConversationPartition, message: Message, judged: Collection[str]) -> str:
    if not is_judged(message):
        return SKIPPED
    if message.key in judged:
        return COMPLETE
    return FAILED if partition.conversation.analysis_failed is not None else PENDING
