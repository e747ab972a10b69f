"""Answers of exports (OTLP 1.x, "Partial Success")."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

Rejected = Annotated[int, Field(ge=1)]


class PartOfSpans(TypedDict):
    """Spans that were refused; all others were taken."""

    rejectedSpans: Rejected
    errorMessage: str


class PartOfRecords(TypedDict):
    """Log records that were refused; all others were taken."""

    rejectedLogRecords: Rejected
    errorMessage: str


class ExportedTraces(TypedDict):
    """The outcome of an export of traces; empty where all was taken."""

    partialSuccess: NotRequired[PartOfSpans]


class ExportedLogs(TypedDict):
    """The outcome of an export of logs; empty where all was taken."""

    partialSuccess: NotRequired[PartOfRecords]


class Ingestion(TypedDict):
    """What came by OpenTelemetry in the last days, and what to change about it."""

    days: int
    calls: Annotated[int, Field(ge=0)]
    withoutText: Annotated[int, Field(ge=0)]
    inferred: Annotated[int, Field(ge=0)]
    cut: Annotated[int, Field(ge=0)]
    rejected: Annotated[int, Field(ge=0)]
    warnings: list[str]
