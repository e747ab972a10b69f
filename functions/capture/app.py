"""``POST /api/v1/capture`` (and ``/v1/capture``): OpenBat's capture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response
from confab.capture import wiring
from confab.capture.custom_fields import CUSTOM
from confab.deployment import Deployment, entry_point
from confab.dialects.openbat.capture import CaptureBody, capture_answer, capture_request, capture_warnings
from confab.dialects.openbat.errors import error_body
from confab.dialects.openbat.parts import client_of
from confab.dialects.openbat.routes import CAPTURE
from confab.platform.http import Handler
from confab.redaction.settings import keeps_client
from confab.serving import http_function

if TYPE_CHECKING:
    from confab.capture.browser_capture import BrowserCapture


def build(deployment: Deployment) -> Handler:
    """The function's handler."""
    http = http_function(deployment, error_body, CAPTURE)
    http.refused = wiring.refusals(deployment)
    fields, store = wiring.custom_fields(deployment), wiring.capture(deployment)
    CaptureBody.model_rebuild()

    @http.serves
    def capture() -> Response[Any]:
        key = http.caller()
        chatbot = deployment.chatbots.writable(key)
        client = client_of(http.headers, keep_client=keeps_client(chatbot.settings))
        body = http.body(CaptureBody)
        request = capture_request(body, client)
        if key.web:
            # The chatbot's fields are its team's: a browser neither adds to them nor hears of them.
            captured, wrong = _of_browsers(deployment)(chatbot.id, request), []
        else:
            custom = request.attributes.get(CUSTOM, {})
            wrong = fields.warnings(chatbot, custom)
            captured = store(chatbot.id, request)
            wrong += fields.missing(chatbot, custom, captured)
        warnings = [*wrong, *captured.warnings, *capture_warnings(body)]
        deployment.telemetry.count(**captured.counts, warnings=len(warnings))
        return http.answer(capture_answer(captured, warnings))

    return http.handler()


def _of_browsers(deployment: Deployment) -> BrowserCapture:
    # A function that no browser calls starts without whole histories, which take some 25 ms to import.
    from confab.capture.history_wiring import browser_capture

    return browser_capture(deployment)


__getattr__ = entry_point(globals(), build)
