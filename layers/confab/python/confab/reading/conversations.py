"""Reading: a page of conversations, and one conversation with its messages and their results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.domain.feedback import Event
from confab.domain.identity import is_uuid
from confab.domain.message import Message
from confab.domain.results import MessageResult
from confab.domain.statistics import TOTAL
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import NotFound
from confab.storage.conversation_lookup import ConversationLookup
from confab.storage.credentials import CredentialStore
from confab.storage.list_pages import Position
from confab.storage.list_walks import ListWalks
from confab.storage.lists import ConversationLists
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import PartitionReader
from confab.storage.statistics import StatisticsStore
from confab.storage.transcripts import FIRST_PAGE, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of conversations and how many there are in all.

    Attributes:
        chatbots: the chatbots of the conversations, by id.
        position: where the next page begins; None at the end.
    """

    conversations: Sequence[Conversation]
    chatbots: Mapping[str, Chatbot]
    total: int
    position: Position | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A conversation with a part of its messages in transcript order, their results by message key, and its events.

    Attributes:
        events: by time, of all of the conversation.
        count: how many messages the conversation has.
        first_at, last_at: when its first and its last message were written; None when it has none.
        more: whether there are messages after these.
    """

    conversation: Conversation
    messages: Sequence[Message]
    message_results: Mapping[str, MessageResult]
    events: Sequence[Event]
    count: int
    first_at: datetime | None
    last_at: datetime | None
    more: bool


class ReadConversations:
    """Lists the conversations that a key reaches, and reads one of them with messages and results, a part at a time.

    Args:
        conversations, partitions, walks, credentials, statistics: the stores.
        lookup: where a conversation is that a caller names.
        now: the clock.
    """

    def __init__(
        self,
        conversations: ConversationLists,
        partitions: PartitionReader,
        walks: ListWalks,
        credentials: CredentialStore,
        statistics: StatisticsStore,
        lookup: ConversationLookup,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._conversations = conversations
        self._partitions = partitions
        self._walks = walks
        self._now = now
        self._credentials = credentials
        self._statistics = statistics
        self._lookup = lookup

    def page(
        self,
        key: ApiKey,
        chatbot_id: str | None,
        *,
        page: int,
        limit: int,
        position: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page:
        """A page of the conversations that a key reaches, newest activity first.

        Args:
            chatbot_id: only this chatbot's; None for all that the key reaches.
            page: from 1; does not count where there is a position.
            position: where the page before ended, as its cursor keeps it.
            since, until: only those with their last activity from ``since`` on and before ``until``; None for no bound.

        Raises:
            NotFound: the key does not reach the chatbot.
        """
        chatbots = reached_chatbots(self._credentials, key, chatbot_id)
        ids = list(chatbots)
        bounded = since is not None or until is not None
        total = self._conversations.count(ids, since, until) if bounded else self._count(ids)
        now = self._now()
        at = None if position is None else Position.of(position)
        offset = 0 if at else (page - 1) * limit
        walked = self._walks.active(ids, at, limit, now, offset=offset, since=since, until=until)
        if at is None and not walked.more and (walked.rows or offset == 0):
            # The end of the list was seen: it holds what it showed, whatever is being counted at this moment.
            total = offset + len(walked.rows)
        return Page(conversations=walked.rows, chatbots=chatbots, total=total, position=walked.position)

    def _count(self, chatbot_ids: Sequence[str]) -> int:
        """How many conversations there are, at the same cost whatever the number."""
        # A conversation that the consumer counts between these two reads is in both for this one answer.
        uncounted = self._conversations.count_uncounted(chatbot_ids)
        return uncounted + self._statistics.sums(chatbot_ids, TOTAL)[TOTAL]["conversations"]

    def transcript(self, key: ApiKey, named: str, span: Span = FIRST_PAGE, chatbot_id: str | None = None) -> Transcript:
        """One conversation with a part of its messages.

        Args:
            named: Confab's id of it, or the caller's own.
            chatbot_id: the chatbot that has it; None for whichever has.

        Raises:
            InvalidRequest: several chatbots of the key have a conversation of the caller's id.
            NotFound: there is no such conversation among those that the key reaches.
        """
        partition = self.partition(key, named, span, chatbot_id)
        return Transcript(
            conversation=partition.conversation,
            messages=partition.messages,
            message_results=partition.message_results(),
            events=partition.events,
            count=partition.message_count,
            first_at=partition.first_at,
            last_at=partition.last_at,
            more=partition.more,
        )

    def partition(self, key: ApiKey, named: str, span: Span, chatbot_id: str | None = None) -> ConversationPartition:
        """A part of a conversation with what belongs to it.

        Args:
            named: Confab's id of it, or the caller's own.
            chatbot_id: the chatbot that has it; None for whichever has.

        Raises:
            InvalidRequest: several chatbots of the key have a conversation of the caller's id.
            NotFound: there is no such conversation among those that the key reaches.
        """
        for place in self._lookup.places(key, named, chatbot_id):
            partition = self._partitions.read(place, span)
            if partition is not None and partition.readable:
                return partition
        raise NotFound("There is no such conversation.")

    def message(self, conversation: Conversation, key: str) -> Message | None:
        """Who wrote a message and when, by its key; None when it is gone."""
        return self._partitions.message((conversation.chatbot_id, conversation.id), key)


def reached_chatbots(credentials: CredentialStore, key: ApiKey, chatbot_id: str | None) -> dict[str, Chatbot]:
    """The chatbots that a key reaches, by id: one of them, or all.

    Raises:
        NotFound: the key does not reach the chatbot that was asked for.
    """
    if chatbot_id is not None:
        wanted = [chatbot_id]
    elif key.chatbot_id != EVERY_CHATBOT:
        wanted = [key.chatbot_id]
    else:
        wanted = credentials.chatbot_ids(key.workspace_id)
    found = [credentials.chatbot(one) for one in wanted if key.reaches(one) and is_uuid(one)]
    chatbots = {bot.id: bot for bot in found if bot is not None and bot.workspace_id == key.workspace_id}
    if chatbot_id is not None and not chatbots:
        raise NotFound("There is no such chatbot.")
    return chatbots
