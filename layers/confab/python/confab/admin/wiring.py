"""Puts together the administration: workspaces, chatbots, keys, settings, the audit log."""

from __future__ import annotations

import secrets

from confab.admin.analyzers import ChooseAnalyzer
from confab.admin.audit import Audit
from confab.admin.audit_store import AuditStore
from confab.admin.chatbot_settings import Configure
from confab.admin.custom_fields import FieldSchema
from confab.admin.in_force import InForce
from confab.admin.key_issuer import KeyIssuer
from confab.admin.privacy import Privacy
from confab.admin.responders import Responders
from confab.admin.store import AdminStore
from confab.admin.taxonomy import Taxonomy
from confab.admin.tenants import Administration
from confab.analysis.budgets import BudgetStore
from confab.deployment import Deployment, shared
from confab.platform.credentials import KEY_HEX_DIGITS
from confab.platform.outbound import Outbound
from confab.platform.webhooks import new_secret


@shared
def store(deployment: Deployment) -> AdminStore:
    """The rows of workspaces, chatbots and keys."""
    return AdminStore(deployment.table)


@shared
def audit(deployment: Deployment) -> Audit:
    """The audit log."""
    return Audit(AuditStore(deployment.table), now=deployment.now, new_id=deployment.new_timed_id)


@shared
def configure(deployment: Deployment) -> Configure:
    """Reads and changes chatbots."""
    return Configure(store(deployment), audit(deployment), in_force(deployment), now=deployment.now)


@shared
def in_force(deployment: Deployment) -> InForce:
    """Waits until a change holds in every function."""
    return InForce(now=deployment.now, sleep=deployment.sleep)


@shared
def administration(deployment: Deployment) -> Administration:
    """Workspaces, chatbots and keys."""
    issuer = KeyIssuer(
        store(deployment),
        now=deployment.now,
        new_id=deployment.new_id,
        new_secret=lambda: secrets.token_hex(KEY_HEX_DIGITS // 2),
        default_plan=deployment.settings.default_plan,
    )
    return Administration(store(deployment), audit(deployment), issuer, now=deployment.now, new_id=deployment.new_id)


@shared
def field_schema(deployment: Deployment) -> FieldSchema:
    """The custom fields that chatbots declare."""
    return FieldSchema(configure(deployment), store(deployment))


@shared
def taxonomy(deployment: Deployment) -> Taxonomy:
    """The topics that chatbots declare."""
    return Taxonomy(configure(deployment))


@shared
def responders(deployment: Deployment) -> Responders:
    """The responders of chatbots."""
    outbound = Outbound(allow_loopback=deployment.settings.allow_loopback_responder)
    return Responders(configure(deployment), outbound, now=deployment.now, new_secret=new_secret)


@shared
def choose_analyzer(deployment: Deployment) -> ChooseAnalyzer:
    """The analyzers of chatbots."""
    return ChooseAnalyzer(configure(deployment), BudgetStore(deployment.table), now=deployment.now)


@shared
def privacy(deployment: Deployment) -> Privacy:
    """The privacy settings of chatbots."""
    return Privacy(configure(deployment), in_force(deployment))
