"""``POST /api/v1/capture`` (and ``/v1/capture``): OpenBat's capture."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from confab.composition import Composition, entry_point
from confab.dialects.openbat.capture import CaptureBody, capture_answer, capture_request, capture_warnings
from confab.dialects.openbat.errors import error_body
from confab.dialects.openbat.parts import client_of
from confab.domain.privacy import keeps_client
from confab.platform.credentials import CAPTURE
from confab.platform.http import Handler
from confab.usecases.fields import CUSTOM


def build(composition: Composition) -> Handler:
    """The function's handler."""
    http = composition.http(error_body("ok"))
    fields, store = composition.custom_fields, composition.capture
    CaptureBody.model_rebuild()

    @http.app.post("/api/v1/capture")
    @http.app.post("/v1/capture")
    def capture() -> Response[Any]:
        chatbot = composition.chatbots.writable(http.caller(CAPTURE))
        client = client_of(http.headers, keep_client=keeps_client(chatbot.settings))
        body = http.body(CaptureBody)
        request = capture_request(body, client)
        custom = request.facets.get(CUSTOM, {})
        wrong = fields.warnings(chatbot, custom)
        captured = store(chatbot.id, request)
        warnings = [*wrong, *fields.missing(chatbot, custom, captured), *captured.warnings, *capture_warnings(body)]
        composition.telemetry.count(**captured.counts, warnings=len(warnings))
        return http.answer(capture_answer(captured, warnings))

    return http.handler()


__getattr__ = entry_point(globals(), build)
