"""Recount: compute a chatbot's statistics from its conversations, and say where the stored ones differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from confab.analysis.consumer import counted_of
from confab.analysis.store import AnalysisStore, BeingErased
from confab.domain.statistics import KEPT_PREFIX, Counters
from confab.storage.analysis_requests import EnqueueAnalysis
from confab.storage.conversations import ConversationStore
from confab.storage.counting import NOTHING, CountingState
from confab.storage.statistics import StatisticsStore


@dataclass(frozen=True, slots=True)
class Difference:
    """A statistic that differs from the sum over the conversations.

    Attributes:
        stored, recounted: its counters, those that differ.
    """

    statistic: str
    stored: Counters
    recounted: Counters


@dataclass(slots=True)
class Recount:
    """The outcome for a chatbot.

    Attributes:
        conversations: how many were read.
        waiting: how many of them wait for the consumer; they count as they were last counted.
        stale: those that do not wait and yet count otherwise than their messages say.
        differences: statistics that differ from the sum of the conversations.
    """

    conversations: int = 0
    waiting: int = 0
    stale: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """Whether everything agrees."""
        return not self.stale and not self.differences


class RecountStatistics:
    """Computes a chatbot's statistics from its conversations, compares them, and corrects them only when asked to.

    Args:
        conversations, analyses, statistics: the stores.
        enqueue_analysis: queues a conversation that is to be counted again.
        now: the clock.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        analyses: AnalysisStore,
        statistics: StatisticsStore,
        enqueue_analysis: EnqueueAnalysis,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._conversations = conversations
        self._analyses = analyses
        self._statistics = statistics
        self._enqueue_analysis = enqueue_analysis
        self._now = now

    def total(self, chatbot_id: str) -> int:
        """How many conversations there are to read, about."""
        return sum(1 for _ in self._conversations.every(chatbot_id))

    def __call__(self, chatbot_id: str, step: Callable[[], None] = lambda: None) -> Recount:
        """Compare what is stored with what the conversations make.

        The walk takes time and is no snapshot: what is counted meanwhile may show as a difference. So a difference
        counts only when a second walk, right after the first, finds the same.

        Args:
            step: called after each conversation of the first walk.
        """
        first = self._walk(chatbot_id, step)
        if first.exact:
            return first
        second = self._walk(chatbot_id)
        first.stale = [conversation for conversation in first.stale if conversation in second.stale]
        first.differences = [difference for difference in first.differences if difference in second.differences]
        return first

    def mend(self, chatbot_id: str, found: Recount) -> None:
        """Let the consumer count stale conversations again, and make the statistics the sum of the conversations."""
        for conversation in found.stale:
            if self._conversations.await_analysis(chatbot_id, conversation, self._now()):
                self._enqueue_analysis(chatbot_id, conversation, at_once=True)
        for difference in found.differences:
            names = difference.stored.keys() | difference.recounted.keys()
            adds = {name: difference.recounted.get(name, 0) - difference.stored.get(name, 0) for name in names}
            self._statistics.add(chatbot_id, {difference.statistic: adds})

    def _walk(self, chatbot_id: str, step: Callable[[], None] = lambda: None) -> Recount:
        outcome = Recount()
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for counted in self._counted(chatbot_id, outcome):
            for statistic, counters in counted.contribution.items():
                sums[statistic].update(counters)
            step()
        stored = self._statistics.everything(chatbot_id, list(sums))
        for statistic in [name for name in stored if name.startswith(KEPT_PREFIX)]:
            sums[statistic.removeprefix(KEPT_PREFIX)].update(stored.pop(statistic))
        for statistic in sorted(sums.keys() | stored.keys()):
            difference = _difference(statistic, stored.get(statistic, {}), sums.get(statistic, {}))
            if difference is not None:
                outcome.differences.append(difference)
        return outcome

    def _counted(self, chatbot_id: str, outcome: Recount) -> Iterator[CountingState]:
        """What each conversation has added; the outcome learns of those that should have added something else."""
        for conversation in self._conversations.every(chatbot_id):
            try:
                loaded = self._analyses.load(chatbot_id, conversation)
            except BeingErased:
                loaded = None
            if loaded is None:
                yield NOTHING
                continue
            outcome.conversations += 1
            if loaded.conversation.pending_since is not None:
                outcome.waiting += 1
            elif not loaded.standing.counted.agrees(counted_of(loaded.analysed)):
                outcome.stale.append(conversation)
            yield loaded.standing.counted


def _difference(statistic: str, stored: Mapping[str, int], recounted: Mapping[str, int]) -> Difference | None:
    names: Sequence[str] = sorted(
        name for name in stored.keys() | recounted.keys() if stored.get(name, 0) != recounted.get(name, 0)
    )
    if not names:
        return None
    return Difference(
        statistic, {name: stored.get(name, 0) for name in names}, {name: recounted.get(name, 0) for name in names}
    )
