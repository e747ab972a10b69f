"""Puts together the sweep. Its function starts without an analyzer (``wiring``)."""

from __future__ import annotations

from confab.analysis.sweep import Sweep
from confab.analysis.sweep_store import SweepStore
from confab.deployment import Deployment, shared


@shared
def sweep(deployment: Deployment) -> Sweep:
    """``sweep()`` makes one run of the sweeper, as the schedule does."""
    settings = deployment.settings
    return Sweep(
        SweepStore(deployment.table),
        deployment.enqueue_analysis,
        deployment.table.pool,
        now=deployment.now,
        after=max(settings.sweep_after, settings.lease),
        most=settings.sweep_most,
    )
