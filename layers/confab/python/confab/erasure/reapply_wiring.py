"""Puts together what erases data again after a restore, for the operator's command."""

from __future__ import annotations

from itertools import chain

from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment
from confab.erasure import conversation_wiring, wiring
from confab.erasure.identifier_store import IdentifierStore
from confab.erasure.reapply import ReapplyErasures
from confab.erasure.reapply_deletions import ReapplyDeletions
from confab.erasure.receipt_store import ReceiptStore
from confab.erasure.record_store import DeletionRecordStore
from confab.storage.secrets import PRIVACY


def reapply_erasures(deployment: Deployment) -> ReapplyErasures:
    """The re-application of erasures to a deployment's table."""
    return ReapplyErasures(
        ReceiptStore(deployment.table),
        deployment.conversations,
        IdentifierStore(deployment.table),
        lambda: sorted(chain.from_iterable(_chatbots(deployment).values())),
        wiring.erase_user(deployment),
        lambda: deployment.secret(PRIVACY),
    )


def reapply_deletions(deployment: Deployment) -> ReapplyDeletions:
    """The re-application of deletions to a deployment's table."""
    return ReapplyDeletions(
        DeletionRecordStore(deployment.table),
        lambda: _chatbots(deployment),
        conversation_wiring.erase(deployment),
        wiring.delete_chatbot(deployment),
        wiring.erase_user(deployment).is_genuine,
        lambda: deployment.secret(PRIVACY),
    )


def records_of(deployment: Deployment, table: str) -> tuple[ReceiptStore, DeletionRecordStore]:
    """The receipts of another table at the same place, and the records of what was deleted from it."""
    other = deployment.table_of(table)
    return ReceiptStore(other), DeletionRecordStore(other)


def _chatbots(deployment: Deployment) -> dict[str, list[str]]:
    """The chatbots of every workspace."""
    workspaces = admin_wiring.administration(deployment).workspaces()
    return {workspace: deployment.credentials.chatbot_ids(workspace) for workspace, _ in workspaces}
