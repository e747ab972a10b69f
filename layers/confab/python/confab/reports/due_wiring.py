"""Puts together the reports that come by a schedule."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.domain.notices import REPORT, Write
from confab.notify import wiring as notify_wiring
from confab.reports.due import AnnounceReports
from confab.reports.mark_store import ReportMarks
from confab.reports.wiring import review
from confab.reports.writer import WriteReport
from confab.rules import wiring as rules_wiring


@shared
def announce(deployment: Deployment) -> AnnounceReports:
    """Announces the reports that are due."""
    return AnnounceReports(ReportMarks(deployment.table), notify_wiring.announcer(deployment), now=deployment.now)


def writers(deployment: Deployment) -> dict[str, Write]:
    """Who writes reports."""
    return {REPORT: WriteReport(rules_wiring.store(deployment), review(deployment))}
