"""Makes the answers to Langfuse's SDKs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from confab.dialects.langfuse.errors import name_of
from confab.domain.chatbot import Chatbot
from confab.platform.errors import ConfabError

if TYPE_CHECKING:
    from confab.dialects.langfuse.answers import (
        Batch,
        Health,
        ProjectOrganization,
        Projects,
        Refusal,
        ScoreTaken,
        Success,
    )

CREATED: Final = 201


def success(name: str) -> Success:
    """It was taken."""
    return {"id": name, "status": CREATED}


def refusal(name: str, error: ConfabError) -> Refusal:
    """It was not taken."""
    return {"id": name, "status": error.status, "message": error.message, "error": name_of(error.status)}


def batch_answer(taken: Iterable[str], refused: Iterable[Refusal]) -> Batch:
    """What became of a batch, or of several scores."""
    return {"successes": [success(name) for name in taken], "errors": list(refused)}


def taken_answer(score_id: str) -> ScoreTaken:
    """A score was stored."""
    return {"id": score_id}


def projects_answer(chatbot: Chatbot) -> Projects:
    """The chatbot of the key, as a project."""
    organization: ProjectOrganization = {"id": chatbot.workspace_id, "name": chatbot.workspace_id}
    return {"data": [{"id": chatbot.id, "name": chatbot.name, "organization": organization, "metadata": {}}]}


def health_answer(version: str) -> Health:
    """The service answers."""
    return {"status": "OK", "version": version}
