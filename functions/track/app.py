"""``POST /v1/track``: OpenBat's track; and scores, as they are given and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response
from confab.capture import wiring
from confab.capture.custom_fields import CUSTOM
from confab.deployment import Deployment, entry_point
from confab.dialects.openbat.errors import error_body, track_error_body
from confab.dialects.openbat.parts import client_of
from confab.dialects.openbat.routes import TRACK
from confab.dialects.openbat.track import TrackBody, track_answer, track_request, track_warnings
from confab.dialects.scores.building import deleted_answer, refused_answer, score_answer, stored_answer
from confab.dialects.scores.models import ScoreBody, ScoreList
from confab.dialects.scores.routes import WRITES
from confab.platform.auth import require_server
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import ConfabError
from confab.platform.http import Handler, HttpFunction
from confab.redaction.settings import keeps_client
from confab.scores import wiring as scores_wiring
from confab.serving import http_function

if TYPE_CHECKING:
    from confab.dialects.scores import answers


def build(deployment: Deployment) -> Handler:
    """The function's handler."""
    http = http_function(deployment, _error_body, (*TRACK, *WRITES), takes_sessions=True)
    http.refused = wiring.refusals(deployment)
    _track(http, deployment)
    _scores(http, deployment)
    return http.handler()


def _error_body(error: ConfabError, request_id: str, path: str) -> Mapping[str, Any]:
    """The body of an error: track has one of its own."""
    made = error_body if path.startswith(WRITES[0].path) else track_error_body
    return made(error, request_id, path)


def _track(http: HttpFunction, deployment: Deployment) -> None:
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


def _scores(http: HttpFunction, deployment: Deployment) -> None:
    give, read = scores_wiring.give_scores(deployment), scores_wiring.read_scores(deployment)

    @http.serves
    def give_scores() -> Response[Any]:
        key = http.caller()
        require_server(key)
        sent = http.json_objects()
        attempt = http.attempt(_tenant(key))

        def stored(body: ScoreBody, number: int) -> answers.GivenScore:
            new_id, at = (None, None) if attempt is None else (attempt.id(f"score {number}"), attempt.at)
            given = give(key, body.request(new_id, at))
            deployment.telemetry.count(scores=1)
            return score_answer(given.score, given.place)

        if isinstance(sent, dict):
            return http.answer(stored(http.checked(ScoreBody, sent), 0))
        taken, refused = [], []
        for index, body in enumerate(http.checked(ScoreList, sent).root):
            try:
                taken.append(stored(body, index))
            except ConfabError as error:
                refused.append(refused_answer(index, error))
        return http.answer(stored_answer(taken, refused))

    @http.serves
    def delete_score(score_id: str) -> Response[Any]:
        key = http.caller()
        require_server(key)
        give.take_back(read.chatbots(key), score_id)
        return http.answer(deleted_answer())


def _tenant(key: ApiKey) -> str:
    return key.workspace_id if key.chatbot_id == EVERY_CHATBOT else key.chatbot_id


__getattr__ = entry_point(globals(), build)
