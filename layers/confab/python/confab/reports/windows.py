"""The figures of the conversations that began in a window of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final

from confab.domain.analysed_conversation import ALL, TOPICS
from confab.domain.statistics import ALL_TIME, TOPIC, Contribution, Counters, added, week_of
from confab.reading.search_index import SearchIndex
from confab.storage.clocks import index_time
from confab.storage.entries import conversation_of
from confab.storage.statistics import StatisticsStore

MAX_READ: Final = 1000
"""How many conversations of a window are read one by one; those of a larger one are counted by day."""
EXAMPLES_OF: Final = 250
"""Of how many conversations, those that began last, examples of a window are chosen that is counted by day."""
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time (UTC); its end is not in it."""

    since: datetime
    until: datetime

    @property
    def before(self) -> Window:
        """The stretch before it, as long."""
        return Window(self.since - (self.until - self.since), self.since)

    @property
    def whole_days(self) -> Window:
        """The whole UTC days nearest to it: as many as it lasts, and one at least."""
        days = max(round((self.until - self.since) / DAY), 1)
        middle = self.since + (self.until - self.since) / 2
        first = (middle - days * DAY / 2 + DAY / 2).date()
        since = datetime.combine(first, time(), UTC)
        return Window(since, since + days * DAY)

    @property
    def weeks(self) -> list[str]:
        """The ISO weeks that it touches, oldest first."""
        first, last = self.since.date(), (self.until - timedelta(microseconds=1)).date()
        days = range((last - first).days + 1)
        return list(dict.fromkeys(week_of(first + timedelta(days=number)) for number in days))


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFigures:
    """The figures of a window.

    Attributes:
        window: what they are of; whole UTC days where there were too many conversations to read one by one.
        counters: of the conversations that began in it; of whole days also those of messages by their own day.
        topics: the same by topic; of whole days those of the ISO weeks that the window touches.
        conversations: what each of the conversations that began last adds, the last one first.
        exact: whether each conversation was read.
    """

    window: Window
    counters: Counters
    topics: Mapping[str, Counters]
    conversations: Mapping[str, Contribution] = field(default_factory=dict)
    exact: bool


class ReadWindows:
    """Reads figures of windows: of each conversation where there are few, else of days.

    Args:
        search_index: finds the conversations of a window and what each adds to the statistics.
        statistics: the counters of days.
        most: how many conversations of a window are read one by one.
    """

    def __init__(self, search_index: SearchIndex, statistics: StatisticsStore, *, most: int = MAX_READ) -> None:
        self._search_index = search_index
        self._statistics = statistics
        self._most = most

    def __call__(self, chatbot_id: str, window: Window) -> WindowFigures:
        """The figures of a window."""
        found = self.exact(chatbot_id, window)
        return found if found is not None else self._by_day(chatbot_id, window.whole_days)

    def pair(self, chatbot_id: str, window: Window, before: Window) -> tuple[WindowFigures, WindowFigures]:
        """The figures of a window and of the one before it, both read in the same way."""
        found, earlier = self.exact(chatbot_id, window), self.exact(chatbot_id, before)
        if found is not None and earlier is not None:
            return found, earlier
        days = window.whole_days
        last = self._by_day(chatbot_id, days)
        return last, self._by_day(chatbot_id, days.before)

    def exact(self, chatbot_id: str, window: Window) -> WindowFigures | None:
        """The figures of the conversations that began in a window, each read; None where there are too many."""
        ids = self._began_in(chatbot_id, window, self._most + 1)
        if len(ids) > self._most:
            return None
        contributions = self._search_index.contributions(chatbot_id, ids)
        return WindowFigures(
            window=window,
            counters=added(each.get(ALL_TIME, {}) for each in contributions.values()),
            topics=_topics_of(contributions.values()),
            conversations=contributions,
            exact=True,
        )

    def about(self, chatbot_id: str, topic: str, window: Window) -> int:
        """How many conversations about a topic began in a window, whatever the number."""
        return self._search_index.count(chatbot_id, (TOPICS, topic), window.since, window.until)

    def _by_day(self, chatbot_id: str, window: Window) -> WindowFigures:
        days = self._statistics.days(chatbot_id, window.since.date(), (window.until - DAY).date())
        weeks = window.weeks
        topics: dict[str, Counter[str]] = {}
        for (_, topic), counters in self._statistics.topics(chatbot_id, weeks[0], weeks[-1]).items():
            topics.setdefault(topic, Counter()).update(counters)
        latest = self._began_in(chatbot_id, window, EXAMPLES_OF)
        return WindowFigures(
            window=window,
            counters=added(days.values()),
            topics=topics,
            conversations=self._search_index.contributions(chatbot_id, latest),
            exact=False,
        )

    def _began_in(self, chatbot_id: str, window: Window, most: int) -> Sequence[str]:
        entries = self._search_index.newest(
            chatbot_id, (ALL, ""), since=index_time(window.since), before=index_time(window.until), limit=most
        )
        return list(dict.fromkeys(map(conversation_of, entries)))


def _topics_of(contributions: Iterable[Contribution]) -> dict[str, Counter[str]]:
    topics: dict[str, Counter[str]] = {}
    for contribution in contributions:
        for name, counters in contribution.items():
            if name.startswith(TOPIC):
                topics.setdefault(name.split("#", 2)[2], Counter()).update(counters)
    return topics
