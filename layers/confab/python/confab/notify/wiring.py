"""Puts together destinations, the run log, and what delivers."""

from __future__ import annotations

from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment, shared
from confab.notify.announce import Announcer
from confab.notify.destination_store import DestinationStore
from confab.notify.digest_store import DigestStore
from confab.notify.manage import Allowed, Destinations, RunLog
from confab.notify.run_store import RunStore
from confab.notify.senders import Senders
from confab.platform.outbound import Outbound
from confab.platform.topics_and_buses import TopicsAndBuses
from confab.platform.webhooks import new_secret


@shared
def destination_store(deployment: Deployment) -> DestinationStore:
    """The destinations in the table."""
    return DestinationStore(deployment.table)


@shared
def run_store(deployment: Deployment) -> RunStore:
    """The run log in the table."""
    return RunStore(deployment.table)


@shared
def digest_store(deployment: Deployment) -> DigestStore:
    """The digests in the table."""
    return DigestStore(deployment.table)


@shared
def announcer(deployment: Deployment) -> Announcer:
    """Notes notices and queues their delivery."""
    return Announcer(run_store(deployment), deployment.notify_queue, now=deployment.now)


@shared
def destinations(deployment: Deployment) -> Destinations:
    """An operator's side of destinations."""
    return Destinations(
        destination_store(deployment),
        Allowed(_outbound(deployment), deployment.settings.notify_arns),
        admin_wiring.audit(deployment),
        announcer(deployment),
        deployment.runtime,
        new_secret=new_secret,
    )


@shared
def run_log(deployment: Deployment) -> RunLog:
    """An operator's side of the run log."""
    return RunLog(run_store(deployment), digest_store(deployment), announcer(deployment), now=deployment.now)


@shared
def senders(deployment: Deployment) -> Senders:
    """Sends to destinations."""
    settings = deployment.settings
    return Senders(
        _outbound(deployment),
        settings.responder_seconds,
        TopicsAndBuses(sns=lambda: deployment.sns, events=lambda: deployment.event_bus),
        named=settings.notify_arns,
        now=deployment.now,
    )


def _outbound(deployment: Deployment) -> Outbound:
    return Outbound(allow_loopback=deployment.settings.allow_loopback_responder)
