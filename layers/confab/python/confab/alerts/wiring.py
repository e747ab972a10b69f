"""Puts together the evaluation of alerts."""

from __future__ import annotations

from confab.alerts.evaluate import EvaluateAlerts
from confab.alerts.measure import AlertSources
from confab.alerts.snapshot_store import SnapshotStore
from confab.alerts.state_store import AlertStates
from confab.alerts.states import FAILED, OPENED, RECOVERED, WITHOUT_DATA
from confab.alerts.words import message_of
from confab.deployment import Deployment, shared
from confab.domain.notices import Write
from confab.notify import wiring as notify_wiring
from confab.reports import wiring as reports_wiring
from confab.storage import wiring as storage_wiring
from confab.storage.health import HealthStore


@shared
def states(deployment: Deployment) -> AlertStates:
    """The states of alerts in the table."""
    return AlertStates(deployment.table)


@shared
def sources(deployment: Deployment) -> AlertSources:
    """What figures of alerts are read from."""
    return AlertSources(
        statistics=storage_wiring.statistics(deployment),
        snapshots=SnapshotStore(deployment.table),
        health=HealthStore(deployment.table),
        windows=reports_wiring.windows(deployment),
    )


@shared
def evaluate(deployment: Deployment) -> EvaluateAlerts:
    """Evaluates the alerts of a chatbot."""
    announcer = notify_wiring.announcer(deployment)
    return EvaluateAlerts(sources(deployment), states(deployment), announcer, now=deployment.now)


def writers(_: Deployment) -> dict[str, Write]:
    """Who writes the messages of the notices of alerts."""
    return dict.fromkeys((OPENED, RECOVERED, WITHOUT_DATA, FAILED), message_of)
