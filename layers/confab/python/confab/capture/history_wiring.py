"""Puts together the capture of whole histories, and the capture with browsers' keys, which compares histories."""

from __future__ import annotations

from confab.capture import wiring
from confab.capture.browser_capture import BrowserCapture
from confab.capture.history import ConversationStores, Eraser, LogConversation
from confab.deployment import Deployment, shared
from confab.redaction import wiring as redaction_wiring
from confab.storage import wiring as storage_wiring


def log_conversation(deployment: Deployment, eraser: Eraser) -> LogConversation:
    """Stores whole histories; ``eraser`` finishes an erasure that stands in the way."""
    return LogConversation(
        ConversationStores(storage_wiring.histories(deployment), storage_wiring.partitions(deployment)),
        deployment.enqueue_analysis,
        eraser,
        redaction_wiring.redactors(deployment),
        deployment.runtime,
        lease=deployment.settings.lease,
    )


@shared
def browser_capture(deployment: Deployment) -> BrowserCapture:
    """Captures with a browser's key."""
    return BrowserCapture(
        wiring.capture(deployment),
        deployment.conversations,
        storage_wiring.partitions(deployment),
        redaction_wiring.redactors(deployment),
    )
