"""``POST /v1/track``: OpenBat's track."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from confab.capture import wiring
from confab.capture.custom_fields import CUSTOM
from confab.deployment import Deployment, entry_point
from confab.dialects.openbat.errors import track_error_body
from confab.dialects.openbat.parts import client_of
from confab.dialects.openbat.routes import TRACK
from confab.dialects.openbat.track import TrackBody, track_answer, track_request, track_warnings
from confab.platform.auth import require_server
from confab.platform.http import Handler
from confab.redaction.settings import keeps_client
from confab.serving import http_function


def build(deployment: Deployment) -> Handler:
    """The function's handler."""
    http = http_function(deployment, track_error_body, TRACK)
    fields, store = wiring.custom_fields(deployment), wiring.capture(deployment)
    TrackBody.model_rebuild()

    @http.serves
    def track() -> Response[Any]:
        key = http.caller()
        require_server(key)
        chatbot = deployment.chatbots.writable(key)
        client = client_of(http.headers, keep_client=keeps_client(chatbot.settings))
        body = http.body(TrackBody)
        request = track_request(body, client)
        cut = track_warnings(body)
        wrong = fields.warnings(chatbot, request.attributes.get(CUSTOM, {}))
        captured = store(chatbot.id, request)
        warnings = [*wrong, *captured.warnings, *cut]
        deployment.telemetry.count(**captured.counts, warnings=len(warnings))
        return http.answer(track_answer(body.conversationId, captured, warnings))

    return http.handler()


__getattr__ = entry_point(globals(), build)
