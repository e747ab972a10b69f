"""Puts together the jobs that write files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.admin import wiring as admin_wiring
from confab.capture.history import Eraser
from confab.deployment import Deployment, shared
from confab.dialects.export.formats import FORMATS
from confab.dialects.insights.queries import FilterQuery
from confab.importing import wiring as importing_wiring
from confab.platform.request_body import parse
from confab.reading import wiring as reading_wiring
from confab.reading.filters import Filters
from confab.storage import wiring as storage_wiring
from confab.transfer.export_job import ExportJobs, JobParts, StepExport
from confab.transfer.import_job import ImportJobs, ImportParts, StepImport
from confab.transfer.import_store import ImportStore
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


@shared
def import_jobs(deployment: Deployment) -> ImportJobs:
    """Makes imports, begins them, and says how far they are."""
    return ImportJobs(_import_parts(deployment), admin_wiring.audit(deployment), deployment.runtime)


def step_import(deployment: Deployment, eraser: Eraser) -> StepImport:
    """Takes the steps of imports; ``eraser`` finishes an erasure that stands in the way."""
    import_file = importing_wiring.import_file(deployment, eraser)
    return StepImport(_import_parts(deployment), import_file, deployment.chatbots.get, deployment.runtime)


def _import_parts(deployment: Deployment) -> ImportParts:
    bucket = deployment.objects(deployment.settings.files_bucket)
    return ImportParts(ImportStore(deployment.table), bucket, deployment.files_queue)
