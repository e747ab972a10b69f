"""Puts together the jobs that write files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment, shared
from confab.dialects.export.formats import FORMATS
from confab.dialects.insights.queries import FilterQuery
from confab.platform.request_body import parse
from confab.reading import wiring as reading_wiring
from confab.reading.filters import Filters
from confab.storage import wiring as storage_wiring
from confab.transfer.export_job import ExportJobs, JobParts, StepExport
from confab.transfer.job_store import JobStore


@shared
def parts(deployment: Deployment) -> JobParts:
    """Where jobs are noted, write to, and wait."""
    bucket = deployment.objects(deployment.settings.files_bucket)
    return JobParts(JobStore(deployment.table), bucket, deployment.files_queue)


@shared
def export_jobs(deployment: Deployment) -> ExportJobs:
    """Begins exports, and says how far they are."""
    statistics, audit = storage_wiring.statistics(deployment), admin_wiring.audit(deployment)
    return ExportJobs(parts(deployment), statistics, audit, deployment.runtime)


@shared
def step_export(deployment: Deployment) -> StepExport:
    """Takes the steps of exports."""
    export = reading_wiring.export(deployment)
    return StepExport(parts(deployment), export, FORMATS, _filters_of, deployment.chatbots.get, deployment.runtime)


def _filters_of(said: Mapping[str, Any]) -> Filters:
    return parse(FilterQuery, said).filters()
