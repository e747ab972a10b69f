"""OTLP's routes; Langfuse's SDKs export traces to a path of their own."""

from __future__ import annotations

from typing import Final

from confab.platform.credentials import CAPTURE, READ
from confab.platform.responses import JSON
from confab.platform.routes import Route

PROTOBUF: Final = "application/x-protobuf"


def _export(path: str, handler: str, summary: str, answer: str, body: str) -> Route:
    bodies, types = (f"otlp.models.{body}",), (JSON, PROTOBUF)
    return Route("POST", path, "spans", handler, CAPTURE, summary, {200: answer}, bodies=bodies, types=types)


INGESTION: Final = (
    Route(
        "GET",
        "/api/v1/chatbots/{id}/ingestion",
        "spans",
        "get_ingestion",
        READ,
        "Say what came by OpenTelemetry, and what was missing in it",
        {200: "Ingestion"},
        query="otlp.models.IngestionQuery",
    ),
)
ROUTES: Final = (
    *(
        _export(path, "export_traces", "Take OpenTelemetry's spans", "ExportedTraces", "TracesBody")
        for path in ("/v1/traces", "/api/public/otel/v1/traces")
    ),
    _export("/v1/logs", "export_logs", "Take OpenTelemetry's log records", "ExportedLogs", "LogsBody"),
)
EXPORTS: Final = frozenset(route.path for route in ROUTES)
"""The paths of exports."""
