"""Puts together the migration of a deployment's data, for the operator's command."""

from __future__ import annotations

from confab.deployment import Deployment
from confab.migration.migrate import Count, Migrate
from confab.migration.store import MigrationStore
from confab.storage.data_marker import DataMarker


def migrate(deployment: Deployment, count: Count) -> Migrate:
    """Brings all data to the present version; ``count`` counts a conversation that waits."""
    return Migrate(
        MigrationStore(deployment.table),
        DataMarker(deployment.table),
        deployment.conversations,
        count,
        deployment.enqueue_analysis,
        now=deployment.now,
    )
