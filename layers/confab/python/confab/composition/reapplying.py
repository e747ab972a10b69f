"""What erases again what a restore brought back, put together for the operator's command."""

from __future__ import annotations

import secrets

from confab.composition import Composition
from confab.storage.identifiers import IdentifierStore
from confab.storage.receipts import ReceiptStore
from confab.storage.secrets import PRIVACY, SecretStore
from confab.usecases.reapply import ReapplyErasures


def reapplying(deployment: Composition) -> ReapplyErasures:
    """The re-application of erasures to a deployment's table."""
    secret = SecretStore(deployment.table, lambda: secrets.token_bytes(32))

    def chatbots() -> list[str]:
        workspaces = deployment.administration.workspaces()
        return sorted(each for workspace, _ in workspaces for each in deployment.credentials.chatbot_ids(workspace))

    return ReapplyErasures(
        ReceiptStore(deployment.table),
        deployment.conversations,
        IdentifierStore(deployment.table),
        chatbots,
        deployment.user_data.erase,
        lambda: secret(PRIVACY),
    )


def former(deployment: Composition, table: str) -> ReceiptStore:
    """The receipts of another table at the same place."""
    return ReceiptStore(deployment.table_of(table))
