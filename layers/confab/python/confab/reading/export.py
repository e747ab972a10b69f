"""Export: every conversation that a search finds, whole, in the order of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.domain.topics import Topic, by_id
from confab.platform.errors import ExportTooLarge
from confab.reading.filters import Filters
from confab.reading.search import FindConversations
from confab.storage.conversation_parts import AHEAD, ConversationPart, read_parts
from confab.storage.partition import ConversationPartition
from confab.storage.partition_reader import PartitionReader
from confab.storage.topics import TopicStore

PAGE: Final = 100
"""Conversations that are looked for at a time."""
SIDE_BY_SIDE: Final = 10
"""Conversations that are read at a time; each takes 3 MB of memory at most."""
MAX_DIRECT: Final = 5_000_000
"""Bytes of an export that one answer holds."""


@dataclass(frozen=True, slots=True)
class ExportedConversation:
    """A conversation that is exported.

    Attributes:
        conversation: its row.
        parts: its messages, feedback and events; to be read once, in order.
        topics: the chatbot's topics by id.
    """

    conversation: Conversation
    parts: Iterator[ConversationPart]
    topics: Mapping[str, Topic]


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Some of what is exported.

    Attributes:
        position: where the next page begins; None at the end.
    """

    conversations: Iterator[ExportedConversation]
    position: str | None


@dataclass(frozen=True, slots=True)
class Format:
    """A format of exports.

    Attributes:
        content_type: of the file.
        extension: of the file's name, without the dot.
        header: what a file of a chatbot begins with; empty for nothing.
        lines: a conversation as lines, each with its end.
    """

    content_type: str
    extension: str
    header: Callable[[Chatbot], str]
    lines: Callable[[ExportedConversation, Chatbot], Iterator[str]]


class ExportConversations:
    """Exports conversations: those that the list of ``FindConversations`` has, in its order, each once.

    Args:
        find: lists the conversations.
        partitions: reads them.
        topics: knows the topics' names.
        side_by_side: applies a function to several values, side by side.
    """

    def __init__(
        self,
        find: FindConversations,
        partitions: PartitionReader,
        topics: TopicStore,
        side_by_side: Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]],
    ) -> None:
        self._find = find
        self._partitions = partitions
        self._topics = topics
        self._side_by_side = side_by_side

    def page(
        self,
        chatbot: Chatbot,
        filters: Filters,
        position: str | None,
        topics: Mapping[str, Topic],
        limit: int = PAGE,
    ) -> ExportPage:
        """The conversations of one page of the list.

        Args:
            position: where the page before ended; None for the first page.
            topics: the chatbot's topics by id.
            limit: how many conversations at most.
        """
        found = self._find(chatbot, filters, position, limit)
        return ExportPage(self._whole(found.conversations, topics), found.position)

    def topics(self, chatbot: Chatbot) -> dict[str, Topic]:
        """The chatbot's topics by id."""
        return by_id(self._topics.found(chatbot.id), chatbot.topics)

    def every(self, chatbot: Chatbot, filters: Filters) -> Iterator[ExportedConversation]:
        """All of them, read as they are asked for."""
        topics, position = self.topics(chatbot), None
        seen: set[str] = set()
        while True:
            page = self.page(chatbot, filters, position, topics)
            for one in page.conversations:
                # One that got an older message while the list was read stands in it twice.
                if one.conversation.id not in seen:
                    seen.add(one.conversation.id)
                    yield one
            position = page.position
            if position is None:
                return

    def text(self, chatbot: Chatbot, filters: Filters, form: Format, has_time: Callable[[], bool]) -> str:
        """The whole export as one text.

        Args:
            has_time: whether there is time for more.

        Raises:
            ExportTooLarge: it has more than ``MAX_DIRECT`` bytes, or would take too long.
        """
        lines = [form.header(chatbot)]
        size = len(lines[0].encode())
        for one in self.every(chatbot, filters):
            for line in form.lines(one, chatbot):
                size += len(line.encode())
                if size > MAX_DIRECT or not has_time():
                    raise ExportTooLarge(chatbot.id)
                lines.append(line)
        return "".join(lines)

    def _whole(self, rows: Sequence[Conversation], topics: Mapping[str, Topic]) -> Iterator[ExportedConversation]:
        for start in range(0, len(rows), SIDE_BY_SIDE):
            places = [(row.chatbot_id, row.id) for row in rows[start : start + SIDE_BY_SIDE]]
            first: list[ConversationPartition] = list(
                self._side_by_side(lambda place: self._partitions.read(place, AHEAD), places)
            )
            for place, stored in zip(places, first, strict=True):
                if stored.readable:
                    parts = (part for _, part in read_parts(self._partitions, place, first=stored))
                    yield ExportedConversation(stored.conversation, parts, topics)
