"""Exports as jobs (docs/data.md): the body of the request, and the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator

from confab.dialects.fields import Request, iso
from confab.dialects.insights.queries import EXPORTS, FilterQuery, one_of
from confab.transfer.export_job import ADDRESS_SECONDS
from confab.transfer.jobs import Job, JobFile

if TYPE_CHECKING:
    from confab.dialects.openbat import admin_answers as answers


class ExportBody(Request):
    """The body of ``POST /api/v1/chatbots/{id}/exports``."""

    format: Annotated[str, AfterValidator(one_of(EXPORTS))] = "jsonl"
    filters: FilterQuery | None = None

    def said(self) -> Mapping[str, Any]:
        """The filters as they were said.

        Raises:
            InvalidRequest: the period is empty.
        """
        if self.filters is None:
            return {}
        self.filters.filters()
        said = self.filters.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"chatbotId"})
        return {name: value for name, value in said.items() if value != ""}


def started(job: Job) -> answers.ExportStarted:
    """The answer of a new export."""
    return {"ok": True, "id": job.id, "status": job.status}


def export_answer(job: Job, files: Sequence[tuple[JobFile, str]], now: datetime) -> answers.ExportJob:
    """How far an export is, and its files."""
    ends = iso(now + timedelta(seconds=ADDRESS_SECONDS))
    shown: answers.ExportJob = {
        "id": job.id,
        "format": job.form,
        "status": job.status,
        "rows": job.rows,
        "total": job.total,
        "createdAt": iso(job.created_at),
        "endedAt": iso(job.ended_at),
        "expiresAt": iso(job.expires_at),
        "failure": job.failure,
        "files": [{"url": url, "bytes": file.size, "rows": file.rows, "expiresAt": ends} for file, url in files],
    }
    return shown
