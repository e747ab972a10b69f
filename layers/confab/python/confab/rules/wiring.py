"""Puts together the rules."""

from __future__ import annotations

from collections.abc import Mapping

from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment, shared
from confab.notify import wiring as notify_wiring
from confab.rules.manage import Rules
from confab.rules.rounds import Rounds, Work
from confab.rules.store import RuleStore


@shared
def store(deployment: Deployment) -> RuleStore:
    """The rules in the table."""
    return RuleStore(deployment.table)


@shared
def rules(deployment: Deployment) -> Rules:
    """An operator's side of rules."""
    return Rules(
        store(deployment),
        notify_wiring.destination_store(deployment),
        admin_wiring.audit(deployment),
        notify_wiring.announcer(deployment),
        deployment.runtime,
    )


def rounds(deployment: Deployment, works: Mapping[str, Work]) -> Rounds:
    """Does works for the rules of every chatbot.

    Args:
        works: what is done, by the name under which it is counted.
    """
    return Rounds(
        store(deployment), deployment.chatbots.get, works, has_time=deployment.deadline.has_time, now=deployment.now
    )
