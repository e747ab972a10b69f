"""The topics of a chatbot's conversations, ranked by where better answers would help most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from confab.domain.analysed_conversation import TOPICS
from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.domain.statistics import Counters, added, week_of
from confab.domain.topics import Topic, by_id
from confab.reading.ranking import TopicFigures, direction_of, ranked
from confab.reading.search_index import SearchIndex
from confab.storage.clocks import index_time
from confab.storage.lists import ConversationLists
from confab.storage.statistics import StatisticsStore
from confab.storage.topics import TopicStore

SAMPLES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The topics of some weeks.

    Attributes:
        weeks: ISO weeks, oldest first; the last is the running one.
        topics: those with the greatest opportunity first.
        samples: the conversations of each of these topics that began last, by topic id.
        total: how many topics came up in all.
    """

    weeks: Sequence[str]
    topics: Sequence[TopicFigures]
    samples: Mapping[str, Sequence[Conversation]]
    total: int


class RankTopics:
    """Ranks the topics of a chatbot's conversations by where better answers would help most.

    It reads statistics, entries and the rows of the samples; how many does not depend on the number of conversations.

    Args:
        statistics, topics, search_index, conversations: the stores.
        now: the clock; weeks are UTC weeks.
    """

    def __init__(
        self,
        statistics: StatisticsStore,
        topics: TopicStore,
        search_index: SearchIndex,
        conversations: ConversationLists,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._statistics = statistics
        self._topics = topics
        self._search_index = search_index
        self._conversations = conversations
        self._now = now

    def __call__(self, chatbot: Chatbot, weeks: int, limit: int) -> Ranking:
        """The topics of the last weeks, the running one included.

        Args:
            limit: how many topics at most.
        """
        today = self._now().date()
        first = today - timedelta(days=today.weekday(), weeks=weeks - 1)
        names = [week_of(first + timedelta(weeks=number)) for number in range(weeks)]
        figures = ranked(self._figures(chatbot, names, today))
        shown = figures[:limit]
        return Ranking(
            weeks=names,
            topics=shown,
            samples=self._samples(chatbot.id, [each.topic.id for each in shown], first),
            total=len(figures),
        )

    def _figures(self, chatbot: Chatbot, weeks: Sequence[str], today: date) -> list[TopicFigures]:
        declared = by_id(chatbot.topics)
        known = by_id(self._topics.found(chatbot.id), chatbot.topics)
        by_topic: dict[str, dict[str, Counters]] = {}
        for (week, topic_id), counters in self._statistics.topics(chatbot.id, weeks[0], weeks[-1]).items():
            by_topic.setdefault(topic_id, {})[week] = counters
        figures: list[TopicFigures] = []
        for topic_id, by_week in by_topic.items():
            weekly = [by_week[week]["conversations"] if week in by_week else 0 for week in weeks]
            topic = known.get(topic_id, Topic(topic_id, topic_id))
            each = TopicFigures(
                topic=topic,
                parent=declared.get(topic.parent_id or ""),
                declared=topic_id in declared,
                counters=added(by_week.values()),
                weekly=weekly,
                direction=direction_of(weekly, today.isoweekday()),
            )
            figures += [each] if any(weekly) else []
        return figures

    def _samples(self, chatbot_id: str, topics: Sequence[str], first: date) -> dict[str, list[Conversation]]:
        since = index_time(datetime.combine(first, time(), UTC))
        search_terms = [(TOPICS, topic) for topic in topics]
        newest = self._search_index.newest_of_each(chatbot_id, search_terms, since=since, limit=SAMPLES)
        places = dict.fromkeys((chatbot_id, conversation) for ids in newest.values() for conversation in ids)
        rows = self._conversations.heads(list(places))
        return {
            topic: [rows[chatbot_id, conversation] for conversation in ids if (chatbot_id, conversation) in rows]
            for (_, topic), ids in newest.items()
        }
