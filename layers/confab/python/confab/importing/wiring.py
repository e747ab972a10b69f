"""Puts together the import of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.capture import history_wiring
from confab.capture import wiring as capture_wiring
from confab.capture.history import Eraser, HistoryRequest
from confab.deployment import Deployment
from confab.dialects.inkeep.mapping import history_request
from confab.dialects.inkeep.models import conversation_model
from confab.feedback import wiring as feedback_wiring
from confab.importing.run import ImportFile
from confab.importing.store import ImportUses, StorePieces
from confab.platform.request_body import parse
from confab.redaction import wiring as redaction_wiring
from confab.scores import wiring as scores_wiring


def store_pieces(deployment: Deployment, eraser: Eraser) -> StorePieces:
    """Stores what files hold; ``eraser`` finishes an erasure that stands in the way."""
    uses = ImportUses(
        capture_wiring.capture(deployment),
        history_wiring.log_conversation(deployment, eraser),
        feedback_wiring.give_feedback(deployment),
        feedback_wiring.note_events(deployment),
        scores_wiring.give_scores(deployment),
    )
    return StorePieces(
        uses, _history_of, deployment.visibility, redaction_wiring.redactors(deployment), deployment.runtime
    )


def _history_of(body: Mapping[str, Any]) -> HistoryRequest:
    return history_request(parse(conversation_model(dict(body)), body))


def import_file(deployment: Deployment, eraser: Eraser) -> ImportFile:
    """Stores the conversations of files."""
    return ImportFile(store_pieces(deployment, eraser))
