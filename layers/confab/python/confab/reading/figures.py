"""Analytics: the statistics of the chatbots that a key reaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from confab.domain.statistics import ALL_TIME, Counters, added, day_statistic
from confab.platform.credentials import ApiKey
from confab.reading.conversations import reached_chatbots
from confab.storage.credentials import CredentialStore
from confab.storage.statistics import StatisticsStore


@dataclass(frozen=True, slots=True)
class Overview:
    """The counters of all time and of today (UTC); probes are in neither."""

    all_time: Counters
    today: Counters


@dataclass(frozen=True, slots=True)
class Period:
    """The counters of some UTC days.

    Attributes:
        first, last: both included.
        by_day: of the days that have any, in order.
    """

    first: date
    last: date
    by_day: Mapping[date, Counters]

    @property
    def total(self) -> Counters:
        """The counters of all days together."""
        return added(self.by_day.values())


class ReadFigures:
    """Reads the figures of one chatbot, or of all that a key reaches, from statistics only, never from conversations.

    Args:
        now: the clock; days are UTC days.
    """

    def __init__(
        self, statistics: StatisticsStore, credentials: CredentialStore, *, now: Callable[[], datetime]
    ) -> None:
        self._statistics = statistics
        self._credentials = credentials
        self._now = now

    def overview(self, key: ApiKey, chatbot_id: str | None) -> Overview:
        """The figures of one chatbot, or of all that the key reaches: eight items a chatbot.

        Raises:
            NotFound: the key does not reach the chatbot.
        """
        chatbots = reached_chatbots(self._credentials, key, chatbot_id)
        today = day_statistic(self._now().date())
        sums = self._statistics.sums(list(chatbots), ALL_TIME, today)
        return Overview(sums[ALL_TIME], sums[today])

    def days(self, key: ApiKey, chatbot_id: str, days: int) -> Mapping[date, Counters]:
        """The figures of a chatbot's last days, today included; days without messages are left out.

        Raises:
            NotFound: the key does not reach the chatbot.
        """
        reached_chatbots(self._credentials, key, chatbot_id)
        return self.period(chatbot_id, days).by_day

    def period(self, chatbot_id: str, days: int) -> Period:
        """The figures of a chatbot's last days, today included: an item for each day and shard."""
        last = self._now().date()
        first = last - timedelta(days=days - 1)
        return Period(first, last, self._statistics.days(chatbot_id, first, last))
