"""Puts together the reading of whole histories. Its function starts without search and figures (``wiring``)."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.reading.histories import ReadHistories
from confab.storage import wiring as storage_wiring


@shared
def read_histories(deployment: Deployment) -> ReadHistories:
    """Reads whole conversations."""
    return ReadHistories(
        deployment.table.pool,
        storage_wiring.partitions(deployment),
        storage_wiring.histories(deployment),
        deployment.conversations,
        storage_wiring.list_walks(deployment),
        deployment.credentials,
        storage_wiring.statistics(deployment),
        now=deployment.now,
    )
