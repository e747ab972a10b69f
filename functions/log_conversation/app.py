"""The Inkeep Analytics dialect: conversations, feedback and events."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from confab.capture import history_wiring as capture_wiring
from confab.capture import wiring as refusal_wiring
from confab.capture.reach import reach_of
from confab.deployment import Deployment, entry_point
from confab.dialects.inkeep.errors import RULES, error_body
from confab.dialects.inkeep.feedback import (
    event_answer,
    event_of,
    feedback_answer,
    feedback_detail_answer,
    feedback_fields,
    feedback_list_answer,
    optional_time,
)
from confab.dialects.inkeep.mapping import (
    conversation_answer,
    deleted_answer,
    history_answer,
    history_request,
    list_answer,
    shown_answer,
)
from confab.dialects.inkeep.models import (
    BODIES,
    FeedbackBody,
    FeedbackQuery,
    ListQuery,
    MessageEvent,
    SearchEvent,
    conversation_model,
    event_model,
)
from confab.dialects.inkeep.routes import ROUTES
from confab.dialects.pages import Pages, TranscriptQuery
from confab.erasure import conversation_wiring
from confab.feedback import wiring as feedback_wiring
from confab.feedback.give import FeedbackRequest
from confab.platform.credentials import ApiKey
from confab.platform.errors import NotFound
from confab.platform.http import Handler, HttpFunction
from confab.platform.request_body import parse
from confab.reading import history_wiring as reading_wiring
from confab.serving import http_function
from confab.storage.transcripts import Span
from confab.storage.values import Place


def build(deployment: Deployment) -> Handler:
    """The function's handler."""
    http = http_function(deployment, error_body, ROUTES, RULES, takes_sessions=True)
    http.refused = refusal_wiring.refusals(deployment)
    for body in BODIES:
        body.model_rebuild()
    _conversations(http, deployment)
    _reads(http, deployment)
    _feedback(http, deployment)
    _events(http, deployment)
    return http.handler()


def _conversations(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, erase = deployment.chatbots, conversation_wiring.erase(deployment)
    store = capture_wiring.log_conversation(deployment, erase)
    histories = reading_wiring.read_histories(deployment)

    @http.serves
    def log_conversation() -> Response[Any]:
        key = http.caller()
        chatbot_id = chatbots.writable(key).id
        body = http.json_object()
        request = history_request(http.checked(conversation_model(body), body), http.attempt(chatbot_id))
        result = store(chatbot_id, request, reach_of(key))
        deployment.telemetry.count(histories=1)
        shown = history_answer(result, request, key, deployment.now())
        return http.answer(_pages(deployment, result.stored.place).linked(shown.answer, shown.position))

    @http.serves
    def delete_conversation(conversation_id: str) -> Response[Any]:
        key = http.caller()
        key.one_chatbot()
        erased = [erase(*place) for place in histories.named(key, conversation_id)]
        if not any(erased):
            erased = [erase.once_more(*place) for place in histories.maybe_erased(key, conversation_id)]
        if not any(erased):
            raise NotFound("There is no such conversation.")
        deployment.telemetry.count(erased=sum(erased))
        return http.answer(deleted_answer("conversation"))


def _reads(http: HttpFunction, deployment: Deployment) -> None:
    histories = reading_wiring.read_histories(deployment)

    @http.serves
    def list_conversations() -> Response[Any]:
        key = http.caller()
        query = parse(ListQuery, http.query)
        pages = Pages(deployment.cursors, ("conversations", key.workspace_id, key.chatbot_id))
        page = histories.page(key, offset=query.offset, limit=query.limit, position=pages.position(query))
        return http.answer(pages.linked(*list_answer(page, query.limit)))

    @http.serves
    def get_conversation(conversation_id: str) -> Response[Any]:
        key = http.caller()
        query = parse(TranscriptQuery, http.query)
        span = _span(deployment, key, conversation_id, query)
        stored = histories.find(key, conversation_id, span)
        shown = shown_answer(stored, reach_of(key), conversation_id, span)
        return http.answer(_pages(deployment, stored.place).linked(shown.answer, shown.position))

    @http.serves
    def get_by_external_id(external_id: str) -> Response[Any]:
        key = http.caller()
        try:
            stored = histories.find_external(key, external_id)
        except NotFound:
            # An id that begins with "external/" looks like this too, once its slash is decoded.
            stored = histories.find(key, f"external/{external_id}")
        shown = conversation_answer(stored)
        return http.answer(_pages(deployment, stored.place).linked(shown.answer, shown.position))


def _span(deployment: Deployment, key: ApiKey, wanted: str, query: TranscriptQuery) -> Span:
    if query.cursor is None:
        return Span(limit=query.limit)
    return _pages(deployment, reading_wiring.read_histories(deployment).shown_place(key, wanted)).span(query)


def _pages(deployment: Deployment, place: Place) -> Pages:
    return Pages(deployment.cursors, ("conversation", *place))


def _feedback(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, read = deployment.chatbots, feedback_wiring.read_feedback(deployment)
    give = feedback_wiring.give_feedback(deployment)

    @http.serves
    def submit_feedback() -> Response[Any]:
        key = http.caller()
        chatbot_id = chatbots.writable(key).id
        body = http.body(FeedbackBody)
        attempt = http.attempt(chatbot_id)
        # Feedback under an id of the caller's own keeps the time at which it was first given.
        at = attempt.at if attempt is not None and body.id is None else None
        given = FeedbackRequest(
            id=body.id if attempt is None else body.id or attempt.id("feedback"),
            kind=body.type,
            message_id=body.messageId,
            created_at=optional_time(body.createdAt) or at,
            updated_at=optional_time(body.updatedAt) or at,
            body=feedback_fields(body),
        )
        feedback = give(chatbot_id, given, reach_of(key))
        deployment.telemetry.count(feedback=1)
        return http.answer(feedback_answer(feedback))

    @http.serves
    def list_feedback() -> Response[Any]:
        key = http.caller()
        query = parse(FeedbackQuery, http.query)
        pages = Pages(deployment.cursors, ("feedback", key.workspace_id, key.chatbot_id))
        page = read.page(key, offset=query.offset, limit=query.limit, position=pages.position(query))
        return http.answer(pages.linked(*feedback_list_answer(page)))

    @http.serves
    def get_feedback(feedback_id: str) -> Response[Any]:
        return http.answer(feedback_detail_answer(read(http.caller(), feedback_id)))

    @http.serves
    def delete_feedback(feedback_id: str) -> Response[Any]:
        give.take_back(http.caller().one_chatbot(), feedback_id)
        return http.answer(deleted_answer("feedback"))


def _events(http: HttpFunction, deployment: Deployment) -> None:
    chatbots, note = deployment.chatbots, feedback_wiring.note_events(deployment)

    @http.serves
    def log_event() -> Response[Any]:
        key = http.caller()
        chatbot_id = chatbots.writable(key).id
        sent = http.json_object()
        body = http.checked(event_model(sent), sent)
        attempt = http.attempt(chatbot_id)
        if attempt is None:
            event = event_of(body, body.id or deployment.new_id(), deployment.now())
        else:
            event = event_of(body, body.id or attempt.id("event"), attempt.at)
        if isinstance(body, SearchEvent):
            event = note.of_search(chatbot_id, event, reach_of(key))
        elif isinstance(body, MessageEvent):
            event = note.of_message(chatbot_id, event, reach_of(key))
        else:
            event = note.of_conversation(key, event)
        deployment.telemetry.count(events=1)
        return http.answer(event_answer(event, chatbot_id))


__getattr__ = entry_point(globals(), build)
