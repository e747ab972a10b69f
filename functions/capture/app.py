"""``POST /api/v1/capture`` (and ``/v1/capture``): OpenBat's capture."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from confab.composition import Composition, entry_point
from confab.dialects.openbat.capture import CaptureBody, capture_answer, capture_request
from confab.dialects.openbat.errors import error_body
from confab.platform.credentials import CAPTURE
from confab.platform.http import Handler


def build(composition: Composition) -> Handler:
    """The function's handler."""
    http = composition.http(error_body("ok"))
    fields, store = composition.custom_fields, composition.capture
    CaptureBody.model_rebuild()

    @http.app.post("/api/v1/capture")
    @http.app.post("/v1/capture")
    def capture() -> Response[Any]:
        chatbot_id = http.caller(CAPTURE).one_chatbot()
        request = capture_request(http.body(CaptureBody), http.headers)
        custom = fields.warnings(chatbot_id, request.facets.get("custom", {}))
        captured = store(chatbot_id, request)
        warnings = [*custom, *captured.warnings]
        composition.telemetry.count(**captured.counts, warnings=len(warnings))
        return http.answer(capture_answer(captured, warnings))

    return http.handler()


__getattr__ = entry_point(globals(), build)
