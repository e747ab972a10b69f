"""Puts together what takes spans."""

from __future__ import annotations

from confab.capture import wiring as capture_wiring
from confab.deployment import Deployment, shared
from confab.spans.chain import Chain
from confab.spans.chain_store import ChainStore
from confab.spans.count_store import CountStore
from confab.spans.ingest import Ingest
from confab.spans.store import TraceStore


@shared
def traces(deployment: Deployment) -> TraceStore:
    """Notes which spans were taken."""
    return TraceStore(deployment.table)


@shared
def counts(deployment: Deployment) -> CountStore:
    """Adds up what came."""
    return CountStore(deployment.table)


@shared
def ingest(deployment: Deployment) -> Ingest:
    """Takes the spans and log records of a request."""
    return Ingest(
        traces(deployment),
        Chain(ChainStore(deployment.table)),
        capture_wiring.capture(deployment),
        deployment.now,
    )
