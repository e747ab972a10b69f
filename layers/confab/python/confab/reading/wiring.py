"""Puts together the reading of conversations, results and figures."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.reading.analysis_status import ReadAnalysisStatus
from confab.reading.conversation_analysis import ReadConversationAnalysis
from confab.reading.conversations import ReadConversations
from confab.reading.export import ExportConversations
from confab.reading.figures import ReadFigures
from confab.reading.reconcile import Reconcile
from confab.reading.search import FindConversations
from confab.reading.search_index import SearchIndex
from confab.reading.topics import RankTopics
from confab.storage import wiring as storage_wiring


@shared
def conversations(deployment: Deployment) -> ReadConversations:
    """Lists and reads conversations."""
    return ReadConversations(
        deployment.conversations,
        storage_wiring.partitions(deployment),
        storage_wiring.list_walks(deployment),
        deployment.credentials,
        storage_wiring.statistics(deployment),
        storage_wiring.conversation_lookup(deployment),
        now=deployment.now,
    )


@shared
def conversation_analysis(deployment: Deployment) -> ReadConversationAnalysis:
    """Reads the results of a conversation's analysis."""
    return ReadConversationAnalysis(conversations(deployment), deployment.chatbots, storage_wiring.topics(deployment))


@shared
def analysis_status(deployment: Deployment) -> ReadAnalysisStatus:
    """Reads how far the analysis of a conversation has come."""
    return ReadAnalysisStatus(conversations(deployment), deployment.chatbots)


@shared
def figures(deployment: Deployment) -> ReadFigures:
    """Reads the statistics."""
    return ReadFigures(storage_wiring.statistics(deployment), deployment.credentials, now=deployment.now)


@shared
def topics(deployment: Deployment) -> RankTopics:
    """Ranks topics."""
    return RankTopics(
        storage_wiring.statistics(deployment),
        storage_wiring.topics(deployment),
        SearchIndex(deployment.table),
        deployment.conversations,
        now=deployment.now,
    )


@shared
def search(deployment: Deployment) -> FindConversations:
    """Finds conversations by the results of their analysis."""
    return FindConversations(SearchIndex(deployment.table), deployment.conversations, storage_wiring.topics(deployment))


@shared
def export(deployment: Deployment) -> ExportConversations:
    """Exports conversations."""
    return ExportConversations(
        search(deployment),
        storage_wiring.partitions(deployment),
        storage_wiring.topics(deployment),
        deployment.table.pool.map,
    )


@shared
def reconcile(deployment: Deployment) -> Reconcile:
    """Compares clients' lists with what is stored."""
    return Reconcile(deployment.conversations, storage_wiring.partitions(deployment), deployment.table.pool.map)
