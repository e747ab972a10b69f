"""Puts together scores and corrections."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.reading import history_wiring
from confab.redaction import wiring as redaction_wiring
from confab.scores.give import GiveScores
from confab.scores.read import ReadScores
from confab.storage import wiring as storage_wiring
from confab.storage.score_lists import ScoreLists


@shared
def give_scores(deployment: Deployment) -> GiveScores:
    """Stores scores and takes them back."""
    return GiveScores(
        storage_wiring.scores(deployment),
        storage_wiring.partitions(deployment),
        history_wiring.read_histories(deployment).find_row,
        deployment.chatbots,
        deployment.enqueue_analysis,
        redaction_wiring.redactors(deployment),
        deployment.runtime,
    )


@shared
def read_scores(deployment: Deployment) -> ReadScores:
    """Lists scores, and reads their figures."""
    return ReadScores(
        ScoreLists(deployment.table, deployment.visibility),
        deployment.credentials,
        storage_wiring.statistics(deployment),
        history_wiring.read_histories(deployment).shown_place,
    )
