"""The parts that migrate data to the present version, put together for the operator's command."""

from __future__ import annotations

from confab.composition import Composition
from confab.migration.migrate import Migrate
from confab.migration.store import MigrationStore
from confab.storage.data_marker import DataMarker


def migration(deployment: Composition) -> Migrate:
    """The migration of a deployment's data."""
    return Migrate(
        MigrationStore(deployment.table),
        DataMarker(deployment.table),
        deployment.conversations,
        deployment.analyse(deployment.analyzers()),
        deployment.enqueue_analysis,
        now=deployment.now,
    )
