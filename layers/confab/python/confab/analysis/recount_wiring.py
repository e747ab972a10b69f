"""Puts together re-analysis and the recount of the statistics, for the operator's command."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from confab.analysis import wiring
from confab.analysis.analyzer import Analyzer
from confab.analysis.consumer import Eraser
from confab.analysis.reanalyse import Reanalyse
from confab.analysis.recount import RecountStatistics
from confab.analysis.store import AnalysisStore
from confab.deployment import Deployment, shared
from confab.storage import wiring as storage_wiring
from confab.storage.visibility import NO_RETENTION


@shared
def recount(deployment: Deployment) -> RecountStatistics:
    """Counts the statistics of chatbots again."""
    return RecountStatistics(
        deployment.conversations,
        AnalysisStore(deployment.table, NO_RETENTION),
        storage_wiring.statistics(deployment),
        deployment.enqueue_analysis,
        now=deployment.now,
    )


def reanalyse(deployment: Deployment, analyzer_of: Callable[[str], Analyzer], eraser: Eraser) -> Reanalyse:
    """Re-analysis with the analyzers of chatbots."""
    return Reanalyse(
        deployment.conversations,
        AnalysisStore(deployment.table, NO_RETENTION),
        wiring.topics(deployment),
        analyzer_of,
        partial(wiring.analyse, deployment, eraser=eraser),
        now=deployment.now,
    )
