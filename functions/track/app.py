"""``POST /v1/track``: OpenBat's track."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from confab.capture.custom_fields import CUSTOM
from confab.composition import Composition, entry_point
from confab.dialects.openbat.errors import error_body
from confab.dialects.openbat.parts import client_of
from confab.dialects.openbat.routes import TRACK
from confab.dialects.openbat.track import TrackBody, track_answer, track_request, track_warnings
from confab.platform.auth import require_server
from confab.platform.http import Handler
from confab.redaction.settings import keeps_client


def build(composition: Composition) -> Handler:
    """The function's handler."""
    http = composition.http(error_body("success"), TRACK)
    fields, store = composition.custom_fields, composition.capture
    TrackBody.model_rebuild()

    @http.serves
    def track() -> Response[Any]:
        key = http.caller()
        require_server(key)
        chatbot = composition.chatbots.writable(key)
        client = client_of(http.headers, keep_client=keeps_client(chatbot.settings))
        body = http.body(TrackBody)
        request = track_request(body, client)
        cut = track_warnings(body)
        wrong = fields.warnings(chatbot, request.facets.get(CUSTOM, {}))
        captured = store(chatbot.id, request)
        warnings = [*wrong, *captured.warnings, *cut]
        composition.telemetry.count(**captured.counts, warnings=len(warnings))
        return http.answer(track_answer(body.conversationId, captured, warnings))

    return http.handler()


__getattr__ = entry_point(globals(), build)
