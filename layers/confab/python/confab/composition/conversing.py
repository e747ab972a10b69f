"""The use cases around conversations that need many parts, put together for ``Composition``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confab.composition.base import uuid7, writer_mark

if TYPE_CHECKING:
    from confab.channels.catalogue import Manage
    from confab.channels.handle import Handle
    from confab.composition import Composition
    from confab.feedback.feedback import FeedbackAndEvents
    from confab.reading.histories import ReadHistories


def consult_of(deployment: Composition) -> ReadHistories:
    """What reads conversations whole."""
    from confab.reading.histories import ReadHistories
    from confab.storage.statistics import StatisticsStore

    return ReadHistories(
        deployment.table,
        deployment.logs,
        deployment.conversations,
        deployment.walks,
        deployment.credentials,
        StatisticsStore(deployment.table),
        now=deployment.now,
    )


def timeline_of(deployment: Composition) -> FeedbackAndEvents:
    """Feedback and events."""
    from confab.feedback.feedback import FeedbackAndEvents

    return FeedbackAndEvents(
        deployment.table,
        deployment.timeline_store,
        deployment.logs,
        deployment.credentials,
        deployment.consult,
        deployment.enqueue_analysis,
        deployment.redactors,
        now=deployment.now,
        new_id=deployment.new_id,
        revision=writer_mark,
    )


def manage_of(deployment: Composition) -> Manage:
    """What lists and changes conversations of channels."""
    from confab.channels.catalogue import Manage

    return Manage(
        deployment.management,
        deployment.conversations,
        deployment.walks,
        deployment.logs,
        deployment.capture,
        deployment.enqueue_analysis,
        deployment.redactors,
        now=deployment.now,
        new_conversation_id=lambda: uuid7(deployment.now()),
        new_message_id=deployment.new_id,
        writer=writer_mark,
    )


def handle_of(deployment: Composition) -> Handle:
    """What takes what channels hand over."""
    from confab.channels.handle import Handle

    return Handle(
        deployment.manage,
        deployment.management,
        deployment.timeline_store,
        deployment.respond,
        deployment.redactors,
        now=deployment.now,
        new_id=deployment.new_id,
        sleep=deployment.deadline.sleep,
    )
