"""Puts together the erasure of one conversation. Functions that erase no more start without the rest (``wiring``)."""

from __future__ import annotations

from confab.analysis.people import People
from confab.deployment import Deployment, shared
from confab.erasure.conversation import Erase
from confab.erasure.conversation_store import ErasureStore
from confab.storage import wiring as storage_wiring


@shared
def erase(deployment: Deployment) -> Erase:
    """Erases conversations."""
    return Erase(
        ErasureStore(deployment.table, storage_wiring.tally(deployment), deployment.visibility),
        deployment.enqueue_analysis,
        People(storage_wiring.people(deployment)),
        storage_wiring.topics(deployment),
        deadline=deployment.deadline,
        now=deployment.now,
        sleep=deployment.deadline.sleep,
    )
