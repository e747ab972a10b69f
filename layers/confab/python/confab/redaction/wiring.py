"""Puts together the redaction of personal data."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.redaction.redactors import Redactors
from confab.storage.secrets import PRIVACY


@shared
def redactors(deployment: Deployment) -> Redactors:
    """What the chatbots want redacted."""
    return Redactors(deployment.chatbots, lambda: deployment.secret(PRIVACY))
