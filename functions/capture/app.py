"""``POST /api/v1/capture`` (and ``/v1/capture``): OpenBat's capture."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response
from confab.capture.custom_fields import CUSTOM
from confab.composition import Composition, entry_point
from confab.dialects.openbat.capture import CaptureBody, capture_answer, capture_request, capture_warnings
from confab.dialects.openbat.errors import error_body
from confab.dialects.openbat.parts import client_of
from confab.dialects.openbat.routes import CAPTURE
from confab.platform.http import Handler
from confab.redaction.settings import keeps_client

if TYPE_CHECKING:
    from confab.capture.browser_capture import BrowserCapture


def build(composition: Composition) -> Handler:
    """The function's handler."""
    http = composition.http(error_body("ok"), CAPTURE)
    fields, store = composition.custom_fields, composition.capture
    CaptureBody.model_rebuild()

    @cache
    def of_browsers() -> BrowserCapture:
        from confab.composition.browsers import browser_capture

        return browser_capture(composition)

    @http.serves
    def capture() -> Response[Any]:
        key = http.caller()
        chatbot = composition.chatbots.writable(key)
        client = client_of(http.headers, keep_client=keeps_client(chatbot.settings))
        body = http.body(CaptureBody)
        request = capture_request(body, client)
        if key.web:
            # The chatbot's fields are its team's: a browser neither adds to them nor hears of them.
            captured, wrong = of_browsers()(chatbot.id, request), []
        else:
            custom = request.facets.get(CUSTOM, {})
            wrong = fields.warnings(chatbot, custom)
            captured = store(chatbot.id, request)
            wrong += fields.missing(chatbot, custom, captured)
        warnings = [*wrong, *captured.warnings, *capture_warnings(body)]
        composition.telemetry.count(**captured.counts, warnings=len(warnings))
        return http.answer(capture_answer(captured, warnings))

    return http.handler()


__getattr__ = entry_point(globals(), build)
