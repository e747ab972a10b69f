"""OpenTelemetry's exports over HTTP: spans and log records become conversations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from confab.capture import wiring as capture_wiring
from confab.deployment import Deployment, entry_point
from confab.dialects.openbat.errors import error_body as openbat_error_body
from confab.dialects.otlp.errors import error_body
from confab.dialects.otlp.exports import ingestion_answer, logs_answer, packed_answer, traces_answer
from confab.dialects.otlp.models import IngestionQuery
from confab.dialects.otlp.routes import INGESTION, PROTOBUF, ROUTES
from confab.platform.errors import InvalidRequest
from confab.platform.http import Handler, HttpFunction, HttpRules
from confab.platform.request_body import media_type_of, parse
from confab.serving import http_function
from confab.spans import wiring
from confab.spans.ingest import Ingested
from confab.spans.otlp import NotOtlp, read_logs, read_traces
from confab.spans.records import Decoded

MAX_BODY: Final = 20 * 1024 * 1024
"""Bytes of an export once it is unpacked; what is sent has at most what API Gateway takes."""
READS: Final = "/api/v1/"


def build(deployment: Deployment) -> Handler:
    """The function's handler."""
    http = http_function(deployment, error_body, ROUTES, HttpRules(largest_body=MAX_BODY))
    take = _taking(http, deployment)

    @http.serves
    def export_traces() -> Response[Any]:
        return take(read_traces, traces_answer)

    @http.serves
    def export_logs() -> Response[Any]:
        return take(read_logs, logs_answer)

    ingestion = http_function(deployment, openbat_error_body, INGESTION, takes_sessions=True)
    _ingestion(ingestion, deployment)
    exports, reads = http.handler(), ingestion.handler()

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return (reads if event["rawPath"].startswith(READS) else exports)(event, context)

    return handle


def _ingestion(http: HttpFunction, deployment: Deployment) -> None:
    counts = wiring.counts(deployment)

    @http.serves
    def get_ingestion(chatbot_id: str) -> Response[Any]:
        chatbot = deployment.chatbots.reached(http.caller(), chatbot_id)
        days = parse(IngestionQuery, http.query).days
        found = counts.since(chatbot.id, deployment.now().date() - timedelta(days=days - 1))
        return http.answer(ingestion_answer(found, days))


def _taking(http: HttpFunction, deployment: Deployment) -> Callable[..., Response[Any]]:
    ingest, counts, fields = (
        wiring.ingest(deployment),
        wiring.counts(deployment),
        capture_wiring.custom_fields(deployment),
    )

    def take(read: Callable[..., Decoded], answer: Callable[[Ingested], Any]) -> Response[Any]:
        chatbot = deployment.chatbots.writable(http.caller())
        raw, is_json = http.raw((PROTOBUF,)), media_type_of(http.headers) != PROTOBUF
        try:
            decoded = read(raw, is_json=is_json)
        except NotOtlp as error:
            raise InvalidRequest(f"The body {error}.") from None
        done = ingest(chatbot.id, decoded.spans, decoded.records)
        done.rejected += decoded.rejected
        done.reasons += decoded.reasons
        fields.warnings(chatbot, done.custom)
        counts.add(chatbot.id, deployment.now(), {**done.counts, "rejected": done.rejected})
        for captured in done.captured:
            deployment.telemetry.count(**captured.counts)
        return http.answer(answer(done)) if is_json else http.packed(packed_answer(done), PROTOBUF)

    return take


__getattr__ = entry_point(globals(), build)
