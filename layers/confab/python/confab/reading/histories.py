"""Reading whole conversations by the ids that callers gave them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Final

from confab.capture.reach import reach_of, unknown
from confab.domain.conversation import Conversation
from confab.domain.statistics import TOTAL
from confab.domain.web_access import View
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.storage.credentials import CredentialStore
from confab.storage.histories import HistoryStore
from confab.storage.list_pages import ListPage, PageEntry, Position
from confab.storage.list_walks import ListWalks
from confab.storage.lists import ConversationLists
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import PartitionReader
from confab.storage.statistics import StatisticsStore
from confab.storage.transcripts import FIRST_PAGE, Span
from confab.storage.values import Place

READ_AHEAD: Final = 8
"""How many conversations of a page are read side by side."""
MESSAGES_AHEAD: Final = 2_000
"""How many messages they have together: reading more than one large conversation at a time gains nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """A page of conversations, each with its first messages, read as they are asked for; and how many there are in all.

    Attributes:
        conversations: each with how many steps of the walk are taken with it.
        walked: the page as the list has it.
    """

    conversations: Iterator[tuple[int, ConversationPartition]]
    walked: ListPage
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReads:
    """The stores that the reading of histories rests on."""

    partitions: PartitionReader
    histories: HistoryStore
    conversations: ConversationLists
    walks: ListWalks
    credentials: CredentialStore
    statistics: StatisticsStore


class ReadHistories:
    """Finds conversations by the caller's ids or by Confab's, and reads and lists them with all their fields.

    Args:
        stores: the stores.
        pool: runs reads side by side.
        now: the clock.
    """

    def __init__(
        self,
        stores: HistoryReads,
        pool: Executor,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._partitions = stores.partitions
        self._histories = stores.histories
        self._conversations = stores.conversations
        self._walks = stores.walks
        self._now = now
        self._credentials = stores.credentials
        self._statistics = stores.statistics

    def find(self, key: ApiKey, wanted: str, span: Span = FIRST_PAGE) -> ConversationPartition:
        """A part of the conversation of an id: the caller's own first, then the service's.

        Raises:
            NotFound: there is none among those that the key is shown.
        """
        reach = reach_of(key)
        for place in self._likely(key, wanted):
            stored = self._partitions.read(place, span)
            if stored.readable and reach.view(stored.conversation, wanted) is not View.NOTHING:
                return stored
        raise unknown()

    def shown_place(self, key: ApiKey, wanted: str) -> Place:
        """Chatbot and conversation of an id, as ``find``.

        Raises:
            NotFound: there is none among those that the key is shown.
        """
        reach = reach_of(key)
        for place, row in self._rows(key, wanted).items():
            if reach.view(row, wanted) is not View.NOTHING:
                return place
        raise unknown()

    def find_row(self, key: ApiKey, wanted: str) -> Conversation:
        """The row of the conversation of an id, as ``find``, for something to be added to it.

        Raises:
            NotFound: there is none among those that the key reaches.
        """
        reach = reach_of(key)
        for row in self._rows(key, wanted).values():
            if reach.writes(row, wanted):
                return row
        raise unknown()

    def named(self, key: ApiKey, wanted: str) -> list[Place]:
        """The conversation that ``find`` finds by an id, and the one that browsers' keys began under the same id.

        Empty when there is none for readers among those that the key reaches.
        """
        rows = self._rows(key, wanted)
        return [place for number, (place, row) in enumerate(rows.items()) if number == 0 or row.web]

    def maybe_erased(self, key: ApiKey, wanted: str) -> list[Place]:
        """Where a conversation of an id may be that nobody reads, because it is being erased."""
        return [place for chatbot in self._chatbots(key) for place in reach_of(key).places(chatbot, wanted)]

    def _likely(self, key: ApiKey, wanted: str) -> list[Place]:
        """Where a conversation of an id may be; those that need not be read are left out where that is worth it."""
        reach = reach_of(key)
        if not reach.web and key.chatbot_id != EVERY_CHATBOT:
            return reach.places(key.chatbot_id, wanted)
        rows = self._rows(key, wanted).items()
        return [place for place, row in rows if reach.view(row, wanted) is not View.NOTHING]

    def _rows(self, key: ApiKey, wanted: str) -> dict[Place, Conversation]:
        """The conversations that an id may mean, the likeliest first."""
        of_each = [reach_of(key).places(chatbot, wanted) for chatbot in self._chatbots(key)]
        places = [place for alike in zip(*of_each, strict=True) for place in alike]
        found = self._conversations.heads(places, consistent=True)
        return {place: found[place] for place in places if place in found}

    def find_external(self, key: ApiKey, external_id: str) -> ConversationPartition:
        """The first page of the conversation that has an external id; of several the one that got it last.

        Raises:
            NotFound: there is none among those that the key reaches.
        """
        for chatbot in self._chatbots(key):
            for conversation in self._histories.external(chatbot, external_id):
                stored = self._partitions.read((chatbot, conversation), FIRST_PAGE)
                if stored.readable:
                    return stored
        raise unknown()

    def page(self, key: ApiKey, *, offset: int, limit: int, position: Sequence[str] | None = None) -> HistoryPage:
        """A page of conversations with the first messages of each, the last changed first.

        Its cost is linear in the offset.

        Args:
            position: where the page before ended, as its cursor keeps it; then the offset does not count.
        """
        chatbots = self._chatbots(key)
        # A conversation that the consumer counts between these two reads is in both for this one answer.
        uncounted = self._conversations.count_uncounted(chatbots)
        counted = self._statistics.sums(chatbots, TOTAL)[TOTAL]["conversations"]
        now = self._now()
        at = None if position is None else Position.of(position)
        walked = self._walks.active(chatbots, at, limit, now, offset=0 if at else offset)
        return HistoryPage(conversations=self._read(walked.steps), walked=walked, total=uncounted + counted)

    def _read(self, steps: Sequence[PageEntry]) -> Iterator[tuple[int, ConversationPartition]]:
        there = [(number, step.row) for number, step in enumerate(steps, 1) if step.row is not None]
        while there:
            ahead = there[: _read_ahead([row for _, row in there])]
            del there[: len(ahead)]
            loaded = self._pool.map(
                lambda each: self._partitions.read((each[1].chatbot_id, each[1].id), FIRST_PAGE), ahead
            )
            for (number, _), stored in zip(ahead, loaded, strict=True):
                if stored.readable:
                    yield number, stored

    def _chatbots(self, key: ApiKey) -> list[str]:
        if key.chatbot_id != EVERY_CHATBOT:
            return [key.chatbot_id]
        return self._credentials.chatbot_ids(key.workspace_id)


def _read_ahead(rows: Sequence[Conversation]) -> int:
    """How many of these conversations are read side by side; at least one."""
    together = accumulate(row.message_count for row in rows[:READ_AHEAD])
    return max(1, sum(messages <= MESSAGES_AHEAD for messages in together))
