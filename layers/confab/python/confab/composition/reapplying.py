"""The parts that erase data again after a restore, put together for the operator's command."""

from __future__ import annotations

import secrets
from itertools import chain

from confab.composition import Composition
from confab.erasure.deletion_records import DeletionRecordStore
from confab.erasure.identifiers import IdentifierStore
from confab.erasure.reapply import ReapplyErasures
from confab.erasure.reapply_deletions import ReapplyDeletions
from confab.erasure.receipt_store import ReceiptStore
from confab.storage.secrets import PRIVACY, SecretStore


def reapplying(deployment: Composition) -> ReapplyErasures:
    """The re-application of erasures to a deployment's table."""
    secret = SecretStore(deployment.table, lambda: secrets.token_bytes(32))
    return ReapplyErasures(
        ReceiptStore(deployment.table),
        deployment.conversations,
        IdentifierStore(deployment.table),
        lambda: sorted(chain.from_iterable(_chatbots(deployment).values())),
        deployment.user_data.erase,
        lambda: secret(PRIVACY),
    )


def deleting_again(deployment: Composition) -> ReapplyDeletions:
    """The re-application of deletions to a deployment's table."""
    secret = SecretStore(deployment.table, lambda: secrets.token_bytes(32))
    return ReapplyDeletions(
        DeletionRecordStore(deployment.table),
        lambda: _chatbots(deployment),
        deployment.erase,
        deployment.delete_chatbot,
        deployment.user_data.erase.is_genuine,
        lambda: secret(PRIVACY),
    )


def former(deployment: Composition, table: str) -> tuple[ReceiptStore, DeletionRecordStore]:
    """The receipts of another table at the same place, and what was deleted from it."""
    other = deployment.table_of(table)
    return ReceiptStore(other), DeletionRecordStore(other)


def _chatbots(deployment: Composition) -> dict[str, list[str]]:
    """The chatbots of every workspace."""
    workspaces = deployment.administration.workspaces()
    return {workspace: deployment.credentials.chatbot_ids(workspace) for workspace, _ in workspaces}
