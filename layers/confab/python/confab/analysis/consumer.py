"""The consumer's work: judge what has no result yet, keep the results, and count what they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from confab.analysis.counting_store import CountConversations, Outcome
from confab.analysis.judging import JudgeMessages
from confab.analysis.loaded import Commit, LoadedConversation
from confab.analysis.loading import TooLarge
from confab.analysis.people import People
from confab.analysis.row import shown_attributes
from confab.analysis.store import AnalysisStore, BeingErased, RetentionPassed
from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.findings import Findings, WholeNeeded, continued, findings_of
from confab.domain.identity import digest
from confab.domain.judged import is_judged
from confab.domain.message import Message
from confab.domain.results import Analysis, ConversationResult
from confab.domain.statistics import TOTAL, Contribution
from confab.platform.errors import AnalysisRetry, TimeOver
from confab.storage.captured import LONG
from confab.storage.checkpoint import Checkpoint, first_checkpoint, went_on
from confab.storage.clocks import index_time
from confab.storage.counting import CountingState
from confab.storage.row_updates import VersionMoved

ROUNDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisOutcome:
    """The result of the consumer's work on a conversation.

    Attributes:
        judged: how many messages got a result.
        counted: how many messages the statistics did not have before.
        lag: how long the conversation had waited; None when it did not wait.
        too_large: whether it was marked as too large to analyse.
        waits: whether more came meanwhile, which is to be analysed next.
    """

    judged: int = 0
    counted: int = 0
    lag: timedelta | None = None
    too_large: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class CountingJob:
    """A conversation whose results are written, to be counted.

    Attributes:
        judged: how many messages got a result.
    """

    commit: Commit
    judged: int


NOTHING: Final = AnalysisOutcome()
NO_RESULTS: Final = Analysis(messages=(), conversation=ConversationResult(), provider="", model="", version="")
TOO_LARGE: Final = "TooLarge"
"""What the row of a conversation says that needs more memory than the consumer has."""


class Eraser(Protocol):
    """Erases conversations (``erasure.conversation.Erase``)."""

    def __call__(self, chatbot_id: str, conversation_id: str) -> bool: ...

    def finish(self, chatbot_id: str, conversation_id: str) -> None: ...

    def expire(self, chatbot_id: str, conversation_id: str) -> bool: ...

    def clean(self, chatbot_id: str, conversation_id: str) -> None: ...


class Analyse:
    """Analyses conversations and counts them, so that every stored message counts once.

    Args:
        store: the consumer's side of the table.
        count: brings analysed conversations into the statistics.
        judge: makes the results that a conversation lacks.
        people: keeps the profiles of users and organizations.
        eraser: finishes erasures that a crash interrupted.
        now: the clock.
    """

    def __init__(
        self,
        store: AnalysisStore,
        count: CountConversations,
        judge: JudgeMessages,
        people: People,
        eraser: Eraser,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._count = count
        self._judge = judge
        self._people = people
        self._eraser = eraser
        self._now = now

    def __call__(self, chatbot_id: str, conversation_id: str, *, again: bool = False) -> AnalysisOutcome:
        """Analyse a conversation until nothing of it waits. Any number of deliveries leaves the same result.

        One that memory cannot hold is marked and waits no more; its next message tries again.

        Args:
            again: judge also the messages that have a result.

        Raises:
            AnalysisRetry: it changed in every round, or the analyzer cannot answer now.
            Unavailable: the table did not answer.
        """
        judged = counted = 0
        for _ in range(ROUNDS):
            prepared = self.prepare(chatbot_id, conversation_id, again=again)
            if prepared is None:
                continue
            if isinstance(prepared, AnalysisOutcome):
                return replace(prepared, judged=prepared.judged + judged, counted=prepared.counted + counted)
            [analysed] = self.count([prepared])
            if analysed is None:
                continue
            judged, counted = judged + analysed.judged, counted + analysed.counted
            if not analysed.waits:
                return replace(analysed, judged=judged, counted=counted)
        raise AnalysisRetry("the conversation kept changing")

    def prepare(
        self, chatbot_id: str, conversation_id: str, *, again: bool = False
    ) -> CountingJob | AnalysisOutcome | None:
        """Judge what has no result yet, and write the results: the part of the work that is a conversation's own.

        Returns:
            What is to be counted; or the end of the work where there is nothing to count; or None where another
            consumer came first, so that this is to be done again.

        Raises:
            AnalysisRetry: the analyzer cannot answer now.
            Unavailable: the table did not answer.
        """
        try:
            return self._prepare(chatbot_id, conversation_id, again=again)
        except (TooLarge, MemoryError):
            self._store.give_up(chatbot_id, conversation_id, TOO_LARGE, self._now())
            return AnalysisOutcome(too_large=True)
        except BeingErased:
            with suppress(TimeOver):
                self._eraser.finish(chatbot_id, conversation_id)
        except RetentionPassed:
            self._eraser.expire(chatbot_id, conversation_id)
        except VersionMoved:
            return None
        return NOTHING

    def _prepare(
        self, chatbot_id: str, conversation_id: str, *, again: bool, kept: Analysis | None = None
    ) -> CountingJob | AnalysisOutcome:
        """Judge and write results; see ``prepare``.

        Args:
            kept: results of new messages that are written already, where all messages are needed to count them.
        """
        read_at = self._now()
        whole = again or kept is not None
        loaded = self._store.load(chatbot_id, conversation_id, continued_at=None if whole else read_at)
        if loaded is None:
            self._eraser.clean(chatbot_id, conversation_id)
            return NOTHING
        self._people.forget(chatbot_id, loaded.left)
        if loaded.conversation.pending_since is None:
            return NOTHING
        again = again or loaded.again
        if loaded.conversation.message_count and not loaded.count:
            # A row that counts messages which are gone: a capture touched it after they had been erased.
            self._eraser(chatbot_id, conversation_id)
            return NOTHING
        digests = digests_of(loaded.messages)
        analysis = self._judge(chatbot_id, loaded.messages, *wanting(loaded, digests, again=again), loaded.past)
        try:
            findings = with_results(loaded, analysis)
        except WholeNeeded:
            kept = analysis or replace(NO_RESULTS, course=loaded.past.course if loaded.past else {})
            self._store.keep_results(loaded, kept, digests)
            return self._prepare(chatbot_id, conversation_id, again=again, kept=kept)
        commit = Commit(
            loaded=loaded,
            read_at=read_at,
            made_at=self._now(),
            counted=counting_state(findings),
            anew=again,
            row=shown_attributes(loaded.conversation, findings, loaded.messages, analysis),
            checkpoint=checkpoint_after(loaded, findings, analysis or kept, read_at),
        )
        if analysis is None:
            return CountingJob(commit, 0)
        return CountingJob(self._store.put_results(commit, analysis, digests), len(analysis.messages))

    def count(self, prepared: Sequence[CountingJob]) -> list[AnalysisOutcome | None]:
        """Count conversations of one chatbot that were judged; None for one that is to be prepared again.

        Raises:
            Unavailable: the table did not take a transaction.
        """
        outcomes = self._count([each.commit for each in prepared])
        return [self._analysed(each, outcome) for each, outcome in zip(prepared, outcomes, strict=True)]

    def _analysed(self, prepared: CountingJob, outcome: Outcome) -> AnalysisOutcome | None:
        if outcome is Outcome.MOVED:
            return None
        if prepared.commit.anew:
            self._store.forget_earlier(prepared.commit.loaded)
        loaded, since = prepared.commit.loaded, prepared.commit.loaded.conversation.pending_since
        before, after = loaded.standing.counted.contribution, prepared.commit.counted.contribution
        return AnalysisOutcome(
            judged=prepared.judged,
            counted=_messages(after) - _messages(before),
            lag=None if since is None else self._now() - since,
            waits=outcome is Outcome.WAITS,
        )

    def give_up(self, chatbot_id: str, conversation_id: str, reason: str) -> None:
        """Mark a conversation that cannot be analysed; the queue moves its message aside."""
        self._store.give_up(chatbot_id, conversation_id, reason, self._now())


def wanting(loaded: LoadedConversation, digests: Mapping[str, str], *, again: bool) -> tuple[set[str], set[str]]:
    """The keys of the messages that need a result, and of those that have one and have lost their words since.

    Args:
        digests: what says which content each message has, by key.
        again: whether those that have a result need one, too.
    """
    judged = {
        message.key
        for message in loaded.messages
        if is_judged(message)
        and (again or (_asked_for(message, loaded) and loaded.judged.get(message.key) != digests[message.key]))
    }
    wordless = {
        message.key for message in loaded.messages if message.key in loaded.message_results and not is_judged(message)
    }
    return judged, wordless


def _asked_for(message: Message, loaded: LoadedConversation) -> bool:
    """Whether a message is to have a result: one that was imported without analysis is, once it has got one."""
    return message.judge or message.key in loaded.judged


def digests_of(messages: Sequence[Message]) -> dict[str, str]:
    """By message key, what says which content a result is about."""
    return {message.key: digest(message.role, message.content).hex() for message in messages}


def counted_of(analysed: AnalysedConversation) -> CountingState:
    """What a conversation adds to the statistics and where it is to be found."""
    return counting_state(findings_of(analysed))


def counting_state(findings: Findings) -> CountingState:
    """What findings add to the statistics, and where the conversation is to be found for them."""
    return CountingState(findings.contribution, findings.search_terms, index_time(findings.started_at))


def with_results(loaded: LoadedConversation, analysis: Analysis | None) -> Findings:
    """The findings of a conversation with new results.

    Args:
        analysis: what was just made; None when nothing needed a result.

    Raises:
        WholeNeeded: only the new messages were read, and they change how those before count.
    """
    made = {result.key: result for result in analysis.messages} if analysis else {}
    outcome = analysis.conversation.outcome if analysis else None
    if loaded.checkpoint is not None:
        new = [(message, made.get(message.key)) for message in loaded.messages]
        before = loaded.checkpoint.findings
        return continued(before, loaded.conversation, new, outcome, loaded.scores, loaded.corrected)
    known = loaded.analysed
    there = {message.key for message in known.messages}
    results = {key: result for key, result in loaded.message_results.items() if key in there}
    return findings_of(replace(known, message_results={**results, **made}, outcome=outcome or known.outcome))


def checkpoint_after(
    loaded: LoadedConversation, findings: Findings, analysis: Analysis | None, read_at: datetime
) -> Checkpoint | None:
    """Where the next analysis of a long conversation goes on from; None where it is to read all messages."""
    messages, version = loaded.messages, loaded.conversation.version
    before = loaded.checkpoint
    course = analysis.course if analysis else (before.course if before else _former_course(loaded))
    if loaded.count < LONG or not course:
        return None
    if before is not None:
        return went_on(before, version, findings, messages, loaded.size, course, read_at)
    return first_checkpoint(version, findings, messages, loaded.size, course, read_at, ever=loaded.ever)


def _former_course(loaded: LoadedConversation) -> Mapping[str, Any]:
    """The course of all messages where none of them needed a result: as it was, if it is of as many."""
    former = loaded.former
    return former.course if former is not None and former.messages == loaded.count else {}


def _messages(contribution: Contribution) -> int:
    """How many messages a contribution counts."""
    return contribution.get(TOTAL, {}).get("messages", 0)
