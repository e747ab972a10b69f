"""Scores for those who read: lists, and figures by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from confab.domain.corrections import AGREED, COUNT, REVIEWED, Comparison, kind_of
from confab.domain.feedback import KINDS
from confab.domain.scores import CATEGORICAL, END_USER, MILLIONTHS, NUMERIC, SCORE, SOURCES, Bucket, sum_counter
from confab.domain.statistics import feedback_counter
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.reading.conversations import reached_chatbots
from confab.storage.credentials import CredentialStore
from confab.storage.score_lists import FEEDBACK, Position, ScoreFilter, ScoreLists, ScorePage
from confab.storage.statistics import StatisticsStore
from confab.storage.values import Place

Pairs = Counter[tuple[str, str]]


@dataclass(slots=True)
class ScoreFigures:
    """The figures of the scores of one name and type in a range of days.

    Attributes:
        buckets: how many scores are in each.
        sources: how many each source gave.
        days: how many were given on each day.
        total: the sum of the numbers; 0 for other types.
    """

    name: str
    data_type: str
    buckets: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    total: float = 0.0

    @property
    def count(self) -> int:
        """How many scores there are."""
        return self.sources.total()

    @property
    def in_order(self) -> list[tuple[str, int]]:
        """The buckets with their counts: of numbers in their order, of others those of most scores first."""
        if self.data_type == NUMERIC:
            return sorted(self.buckets.items(), key=lambda bucket: float(bucket[0]))
        return sorted(self.buckets.items(), key=lambda bucket: (-bucket[1], bucket[0]))

    @property
    def mean(self) -> float | None:
        """The mean of the numbers; None for other types, and where there are none."""
        return self.total / self.count if self.data_type == NUMERIC and self.count else None


@dataclass(frozen=True, slots=True)
class FindingAgreement:
    """How far an analyzer, and people, agree with people about one kind of finding.

    Attributes:
        on: ``user`` or ``assistant`` for messages of that role, or ``conversation``.
        kind: of the finding.
        judged: how often the analyzer said the first and a person the second.
        reviewed: how often one person said the first and another one the second, of the same.
    """

    on: str
    kind: str
    judged: Pairs
    reviewed: Pairs


class ReadScores:
    """Lists scores, and reads their figures.

    Args:
        lists, credentials, statistics: the stores.
        find_place: finds the place of a conversation by an id that a caller knows.
    """

    def __init__(
        self,
        lists: ScoreLists,
        credentials: CredentialStore,
        statistics: StatisticsStore,
        find_place: Callable[[ApiKey, str], Place],
    ) -> None:
        self._lists = lists
        self._credentials = credentials
        self._statistics = statistics
        self._find_place = find_place

    def page(
        self,
        key: ApiKey,
        wanted: ScoreFilter,
        *,
        limit: int,
        conversation_id: str | None = None,
        chatbot_id: str | None = None,
        position: Sequence[str] | None = None,
    ) -> ScorePage:
        """A page of the scores that a key reaches, the newest first.

        Args:
            conversation_id: only those of this conversation and of its messages.
            chatbot_id: only this chatbot's.
            position: where the page before ended.

        Raises:
            NotFound: the key does not reach the conversation or the chatbot.
        """
        before: Position | None = (position[0], position[1]) if position else None
        if conversation_id is not None:
            place = self._find_place(key, conversation_id)
            return self._lists.of_conversation(place, wanted, limit, before)
        return self._lists.newest(self.chatbots(key, chatbot_id), wanted, limit, before)

    def chatbots(self, key: ApiKey, chatbot_id: str | None = None) -> list[str]:
        """The chatbots that a key reaches: one of them, or all.

        Raises:
            NotFound: the key does not reach the chatbot.
        """
        if chatbot_id is None and key.chatbot_id != EVERY_CHATBOT:
            return [key.chatbot_id]
        return list(reached_chatbots(self._credentials, key, chatbot_id))

    def figures(self, chatbot_id: str, first: date, last: date, name: str | None = None) -> list[ScoreFigures]:
        """The figures of the scores of a range of days by name and type, those of most scores first.

        Args:
            name: only those of this name.
        """
        found: dict[tuple[str, str], ScoreFigures] = {}
        for statistic, counters in self._statistics.of_days(chatbot_id, SCORE, first, last).items():
            bucket = Bucket.of(statistic)
            if name in (None, bucket.name):
                _add(found, bucket, counters)
        if name in (None, FEEDBACK):
            for day, counters in self._statistics.days(chatbot_id, first, last).items():
                for kind in KINDS:
                    if number := counters.get(feedback_counter(kind), 0):
                        _add(found, Bucket(day.isoformat(), CATEGORICAL, FEEDBACK, kind), {END_USER: number})
        return sorted(found.values(), key=lambda each: (-each.count, each.name, each.data_type))

    def agreement(self, chatbot_id: str, first: date, last: date) -> list[FindingAgreement]:
        """How far the analysis agrees with the corrections of a range of days, by kind of finding."""
        judged = self._pairs(chatbot_id, AGREED, first, last)
        reviewed = self._pairs(chatbot_id, REVIEWED, first, last)
        return [
            FindingAgreement(on, kind, judged.get((on, kind), Counter()), reviewed.get((on, kind), Counter()))
            for on, kind in sorted(judged.keys() | reviewed.keys())
        ]

    def _pairs(self, chatbot_id: str, prefix: str, first: date, last: date) -> Mapping[tuple[str, str], Pairs]:
        found: defaultdict[tuple[str, str], Pairs] = defaultdict(Counter)
        for statistic, counters in self._statistics.of_days(chatbot_id, prefix, first, last).items():
            compared = Comparison.of(statistic)
            found[compared.on, kind_of(compared.finding)][compared.first, compared.second] += counters[COUNT]
        return found


def _add(found: dict[tuple[str, str], ScoreFigures], bucket: Bucket, counters: Mapping[str, int]) -> None:
    figures = found.setdefault((bucket.name, bucket.data_type), ScoreFigures(bucket.name, bucket.data_type))
    number = sum(counters.get(source, 0) for source in SOURCES)
    if not number:
        return
    figures.buckets[bucket.bucket] += number
    figures.days[date.fromisoformat(bucket.day)] += number
    for source in SOURCES:
        if counters.get(source):
            figures.sources[source] += counters[source]
        figures.total += counters.get(sum_counter(source), 0) / MILLIONTHS


def last_days(now: datetime, days: int) -> tuple[date, date]:
    """The first and the last of the days up to a time, that day included."""
    last = now.date()
    return last - timedelta(days=days - 1), last
