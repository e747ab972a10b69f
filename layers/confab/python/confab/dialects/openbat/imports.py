"""Imports as jobs (docs/data.md): the body of the request, and the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from confab.dialects.fields import Name, Request, iso
from confab.dialects.insights.queries import one_of
from confab.importing.detect import AUTO, FORMATS
from confab.importing.pieces import Options
from confab.importing.whatsapp import ORDERS
from confab.transfer.import_job import MAX_UPLOAD, UPLOAD_SECONDS
from confab.transfer.import_store import ImportJob

if TYPE_CHECKING:
    from confab.dialects.openbat import admin_answers as answers


class ImportBody(Request):
    """The body of ``POST /api/v1/chatbots/{id}/imports``."""

    format: Annotated[str, AfterValidator(one_of(FORMATS))] = AUTO
    columns: Annotated[dict[Name, Name], Field(max_length=200)] | None = None
    assistants: Annotated[list[Name], Field(max_length=100)] | None = None
    dates: Annotated[str, AfterValidator(one_of(ORDERS))] | None = None
    dryRun: bool = False
    analyse: bool = True

    def options(self) -> Options:
        """What it says of the file."""
        return Options(
            form=self.format,
            columns=self.columns or {},
            assistants=frozenset(self.assistants or ()),
            dates=self.dates,
            analyse=self.analyse,
        )


def made(job: ImportJob, upload: Mapping[str, Any], now: datetime) -> answers.ImportMade:
    """The answer of a new import."""
    return {
        "ok": True,
        "id": job.id,
        "status": job.status,
        "upload": {
            "url": str(upload["url"]),
            "fields": dict(upload["fields"]),
            "maxBytes": MAX_UPLOAD,
            "expiresAt": iso(now + timedelta(seconds=UPLOAD_SECONDS)),
        },
    }


def import_answer(job: ImportJob) -> answers.ImportJob:
    """How far an import is."""
    progress = job.progress
    return {
        "id": job.id,
        "format": job.options.form,
        "dryRun": job.dry,
        "analyse": job.options.analyse,
        "status": job.status,
        **asdict(progress.tally),  # type: ignore[typeddict-item]
        "faults": [{"line": fault.line, "message": fault.message} for fault in progress.faults],
        "faulty": progress.faulty,
        "createdAt": iso(job.created_at),
        "endedAt": iso(job.ended_at),
        "expiresAt": iso(job.expires_at),
        "failure": job.failure,
    }
