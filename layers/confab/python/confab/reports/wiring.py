"""Puts together reviews."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.reading.search_index import SearchIndex
from confab.reports.review import ReviewChatbot
from confab.reports.windows import ReadWindows
from confab.storage import wiring as storage_wiring


@shared
def windows(deployment: Deployment) -> ReadWindows:
    """Reads the figures of windows of time."""
    return ReadWindows(SearchIndex(deployment.table), storage_wiring.statistics(deployment))


@shared
def review(deployment: Deployment) -> ReviewChatbot:
    """Makes reviews."""
    return ReviewChatbot(windows(deployment), storage_wiring.topics(deployment), storage_wiring.partitions(deployment))
