"""What lists, search and statistics say of a conversation: from all its messages, or from the last ones and the rest.

Both ways give the same: a long conversation that got a message is counted without being read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from confab.domain.analysed_conversation import AnalysedConversation, in_order, search_terms_of
from confab.domain.conversation import PROBE, Conversation
from confab.domain.corrections import AGREED, REVIEWED, Overall, correction_statistics
from confab.domain.labels import label_of, milli
from confab.domain.message import USER, Message
from confab.domain.results import MessageResult
from confab.domain.scores import SCORE, Score, score_statistics
from confab.domain.statistics import Contribution, contribution_of, contribution_with
from confab.domain.topics import main_topics

OF_SCORES: Final = (SCORE, AGREED, REVIEWED)
"""What the names of the statistics that come from scores begin with."""


class WholeNeeded(Exception):
    """What is new changes how the messages before count: all of them are needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is said of a conversation.

    Attributes:
        contribution: what it adds to the statistics.
        search_terms: what it can be found by (``AnalysedConversation.search_terms``).
        started_at: when its first message was written.
        sentiment_sum, sentiment_count: of the scores of the user's messages, in thousandths; how many have one.
        topic_counts: how many of the user's messages have each topic, by id, the first to come up first.
        flags: those that a message has, those of the vocabulary first.
        outcome: of the conversation; None when nobody judged it.
    """

    contribution: Contribution
    search_terms: frozenset[tuple[str, str]]
    started_at: datetime
    sentiment_sum: int
    sentiment_count: int
    topic_counts: Mapping[str, int]
    flags: Sequence[str]
    outcome: str | None

    @property
    def topics(self) -> tuple[str, ...]:
        """The ids of the conversation's topics."""
        return main_topics(self.topic_counts)

    @property
    def overall(self) -> Overall:
        """What was found in the conversation as a whole."""
        mean = self.sentiment_sum / self.sentiment_count / 1000 if self.sentiment_count else None
        label = None if mean is None else label_of(mean)
        return Overall(label=label, topics=self.topics, flags=self.flags, outcome=self.outcome)

    def with_scores(self, scores: Sequence[Score], results: Mapping[str, MessageResult]) -> Findings:
        """The findings of a conversation with these scores and no others.

        Args:
            results: of the messages whose findings scores correct, at least, by message key.
        """
        bare = {name: adds for name, adds in self.contribution.items() if not name.startswith(OF_SCORES)}
        given = {**score_statistics(scores), **correction_statistics(scores, results, self.overall)} if scores else {}
        return replace(self, contribution={**bare, **given})


def findings_of(analysed: AnalysedConversation) -> Findings:
    """The findings from all messages; a probe is found only by its user."""
    conversation = analysed.conversation
    terms = analysed.probed if conversation.kind == PROBE else analysed.search_terms
    scores = analysed.scores
    findings = Findings(
        contribution=contribution_of(analysed),
        search_terms=terms if analysed.messages else frozenset(),
        started_at=analysed.started_at,
        sentiment_sum=sum(scores),
        sentiment_count=len(scores),
        topic_counts=Counter(topic for result in analysed.of_users() for topic in result.topics),
        flags=analysed.flags,
        outcome=analysed.outcome,
    )
    counts = conversation.kind != PROBE and analysed.messages
    return findings.with_scores(analysed.given_scores, analysed.message_results) if counts else findings


def continued(
    before: Findings,
    conversation: Conversation,
    new: Sequence[tuple[Message, MessageResult | None]],
    outcome: str | None,
    scores: Sequence[Score] = (),
    corrected: Mapping[str, MessageResult] | None = None,
) -> Findings:
    """The findings with further messages that come after all others in the transcript.

    Args:
        before: without them; the conversation has messages.
        new: each with its result; None for one that has none.
        outcome: of the conversation with them; None to leave it as it is.
        scores: all that the conversation has.
        corrected: the results, by message key, of the messages before whose findings scores correct.

    Raises:
        WholeNeeded: topics come or go, or the conversation is another person's or another kind's now.
    """
    results = [result for message, result in new if message.role == USER and result is not None]
    counts = Counter(before.topic_counts)
    counts.update(topic for result in results for topic in result.topics)
    topics = main_topics(counts)
    terms = search_terms_of(conversation, topics)
    if conversation.kind == PROBE or terms != before.search_terms:
        raise WholeNeeded
    moods = [milli(result.score) for result in results if result.score is not None]
    raised = {flag for result in results for flag in result.flags} - set(before.flags)
    now = before.outcome if outcome is None else outcome
    findings = Findings(
        contribution=contribution_with(
            before.contribution,
            conversation,
            before.started_at,
            topics,
            new,
            raised=raised,
            outcome=(before.outcome, now),
        ),
        search_terms=terms,
        started_at=before.started_at,
        sentiment_sum=before.sentiment_sum + sum(moods),
        sentiment_count=before.sentiment_count + len(moods),
        topic_counts=counts,
        flags=in_order({*before.flags, *raised}),
        outcome=now,
    )
    made = {message.key: result for message, result in new if result is not None}
    return findings.with_scores(scores, {**(corrected or {}), **made})
