"""Puts together feedback and events."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.feedback.events import NoteEvents
from confab.feedback.give import GiveFeedback
from confab.feedback.read import ReadFeedback
from confab.reading import history_wiring
from confab.redaction import wiring as redaction_wiring
from confab.storage import wiring as storage_wiring
from confab.storage.feedback_lists import FeedbackLists


@shared
def give_feedback(deployment: Deployment) -> GiveFeedback:
    """Stores feedback and takes it back."""
    return GiveFeedback(
        storage_wiring.feedback(deployment),
        deployment.enqueue_analysis,
        redaction_wiring.redactors(deployment),
        deployment.runtime,
    )


@shared
def read_feedback(deployment: Deployment) -> ReadFeedback:
    """Finds and lists feedback."""
    return ReadFeedback(
        storage_wiring.feedback(deployment),
        FeedbackLists(deployment.table, deployment.visibility),
        storage_wiring.partitions(deployment),
        deployment.credentials,
        deployment.table.pool,
    )


@shared
def note_events(deployment: Deployment) -> NoteEvents:
    """Stores events."""
    return NoteEvents(
        storage_wiring.events(deployment),
        storage_wiring.feedback(deployment),
        storage_wiring.partitions(deployment),
        history_wiring.read_histories(deployment),
        redaction_wiring.redactors(deployment),
        deployment.runtime,
    )
