"""Re-analysis: analyse conversations again, compare with the stored results, and only then replace them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from confab.analysis.analyzer import Analyzer, Past
from confab.analysis.consumer import Analyse, digests_of
from confab.analysis.judging import as_stored, topic_names
from confab.analysis.store import AnalysisStore, BeingErased
from confab.analysis.topics import ChatbotTopics
from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.judged import is_judged
from confab.domain.labels import label_of
from confab.domain.message import USER, Message
from confab.domain.results import Analysis, MessageResult
from confab.storage.conversations import ConversationStore
from confab.storage.results import PackedAnalysis


@dataclass(slots=True)
class Comparison:
    """How new judgements differ from the stored ones, over all conversations compared.

    Attributes:
        conversations, messages: how many were compared; ``messages`` counts the user's.
        unjudged: user messages that had no result before.
        relabelled: how many messages went from one sentiment label to another, by (old, new).
        shift: the sum of the score changes of all messages.
        flags, topics: how many messages gained (positive) or lost (negative) each.
        outcomes: how many conversations went from one outcome to another, by (old, new).
        judged_by: how many conversations were judged by which provider, model and version; with the note, if any.
    """

    conversations: int = 0
    messages: int = 0
    unjudged: int = 0
    shift: float = 0.0
    relabelled: Counter[tuple[str, str]] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    judged_by: Counter[str] = field(default_factory=Counter)

    def add(self, before: AnalysedConversation, analysis: Analysis) -> None:
        """Compare one conversation."""
        self.conversations += 1
        self.judged_by[
            " ".join(filter(None, (analysis.provider, analysis.model, analysis.version, analysis.note)))
        ] += 1
        new = {result.key: result for result in analysis.messages}
        for message in before.messages:
            if message.role == USER and message.key in new:
                self._add_message(before.message_results.get(message.key), new[message.key])
        old_outcome, new_outcome = before.outcome or "none", analysis.conversation.outcome or "none"
        if old_outcome != new_outcome:
            self.outcomes[old_outcome, new_outcome] += 1

    def _add_message(self, old: MessageResult | None, new: MessageResult) -> None:
        self.messages += 1
        if old is None or old.score is None or new.score is None:
            self.unjudged += old is None
            return
        self.shift += new.score - old.score
        if label_of(old.score) != label_of(new.score):
            self.relabelled[label_of(old.score), label_of(new.score)] += 1
        for counter, before, after in ((self.flags, old.flags, new.flags), (self.topics, old.topics, new.topics)):
            counter.update(set(after) - set(before))
            counter.subtract(set(before) - set(after))


@dataclass(frozen=True, slots=True)
class Proposal:
    """New results of a conversation; many of them lie in memory at once, so they are packed."""

    conversation_id: str
    results: PackedAnalysis


class Reanalyse:
    """Analyses conversations again, in two steps: ``propose`` writes nothing, ``switch`` commits a proposal.

    Args:
        conversations, analyses: the stores.
        topics: the topics of chatbots.
        analyzer_of: gives the analyzer of a chatbot.
        analyse_with: the consumer's use case with an analyzer.
        now: the clock.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        analyses: AnalysisStore,
        topics: ChatbotTopics,
        analyzer_of: Callable[[str], Analyzer],
        analyse_with: Callable[[Callable[[str], Analyzer]], Analyse],
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._conversations = conversations
        self._analyses = analyses
        self._topics = topics
        self._analyzer_of = analyzer_of
        self._analyse_with = analyse_with
        self._now = now

    def conversations(self, chatbot_id: str, since: datetime | None, until: datetime | None) -> Iterator[str]:
        """The conversations of a chatbot that had their last activity in a range of time.

        Args:
            since: its begin; None for all before ``until``.
            until: its end, not included; None for all from ``since`` on.
        """
        return self._conversations.every(chatbot_id, since, until)

    def propose(self, chatbot_id: str, conversation_id: str, comparison: Comparison) -> Proposal | None:
        """Judge a conversation anew and compare; None when there is nothing to judge.

        Raises:
            AnalysisRetry: the analyzer cannot answer now.
        """
        try:
            loaded = self._analyses.load(chatbot_id, conversation_id)
        except BeingErased:
            return None
        analysed = loaded.analysed if loaded else None
        judged = {message.key for message in analysed.messages if is_judged(message)} if analysed else set()
        if analysed is None or not judged:
            return None
        analysis = self._analyzer_of(chatbot_id).analyse(analysed.messages, judged)
        ids = self._topics.ids_of(chatbot_id, topic_names(analysis))
        comparison.add(analysed, replace(analysis, messages=[as_stored(result, ids) for result in analysis.messages]))
        return Proposal(conversation_id, PackedAnalysis.of(analysis, digests_of(analysed.messages)))

    def switch(self, chatbot_id: str, proposal: Proposal) -> int:
        """Put new results in the place of the stored ones; what was written since is judged as well.

        Returns:
            How many messages got a new result; 0 when the conversation is gone.

        Raises:
            AnalysisRetry: the conversation kept changing, or the analyzer cannot answer now.
        """
        # A version of its own for the new results; should this process die now, the sweep and the consumer only count.
        self._conversations.await_analysis(chatbot_id, proposal.conversation_id, self._now())
        prepared = _Prepared(*proposal.results.unpacked(), self._analyzer_of(chatbot_id))
        return self._analyse_with(lambda _: prepared)(chatbot_id, proposal.conversation_id, again=True).judged


class _Prepared:
    """An analyzer that has judged already; messages that are new or changed since go to another."""

    def __init__(self, analysis: Analysis, digests: Mapping[str, str], other: Analyzer) -> None:
        self._analysis = analysis
        self._digests = digests
        self._other = other

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        """Judge messages of a conversation; see ``Analyzer``."""
        now = digests_of(transcript)
        known = [result for result in self._analysis.messages if now.get(result.key) == self._digests[result.key]]
        left = set(judge) - {result.key for result in known}
        if not left:
            return replace(self._analysis, messages=known)
        judged = self._other.analyse(transcript, left, past)
        return replace(judged, messages=[*known, *judged.messages])
