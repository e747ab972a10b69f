"""Puts together the capture of messages. ``history_wiring`` has whole histories, which `capture` and `track` start
without."""

from __future__ import annotations

from confab.capture.capture import Capture
from confab.capture.custom_fields import CustomFields
from confab.capture.message_store import MessageStore
from confab.capture.refusals import CountRefusals
from confab.deployment import Deployment, shared
from confab.redaction import wiring as redaction_wiring
from confab.storage.health import HealthStore


@shared
def capture(deployment: Deployment) -> Capture:
    """Stores messages, each once."""
    return Capture(
        deployment.conversations,
        MessageStore(deployment.table),
        deployment.enqueue_analysis,
        redaction_wiring.redactors(deployment),
        deployment.runtime,
        lease=deployment.settings.lease,
    )


@shared
def custom_fields(deployment: Deployment) -> CustomFields:
    """Compares custom fields with those that chatbots declare."""
    return CustomFields(deployment.credentials, now=deployment.now)


@shared
def refusals(deployment: Deployment) -> CountRefusals:
    """Counts refused captures."""
    return CountRefusals(HealthStore(deployment.table), now=deployment.now)
