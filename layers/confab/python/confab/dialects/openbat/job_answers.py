"""The answers about exports and imports that are jobs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from confab.dialects.answers import Count, Ok, Time, Uuid

JobStatus = Annotated[str, Field(json_schema_extra={"enum": ["queued", "running", "done", "failed"]})]


class ExportStarted(Ok):
    """An export that has begun."""

    id: Uuid
    status: JobStatus


class ExportedPart(TypedDict):
    """A file of an export."""

    url: str
    bytes: Count
    rows: Count
    expiresAt: Time


class ExportJob(TypedDict):
    """How far an export is."""

    id: Uuid
    format: str
    status: JobStatus
    rows: Count
    total: Count | None
    createdAt: Time
    endedAt: Time | None
    expiresAt: Time
    failure: str | None
    files: list[ExportedPart]


ImportStatus = Annotated[str, Field(json_schema_extra={"enum": ["waiting", "queued", "running", "done", "failed"]})]


class Upload(TypedDict):
    """How the file of an import is uploaded: a form, in which the file is the last field."""

    url: str
    fields: dict[str, str]
    maxBytes: Count
    expiresAt: Time


class ImportMade(Ok):
    """An import that waits for its file."""

    id: Uuid
    status: ImportStatus
    upload: Upload


class ImportFault(TypedDict):
    """Something in the file that could not be taken."""

    line: Count
    message: str


class ImportJob(TypedDict):
    """How far an import is."""

    id: Uuid
    format: str
    dryRun: bool
    analyse: bool
    status: ImportStatus
    conversations: Count
    messages: Count
    stored: Count
    duplicates: Count
    conflicts: Count
    feedback: Count
    events: Count
    scores: Count
    expired: Count
    faults: list[ImportFault]
    faulty: Count
    createdAt: Time
    endedAt: Time | None
    expiresAt: Time
    failure: str | None
