"""How far the analysis of a conversation has come, message by message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from confab.domain.conversation import Conversation
from confab.domain.judged import is_judged
from confab.domain.message import Message
from confab.platform.credentials import ApiKey
from confab.platform.errors import NotFound
from confab.reading.conversations import ReadConversations
from confab.storage.chatbot_lookup import Chatbots
from confab.storage.partition import ConversationPartition
from confab.storage.transcripts import Span

COMPLETE: Final = "complete"
PENDING: Final = "pending"
FAILED: Final = "failed"
SKIPPED: Final = "skipped"
"""Of a message that no analyzer judges: it has no words, neither the user nor the assistant wrote it, or it was
imported without analysis."""


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
    """Reads how far the analysis of a conversation has come.

    Args:
        reading: finds conversations.
        chatbots: says which chatbots a key reaches.
    """

    def __init__(self, reading: ReadConversations, chatbots: Chatbots) -> None:
        self._reading = reading
        self._chatbots = chatbots

    def __call__(self, key: ApiKey, named: str, chatbot_id: str | None, span: Span) -> AnalysisStatus | None:
        """The status of a conversation, and of a part of its messages; None when the key reaches no such conversation.

        Args:
            named: Confab's id of it, or the caller's own.
            chatbot_id: the chatbot that has it; None for whichever has.

        Raises:
            InvalidRequest: several chatbots of the key have a conversation of the caller's id.
            NotFound: the key does not reach the chatbot.
        """
        if chatbot_id is not None:
            self._chatbots.reached(key, chatbot_id)
        try:
            return _status_of(self._reading.partition(key, named, span, chatbot_id))
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
    if not message.judge:
        return SKIPPED
    return FAILED if partition.conversation.analysis_failed is not None else PENDING
