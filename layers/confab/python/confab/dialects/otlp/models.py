"""The bodies of exports, as the document has them; ``confab.spans.otlp`` reads them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from confab.dialects.fields import Request


class TracesBody(Request):
    """An export of traces in JSON; in Protocol Buffers it is an ``ExportTraceServiceRequest``."""

    resourceSpans: list[dict[str, Any]] | None = None


class LogsBody(Request):
    """An export of logs in JSON; in Protocol Buffers it is an ``ExportLogsServiceRequest``."""

    resourceLogs: list[dict[str, Any]] | None = None


class IngestionQuery(BaseModel):
    """The query of what came by OpenTelemetry."""

    model_config = ConfigDict(extra="ignore")

    days: Annotated[int, Field(ge=1, le=30)] = 7
