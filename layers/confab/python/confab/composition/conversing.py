"""The use cases around conversations that need many parts, put together for ``Composition``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confab.composition.base import uuid7, writer_mark

if TYPE_CHECKING:
    from confab.channels.catalogue import ManagedConversations
    from confab.channels.change import ChangeConversations
    from confab.channels.edit import EditMessage
    from confab.channels.handle import Handle
    from confab.channels.receive import ReceiveMessages
    from confab.composition import Composition
    from confab.feedback.events import NoteEvents
    from confab.feedback.give import GiveFeedback
    from confab.feedback.read import ReadFeedback
    from confab.reading.histories import ReadHistories


def consult_of(deployment: Composition) -> ReadHistories:
    """What reads conversations whole."""
    from confab.reading.histories import ReadHistories
    from confab.storage.statistics import StatisticsStore

    return ReadHistories(
        deployment.table,
        deployment.partitions,
        deployment.logs,
        deployment.conversations,
        deployment.walks,
        deployment.credentials,
        StatisticsStore(deployment.table),
        now=deployment.now,
    )


def give_feedback_of(deployment: Composition) -> GiveFeedback:
    """What stores feedback and takes it back."""
    from confab.feedback.give import GiveFeedback

    return GiveFeedback(
        deployment.feedback_store,
        deployment.enqueue_analysis,
        deployment.redactors,
        now=deployment.now,
        new_id=deployment.new_id,
        token=writer_mark,
    )


def read_feedback_of(deployment: Composition) -> ReadFeedback:
    """What finds and lists feedback."""
    from confab.feedback.read import ReadFeedback
    from confab.storage.feedback_lists import FeedbackLists

    lists = FeedbackLists(deployment.table, deployment.visibility)
    stores = deployment.feedback_store, lists, deployment.partitions, deployment.credentials
    return ReadFeedback(*stores, deployment.table.pool)


def note_events_of(deployment: Composition) -> NoteEvents:
    """What stores events."""
    from confab.feedback.events import NoteEvents

    stores = deployment.event_store, deployment.feedback_store, deployment.partitions
    return NoteEvents(*stores, deployment.consult, deployment.redactors, now=deployment.now)


def managed_of(deployment: Composition) -> ManagedConversations:
    """What lists and finds conversations of channels."""
    from confab.channels.catalogue import ManagedConversations

    stores = deployment.management, deployment.walks, deployment.partitions
    return ManagedConversations(*stores, now=deployment.now)


def change_conversations_of(deployment: Composition) -> ChangeConversations:
    """What makes and changes conversations of channels."""
    from confab.channels.change import ChangeConversations

    return ChangeConversations(
        deployment.management,
        deployment.managed,
        deployment.managed_rows,
        deployment.redactors,
        now=deployment.now,
        new_conversation_id=lambda: uuid7(deployment.now()),
    )


def receive_messages_of(deployment: Composition) -> ReceiveMessages:
    """What stores messages of conversations of channels."""
    from confab.channels.receive import ReceiveMessages

    return ReceiveMessages(
        deployment.management,
        deployment.managed_rows,
        deployment.capture,
        deployment.redactors,
        now=deployment.now,
        new_message_id=deployment.new_id,
    )


def edit_message_of(deployment: Composition) -> EditMessage:
    """What changes messages of conversations of channels."""
    from confab.channels.edit import EditMessage

    return EditMessage(
        deployment.management,
        deployment.conversations,
        deployment.managed,
        deployment.managed_rows,
        deployment.redactors,
        token=writer_mark,
    )


def handle_of(deployment: Composition) -> Handle:
    """What takes what channels hand over."""
    from confab.channels.handle import Handle

    return Handle(
        deployment.receive_messages,
        deployment.change_conversations,
        deployment.management,
        deployment.event_store,
        deployment.respond,
        deployment.redactors,
        now=deployment.now,
        new_id=deployment.new_id,
        sleep=deployment.deadline.sleep,
    )
