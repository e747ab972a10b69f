"""The consumer's work: count a conversation from its messages, analyse new messages, commit both at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from confab.analysis.analyzer import Analyzer
from confab.analysis.loading import TooLarge
from confab.analysis.people import People
from confab.analysis.store import AnalysisStore, BeingErased, Commit, Loaded, RetentionPassed
from confab.analysis.topics import ChatbotTopics
from confab.domain.conversation import PROBE, Conversation
from confab.domain.findings import Findings
from confab.domain.identity import digest
from confab.domain.insight import Analysis, MessageInsight
from confab.domain.judged import is_judged
from confab.domain.message import Message
from confab.domain.statistics import TOTAL, Contribution, contribution_of
from confab.platform.errors import AnalysisRetry, TimeOver
from confab.storage.clocks import index_time
from confab.storage.conversation_row import managed_attributes
from confab.storage.counting import Counted
from confab.storage.previews import shown_of
from confab.storage.row_updates import VersionMoved

ROUNDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """The result of the consumer's work on a conversation.

    Attributes:
        judged: how many messages got a result.
        counted: how many messages the statistics did not have before.
        lag: how long the conversation had waited; None when it did not wait.
        too_large: whether it was marked as too large to analyse.
    """

    judged: int = 0
    counted: int = 0
    lag: timedelta | None = None
    too_large: bool = False


NOTHING: Final = Analysed()
TOO_LARGE: Final = "TooLarge"
"""What the row of a conversation says that needs more memory than the consumer has."""


class Eraser(Protocol):
    """Erases conversations (``erasure.conversation.Erase``)."""

    def __call__(self, chatbot_id: str, conversation_id: str) -> bool: ...

    def finish(self, chatbot_id: str, conversation_id: str) -> None: ...

    def expire(self, chatbot_id: str, conversation_id: str) -> bool: ...


class Analyse:
    """Counts and analyses one conversation and commits both together, so every stored message counts once.

    Args:
        store: the consumer's side of the table.
        analyzer_of: gives the analyzer of a chatbot.
        topics: gives the topics that an analyzer names their ids.
        people: keeps the profiles of users and organizations.
        eraser: finishes erasures that a crash interrupted.
        now: the clock.
    """

    def __init__(
        self,
        store: AnalysisStore,
        analyzer_of: Callable[[str], Analyzer],
        topics: ChatbotTopics,
        people: People,
        eraser: Eraser,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._analyzer_of = analyzer_of
        self._topics = topics
        self._people = people
        self._eraser = eraser
        self._now = now

    def __call__(self, chatbot_id: str, conversation_id: str, *, again: bool = False) -> Analysed:
        """Analyse a conversation until nothing of it waits. Any number of deliveries leaves the same result.

        One that memory cannot hold is marked and waits no more; its next message tries again.

        Args:
            again: judge also the messages that have a result.

        Raises:
            AnalysisRetry: it changed in every round, or the analyzer cannot answer now.
            Unavailable: the table did not answer.
        """
        try:
            return self._analyse(chatbot_id, conversation_id, again=again)
        except (TooLarge, MemoryError):
            self._store.give_up(chatbot_id, conversation_id, TOO_LARGE)
            return Analysed(too_large=True)

    def _analyse(self, chatbot_id: str, conversation_id: str, *, again: bool) -> Analysed:
        for _ in range(ROUNDS):
            read_at = self._now()
            try:
                loaded = self._store.load(chatbot_id, conversation_id)
            except BeingErased:
                with suppress(TimeOver):
                    self._eraser.finish(chatbot_id, conversation_id)
                return NOTHING
            except RetentionPassed:
                self._eraser.expire(chatbot_id, conversation_id)
                return NOTHING
            if loaded is None:
                return NOTHING
            if loaded.conversation.pending_since is None:
                # Whoever committed it may have died before the profiles followed.
                self._people.follow(loaded.findings, loaded.counted, loaded.left)
                return NOTHING
            if loaded.conversation.message_count and not loaded.messages:
                # A row that counts messages which are gone: a capture touched it after they had been erased.
                self._eraser(chatbot_id, conversation_id)
                return NOTHING
            try:
                return self._commit(loaded, read_at, loaded.conversation.pending_since, again=again)
            except VersionMoved:
                continue
        raise AnalysisRetry("the conversation kept changing")

    def give_up(self, chatbot_id: str, conversation_id: str, reason: str) -> None:
        """Mark a conversation that cannot be analysed; the queue moves its message aside."""
        self._store.give_up(chatbot_id, conversation_id, reason)

    def _commit(self, loaded: Loaded, read_at: datetime, pending_since: datetime, *, again: bool) -> Analysed:
        known = loaded.findings
        messages = known.messages
        digests = digests_of(messages)
        to_judge = {
            message.key
            for message in messages
            if is_judged(message) and (again or loaded.judged.get(message.key) != digests[message.key])
        }
        wordless = {message.key for message in messages if message.key in loaded.insights and not is_judged(message)}
        analysis = self._judge(loaded.conversation.chatbot_id, messages, to_judge, wordless)
        insights = {key: insight for key, insight in loaded.insights.items() if key in digests}
        insights.update({insight.key: insight for insight in analysis.messages} if analysis else {})
        outcome = (analysis.conversation.outcome if analysis else None) or known.outcome
        findings = replace(known, insights=insights, outcome=outcome)
        counted = counted_of(findings)
        left = sorted(set(loaded.people) - set(counted.people))
        self._people.forget(loaded.conversation.chatbot_id, loaded.left)
        self._store.commit(
            loaded,
            Commit(
                read_at=read_at,
                made_at=self._now(),
                messages=messages,
                analysis=analysis,
                judged=digests,
                counted=counted,
                left=left,
                row={**_row(findings), **_managed(loaded.conversation, messages, analysis)},
            ),
        )
        self._people.follow(findings, counted, left)
        if again:
            self._store.forget_earlier(loaded.conversation)
        return Analysed(
            judged=len(analysis.messages) if analysis else 0,
            counted=_messages(counted.contribution) - _messages(loaded.counted.contribution),
            lag=self._now() - pending_since,
        )

    def _judge(
        self, chatbot_id: str, messages: Sequence[Message], keys: set[str], wordless: set[str]
    ) -> Analysis | None:
        """New results; None when nothing needs one.

        Args:
            keys: of the messages to judge.
            wordless: of those that have lost their words since they were judged: an empty result takes their place.
        """
        if not keys and not wordless:
            return None
        analysis = self._analyzer_of(chatbot_id).analyse(messages, keys)
        ids = self._topics.ids(chatbot_id, topic_names(analysis))
        results = [as_stored(insight, ids) for insight in analysis.messages]
        return replace(analysis, messages=[*results, *(MessageInsight(key=key) for key in sorted(wordless))])


def topic_names(analysis: Analysis) -> list[str]:
    """The topics that an analyzer named, as it named them."""
    return [topic for insight in analysis.messages for topic in insight.topics]


def digests_of(messages: Sequence[Message]) -> dict[str, str]:
    """By message key, what says which content a result is about."""
    return {message.key: digest(message.role, message.content).hex() for message in messages}


def counted_of(findings: Findings) -> Counted:
    """What a conversation adds to the statistics and where it is to be found; a probe only by its user."""
    facets = findings.probed if findings.conversation.kind == PROBE else findings.facets
    return Counted(
        contribution_of(findings),
        facets if findings.messages else frozenset(),
        index_time(findings.started_at),
    )


def _messages(contribution: Contribution) -> int:
    """How many messages a contribution counts."""
    return contribution.get(TOTAL, {}).get("messages", 0)


def _managed(conversation: Conversation, messages: Sequence[Message], analysis: Analysis | None) -> dict[str, Any]:
    """What the lists of a managed conversation show besides: its topics, its last message and button."""
    if not conversation.managed:
        return {}
    fields = shown_of(messages)
    if analysis is not None:
        fields["topics"] = list(analysis.conversation.topics)
    return managed_attributes(fields)


def as_stored(insight: MessageInsight, topic_ids: Mapping[str, str]) -> MessageInsight:
    """The result with the ids of its topics, and its scores as exact as the statistics' sums: both always agree."""
    return replace(
        insight,
        score=None if insight.score is None else round(insight.score, 3),
        sentiments=[replace(chunk, score=round(chunk.score, 3)) for chunk in insight.sentiments],
        topics=tuple(dict.fromkeys(topic_ids[name] for name in insight.topics if name in topic_ids)),
    )


def _row(findings: Findings) -> dict[str, Any]:
    """The part of the results that lists show."""
    row: dict[str, Any] = {
        "sentimentSum": sum(findings.scores),
        "sentimentCount": len(findings.scores),
        "topics": findings.topics,
        "flags": findings.flags,
    }
    return row if findings.outcome is None else {**row, "outcome": findings.outcome}
