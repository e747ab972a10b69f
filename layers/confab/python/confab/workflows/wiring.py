"""Puts together who looks at committed analyses, and who delivers what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from confab.deployment import Deployment, shared
from confab.domain.notices import TEST, WORKFLOW_MATCHED, Told, Write
from confab.notify import wiring as notify_wiring
from confab.notify.deliver import Deliver, DeliveryParts
from confab.rules import wiring as rules_wiring
from confab.storage import wiring as storage_wiring
from confab.workflows.flood_store import Floods
from confab.workflows.match import Matched, MatchWorkflows
from confab.workflows.source_store import WorkflowSource
from confab.workflows.stream_store import rows_of
from confab.workflows.writer import WriteMatches, sample_message


@shared
def source(deployment: Deployment) -> WorkflowSource:
    """What the analysis has committed."""
    return WorkflowSource(deployment.table, deployment.visibility)


@shared
def match_workflows(deployment: Deployment) -> MatchWorkflows:
    """Looks at conversations whose analysis was committed."""
    return MatchWorkflows(
        rules_wiring.store(deployment),
        source(deployment),
        notify_wiring.announcer(deployment),
        notify_wiring.digest_store(deployment),
        Floods(deployment.table),
        has_time=deployment.deadline.has_time,
        now=deployment.now,
    )


def match(deployment: Deployment) -> Callable[[Iterable[Mapping[str, Any]]], Matched]:
    """Looks at the conversations that records of the stream are about."""
    look = match_workflows(deployment)
    return lambda records: look(rows_of(records))


def writers(deployment: Deployment) -> dict[str, Write]:
    """Who writes the messages of the notices of workflows, and of those with which somebody tries a destination."""
    public_url = deployment.settings.public_url
    people = storage_wiring.people(deployment)
    matches = WriteMatches(rules_wiring.store(deployment), source(deployment), people, public_url)
    return {WORKFLOW_MATCHED: matches, TEST: sample_message}


def deliver(deployment: Deployment, others: Mapping[str, Write]) -> Deliver:
    """Delivers runs.

    Args:
        others: who writes the messages of other types of notices.
    """
    rules = rules_wiring.store(deployment)

    def told(chatbot_id: str, rule_id: str) -> Told | None:
        rule = rules.get(chatbot_id, rule_id)
        return Told(id=rule.id, name=rule.name, kind=rule.kind) if rule is not None and rule.enabled else None

    parts = DeliveryParts(
        notify_wiring.run_store(deployment),
        notify_wiring.digest_store(deployment),
        notify_wiring.destination_store(deployment),
        deployment.chatbots.get,
        told,
        {**writers(deployment), **others},
    )
    senders, settings = notify_wiring.senders(deployment), deployment.settings
    return Deliver(parts, senders, settings.retry_seconds, now=deployment.now)
