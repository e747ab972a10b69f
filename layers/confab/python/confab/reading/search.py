"""Search: finding conversations by user, organization, channel, topic, flag, label or outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.domain.topics import Topic, by_id
from confab.reading.filters import Filters
from confab.reading.search_index import SearchIndex
from confab.storage.clocks import index_time
from confab.storage.entries import conversation_of
from confab.storage.lists import ConversationLists
from confab.storage.topics import TopicStore

AT_A_TIME: Final = 100
ROUNDS: Final = 5
"""How often a request reads on where rows do not fill its page; after that the next request goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """A page of conversations, those that began last first.

    Attributes:
        position: where the next page begins; None at the end.
        topics: the chatbot's topics by id.
    """

    conversations: Sequence[Conversation]
    position: str | None
    topics: Mapping[str, Topic]


class FindConversations:
    """Finds analysed conversations that match all filters, page by page; a request reads a bounded number of rows.

    Args:
        search_index, conversations, topics: the stores.
    """

    def __init__(self, search_index: SearchIndex, conversations: ConversationLists, topics: TopicStore) -> None:
        self._search_index = search_index
        self._conversations = conversations
        self._topics = topics

    def __call__(self, chatbot: Chatbot, filters: Filters, position: str | None, limit: int) -> SearchPage:
        """A page of the conversations that were analysed and have what is asked for; probes are not among them.

        It walks the entries of the most selective filter and looks at the rows for the others.

        Args:
            position: where the page before ended; None for the first page.
        """
        rows, position = self._walk(chatbot.id, filters, position, limit)
        topics = by_id(self._topics.found(chatbot.id), chatbot.topics) if any(row.topics for row in rows) else {}
        return SearchPage(conversations=rows, position=position, topics=topics)

    def _walk(
        self, chatbot_id: str, filters: Filters, position: str | None, limit: int
    ) -> tuple[list[Conversation], str | None]:
        term = filters.by_selectivity()[0]
        since = "" if filters.since is None else index_time(filters.since)
        until = None if filters.until is None else index_time(filters.until)
        before = position or until
        at_a_time = AT_A_TIME if filters.need_rows else limit
        rows: dict[str, Conversation] = {}
        for _ in range(ROUNDS):
            run = self._search_index.newest(chatbot_id, term, since=since, before=before, limit=at_a_time + 1)
            # An entry that moves between two reads of its partition may be in both.
            ids = dict.fromkeys(conversation_of(sk) for sk in run[:at_a_time])
            found = self._rows(chatbot_id, ids, filters)
            for sk in run[:at_a_time]:
                before = sk
                row = found.get(conversation_of(sk))
                if row is not None and filters.admit(row):
                    rows[row.id] = row
                if len(rows) == limit:
                    return list(rows.values()), None if sk == run[-1] else before
            if len(run) <= at_a_time:
                return list(rows.values()), None
        return list(rows.values()), before

    def _rows(self, chatbot_id: str, ids: Iterable[str], filters: Filters) -> dict[str, Conversation]:
        """Some conversations by their ids, with all that the filters look at.

        A row that was analysed before rows said what its messages are is read together with its state.
        """
        heads = self._conversations.heads([(chatbot_id, conversation) for conversation in ids])
        rows = {conversation: row for (_, conversation), row in heads.items()}
        if filters.of_messages:
            silent = [conversation for conversation, row in rows.items() if row.found is None]
            for conversation, found in self._search_index.found(chatbot_id, silent).items():
                rows[conversation] = replace(rows[conversation], found=found)
        return rows
