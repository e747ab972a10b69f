"""Puts a function together: settings, clients, stores and use cases. Only the entry modules use it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from confab.composition.base import uuid7, writer_mark
from confab.composition.operators import OperatorParts
from confab.composition.serving import ServingParts
from confab.domain.limits import Limits
from confab.platform.http import Handler
from confab.platform.settings import Settings
from confab.storage.conversations import ConversationStore
from confab.storage.secrets import PRIVACY
from confab.storage.visibility import NO_RETENTION, Visibility

if TYPE_CHECKING:
    from confab.analysis.analyzer import Analyzer
    from confab.analysis.bedrock.spending import Ledger
    from confab.analysis.builtin import BuiltinAnalyzer
    from confab.analysis.choice import Analyzers
    from confab.analysis.consumer import Analyse
    from confab.analysis.reanalyse import Reanalyse
    from confab.analysis.recount import RecountStatistics
    from confab.analysis.sweep import Sweep
    from confab.analysis.topics import ChatbotTopics
    from confab.capture.capture import Capture
    from confab.capture.custom_fields import CustomFields
    from confab.capture.history import LogConversation
    from confab.channels.catalogue import ManagedConversations
    from confab.channels.change import ChangeConversations
    from confab.channels.deliver import Respond
    from confab.channels.edit import EditMessage
    from confab.channels.handle import Handle
    from confab.channels.receive import ReceiveMessages
    from confab.channels.rows import ManagedRows
    from confab.channels.store import ManagementStore
    from confab.composition.user_data import UserDataParts
    from confab.domain.topics import Topic
    from confab.erasure.chatbot import FinishChatbotDeletion
    from confab.erasure.conversation import Erase
    from confab.feedback.events import NoteEvents
    from confab.feedback.give import GiveFeedback
    from confab.feedback.read import ReadFeedback
    from confab.platform.cursors import Cursors
    from confab.reading.histories import ReadHistories
    from confab.redaction.redactors import Redactors
    from confab.storage.analysis_requests import EnqueueAnalysis
    from confab.storage.chatbot_lookup import Chatbots
    from confab.storage.events import EventStore
    from confab.storage.feedback import FeedbackStore
    from confab.storage.histories import HistoryStore
    from confab.storage.list_walks import ListWalks
    from confab.storage.partition_reader import PartitionReader
    from confab.storage.secrets import SecretStore


class Composition(OperatorParts, ServingParts):
    """The parts of a deployment, each made when it is first asked for."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Composition:
        """The deployment that the environment describes."""
        return cls(Settings.from_environment(environment))

    @cached_property
    def visibility(self) -> Visibility:
        from confab.erasure.retention import Retentions

        return Visibility(Retentions(self.chatbots).of, self.now)

    @cached_property
    def limits(self) -> Limits:
        return Limits(messages=self.settings.conversation_messages, megabytes=self.settings.conversation_megabytes)

    @cached_property
    def conversations(self) -> ConversationStore:
        return ConversationStore(self.table, self.limits, self.visibility, self.deadline.sleep)

    @cached_property
    def walks(self) -> ListWalks:
        from confab.storage.list_walks import ListWalks

        return ListWalks(self.table, self.visibility)

    @cached_property
    def enqueue_analysis(self) -> EnqueueAnalysis:
        from confab.storage.analysis_requests import EnqueueAnalysis

        return EnqueueAnalysis(self.analysis_queue, self.conversations, self.settings.debounce)

    @cached_property
    def logs(self) -> HistoryStore:
        from confab.storage.histories import HistoryStore

        return HistoryStore(self.table, self.limits)

    @cached_property
    def partitions(self) -> PartitionReader:
        from confab.storage.partition_reader import PartitionReader

        return PartitionReader(self.table, self.visibility)

    @cached_property
    def consult(self) -> ReadHistories:
        from confab.composition.conversing import consult_of

        return consult_of(self)

    @cached_property
    def give_feedback(self) -> GiveFeedback:
        from confab.composition.conversing import give_feedback_of

        return give_feedback_of(self)

    @cached_property
    def read_feedback(self) -> ReadFeedback:
        from confab.composition.conversing import read_feedback_of

        return read_feedback_of(self)

    @cached_property
    def note_events(self) -> NoteEvents:
        from confab.composition.conversing import note_events_of

        return note_events_of(self)

    @cached_property
    def erase(self) -> Erase:
        from confab.erasure.conversation import Erase
        from confab.erasure.conversation_store import ErasureStore

        return Erase(
            ErasureStore(self.table),
            self.enqueue_analysis,
            self.people,
            self.topic_store,
            self.visibility,
            deadline=self.deadline,
            now=self.now,
            sleep=self.deadline.sleep,
        )

    @cached_property
    def topics(self) -> ChatbotTopics:
        from confab.analysis.topics import ChatbotTopics

        def declared(chatbot_id: str) -> Sequence[Topic]:
            chatbot = self.chatbots.get(chatbot_id)
            return chatbot.topics if chatbot else ()

        return ChatbotTopics(self.topic_store, declared, now=self.now)

    @cached_property
    def recount(self) -> RecountStatistics:
        from confab.analysis.recount import RecountStatistics
        from confab.analysis.store import AnalysisStore
        from confab.storage.statistics import StatisticsStore

        statistics = StatisticsStore(self.table)
        return RecountStatistics(
            self.conversations, AnalysisStore(self.table, NO_RETENTION), statistics, self.enqueue_analysis, now=self.now
        )

    def reanalyse(self, analyzer_of: Callable[[str], Analyzer]) -> Reanalyse:
        """Re-analysis with the analyzers of chatbots."""
        from confab.analysis.reanalyse import Reanalyse
        from confab.analysis.store import AnalysisStore

        store = AnalysisStore(self.table, NO_RETENTION)
        return Reanalyse(self.conversations, store, self.topics, analyzer_of, self.analyse, now=self.now)

    def analyse(self, analyzer_of: Callable[[str], Analyzer]) -> Analyse:
        """The consumer's use case, with the analyzers of chatbots."""
        from confab.analysis.consumer import Analyse
        from confab.analysis.loading import room_of
        from confab.analysis.store import AnalysisStore

        store = AnalysisStore(self.table, self.visibility, room_of(self.settings.memory_mb))
        return Analyse(store, analyzer_of, self.topics, self.people, self.erase, now=self.now)

    @cached_property
    def sweep(self) -> Sweep:
        """``sweep()`` makes one run of the sweeper, as the schedule does."""
        from confab.analysis.sweep import Sweep
        from confab.analysis.sweep_store import SweepStore

        return Sweep(
            SweepStore(self.table),
            self.enqueue_analysis,
            self.table.pool,
            now=self.now,
            after=max(self.settings.sweep_after, self.settings.lease),
            most=self.settings.sweep_most,
        )

    @cached_property
    def redactors(self) -> Redactors:
        from confab.redaction.redactors import Redactors

        return Redactors(self.chatbots, lambda: self._secrets(PRIVACY))

    @cached_property
    def user_data(self) -> UserDataParts:
        from confab.composition.user_data import UserDataParts

        return UserDataParts(self, lambda: self._secrets(PRIVACY))

    @cached_property
    def custom_fields(self) -> CustomFields:
        from confab.capture.custom_fields import CustomFields

        return CustomFields(self.credentials, now=self.now)

    @cached_property
    def _secrets(self) -> SecretStore:
        from confab.storage.secrets import SecretStore

        return SecretStore(self.table, lambda: secrets.token_bytes(32))

    @cached_property
    def log(self) -> LogConversation:
        from confab.capture.history import LogConversation

        return LogConversation(
            self.logs,
            self.partitions,
            self.enqueue_analysis,
            self.erase,
            self.redactors,
            now=self.now,
            new_id=self.new_id,
            new_conversation_id=lambda: uuid7(self.now()),
            writer=writer_mark,
            lease=self.settings.lease,
            sleep=self.deadline.sleep,
        )

    @cached_property
    def management(self) -> ManagementStore:
        from confab.channels.store import ManagementStore

        return ManagementStore(self.table, self.visibility)

    @cached_property
    def feedback_store(self) -> FeedbackStore:
        from confab.storage.feedback import FeedbackStore

        return FeedbackStore(self.table, self.limits, self.settings.lease, self.visibility)

    @cached_property
    def event_store(self) -> EventStore:
        from confab.storage.events import EventStore

        return EventStore(self.table, self.limits)

    @cached_property
    def managed(self) -> ManagedConversations:
        from confab.composition.conversing import managed_of

        return managed_of(self)

    @cached_property
    def managed_rows(self) -> ManagedRows:
        from confab.channels.rows import ManagedRows

        return ManagedRows(self.conversations, self.enqueue_analysis, now=self.now)

    @cached_property
    def change_conversations(self) -> ChangeConversations:
        from confab.composition.conversing import change_conversations_of

        return change_conversations_of(self)

    @cached_property
    def receive_messages(self) -> ReceiveMessages:
        from confab.composition.conversing import receive_messages_of

        return receive_messages_of(self)

    @cached_property
    def edit_message(self) -> EditMessage:
        from confab.composition.conversing import edit_message_of

        return edit_message_of(self)

    @cached_property
    def handle(self) -> Handle:
        from confab.composition.conversing import handle_of

        return handle_of(self)

    @cached_property
    def chatbots(self) -> Chatbots:
        from confab.storage.chatbot_lookup import Chatbots

        return Chatbots(self.credentials, now=self.now)

    @cached_property
    def respond(self) -> Respond:
        from confab.channels.answer_store import AnswerStore
        from confab.channels.deliver import Respond
        from confab.dialects.chatcaptain.delivery import Wording
        from confab.platform.webhooks import WebhookSender

        return Respond(
            AnswerStore(self.table),
            self.event_store,
            self.partitions,
            self.capture,
            self.delivery_queue,
            WebhookSender(self.outbound, self.settings.responder_seconds),
            Wording(),
            self.redactors,
            now=self.now,
        )

    @cached_property
    def cursors(self) -> Cursors:
        from confab.platform.cursors import Cursors

        return Cursors(lambda: self._secrets("cursor"))

    @cached_property
    def capture(self) -> Capture:
        from confab.capture.capture import Capture
        from confab.capture.message_store import MessageStore

        return Capture(
            self.conversations,
            MessageStore(self.table),
            self.enqueue_analysis,
            self.redactors,
            now=self.now,
            token=writer_mark,
            lease=self.settings.lease,
            sleep=self.deadline.sleep,
        )

    @cached_property
    def finish_chatbot_deletion(self) -> FinishChatbotDeletion:
        """``finish_chatbot_deletion(chatbot_id, budget)`` does a piece of what a deleted chatbot left."""
        from confab.erasure.chatbot import FinishChatbotDeletion
        from confab.erasure.chatbot_store import DeletionStore

        return FinishChatbotDeletion(DeletionStore(self.table), self.admin_store, self.erase, now=self.now)

    @cached_property
    def builtin(self) -> BuiltinAnalyzer:
        from confab.analysis.builtin import BuiltinAnalyzer

        return BuiltinAnalyzer()

    def analyzers(
        self, *, waits: bool = True, ledger: Ledger | None = None, report: Callable[[str, str], None] | None = None
    ) -> Analyzers:
        """Analyzers by chatbot.

        Args:
            waits: whether they may ask to be called again later; else the built-in one judges what another cannot now.
            ledger: counts what they cost; the table's when None.
            report: is told a chatbot's id and the reason when another analyzer judges instead; the log when None.
        """
        from confab.composition.analysis import AnalysisParts

        return AnalysisParts(self, self._bedrock, ledger or self.budgets, report).analyzers(waits=waits)


def entry_point(namespace: dict[str, Any], build: Callable[[Composition], Handler]) -> Callable[[str], Handler]:
    """A module's ``__getattr__`` that makes its ``handler`` when the Lambda runtime asks for it.

    The runtime asks during its initialisation, where clients are best made; an import alone touches nothing.
    """

    def get(name: str) -> Handler:
        if name != "handler":
            raise AttributeError(name)
        handler = namespace["handler"] = build(Composition.from_environment())
        return handler

    return get
