"""The Inkeep Analytics dialect: conversations, feedback and events."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from confab.composition import Composition, entry_point
from confab.dialects.inkeep.errors import RULES, error_body
from confab.dialects.inkeep.mapping import conversation_answer, list_answer, log_request
from confab.dialects.inkeep.models import ListQuery, conversation_model
from confab.platform.credentials import (
    DELETE_CONVERSATION,
    GET_CONVERSATION,
    LIST_CONVERSATIONS,
    LOG_CONVERSATION,
)
from confab.platform.errors import NotFound
from confab.platform.http import Handler, HttpFunction, parse


def build(composition: Composition) -> Handler:
    """The function's handler."""
    http = composition.http(error_body, RULES)
    _conversations(http, composition)
    return http.handler()


def _conversations(http: HttpFunction, composition: Composition) -> None:
    log, consult, erase = composition.log, composition.consult, composition.erase

    @http.app.post("/conversations")
    def log_conversation() -> Response[Any]:
        chatbot_id = http.caller(LOG_CONVERSATION).one_chatbot()
        body = http.json_object()
        stored = log(chatbot_id, log_request(http.checked(conversation_model(body), body)))
        composition.telemetry.count(logged=1)
        return http.answer(conversation_answer(stored))

    @http.app.get("/conversations")
    def list_conversations() -> Response[Any]:
        key = http.caller(LIST_CONVERSATIONS)
        query = parse(ListQuery, http.query)
        return http.answer(list_answer(consult.page(key, offset=query.offset, limit=query.limit), query.limit))

    @http.app.get("/conversations/<wanted>")
    def get_conversation(wanted: str) -> Response[Any]:
        return http.answer(conversation_answer(consult.find(http.caller(GET_CONVERSATION), unquote(wanted))))

    @http.app.get("/conversations/external/<external_id>")
    def get_by_external_id(external_id: str) -> Response[Any]:
        key, wanted = http.caller(LIST_CONVERSATIONS), unquote(external_id)
        try:
            return http.answer(conversation_answer(consult.find_external(key, wanted)))
        except NotFound:
            # An id that begins with "external/" looks like this too, once its slash is decoded.
            return http.answer(conversation_answer(consult.find(key, f"external/{wanted}")))

    @http.app.delete("/conversations/<wanted>")
    def delete_conversation(wanted: str) -> Response[Any]:
        key = http.caller(DELETE_CONVERSATION)
        key.one_chatbot()
        conversation = consult.find(key, unquote(wanted)).conversation
        if not erase(conversation.chatbot_id, conversation.id):
            raise NotFound("There is no such conversation.")
        composition.telemetry.count(erased=1)
        return http.answer({"success": True, "message": "The conversation was deleted."})

    @http.app.delete("/conversations/external/<rest>")
    def delete_odd(rest: str) -> Response[Any]:
        return delete_conversation(f"external%2F{rest}")


__getattr__ = entry_point(globals(), build)
