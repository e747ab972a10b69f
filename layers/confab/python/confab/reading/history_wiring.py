"""Puts together the reading of whole histories. Its function starts without search and figures (``wiring``)."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.reading.histories import HistoryReads, ReadHistories
from confab.storage import wiring as storage_wiring


@shared
def read_histories(deployment: Deployment) -> ReadHistories:
    """Reads whole conversations."""
    stores = HistoryReads(
        partitions=storage_wiring.partitions(deployment),
        histories=storage_wiring.histories(deployment),
        conversations=deployment.conversations,
        walks=storage_wiring.list_walks(deployment),
        credentials=deployment.credentials,
        statistics=storage_wiring.statistics(deployment),
    )
    return ReadHistories(stores, deployment.table.pool, now=deployment.now)
